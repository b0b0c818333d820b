//! The two milters that are measured, each a process of its own: the gateway as it is installed, and one that only
//! echoes.

use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::io::milter::{self, Handler, Listener, Settings, UnixSocket};
use dieu7::io::samples;
use dieu7::milter::{Outcome, Transaction};

/// A milter process; it ends with this value.
pub struct Server {
    process: Child,
    pub socket: PathBuf,
}

impl Server {
    /// The gateway, with the settings and the PKI of the demo, in `folder`.
    pub fn gateway(folder: &Path) -> Self {
        let settings = samples::install(folder).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dieu7"));
        command.arg("serve").arg("--config").arg(settings);
        Self::start(command, &folder.join("dieu7.sock"))
    }

    /// The milter that accepts everything at once.
    pub fn echo(folder: &Path) -> Self {
        let socket = folder.join("echo.sock");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(crate::ECHO).arg(&socket);
        Self::start(command, &socket)
    }

    fn start(mut command: Command, socket: &Path) -> Self {
        // It logs to a file, as to a journal.
        let log = File::create(socket.with_extension("log")).unwrap();
        let process = command.stdin(Stdio::null()).stderr(log).spawn().unwrap();
        let server = Self { process, socket: socket.to_owned() };
        let started = Instant::now();
        while UnixStream::connect(socket).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "{} does not come up", socket.display());
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// Sums a field of `/proc/PID/status` in kB over the process and all that it has started.
    pub fn memory(&self, field: &str) -> usize {
        let mut waiting = vec![self.process.id().to_string()];
        let mut sum = 0;
        while let Some(id) = waiting.pop() {
            let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) else { continue };
            let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
            sum += line.trim_matches([':', '\t', ' ']).trim_end_matches(" kB").parse::<usize>().unwrap();
            for task in fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten() {
                let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                waiting.extend(children.split_whitespace().map(str::to_owned));
            }
        }
        sum
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Echo;

impl Handler for Echo {
    async fn handle(&self, _: Transaction) -> Outcome {
        Outcome::accept(Vec::new())
    }
}

/// Serves until the process is ended.
pub fn echo(socket: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = Listener::unix(&UnixSocket { path: socket.to_owned(), mode: 0o600, group: None }).unwrap();
        milter::serve(listener, Arc::new(Echo), Settings::default(), std::future::pending()).await;
    });
}
