//! An HTTP server that can be slow, stalled, wrong, stale, huge, redirecting and contradictory.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dieu7::io::fetch::{Resolve, Resolving};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a server does next.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    /// One octet after the other, with a pause before each, for ever.
    Drip(Duration),
    /// These octets again and again until the peer has enough.
    Endless(Vec<u8>),
    /// Nothing more, and no end.
    Stall,
}

/// A request as it came: head and body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The value of a field, in lower case its name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Answer = dyn Fn(usize, &Asked) -> Vec<Step> + Send + Sync;

/// A server; it stops when dropped.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers the n-th request (from 0) with what `answer` says.
    pub async fn start(answer: impl Fn(usize, &Asked) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&asked), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    // A client that has enough is no failure of the server.
                    let _ = serve(stream, &log, &*answer).await;
                });
            }
        });
        Self { port, asked, task }
    }

    /// Answers every request with the same.
    pub async fn always(steps: Vec<Step>) -> Self {
        Self::start(move |_, _| steps.clone()).await
    }

    /// An address on it.
    pub fn at(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &Answer) -> io::Result<()> {
    let asked = read(&mut stream).await?;
    let n = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    for step in answer(n, &asked) {
        match step {
            Step::Send(octets) => stream.write_all(&octets).await?,
            Step::Drip(pause) => loop {
                tokio::time::sleep(pause).await;
                stream.write_all(b"x").await?;
            },
            Step::Endless(octets) => loop {
                stream.write_all(&octets).await?;
            },
            Step::Stall => {
                // Until the client goes.
                while stream.read(&mut [0; 64]).await? > 0 {}
                return Ok(());
            }
        }
    }
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> io::Result<Asked> {
    let mut octets = Vec::new();
    let head = loop {
        if let Some(end) = octets.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut octets).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let body = octets.split_off(head);
    let mut asked = Asked { head: String::from_utf8_lossy(&octets).into_owned(), body };
    let length = asked.field("content-length").map_or(0, |length| length.parse().unwrap());
    while asked.body.len() < length && stream.read_buf(&mut asked.body).await? > 0 {}
    Ok(asked)
}

/// A whole answer.
pub fn answer(status: &str, fields: &[&str], body: &[u8]) -> Step {
    let mut octets = head(status, fields, Some(body.len()));
    octets.extend_from_slice(body);
    Step::Send(octets)
}

/// 200 with a body.
pub fn ok(body: &[u8]) -> Vec<Step> {
    vec![answer("200 OK", &[], body)]
}

/// The head of an answer.
pub fn head(status: &str, fields: &[&str], length: Option<usize>) -> Vec<u8> {
    let length = length.map(|length| format!("Content-Length: {length}"));
    let status = format!("HTTP/1.1 {status}");
    let lines: Vec<&str> =
        std::iter::once(status.as_str()).chain(fields.iter().copied()).chain(length.as_deref()).collect();
    [&lines.join("\r\n"), "\r\n\r\n"].concat().into_bytes()
}

/// A resolver that answers in turn, the last answer again and again, and remembers who was asked for.
#[derive(Clone, Debug)]
pub struct Names {
    answers: Arc<Vec<Vec<IpAddr>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub fn new(answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        Self { answers: Arc::new(answers), asked: Arc::default() }
    }

    pub fn loopback() -> Self {
        Self::new(&[&["127.0.0.1"]])
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        let mut asked = self.asked.lock().unwrap();
        let answer = self.answers[asked.len().min(self.answers.len() - 1)].clone();
        asked.push(host.to_owned());
        Box::pin(async move { Ok(answer) })
    }
}

/// A resolver that never answers.
#[derive(Debug)]
pub struct Deaf;

impl Resolve for Deaf {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(std::future::pending())
    }
}
