//! A local cloud, and what tests deploy to it.

use super::{FunctionPort, Run, World};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Set to `off`: local clouds run without isolation, unless a test says how they do.
const ISOLATION: &str = "FGCTL_TEST_ISOLATION";

/// A local cloud of its own in a world of its own, at which every command of that world is aimed.
pub(crate) struct Cloud {
    world: World,
    process: Option<Child>,
}

impl Cloud {
    /// Starts one whose gateways are there at once.
    pub(crate) fn start() -> Self {
        Self::start_with(&["--gateway-delay", "0ms"])
    }

    /// Starts one with more options.
    pub(crate) fn start_with(options: &[&str]) -> Self {
        Self::start_in(World::new(), options)
    }

    /// Starts one with more options in this world.
    pub(crate) fn start_in(world: World, options: &[&str]) -> Self {
        let mut cloud = Self { world, process: None };
        cloud.up(options);
        let variables = cloud.world.json("local env");
        for (name, value) in variables.as_object().unwrap() {
            cloud.world.set(name, value.as_str().unwrap());
        }
        cloud
    }

    /// Starts the process, on the state that is there.
    pub(crate) fn up(&mut self, options: &[&str]) {
        let arguments = ["local", "up", "--announce", "--port", "0", "--ingress-port", "0"];
        let isolation = std::env::var(ISOLATION).unwrap_or_else(|_| "auto".to_owned());
        let isolation = ["--isolation", isolation.as_str()];
        let isolation = isolation.iter().filter(|_| !options.contains(&"--isolation"));
        let mut command = self.world.command(arguments.iter().chain(options).chain(isolation));
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        if line.trim_end() != "ready" {
            panic!("the local cloud did not start: {:?}", process.wait_with_output());
        }
        self.process = Some(process);
    }

    /// Kills the process at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Waits until the process has ended by itself, and tells its exit status.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.process.take().unwrap().wait().unwrap().code()
    }

    /// The gateway, the group, and what a trigger needs besides a function.
    pub(crate) fn with_gateway(self) -> Self {
        self.fgctl(
            "gateway create apig-ws --vpc vpc-default --subnet subnet-default --security-group default --yes --wait",
        )
        .success();
        self.fgctl("group create APIGroup_ws --gateway apig-ws").success();
        self
    }

    /// How many there are of what a list command lists.
    #[track_caller]
    pub(crate) fn count(&self, list: &str) -> usize {
        self.world.json(list).as_array().unwrap().len()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Ended politely, so that it ends its functions; killed where that does not help.
            if self.world.fgctl("local down").status != 0 {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
    }
}

impl Deref for Cloud {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Cloud {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// Writes a folder of code: its `bootstrap` and other files.
pub(crate) fn function_folder(folder: &Path, bootstrap: &str, files: &[(&str, &str)]) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files.iter().chain(&[("bootstrap", bootstrap)]) {
        fs::write(folder.join(name), text).unwrap();
    }
    folder.to_owned()
}

/// The folder of an HTTP function that needs nothing but this program: it says the time over WebSocket.
pub(crate) fn http_function(world: &World) -> PathBuf {
    let program = world.program();
    let bootstrap = format!("#!/bin/sh\nexec '{}' demo-function\n", program.display());
    function_folder(&world.path("code"), &bootstrap, &[])
}

/// A ZIP with these files.
pub(crate) fn zip_of(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in files {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// The names in a ZIP.
pub(crate) fn zip_names(path: &Path) -> Vec<String> {
    let zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

/// What the guide's five steps leave: a function with WebSocket on, behind a published API.
pub(crate) struct Deployed {
    pub(crate) cloud: Cloud,
    pub(crate) url: String,
    #[expect(dead_code, reason = "held while the function may run")]
    port: Option<FunctionPort>,
}

impl Deployed {
    /// Does the guide's steps with the code in `code`, and what `trigger` says of the trigger besides.
    pub(crate) fn with(prepare: impl FnOnce(&World) -> PathBuf, trigger: &str) -> Self {
        Self::on(Cloud::start(), prepare, trigger)
    }

    /// The same on this local cloud.
    pub(crate) fn on(cloud: Cloud, prepare: impl FnOnce(&World) -> PathBuf, trigger: &str) -> Self {
        let port = FunctionPort::hold_for(&cloud);
        let cloud = cloud.with_gateway();
        let code = prepare(&cloud);
        let code = code.display();
        cloud
            .fgctl(&format!(
                "function create WebSocket-demo --type http --code {code} --timeout 60 --env INTERVAL_MS=100"
            ))
            .success();
        cloud.fgctl("websocket enable WebSocket-demo").success();
        let create =
            "trigger create API_websocket_demo --function WebSocket-demo --gateway apig-ws --group APIGroup_ws";
        cloud
            .fgctl(&format!("{create} --auth none --path /websocket_demo {trigger}"))
            .success();
        cloud
            .fgctl("api update API_websocket_demo --gateway apig-ws --network-architecture v2 --invocation-mode sync")
            .success();
        cloud
            .fgctl("api publish API_websocket_demo --gateway apig-ws")
            .success();
        let url = cloud.json("trigger url WebSocket-demo")["invoke_url"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { cloud, url, port }
    }

    /// The same URL for a WebSocket client.
    pub(crate) fn socket_url(&self) -> String {
        self.url.replacen("http", "ws", 1)
    }

    /// An independent client's answer: runs `script` with the URL and the authority's file as arguments.
    #[track_caller]
    pub(crate) fn seen_by_python(&self, python: &Path, script: &str) -> Run {
        let ca_file = self.cloud.json("local env")["FGCTL_CA_FILE"]
            .as_str()
            .unwrap()
            .to_owned();
        let output = Command::new(python)
            .arg("-c")
            .arg(script)
            .arg(self.socket_url())
            .arg(ca_file)
            .output()
            .unwrap();
        Run::of(output)
    }
}
