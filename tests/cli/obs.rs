//! Object storage: the local cloud's by the vendor's own SDK, and uploads through it.

use crate::support::{Cloud, Run, sdk_script};

#[test]
fn the_official_sdk_for_object_storage_reads_every_answer() {
    let cloud = Cloud::start();
    let Some(mut script) = sdk_script(&cloud, "obs.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
}
