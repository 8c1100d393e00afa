//! Other code for a function that people are connected to: it takes over once it runs, and what ran before serves
//! until then. The cloud knows no such thing: it is for whoever develops.

use super::DataPlane;
use crate::local::store::records::function_key;
use crate::wire::FunctionUrn;

impl DataPlane {
    /// Lets calls of the function go to what it is now, whatever is written, until [`Self::replace`] or
    /// [`Self::release`].
    ///
    /// # Errors
    /// Why it cannot.
    pub(in crate::local) async fn hold(&self, urn: &FunctionUrn) -> Result<(), String> {
        let held = self.gateway.snapshots.hold(&key(urn)).await;
        held.map_err(|refusal| refusal.to_string())
    }

    /// Lets calls of the function go to what is written.
    pub(in crate::local) fn release(&self, urn: &FunctionUrn) {
        self.gateway.snapshots.release(&key(urn));
    }

    /// Starts what is written of the function. Once it takes requests, calls go there, and the sockets of what ran
    /// before are closed with 1012; says how many.
    ///
    /// # Errors
    /// Why it does not start. A function that is held serves as it was.
    pub(in crate::local) async fn replace(&self, urn: &FunctionUrn) -> Result<usize, String> {
        let (snapshots, key) = (&self.gateway.snapshots, key(urn));
        let plan = snapshots.written(&key).await.map_err(|refusal| refusal.to_string())?;
        let replaced = self.gateway.runner.replace(&plan, || snapshots.release(&key)).await;
        replaced.map_err(|refusal| refusal.to_string())
    }
}

fn key(urn: &FunctionUrn) -> String {
    function_key(&urn.package, &urn.name)
}
