//! nginx and HAProxy as WebSocket proxies to the echo server, tuned for it.

use crate::Outcome;
use crate::pinned::Running;
use crate::process::sealed;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

/// A proxy that runs.
pub(crate) struct Peer {
    /// Its name.
    pub(crate) name: &'static str,
    /// The process that has the connections.
    pub(crate) pid: u32,
    /// Where it answers, plain.
    pub(crate) plain: SocketAddr,
    /// Where it answers, encrypted.
    pub(crate) encrypted: SocketAddr,
    _running: Running,
}

/// What a peer is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tuning {
    /// Small messages and idle connections: its usual buffers.
    Small,
    /// Large frames: buffers of 64 KB.
    Large,
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The version of a program, or why there is none.
pub(crate) fn version(program: &str) -> Outcome<String> {
    let output = Command::new(program).arg("-v").output()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Starts nginx, with one worker, before the server at `to`; `folder` holds `pair.pem`, certificate and key.
pub(crate) fn nginx(folder: &Path, to: SocketAddr, tuning: Tuning) -> Outcome<Peer> {
    let home = folder.join(format!("nginx-{}", tuning as u8));
    fs::create_dir(&home)?;
    let (plain, encrypted) = (free_port()?, free_port()?);
    let buffers = match tuning {
        Tuning::Small => "",
        Tuning::Large => "proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;",
    };
    let (home_text, pair) = (home.display(), folder.join("pair.pem"));
    let pair = pair.display();
    let config = format!(
        "daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 20000; pid {home_text}/pid;
         error_log {home_text}/error.log crit;
         events {{ worker_connections 19000; multi_accept on; }}
         http {{
           access_log off; tcp_nodelay on; keepalive_timeout 600s;
           client_body_temp_path {home_text}/a; proxy_temp_path {home_text}/b; fastcgi_temp_path {home_text}/c;
           uwsgi_temp_path {home_text}/d; scgi_temp_path {home_text}/e;
           server {{
             listen 127.0.0.1:{plain} backlog=4096; listen 127.0.0.1:{encrypted} ssl backlog=4096;
             ssl_certificate {pair}; ssl_certificate_key {pair}; ssl_protocols TLSv1.2 TLSv1.3;
             location / {{
               proxy_pass http://{to}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
               proxy_set_header Connection upgrade; proxy_set_header Host $host; proxy_read_timeout 600s;
               proxy_send_timeout 600s; {buffers}
             }}
           }}
         }}\n"
    );
    let file = home.join("nginx.conf");
    fs::write(&file, config)?;
    let running = Running(sealed("nginx").arg("-p").arg(&home).arg("-c").arg(&file).spawn()?);
    Ok(peer("nginx", running, (plain, encrypted)))
}

/// The same for HAProxy, with one thread.
pub(crate) fn haproxy(folder: &Path, to: SocketAddr, tuning: Tuning) -> Outcome<Peer> {
    let (plain, encrypted) = (free_port()?, free_port()?);
    let buffers = match tuning {
        Tuning::Small => "",
        Tuning::Large => "tune.bufsize 131072",
    };
    let pair = folder.join("pair.pem");
    let pair = pair.display();
    let config = format!(
        "global\n nbthread 1\n maxconn 9500\n ulimit-n 20000\n {buffers}\n\
         defaults\n mode http\n timeout connect 5s\n timeout client 600s\n timeout server 600s\n timeout tunnel 600s\n\
         frontend f\n bind 127.0.0.1:{plain} backlog 4096\n\
         \x20bind 127.0.0.1:{encrypted} backlog 4096 ssl crt {pair} alpn http/1.1\n default_backend b\n\
         backend b\n server s {to}\n"
    );
    let file = folder.join(format!("haproxy-{}.cfg", tuning as u8));
    fs::write(&file, config)?;
    let running = Running(sealed("haproxy").arg("-db").arg("-f").arg(&file).spawn()?);
    Ok(peer("HAProxy", running, (plain, encrypted)))
}

fn peer(name: &'static str, running: Running, (plain, encrypted): (u16, u16)) -> Peer {
    Peer {
        name,
        pid: running.0.id(),
        plain: (Ipv4Addr::LOCALHOST, plain).into(),
        encrypted: (Ipv4Addr::LOCALHOST, encrypted).into(),
        _running: running,
    }
}
