//! The real binary, run as an account of its own as docs/postfix.md asks.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::postfix::signal;
use super::until;

/// The account; it is a member of the group `postfix` and nothing else.
pub const ACCOUNT: &str = "nobody";

/// The program that is tested.
pub const BINARY: &str = env!("CARGO_BIN_EXE_dieu7");

/// A running gateway; it ends with the value.
#[derive(Debug)]
pub struct Gateway {
    child: Child,
    said: Arc<Mutex<String>>,
    listener: JoinHandle<()>,
}

impl Gateway {
    /// Starts, and waits until the socket answers.
    pub fn start(settings: &Path, socket: &Path) -> Self {
        let mut gateway = Self::spawn(settings);
        until("the gateway answers", || {
            if let Some(status) = gateway.child.try_wait().unwrap() {
                panic!("the gateway ended with {status}:\n{}", gateway.said());
            }
            UnixStream::connect(socket).ok()
        });
        gateway
    }

    /// What a command of the program says when the account runs it; it must succeed.
    pub fn command(settings: &Path, arguments: &[&str]) -> String {
        let output = Command::new("setpriv")
            .args([&format!("--reuid={ACCOUNT}"), "--regid=nogroup", "--groups=postfix", "--"])
            .arg(reachable_binary(settings.parent().unwrap()))
            .args(["--lang", "en"])
            .args(arguments)
            .arg("--config")
            .arg(settings)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// Starts, and does not wait.
    pub fn spawn(settings: &Path) -> Self {
        let run = "exec setpriv --reuid=\"$0\" --regid=nogroup --groups=postfix --no-new-privs -- \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", run, ACCOUNT])
            .arg(reachable_binary(settings.parent().unwrap()))
            .args(["--lang", "en", "serve", "--config"])
            .arg(settings)
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        let listener = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut said = kept.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        Self { child, said, listener }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        signal(name, &self.child.id().to_string());
    }

    /// Waits for its end, and until all that it said was heard.
    pub fn wait(&mut self) -> ExitStatus {
        let status = until("the gateway ends", || self.child.try_wait().unwrap());
        // A reader that outlives the gateway for a moment holds the pipe, so this waits too.
        until("its last words are heard", || self.listener.is_finished().then_some(()));
        status
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// From now on no file may grow past `octets`; `None` lifts it.
    pub fn limit_files(&self, octets: Option<u64>) {
        let limit = octets.map_or("unlimited".to_owned(), |octets| octets.to_string());
        // By the account itself, and the soft limit only: for others Linux asks for a capability (CAP_SYS_RESOURCE) that
        // root in a container seldom has.
        let done = Command::new("setpriv")
            .args([&format!("--reuid={ACCOUNT}"), "--regid=nogroup", "--groups=postfix", "--", "prlimit"])
            .arg(format!("--pid={}", self.child.id()))
            .arg(format!("--fsize={limit}:"))
            .status()
            .unwrap();
        assert!(done.success(), "prlimit");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, where the account can reach it: the build folder may be closed to others.
fn reachable_binary(folder: &Path) -> PathBuf {
    let open = |folder: &Path| fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    if Path::new(BINARY).ancestors().skip(1).all(open) {
        return BINARY.into();
    }
    let copy = folder.join("dieu7-program");
    if !copy.exists() {
        fs::copy(BINARY, &copy).unwrap();
    }
    copy
}
