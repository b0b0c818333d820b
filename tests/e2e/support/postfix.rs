//! A Postfix instance of its own, as Debian sets it up: `smtpd` chrooted in the queue directory, the milter socket below
//! it, one service for mail from outside and one for people who log in.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::requirements::find;
use super::until;

/// Password of every login.
pub const PASSWORD: &str = "mat-khau-thu";
const HOST: &str = "mx.tinhmau.example";

/// The running instance; it ends with the value.
#[derive(Debug)]
pub struct Postfix {
    folder: PathBuf,
    /// Port for mail from outside.
    pub inbound: SocketAddr,
    /// Port for people who log in.
    pub submission: SocketAddr,
    foreground: Child,
}

impl Postfix {
    /// Makes the instance in `folder` and starts it. `milter` sees and `sink` gets all mail.
    pub fn start(folder: &Path, milter: &str, sink: SocketAddr, logins: &[String]) -> Self {
        let (inbound, submission) = (free_port(sink), free_port(sink));
        for part in ["etc", "etc/sasl", "data", "queue", "queue/etc"] {
            fs::create_dir_all(folder.join(part)).unwrap();
            fs::set_permissions(folder.join(part), fs::Permissions::from_mode(0o755)).unwrap();
        }
        own(&folder.join("data"), "postfix:root");
        fs::write(folder.join("etc/main.cf"), main_cf(folder, milter, sink)).unwrap();
        fs::write(folder.join("etc/master.cf"), master_cf(inbound, submission)).unwrap();
        // Read inside the chroot, at the place where the library looks by default.
        add_logins(&folder.join("queue/etc/sasldb2"), logins);
        let foreground = Command::new(find("postfix").unwrap())
            .arg("-c")
            .arg(folder.join("etc"))
            .arg("start-fg")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let postfix = Self { folder: folder.to_owned(), inbound, submission, foreground };
        until("Postfix listens", || {
            [inbound, submission].iter().all(|port| TcpStream::connect(port).is_ok()).then_some(())
        });
        postfix
    }

    /// The folder that has main.cf.
    pub fn configuration(&self) -> PathBuf {
        self.folder.join("etc")
    }

    /// Replaces parts of main.cf, and waits until master has taken it.
    pub fn amend(&self, changes: &[(&str, &str)]) {
        let main_cf = self.configuration().join("main.cf");
        let mut text = fs::read_to_string(&main_cf).unwrap();
        for (old, new) in changes {
            assert!(text.contains(old), "main.cf has no {old}");
            text = text.replace(old, new);
        }
        fs::write(&main_cf, text).unwrap();
        let reload = Command::new(find("postfix").unwrap()).arg("-c").arg(self.configuration()).arg("reload").output();
        let reload = reload.unwrap();
        assert!(reload.status.success(), "{reload:?}");
        // Old processes end with their connection.
        until("Postfix has reloaded", || self.log().contains("reload -- version").then_some(()));
    }

    /// What Postfix has logged.
    pub fn log(&self) -> String {
        let octets = fs::read(self.folder.join("maillog")).unwrap_or_default();
        String::from_utf8_lossy(&octets).into_owned()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // SIGTERM makes master end its whole process group; the shell that waits for it ends too.
        if let Ok(pid) = fs::read_to_string(self.folder.join("queue/pid/master.pid")) {
            signal("TERM", pid.trim());
        } else {
            let _ = self.foreground.kill();
        }
        let _ = self.foreground.wait();
    }
}

/// Sends a signal to a process by its number.
pub fn signal(name: &str, pid: &str) {
    let _ = Command::new("sh").args(["-c", "kill -$0 $1", name, pid]).status();
}

/// `chown`, which the standard library cannot do by name.
pub fn own(path: &Path, owner: &str) {
    assert!(Command::new("chown").arg(owner).arg(path).status().unwrap().success(), "chown {}", path.display());
}

/// A port on the address of `near` that nobody else has. Sites have addresses of their own (all of 127/8 is the
/// loopback), so nothing takes it before Postfix does.
fn free_port(near: SocketAddr) -> SocketAddr {
    TcpListener::bind((near.ip(), 0)).unwrap().local_addr().unwrap()
}

fn add_logins(file: &Path, logins: &[String]) {
    use std::io::Write as _;
    for login in logins {
        let mut child = Command::new(find("saslpasswd2").unwrap())
            .args(["-p", "-c", "-u", HOST, "-f"])
            .arg(file)
            .arg(login)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // In one write: the tool reads once, and may be gone before a second one.
        child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "saslpasswd2 {login}");
    }
    if file.exists() {
        own(file, "root:postfix");
        fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
    }
}

/// As docs/postfix.md says, with what keeps this instance apart from the machine's own and the mail as it was sent.
fn main_cf(folder: &Path, milter: &str, sink: SocketAddr) -> String {
    let folder = folder.display();
    let next_hop = format!("smtp:[{}]:{}", sink.ip(), sink.port());
    format!(
        "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
cyrus_sasl_config_path = {folder}/etc/sasl
myhostname = {HOST}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = tinhmau.example
relay_transport = {next_hop}
default_transport = {next_hop}
smtp_host_lookup = native
local_header_rewrite_clients =
message_size_limit = 0
header_size_limit = 204800
smtp_line_length_limit = 0
in_flow_delay = 0
smtpd_error_sleep_time = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s

smtpd_milters = {milter}
non_smtpd_milters =
milter_default_action = tempfail
milter_protocol = 6
smtpd_forbid_bare_newline = normalize
smtpd_forbid_bare_newline_exclusions =
smtpd_forbid_unauth_pipelining = yes
smtpd_authorized_xclient_hosts =
"
    )
}

fn master_cf(inbound: SocketAddr, submission: SocketAddr) -> String {
    format!(
        "{inbound} inet n - y - - smtpd
  -o milter_macro_daemon_name=smtpd
  -o smtpd_relay_restrictions=reject_unauth_destination
{submission} inet n - y - - smtpd
  -o syslog_name=postfix/submission
  -o milter_macro_daemon_name=submission
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
cleanup unix n - y - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - y - - trivial-rewrite
bounce unix - - y - 0 bounce
defer unix - - y - 0 bounce
trace unix - - y - 0 bounce
flush unix n - y 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - y - - smtp
error unix - - y - - error
retry unix - - y - - error
anvil unix - - y - 1 anvil
showq unix n - y - - showq
postlog unix-dgram n - n - 1 postlogd
"
    )
}
