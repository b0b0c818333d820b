//! Whom to ask: the servers of the settings or of the system, those that answer before those that lately did not.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::io::regular;

/// Where the system says whom it asks.
pub(super) const SYSTEM: &str = "/etc/resolv.conf";
/// More than that are not looked at there (resolv.conf(5), `MAXNS`).
const SYSTEM_SERVERS: usize = 3;
/// No such file is larger.
const LARGEST: u64 = 64 << 10;
/// It is looked at again after so long: at the start of a machine it may still be empty, and networks change.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// So long a server that did not answer comes last.
const ILL: Duration = Duration::from_secs(30);

/// The servers.
#[derive(Debug)]
pub(super) struct Servers {
    given: Vec<SocketAddr>,
    system: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    looked: Option<Instant>,
    of_system: Vec<SocketAddr>,
    ill: HashMap<SocketAddr, Instant>,
}

impl Servers {
    /// Those that are given, or those that the file `system` names.
    pub(super) fn new(given: &[SocketAddr], system: &Path) -> Self {
        Self { given: given.to_vec(), system: system.to_owned(), state: Mutex::default() }
    }

    /// All of them, each once.
    pub(super) fn all(&self) -> Vec<SocketAddr> {
        if !self.given.is_empty() {
            return self.given.clone();
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN) {
            state.of_system = of_system(&self.system);
            state.looked = Some(Instant::now());
        }
        state.of_system.clone()
    }

    /// In the order in which they are to be tried for one question; a single one twice, since datagrams get lost.
    pub(super) fn in_turn(&self) -> Vec<SocketAddr> {
        let mut all = self.all();
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        all.sort_by_key(|server| state.ill.get(server).is_some_and(|since| since.elapsed() < ILL));
        if let [only] = all[..] {
            all.push(only);
        }
        all
    }

    /// It answered.
    pub(super) fn answered(&self, server: SocketAddr) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ill.remove(&server);
    }

    /// It did not; whether that is news.
    pub(super) fn failed(&self, server: SocketAddr) -> bool {
        let before = self.state.lock().unwrap_or_else(PoisonError::into_inner).ill.insert(server, Instant::now());
        before.is_none_or(|since| since.elapsed() >= ILL)
    }
}

/// The servers of a file of the form of resolv.conf(5); without any the one on this machine, as the system has it.
fn of_system(file: &Path) -> Vec<SocketAddr> {
    // A few lines, in memory anyway: no thread is worth waking for it.
    let text = regular::read(file, LARGEST).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut servers: Vec<SocketAddr> = Vec::new();
    for server in text.lines().filter_map(named).take(SYSTEM_SERVERS) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    if servers.is_empty() {
        servers.push((Ipv4Addr::LOCALHOST, 53).into());
    }
    servers
}

fn named(line: &str) -> Option<SocketAddr> {
    let mut words = line.split_ascii_whitespace();
    let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
    // An address of a link, with the number of the link.
    let of_link = || format!("[{address}]:53").parse().ok();
    address.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, 53)).or_else(of_link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("resolv.conf");
        std::fs::write(&file, text).unwrap();
        Servers::new(&[], &file).all().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_systems_servers_are_read_as_the_system_reads_them() {
        let text = "# nameserver 1.1.1.1\n;nameserver 2.2.2.2\nsearch a.vn\nnameserver  10.0.0.53 # near\n\
                    nameserver ::1\nnameserver x\nnameserver fe80::1%2\nnameserver 10.0.0.54\n";
        assert_eq!(system(text), ["10.0.0.53:53", "[::1]:53", "[fe80::1%2]:53"]);
        assert_eq!(system(""), ["127.0.0.1:53"]);
    }

    #[test]
    fn a_file_that_is_not_there_names_the_server_of_this_machine() {
        let servers = Servers::new(&[], Path::new("/nowhere/resolv.conf"));
        assert_eq!(servers.all(), ["127.0.0.1:53".parse().unwrap()]);
    }

    #[test]
    fn a_server_that_did_not_answer_comes_last_until_it_does() {
        let [one, two]: [SocketAddr; 2] = ["10.0.0.1:53".parse().unwrap(), "10.0.0.2:53".parse().unwrap()];
        let servers = Servers::new(&[one, two], Path::new("/nowhere"));
        assert_eq!(servers.in_turn(), [one, two]);
        assert!(servers.failed(one), "that is news");
        assert!(!servers.failed(one), "and then no longer");
        assert_eq!(servers.in_turn(), [two, one]);
        servers.answered(one);
        assert_eq!(servers.in_turn(), [one, two]);
        assert_eq!(Servers::new(&[one], Path::new("/nowhere")).in_turn(), [one, one]);
    }
}
