//! Sockets that the server listens on.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener};

use super::allow::AllowList;
use super::stream::Stream;

/// A unix socket, below Postfix's queue directory where its smtpd is chrooted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnixSocket {
    /// Where it lies.
    pub path: PathBuf,
    /// Permissions. To connect takes the right to write: `0o660` lets the group in.
    pub mode: u32,
    /// Group by name or number; `None` leaves that of the process.
    pub group: Option<String>,
}

/// Why there is nothing to listen on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody answers on it, most likely another dieu7.
    #[error("{} is in use: a process answers on it", .0.display())]
    InUse(PathBuf),
    /// The system said no.
    #[error("cannot {attempt} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        attempt: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Inet {
        /// Address and port.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder for the socket does not exist. It is not made: its owner and mode are the operator's decision.
    #[error("folder {} for the socket does not exist", .0.display())]
    NoFolder(PathBuf),
    /// A file that is no socket is never removed.
    #[error("{} exists and is not a socket", .0.display())]
    NotASocket(PathBuf),
    /// Not in `/etc/group`.
    #[error("there is no group '{0}'")]
    NoSuchGroup(String),
}

/// Something to listen on. A unix socket's file goes with it.
#[derive(Debug)]
pub struct Listener(Kind);

#[derive(Debug)]
enum Kind {
    Inet { listener: TcpListener, allow: AllowList },
    Unix { listener: UnixListener, _file: OwnFile },
}

impl Listener {
    /// Listens on a unix socket. A socket left behind by a process that is gone is replaced. Needs a runtime.
    pub fn unix(socket: &UnixSocket) -> Result<Self, ListenError> {
        let path = socket.path.as_path();
        let failed = |attempt| move |source| ListenError::Io { attempt, path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(ListenError::NoFolder(folder.to_owned()));
        }
        let group = socket.group.as_deref().map(group_id).transpose()?;
        remove_stale(path)?;
        let listener = UnixListener::bind(path).map_err(failed("listen on"))?;
        // From here on the file is removed again if a later step fails.
        let file = OwnFile::of(path).map_err(failed("look at"))?;
        // The group first: with the mode first, the wrong group would be let in for a moment.
        if group.is_some() {
            chown(path, None, group).map_err(failed("give the group of"))?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(socket.mode)).map_err(failed("set the mode of"))?;
        Ok(Self(Kind::Unix { listener, _file: file }))
    }

    /// Listens on TCP, for the peers on the list.
    pub async fn inet(address: SocketAddr, allow: AllowList) -> Result<Self, ListenError> {
        let listener = TcpListener::bind(address).await.map_err(|source| ListenError::Inet { address, source })?;
        Ok(Self(Kind::Inet { listener, allow }))
    }

    /// Address and port of an inet socket, for one that was opened on port 0.
    pub fn address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Kind::Inet { listener, .. } => listener.local_addr().ok(),
            Kind::Unix { .. } => None,
        }
    }

    /// The next peer; one that is not on the list is closed without a word.
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match &self.0 {
            Kind::Unix { listener, .. } => Ok(Stream::Unix(listener.accept().await?.0)),
            Kind::Inet { listener, allow } => loop {
                let (stream, peer) = listener.accept().await?;
                let ip: IpAddr = peer.ip();
                if allow.allows(ip) {
                    return Stream::tcp(stream);
                }
                tracing::warn!(%peer, "peer is not on the allow-list of the milter socket");
            },
        }
    }
}

/// The file of a socket; removed with the listener, unless another process has put its own there.
#[derive(Debug)]
struct OwnFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OwnFile {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        let own = |there: &fs::Metadata| there.dev() == self.device && there.ino() == self.inode;
        if fs::symlink_metadata(&self.path).is_ok_and(|there| own(&there))
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "socket file stays behind");
        }
    }
}

fn remove_stale(path: &Path) -> Result<(), ListenError> {
    let failed = |attempt, source| ListenError::Io { attempt, path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("look at", error)),
        Ok(there) if !there.file_type().is_socket() => return Err(ListenError::NotASocket(path.to_owned())),
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(ListenError::InUse(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| failed("remove", error))
        }
        // Nobody can tell whether it is in use.
        Err(error) => Err(failed("connect to", error)),
    }
}

/// Looks the group up where Postfix's package put it; a number is taken as it is.
fn group_id(group: &str) -> Result<u32, ListenError> {
    if let Ok(number) = group.parse() {
        return Ok(number);
    }
    let path = Path::new("/etc/group");
    let groups = fs::read_to_string(path).map_err(|source| ListenError::Io {
        attempt: "read",
        path: path.to_owned(),
        source,
    })?;
    find_group(&groups, group).ok_or_else(|| ListenError::NoSuchGroup(group.to_owned()))
}

/// group(5): `name:password:number:members`.
fn find_group(groups: &str, name: &str) -> Option<u32> {
    let mut lines = groups.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| if fields.next() == Some(name) { fields.nth(1)?.parse().ok() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(path: PathBuf) -> UnixSocket {
        UnixSocket { path, mode: 0o660, group: None }
    }

    #[tokio::test]
    async fn a_socket_has_the_mode_and_group_that_were_asked_for_and_goes_with_its_listener() {
        let folder = tempfile::tempdir().unwrap();
        let gid = fs::metadata(folder.path()).unwrap().gid();
        let path = folder.path().join("milter");
        for mode in [0o660, 0o600, 0o666] {
            let socket = UnixSocket { path: path.clone(), mode, group: Some(gid.to_string()) };
            let listener = Listener::unix(&socket).unwrap();
            let there = fs::metadata(&path).unwrap();
            assert_eq!((there.mode() & 0o777, there.gid()), (mode, gid));
            drop(listener);
            assert!(!path.exists());
        }
    }

    #[tokio::test]
    async fn a_socket_that_nobody_answers_on_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        Listener::unix(&socket(path)).unwrap();
    }

    #[tokio::test]
    async fn a_socket_in_use_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter");
        let _first = Listener::unix(&socket(path.clone())).unwrap();
        assert!(matches!(Listener::unix(&socket(path.clone())), Err(ListenError::InUse(_))));
        assert!(path.exists());
    }

    #[tokio::test]
    async fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter");
        fs::write(&path, "letter").unwrap();
        assert!(matches!(Listener::unix(&socket(path.clone())), Err(ListenError::NotASocket(_))));
        let target = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &target).unwrap();
        assert!(matches!(Listener::unix(&socket(target)), Err(ListenError::NotASocket(_))));
        assert_eq!(fs::read_to_string(path).unwrap(), "letter");
    }

    #[tokio::test]
    async fn a_missing_folder_is_named_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("dieu7");
        let error = Listener::unix(&socket(missing.join("milter"))).unwrap_err();
        assert!(matches!(error, ListenError::NoFolder(path) if path == missing));
        assert!(!missing.exists());
    }

    #[tokio::test]
    async fn the_file_of_a_successor_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter");
        let old = Listener::unix(&socket(path.clone())).unwrap();
        fs::rename(&path, folder.path().join("aside")).unwrap();
        let _new = Listener::unix(&socket(path.clone())).unwrap();
        drop(old);
        assert!(path.exists());
    }

    #[test]
    fn a_group_is_found_by_name() {
        let groups = "root:x:0:\npostfix:x:117:\nbroken\nother:x:nan:\n";
        assert_eq!(find_group(groups, "postfix"), Some(117));
        assert_eq!(find_group(groups, "broken"), None);
        assert_eq!(find_group(groups, "other"), None);
        assert!(matches!(group_id("no-such-group-here"), Err(ListenError::NoSuchGroup(_))));
    }
}
