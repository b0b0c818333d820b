//! A name server on this machine, UDP and TCP on one port, which can be silent, failing, wrong, cut, looping and huge.
//! On threads of its own, so that tests with and without a runtime can have one.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// How the server behaves when it is asked for a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mood {
    /// No answer at all.
    Silent,
    /// An error instead of an answer.
    Code(ResponseCode),
    /// Answers with another number than asked with, so many times; then the truth.
    OtherNumber(usize),
    /// Over UDP only lies, by their number; the truth over TCP.
    LiesOverUdp,
    /// The answer to another question.
    OtherQuestion,
    /// The records stand at another name.
    OtherOwner,
    /// Octets that are no message.
    Garbage,
    /// Over UDP "truncated", over TCP octet after octet for ever.
    Drip,
    /// Over UDP and TCP "truncated".
    Cut,
    /// Who comes with EDNS is not understood.
    NoEdns,
}

/// What a server was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// In lower case, without a final full stop.
    pub name: String,
    pub kind: RecordType,
    pub tcp: bool,
}

/// What a server knows.
#[derive(Clone, Debug)]
pub struct Zone {
    records: BTreeMap<String, Vec<RData>>,
    moods: BTreeMap<String, Mood>,
    ttl: u32,
    authenticated: bool,
}

impl Default for Zone {
    fn default() -> Self {
        Self { records: BTreeMap::new(), moods: BTreeMap::new(), ttl: 300, authenticated: false }
    }
}

impl Zone {
    /// One more record.
    pub fn with(mut self, name: &str, data: RData) -> Self {
        self.records.entry(name.to_owned()).or_default().push(data);
        self
    }

    /// A text, in strings of at most 255 octets.
    pub fn txt(self, name: &str, text: &str) -> Self {
        let strings = text.as_bytes().chunks(255).map(|part| String::from_utf8_lossy(part).into_owned());
        self.with(name, RData::TXT(TXT::new(strings.collect())))
    }

    pub fn address(self, name: &str, address: IpAddr) -> Self {
        let data = match address {
            IpAddr::V4(address) => RData::A(A(address)),
            IpAddr::V6(address) => RData::AAAA(AAAA(address)),
        };
        self.with(name, data)
    }

    pub fn alias(self, name: &str, to: &str) -> Self {
        self.with(name, RData::CNAME(CNAME(absolute(to))))
    }

    /// How it behaves when it is asked for `name`.
    pub fn mood(mut self, name: &str, mood: Mood) -> Self {
        self.moods.insert(name.to_owned(), mood);
        self
    }

    /// For how long answers may be kept.
    pub fn ttl(self, ttl: u32) -> Self {
        Self { ttl, ..self }
    }

    /// It says of every answer that it validated it.
    pub fn authenticated(self) -> Self {
        Self { authenticated: true, ..self }
    }

    /// The honest answer.
    pub fn answer(&self, query: &Message) -> Message {
        let mut response = query.clone().into_response();
        response.metadata.recursion_available = true;
        response.metadata.authentic_data = self.authenticated && query.metadata.authentic_data;
        let (mut name, kind) = (plain(&query.queries[0].name), query.queries[0].query_type());
        // A loop of aliases is answered with as much of it as fits.
        for _ in 0..16 {
            let records = self.records.get(&name).map(Vec::as_slice).unwrap_or_default();
            let here = records.iter().filter(|data| data.record_type() == kind);
            let owner = if response.answers.is_empty() { query.queries[0].name.clone() } else { absolute(&name) };
            for data in here {
                response.add_answer(Record::from_rdata(owner.clone(), self.ttl, data.clone()));
            }
            let alias =
                records.iter().find_map(|data| if let RData::CNAME(to) = data { Some(to.clone()) } else { None });
            let Some(to) = alias.filter(|_| kind != RecordType::CNAME) else { break };
            response.add_answer(Record::from_rdata(owner, self.ttl, RData::CNAME(to.clone())));
            name = plain(&to.0);
        }
        if response.answers.is_empty() {
            let zone = SOA::new(absolute("ns.test"), absolute("root.test"), 1, 3600, 600, 86_400, self.ttl);
            response.add_authority(Record::from_rdata(absolute("test"), self.ttl, RData::SOA(zone)));
            if !self.records.contains_key(&name) && !name.is_empty() {
                response.metadata.response_code = ResponseCode::NXDomain;
            }
        }
        response
    }
}

/// A name server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

struct State {
    zone: Mutex<Zone>,
    asked: Mutex<Vec<Asked>>,
    stopped: AtomicBool,
}

impl Server {
    pub fn start(zone: Zone) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, zone)
    }

    /// On another address of this machine, on a port of the system's choice.
    pub fn start_at(ip: Ipv4Addr, zone: Zone) -> Self {
        let (udp, tcp) = sockets(ip);
        let address = udp.local_addr().unwrap();
        let state =
            Arc::new(State { zone: Mutex::new(zone), asked: Mutex::default(), stopped: AtomicBool::new(false) });
        let (one, other) = (Arc::clone(&state), Arc::clone(&state));
        let threads =
            vec![thread::spawn(move || serve_udp(&udp, &one)), thread::spawn(move || serve_tcp(&tcp, &other))];
        Self { address, state, threads }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Knows something else from now on.
    pub fn become_zone(&self, zone: Zone) {
        *self.state.zone.lock().unwrap() = zone;
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Whoever waits for a peer gets one.
        if let Ok(poke) = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)) {
            let _ = poke.send_to(b"", self.address);
        }
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn sockets(ip: Ipv4Addr) -> (UdpSocket, TcpListener) {
    for _ in 0..100 {
        let udp = UdpSocket::bind((ip, 0)).unwrap();
        // Another program may have the port of TCP.
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
    panic!("no port is free for both");
}

fn serve_udp(socket: &UdpSocket, state: &State) {
    let mut room = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut room) {
        if state.stopped.load(Ordering::SeqCst) {
            return;
        }
        for datagram in respond(&room[..length], state, false) {
            let _ = socket.send_to(&datagram, peer);
        }
    }
}

fn serve_tcp(listener: &TcpListener, state: &Arc<State>) {
    while let Ok((stream, _)) = listener.accept() {
        if state.stopped.load(Ordering::SeqCst) {
            return;
        }
        let state = Arc::clone(state);
        // A client that has enough is no failure of the server.
        thread::spawn(move || serve_stream(stream, &state));
    }
}

fn serve_stream(mut stream: TcpStream, state: &State) -> io::Result<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut query)?;
    if mood(&query, state) == Some(Mood::Drip) {
        note(&query, state, true);
        stream.write_all(&[0xff, 0xff])?;
        while !state.stopped.load(Ordering::SeqCst) {
            stream.write_all(b"x")?;
            thread::sleep(Duration::from_millis(5));
        }
        return Ok(());
    }
    let responses = respond(&query, state, true);
    for response in &responses {
        stream.write_all(&u16::try_from(response.len()).unwrap().to_be_bytes())?;
        stream.write_all(response)?;
    }
    if responses.is_empty() {
        // Until the client goes.
        while stream.read(&mut [0; 64])? > 0 {}
    }
    Ok(())
}

fn mood(query: &[u8], state: &State) -> Option<Mood> {
    let query = Message::from_vec(query).ok()?;
    state.zone.lock().unwrap().moods.get(&plain(&query.queries[0].name)).copied()
}

fn note(query: &[u8], state: &State, tcp: bool) {
    let query = Message::from_vec(query).unwrap();
    let asked = Asked { name: plain(&query.queries[0].name), kind: query.queries[0].query_type(), tcp };
    state.asked.lock().unwrap().push(asked);
}

/// What is sent back.
fn respond(octets: &[u8], state: &State, tcp: bool) -> Vec<Vec<u8>> {
    let Ok(query) = Message::from_vec(octets) else { return Vec::new() };
    note(octets, state, tcp);
    let mood = mood(octets, state);
    let zone = state.zone.lock().unwrap().clone();
    let truth = zone.answer(&query);
    let truncated = || {
        let mut cut = truth.clone();
        cut.answers.clear();
        cut.metadata.truncation = true;
        cut
    };
    let honest = || {
        let octets = truth.to_vec().unwrap();
        let room = if query.edns.is_some() { usize::from(query.max_payload()) } else { 512 };
        if !tcp && octets.len() > room { truncated().to_vec().unwrap() } else { octets }
    };
    let lie = || {
        let mut lie = truth.clone();
        lie.metadata.id ^= 1;
        lie.to_vec().unwrap()
    };
    match mood {
        Some(Mood::Silent) => Vec::new(),
        Some(Mood::Code(code)) => {
            let mut failed = query.clone().into_response();
            failed.metadata.response_code = code;
            vec![failed.to_vec().unwrap()]
        }
        Some(Mood::OtherNumber(times)) => (0..times).map(|_| lie()).chain([honest()]).collect(),
        Some(Mood::LiesOverUdp) if !tcp => (0..100).map(|_| lie()).collect(),
        Some(Mood::OtherQuestion) => {
            let mut other = truth.clone();
            other.queries[0].set_name(absolute("other.test"));
            vec![other.to_vec().unwrap()]
        }
        Some(Mood::OtherOwner) => {
            let mut other = truth.clone();
            for record in &mut other.answers {
                record.name = absolute("other.test");
            }
            vec![other.to_vec().unwrap()]
        }
        Some(Mood::Garbage) => vec![[&octets[..2], &[0xff; 40]].concat()],
        Some(Mood::Drip | Mood::Cut) => vec![truncated().to_vec().unwrap()],
        Some(Mood::NoEdns) if query.edns.is_some() => {
            let mut failed = query.clone().into_response();
            failed.edns = None;
            failed.metadata.response_code = ResponseCode::FormErr;
            vec![failed.to_vec().unwrap()]
        }
        None | Some(Mood::LiesOverUdp | Mood::NoEdns) => vec![honest()],
    }
}

fn absolute(name: &str) -> Name {
    let mut name = Name::from_ascii(name).unwrap();
    name.set_fqdn(true);
    name
}

fn plain(name: &Name) -> String {
    name.to_ascii().to_ascii_lowercase().trim_end_matches('.').to_owned()
}
