//! How whoever runs a local cloud in its own process replaces a function's code while it is in use.

use super::live::Live;
use crate::wire::FunctionUrn;
use std::sync::Arc;

/// A running local cloud, as far as the code of its functions is concerned.
#[derive(Clone)]
pub(crate) struct Stage(pub(super) Arc<Live>);

impl Stage {
    /// Lets calls of the function go to what it is now, whatever is written, until [`Self::replace`] or
    /// [`Self::release`].
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) async fn hold(&self, urn: &FunctionUrn) -> Result<(), String> {
        self.0.data().hold(urn).await
    }

    /// Lets calls of the function go to what is written.
    pub(crate) fn release(&self, urn: &FunctionUrn) {
        self.0.data().release(urn);
    }

    /// Starts what is written of the function. Once it takes requests, calls go there, and the sockets of what ran
    /// before are closed with 1012; says how many.
    ///
    /// # Errors
    /// Why it does not start. A function that is held serves as it was.
    pub(crate) async fn replace(&self, urn: &FunctionUrn) -> Result<usize, String> {
        self.0.data().replace(urn).await
    }
}
