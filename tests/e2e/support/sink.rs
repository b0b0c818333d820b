//! Where mail ends: an SMTP server (RFC 5321) that keeps every octet.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use super::PATIENCE;
use super::mail::Delivered;

/// A server with what it was given.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    shelf: Arc<Shelf>,
    stopped: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Shelf {
    mails: Mutex<Vec<Delivered>>,
    more: Condvar,
}

impl Sink {
    /// Listens on a port of `listener`.
    pub fn start(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let (shelf, stopped) = (Arc::new(Shelf::default()), Arc::new(AtomicBool::new(false)));
        let (kept, over) = (Arc::clone(&shelf), Arc::clone(&stopped));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let shelf = Arc::clone(&kept);
                // A client that goes away ends its conversation; what it handed over stays.
                std::thread::spawn(move || drop(converse(stream, &shelf)));
            }
        });
        Self { address, shelf, stopped }
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Delivered> {
        self.shelf.mails.lock().unwrap().clone()
    }

    /// Waits until there are `count` mails, and gives all.
    pub fn wait_for(&self, count: usize) -> Vec<Delivered> {
        let end = Instant::now() + PATIENCE;
        let mut mails = self.shelf.mails.lock().unwrap();
        while mails.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {count} mails, {} came", mails.len());
            mails = self.shelf.more.wait_timeout(mails, left).unwrap().0;
        }
        mails.clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn converse(stream: TcpStream, shelf: &Shelf) -> std::io::Result<()> {
    let mut input = BufReader::new(stream.try_clone()?);
    let mut output = stream;
    output.write_all(b"220 sink ESMTP\r\n")?;
    let mut mail = Delivered::default();
    loop {
        let mut line = String::new();
        if input.by_ref().take(4096).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => output.write_all(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")?,
            "MAIL" => {
                mail = Delivered { mail_from: path(line), ..Delivered::default() };
                output.write_all(b"250 ok\r\n")?;
            }
            "RCPT" => {
                mail.recipients.push(path(line));
                output.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                output.write_all(b"354 go on\r\n")?;
                mail.octets = data(&mut input)?;
                shelf.mails.lock().unwrap().push(std::mem::take(&mut mail));
                shelf.more.notify_all();
                output.write_all(b"250 kept\r\n")?;
            }
            "QUIT" => return output.write_all(b"221 bye\r\n"),
            _ => output.write_all(b"250 ok\r\n")?,
        }
    }
}

fn path(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path).to_owned()
}

/// Takes the transparency dots out again (RFC 5321, 4.5.2).
fn data(input: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(octets);
        }
        octets.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
