//! A pseudo-terminal for questions, held by Python, which has one in its library.

use super::{World, skipped};
use std::process::{Command, Stdio};

/// Runs a command at a terminal: waits for each text, then types. Prints what the terminal showed, then the exit status
/// and whether typed text is shown again. Ctrl-Z is typed as at a shell: it waits until the command has stopped and the keyboard is as
/// before, lets it go on, and waits until it has taken the keyboard again.
const SCRIPT: &str = r#"
import json, os, pty, select, signal, sys, termios
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown, at = "", 0
def fail(why):
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    sys.exit(f"{why}: {shown}")
def read():
    global shown
    if not select.select([terminal], [], [], 20)[0]:
        fail("nothing more is shown")
    try:
        data = os.read(terminal, 4096)
    except OSError:
        return False
    shown += data.decode(errors="replace")
    return bool(data)
def echoes():
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
for expected, typed in steps:
    while expected not in shown[at:]:
        if not read():
            fail(f"`{expected}` was not shown")
    at = shown.index(expected, at) + len(expected)
    os.write(terminal, typed.encode())
    if typed == "\x1a":
        if not os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]):
            fail("it did not stop")
        if not echoes():
            fail("it stopped with the keyboard in its hands")
        os.kill(pid, signal.SIGCONT)
        while echoes():
            if not read():
                fail("it ended")
echo = None
while read():
    pass
status = os.waitpid(pid, 0)[1]
try:
    echo = echoes()
except termios.error:
    pass
print(json.dumps({"shown": shown, "echo": echo, "status": os.waitstatus_to_exitcode(status)}))
"#;

/// What a run at a terminal came to.
#[derive(Debug)]
pub(crate) struct Typed {
    /// Everything that the terminal showed.
    pub(crate) shown: String,
    pub(crate) status: i64,
}

impl World {
    /// Runs a line at a terminal: each step waits until the terminal shows a text, then types another. Nothing where
    /// there is no Python.
    #[track_caller]
    pub(crate) fn type_at(&self, line: &str, steps: &[(&str, &str)]) -> Option<Typed> {
        if skipped("python3") {
            return None;
        }
        let command = self.command(line.split_whitespace());
        let mut python = Command::new("python3");
        python
            .args(["-c", SCRIPT, &serde_json::to_string(steps).unwrap()])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .env("TERM", "xterm")
            .current_dir(command.get_current_dir().unwrap());
        let output = python.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_ne!(told["echo"], false, "the terminal was left so that it shows nothing");
        Some(Typed {
            shown: told["shown"].as_str().unwrap().to_owned(),
            status: told["status"].as_i64().unwrap(),
        })
    }
}
