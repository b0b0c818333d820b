//! An SMTP client (RFC 5321) that sends octets as they are.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::letters::Letter;
use super::postfix::PASSWORD;
use super::{PATIENCE, until};

/// A reply of the server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text of its last line.
    pub text: String,
}

/// An open session.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Says EHLO.
    pub fn connect(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut client = Self { stream: BufReader::new(stream) };
        client.reply()?;
        client.command("EHLO client.example")?;
        Ok(client)
    }

    /// Logs in by AUTH PLAIN (RFC 4616).
    pub fn login(mut self, login: &str) -> io::Result<Self> {
        let reply = self.command(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{login}\0{PASSWORD}"))))?;
        if reply.code == 235 { Ok(self) } else { Err(io::Error::other(format!("{reply:?}"))) }
    }

    /// As if it came from another address (Postfix's XCLIENT; the server must allow it).
    pub fn coming_from(mut self, address: &str) -> io::Result<Self> {
        let reply = self.command(&format!("XCLIENT ADDR={address} NAME=[UNAVAILABLE]"))?;
        if reply.code != 220 {
            return Err(io::Error::other(format!("{reply:?}")));
        }
        self.command("EHLO client.example")?;
        Ok(self)
    }

    /// One mail; the reply is that to the end of data, or the first that is not what the next step needs.
    pub fn send(&mut self, letter: &Letter) -> io::Result<Reply> {
        let begun = self.begin(letter)?;
        if begun.code != 354 {
            return Ok(begun);
        }
        self.stream.get_mut().write_all(&transparent(&letter.octets))?;
        self.finish()
    }

    /// Everything up to the server's answer to DATA.
    pub fn begin(&mut self, letter: &Letter) -> io::Result<Reply> {
        let wide = letter.octets.iter().any(|octet| !octet.is_ascii());
        let body = if wide { " BODY=8BITMIME" } else { "" };
        let mail = self.command(&format!("MAIL FROM:<{}>{body}", letter.mail_from))?;
        if mail.code != 250 {
            return Ok(mail);
        }
        for recipient in &letter.recipients {
            let reply = self.command(&format!("RCPT TO:<{recipient}>"))?;
            if reply.code != 250 {
                self.command("RSET")?;
                return Ok(reply);
            }
        }
        self.command("DATA")
    }

    /// A part of the data, with its transparency dots.
    pub fn part(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(&transparent(octets))
    }

    /// Octets of the data as they are, dots and bare line feeds too.
    pub fn raw(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(octets)
    }

    /// The end of data.
    pub fn finish(&mut self) -> io::Result<Reply> {
        self.command(".")
    }

    fn command(&mut self, line: &str) -> io::Result<Reply> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> io::Result<Reply> {
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                let code = line.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
                return Ok(Reply { code, text: line.get(4..).unwrap_or_default().trim_end().to_owned() });
            }
        }
    }
}

/// Sends as a mail server does: what is put off (4xx, or a connection that ends) is tried again. Gives how often that was.
pub fn send_until_taken(server: SocketAddr, letter: &Letter, open: &mut Option<Client>) -> usize {
    let mut put_off = 0;
    until("the mail is taken", || {
        let sent = open.take().map_or_else(|| Client::connect(server), Ok).and_then(|mut client| {
            let reply = client.send(letter)?;
            Ok((client, reply))
        });
        match sent {
            Ok((client, Reply { code: 250, .. })) => {
                *open = Some(client);
                return Some(());
            }
            Ok((_, reply)) => assert!((400..500).contains(&reply.code), "refused for good: {reply:?}"),
            Err(_) => {}
        }
        put_off += 1;
        std::thread::sleep(Duration::from_millis(30));
        None
    });
    put_off
}

fn transparent(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len() + 64);
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out
}
