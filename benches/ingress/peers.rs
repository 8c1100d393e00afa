//! nginx and HAProxy as WebSocket proxies, each with one thread, as a person who knows them would set them up.

use crate::Outcome;
use crate::processor;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls_pki_types::CertificateDer;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long one may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a peer is set up for.
#[derive(Clone, Copy)]
pub(crate) enum Tuning {
    /// Short messages and idle sockets: its usual buffers.
    Small,
    /// Large frames.
    Large,
}

/// A proxy that is killed with this value.
pub(crate) struct Peer {
    process: Child,
    pub(crate) plain: SocketAddr,
    pub(crate) encrypted: SocketAddr,
}

impl Peer {
    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // nginx's worker ends with its master only if that is told to end.
        let told = Command::new("kill").arg(self.process.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A certificate for `localhost` in `folder`, as both take one.
pub(crate) fn certificate(folder: &Path) -> Outcome<CertificateDer<'static>> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()])?;
    fs::write(
        folder.join("both.pem"),
        format!("{}{}", cert.pem(), signing_key.serialize_pem()),
    )?;
    Ok(cert.der().clone())
}

/// The version of a program, or why there is none.
pub(crate) fn version(program: &str) -> Outcome<String> {
    let output = Command::new(program).arg("-v").output()?;
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// Starts nginx in front of `function`.
pub(crate) fn nginx(folder: &Path, function: SocketAddr, tuning: Tuning) -> Outcome<Peer> {
    let buffers = match tuning {
        Tuning::Small => "",
        Tuning::Large => "proxy_buffer_size 64k; proxy_buffers 4 64k; proxy_busy_buffers_size 64k;",
    };
    let ports = (free()?, free()?);
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {folder}/{what};"))
        .join(" ");
    let text = format!(
        "daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;\n\
         worker_processes 1; worker_rlimit_nofile 20000;\n\
         events {{ worker_connections 16000; multi_accept on; }}\n\
         http {{ access_log off; tcp_nodelay on; {temporary}\n\
         upstream function {{ server {function}; }}\n\
         server {{ listen {} backlog=4096; listen {} ssl backlog=4096;\n\
         ssl_certificate {folder}/both.pem; ssl_certificate_key {folder}/both.pem; ssl_protocols TLSv1.2 TLSv1.3;\n\
         location / {{ proxy_pass http://function; proxy_http_version 1.1; proxy_set_header Host $host;\n\
         proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;\n\
         {buffers}\n\
         proxy_read_timeout 1h; proxy_send_timeout 1h; }} }} }}\n",
        ports.0, ports.1
    );
    let path = format!("{folder}/nginx.conf");
    fs::write(&path, text)?;
    let mut command = Command::new("nginx");
    command.args(["-c", &path, "-e", &format!("{folder}/nginx.log")]);
    start(command, ports)
}

/// Starts HAProxy in front of `function`.
pub(crate) fn haproxy(folder: &Path, function: SocketAddr, tuning: Tuning) -> Outcome<Peer> {
    let buffers = match tuning {
        Tuning::Small => "",
        Tuning::Large => "tune.bufsize 131072",
    };
    let ports = (free()?, free()?);
    let folder = folder.display();
    let text = format!(
        "global\n maxconn 8000\n nbthread 1\n {buffers}\n\
         defaults\n mode http\n timeout connect 5s\n timeout client 1h\n timeout server 1h\n timeout tunnel 1h\n\
         frontend both\n bind {} backlog 4096\n bind {} ssl crt {folder}/both.pem backlog 4096\n\
         default_backend function\n\
         backend function\n server function {function}\n",
        ports.0, ports.1
    );
    let path = format!("{folder}/haproxy.cfg");
    fs::write(&path, text)?;
    let mut command = Command::new("haproxy");
    command
        .args(["-db", "-q", "-f", &path])
        .stderr(File::create(format!("{folder}/haproxy.log"))?);
    start(command, ports)
}

fn free() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn start(mut command: Command, (plain, encrypted): (SocketAddr, SocketAddr)) -> Outcome<Peer> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let process = processor::on(processor::PROXY, || Ok(command.spawn()?))?;
    let mut peer = Peer {
        process,
        plain,
        encrypted,
    };
    let began = Instant::now();
    while TcpStream::connect(plain).is_err() {
        if let Some(status) = peer.process.try_wait()? {
            return Err(format!("{command:?} ended with {status}").into());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("{command:?} does not listen").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(peer)
}
