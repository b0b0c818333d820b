//! What DNS answered, by question (RFC 1035): what was gathered in wire form, read once, so that whoever checks a sender
//! asks the same answers again and never the network.

mod name;

use std::collections::BTreeMap;
use std::net::IpAddr;

use hickory_proto::op::{Header, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};

use crate::evidence::Piece;

/// Records of each section of a reply that are looked at. Honest ones have a dozen; an SPF or MX set of more is refused
/// by its own limits, and ten thousand with long names cost.
const RECORDS: usize = 100;
/// Aliases (CNAME) that are followed inside one reply.
const ALIASES: usize = 8;
/// Octets of one reply: what DNS over TCP can carry.
const OCTETS: usize = 65_535;

/// Kinds of record that authentication asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RecordKind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Mail exchangers.
    Mx,
    /// Names of an address.
    Ptr,
    /// Texts.
    Txt,
}

/// One question.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Question {
    /// Name in lower case, without a final full stop; octets that are not visible as `\DDD`, decimal.
    pub name: String,
    /// Kind of record.
    pub kind: RecordKind,
}

/// What a reply comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// There are records.
    Found,
    /// The name exists and has none of this kind.
    NoData,
    /// The name does not exist.
    NoName,
    /// The server failed or refused, or the reply cannot be used.
    Failed,
}

/// One reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// What it comes to.
    pub outcome: Outcome,
    /// The records of the kind asked for, at the name or at what it is an alias of; empty unless found.
    pub records: Vec<Data>,
    /// The resolver says that DNSSEC validated it (AD; RFC 4035, 3.2.3). Worth what the way to the resolver is worth.
    pub authenticated: bool,
}

/// What one record says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Data {
    /// Of A and AAAA.
    Address(IpAddr),
    /// Of MX.
    Exchange {
        /// Smaller is asked first.
        preference: u16,
        /// The host.
        host: String,
    },
    /// Of PTR.
    Name(String),
    /// Of TXT: its strings, joined (RFC 6376, 3.6.2.2; RFC 7208, 3.3).
    Text(Vec<u8>),
}

/// Every reply that was gathered for one message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Transcript {
    replies: BTreeMap<Question, Reply>,
}

impl Question {
    /// A question for a name in whatever case, with or without the final full stop, so that the same name is the same
    /// question.
    #[must_use]
    pub fn new(name: &str, kind: RecordKind) -> Self {
        let read = name::labels(name).map(|labels| name::text(labels.iter().map(Vec::as_slice)));
        Self { name: read.unwrap_or_else(|| name.to_ascii_lowercase()), kind }
    }

    /// The name as DNS has it; `None` for what cannot be a name (RFC 1035, 2.3.4).
    #[must_use]
    pub fn dns_name(&self) -> Option<Name> {
        let mut name = Name::from_labels(name::labels(&self.name)?.iter().map(Vec::as_slice)).ok()?;
        name.set_fqdn(true);
        Some(name)
    }
}

impl Reply {
    /// Whether nothing can be concluded from it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.outcome == Outcome::Failed
    }
}

impl RecordKind {
    /// The type in DNS.
    #[must_use]
    pub fn record_type(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::AAAA,
            Self::Mx => RecordType::MX,
            Self::Ptr => RecordType::PTR,
            Self::Txt => RecordType::TXT,
        }
    }

    fn of(kind: RecordType) -> Option<Self> {
        [Self::A, Self::Aaaa, Self::Mx, Self::Ptr, Self::Txt].into_iter().find(|known| known.record_type() == kind)
    }
}

impl Transcript {
    /// Reads what was gathered. Of two replies to one question the first counts; what is no reply answers nothing.
    #[must_use]
    pub fn read(pieces: &[Piece]) -> Self {
        let mut transcript = Self::default();
        for piece in pieces {
            if let Some((question, reply)) = read(&piece.octets) {
                transcript.insert(question, reply);
            }
        }
        transcript
    }

    /// Adds a reply, unless the question has one.
    pub fn insert(&mut self, question: Question, reply: Reply) {
        self.replies.entry(question).or_insert(reply);
    }

    /// The reply to a question; `None` when it was never answered.
    #[must_use]
    pub fn reply(&self, question: &Question) -> Option<&Reply> {
        self.replies.get(question)
    }
}

/// Reads one response in wire form, with the question that it repeats; `None` for what is no response to one question.
#[must_use]
pub fn read(octets: &[u8]) -> Option<(Question, Reply)> {
    let question = question(octets)?;
    if is_overfull(octets) {
        return Some((question, Reply { outcome: Outcome::Failed, records: Vec::new(), authenticated: false }));
    }
    let message = Message::from_vec(octets).ok()?;
    let records = match message.metadata.response_code {
        ResponseCode::NoError if !message.metadata.truncation => records(&question, &message.answers),
        ResponseCode::NXDomain => Ok(Vec::new()),
        _ => Err(()),
    };
    let outcome = match &records {
        Err(()) => Outcome::Failed,
        Ok(_) if message.metadata.response_code == ResponseCode::NXDomain => Outcome::NoName,
        Ok(records) if records.is_empty() => Outcome::NoData,
        Ok(_) => Outcome::Found,
    };
    let authenticated = message.metadata.authentic_data;
    Some((question, Reply { outcome, records: records.unwrap_or_default(), authenticated }))
}

/// The one question that a response repeats, whatever else can be read of it.
#[must_use]
pub fn question(octets: &[u8]) -> Option<Question> {
    if octets.len() > OCTETS {
        return None;
    }
    let mut decoder = BinDecoder::new(octets);
    let header = Header::read(&mut decoder).ok()?;
    if header.metadata.message_type != MessageType::Response || header.counts.queries != 1 {
        return None;
    }
    let asked = Query::read(&mut decoder).ok()?;
    let kind = RecordKind::of(asked.query_type()).filter(|_| asked.query_class() == DNSClass::IN)?;
    Some(Question { name: plain(&asked.name), kind })
}

/// Whether a response says that it has more records than are looked at: then none is read.
#[must_use]
pub fn is_overfull(octets: &[u8]) -> bool {
    Header::read(&mut BinDecoder::new(octets)).is_ok_and(|Header { counts, .. }| {
        usize::from(counts.answers) > RECORDS
            || usize::from(counts.authorities) > RECORDS
            || usize::from(counts.additionals) > RECORDS
    })
}

/// The records at the name of the question, or at the end of its aliases.
fn records(question: &Question, answers: &[Record]) -> Result<Vec<Data>, ()> {
    let mut name = question.name.clone();
    let alias = |name: &str| {
        answers.iter().filter(|record| plain(&record.name) == *name).find_map(|record| match &record.data {
            RData::CNAME(alias) => Some(plain(&alias.0)),
            _ => None,
        })
    };
    for _ in 0..ALIASES {
        let here = |record: &&Record| {
            record.record_type() == question.kind.record_type()
                && record.dns_class == DNSClass::IN
                && plain(&record.name) == name
        };
        let found: Vec<Data> = answers.iter().filter(here).filter_map(|record| data(&record.data)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        match alias(&name) {
            Some(next) => name = next,
            None => return Ok(Vec::new()),
        }
    }
    Err(())
}

fn data(data: &RData) -> Option<Data> {
    Some(match data {
        RData::A(address) => Data::Address(address.0.into()),
        RData::AAAA(address) => Data::Address(address.0.into()),
        RData::MX(exchange) => Data::Exchange { preference: exchange.preference, host: plain(&exchange.exchange) },
        RData::PTR(name) => Data::Name(plain(&name.0)),
        RData::TXT(text) => Data::Text(text.txt_data.concat()),
        _ => return None,
    })
}

fn plain(name: &Name) -> String {
    name::text(name.iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::op::OpCode;
    use hickory_proto::rr::rdata::{CNAME, TXT};

    fn response(name: &str, code: ResponseCode, answers: &[(&str, RData)]) -> Vec<u8> {
        let mut message = Message::response(7, OpCode::Query);
        message.metadata.response_code = code;
        message.metadata.authentic_data = true;
        message.add_query(Query::query(Name::from_ascii(name).unwrap(), RecordType::TXT));
        for (name, data) in answers {
            message.add_answer(Record::from_rdata(Name::from_ascii(name).unwrap(), 60, data.clone()));
        }
        message.to_vec().unwrap()
    }

    fn text(words: &[&str]) -> RData {
        RData::TXT(TXT::new(words.iter().map(|word| (*word).to_owned()).collect()))
    }

    fn alias(to: &str) -> RData {
        RData::CNAME(CNAME(Name::from_ascii(to).unwrap()))
    }

    fn outcome(octets: &[u8]) -> (Outcome, Vec<Data>) {
        let (question, reply) = read(octets).unwrap();
        assert_eq!(question, Question::new("S._domainkey.A.vn.", RecordKind::Txt));
        (reply.outcome, reply.records)
    }

    const NAME: &str = "s._domainkey.a.vn.";

    #[test]
    fn strings_of_a_text_are_joined_and_aliases_followed() {
        let octets = response(NAME, ResponseCode::NoError, &[(NAME, text(&["v=DKIM1; ", "p=x"]))]);
        assert_eq!(outcome(&octets), (Outcome::Found, vec![Data::Text(b"v=DKIM1; p=x".to_vec())]));
        let answers = [(NAME, alias("k.b.vn.")), ("K.b.vn.", text(&["x"])), ("c.vn.", text(&["other"]))];
        let octets = response("S._DomainKey.a.vn.", ResponseCode::NoError, &answers);
        assert_eq!(outcome(&octets), (Outcome::Found, vec![Data::Text(b"x".to_vec())]));
        assert!(read(&octets).unwrap().1.authenticated);
    }

    #[test]
    fn a_name_comes_back_from_the_wire_as_it_was_asked_for() {
        for name in ["a+b.vn", r"a\.b.vn", r"\255\032.vn", ""] {
            let mut message = Message::response(7, OpCode::Query);
            let question = Question::new(name, RecordKind::Txt);
            message.add_query(Query::query(question.dns_name().unwrap(), RecordType::TXT));
            assert_eq!(read(&message.to_vec().unwrap()).unwrap().0, question);
        }
        assert_eq!(Question::new("a..vn", RecordKind::Txt).dns_name(), None);
        assert_eq!(Question::new(&"a".repeat(64), RecordKind::Txt).dns_name(), None);
    }

    #[test]
    fn records_of_other_names_and_aliases_in_a_circle_answer_nothing() {
        let octets = response(NAME, ResponseCode::NoError, &[("a.vn.", text(&["x"]))]);
        assert_eq!(outcome(&octets), (Outcome::NoData, vec![]));
        let octets = response(NAME, ResponseCode::NoError, &[(NAME, alias("b.vn.")), ("b.vn.", alias(NAME))]);
        assert_eq!(outcome(&octets), (Outcome::Failed, vec![]));
        let many = vec![(NAME, text(&["x"])); RECORDS + 1];
        assert_eq!(outcome(&response(NAME, ResponseCode::NoError, &many)), (Outcome::Failed, vec![]));
    }

    #[test]
    fn no_such_name_is_known_and_a_failing_server_is_no_answer() {
        assert_eq!(outcome(&response(NAME, ResponseCode::NXDomain, &[])).0, Outcome::NoName);
        assert_eq!(outcome(&response(NAME, ResponseCode::NoError, &[])).0, Outcome::NoData);
        assert_eq!(outcome(&response(NAME, ResponseCode::ServFail, &[])).0, Outcome::Failed);
        assert_eq!(outcome(&response(NAME, ResponseCode::Refused, &[])).0, Outcome::Failed);
    }

    #[test]
    fn what_is_no_response_to_one_question_answers_nothing_and_the_first_reply_counts() {
        assert_eq!(read(b""), None);
        assert_eq!(read(&[0; 12]), None);
        let good = response(NAME, ResponseCode::NoError, &[(NAME, text(&["x"]))]);
        for end in 0..good.len() {
            let _ = read(&good[..end]);
        }
        let mut transcript = Transcript::default();
        let (question, reply) = read(&good).unwrap();
        transcript.insert(question.clone(), reply.clone());
        transcript.insert(question.clone(), Reply { outcome: Outcome::Failed, ..reply.clone() });
        assert_eq!(transcript.reply(&question), Some(&reply));
    }
}
