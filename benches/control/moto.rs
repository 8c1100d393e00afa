//! `moto_server` of PyPI, with as many functions.

use crate::process::sealed;
use crate::{LISTED, Outcome, is_there, missing};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What is measured against.
const PACKAGE: &str = "moto[server]==5.2.5";
/// Creates the functions.
const CREATE: &str = include_str!("moto.py");

/// A server of this run's own, which ends with this value.
pub(crate) struct Moto {
    process: Child,
    port: u16,
}

impl Moto {
    /// Starts one, from a virtual environment below `target/tmp` that is made at the first time; nothing where it
    /// cannot be.
    pub(crate) fn start(home: &Path) -> Outcome<Option<Self>> {
        let Some(python) = python()? else {
            return Ok(None);
        };
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = sealed(&python.with_file_name("moto_server"), home);
        server
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stderr(Stdio::piped());
        let mut process = server.spawn()?;
        let lines = BufReader::new(process.stderr.take().ok_or("it has no stderr")?).lines();
        let moto = Self { process, port };
        ready(lines)?;
        let status = sealed(&python, home)
            .args(["-c", CREATE, &format!("http://127.0.0.1:{port}"), &LISTED.to_string()])
            .stderr(Stdio::inherit())
            .status()?;
        status
            .success()
            .then_some(Some(moto))
            .ok_or_else(|| "its functions cannot be created".into())
    }

    /// The list of its functions.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/2015-03-31/functions/", self.port)
    }

    /// What tells it the service and the region. It verifies no signature.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let scope = "AK/20260101/us-east-1/lambda/aws4_request";
        let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        vec![("Authorization".to_owned(), authorization)]
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until it says that it serves, and reads on, so that it is never kept from saying more.
fn ready(mut lines: impl Iterator<Item = std::io::Result<String>> + Send + 'static) -> Outcome<()> {
    let serves = |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.contains("Running on"));
    if !lines.any(|line| serves(&line)) {
        return Err("moto_server does not start".into());
    }
    std::thread::spawn(move || lines.for_each(drop));
    Ok(())
}

fn python() -> Outcome<Option<PathBuf>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto");
    let python = folder.join("venv/bin/python");
    let complete = folder.join(PACKAGE);
    if complete.exists() {
        return Ok(Some(python));
    }
    if !is_there("python3", "--version") {
        missing("`python3`, which `moto_server` needs");
        return Ok(None);
    }
    fs::create_dir_all(&folder)?;
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(folder.join("venv"))
        .status()?;
    let pip = |arguments: &[&str]| Command::new(&python).args(["-m", "pip"]).args(arguments).status();
    if !made.success() || !pip(&["install", "--quiet", PACKAGE])?.success() {
        missing(format_args!("`{PACKAGE}`, which pip cannot fetch"));
        return Ok(None);
    }
    fs::write(complete, "")?;
    Ok(Some(python))
}
