//! One question in wire form, and which octets are an answer to it (RFC 5452, 4 and 9.1).

use hickory_proto::op::{Edns, Header, Message, MessageType, Query as Asked, ResponseCode};
use hickory_proto::rr::RData;
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};

use crate::sender::transcript::{self, Outcome, Question};

/// What a datagram may carry without being cut into fragments, which can be forged (RFC 9715, 3.1).
pub(super) const PAYLOAD: u16 = 1232;
/// No answer is kept longer, whatever it says: keys are withdrawn (RFC 6376, 3.6.1).
const KEPT: u32 = 3600;
/// That there is nothing is kept no longer (RFC 2308, 5): the missing record may just be being added.
const KEPT_NOTHING: u32 = 300;
/// What has no sensible time of its own.
pub(super) const KEPT_FAILURE: u32 = 30;
/// AD in the fourth octet of a header (RFC 4035, 3.2.3).
const AD: u8 = 0x20;

/// A question on its way, with a number that nobody can guess.
#[derive(Clone, Debug)]
pub(super) struct Query {
    message: Message,
    question: Question,
    believed: bool,
}

/// What a server says to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Response {
    /// There is something, or there is nothing.
    Answer {
        /// As they came; AD is cleared where it is not believed.
        octets: Vec<u8>,
        /// Seconds for which it may be used.
        kept: u32,
    },
    /// The server failed or refuses.
    Code(ResponseCode),
    /// It does not fit.
    Truncated,
}

impl Query {
    /// Whether AD is `believed` decides whether it is asked for (RFC 6840, 5.7). `None` for what is no name.
    pub(super) fn new(question: &Question, believed: bool) -> Option<Self> {
        let name = question.dns_name()?;
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.metadata.authentic_data = believed;
        message.add_query(Asked::query(name, question.kind.record_type()));
        let mut edns = Edns::new();
        edns.set_max_payload(PAYLOAD);
        message.set_edns(edns);
        // What comes back must be this question.
        let question = Question::new(&question.name, question.kind);
        message.to_vec().is_ok().then_some(Self { message, question, believed })
    }

    /// The same for servers that do not know EDNS (RFC 6891, 6.2.2).
    pub(super) fn plain(mut self) -> Self {
        self.message.edns = None;
        self
    }

    pub(super) fn has_edns(&self) -> bool {
        self.message.edns.is_some()
    }

    /// As it is sent.
    pub(super) fn octets(&self) -> Vec<u8> {
        self.message.to_vec().unwrap_or_default()
    }

    /// Reads what came; `None` for what is no answer to this question. Who is not on the way has to guess number and
    /// port; a server that answers something else is not heard either.
    pub(super) fn read(&self, octets: &[u8]) -> Option<Response> {
        let Header { metadata, counts } = Header::read(&mut BinDecoder::new(octets)).ok()?;
        let sent = self.message.metadata;
        if (metadata.id, metadata.op_code, metadata.message_type) != (sent.id, sent.op_code, MessageType::Response) {
            return None;
        }
        // Servers that fail to read a question may not repeat it.
        if counts.queries == 0 && failed(metadata.response_code) {
            return Some(Response::Code(metadata.response_code));
        }
        if transcript::question(octets)? != self.question {
            return None;
        }
        // What was cut may end within a record.
        if metadata.truncation {
            return Some(Response::Truncated);
        }
        let (_, reply) = transcript::read(octets)?;
        let kept = if transcript::is_overfull(octets) {
            KEPT_FAILURE
        } else {
            // A part of the code stands in OPT, behind the records (RFC 6891, 6.1.3).
            let response = Message::from_vec(octets).ok()?;
            if failed(response.metadata.response_code) {
                return Some(Response::Code(response.metadata.response_code));
            }
            kept(&response, reply.outcome)
        };
        let mut octets = octets.to_vec();
        if let Some(flags) = octets.get_mut(3).filter(|_| !self.believed) {
            *flags &= !AD;
        }
        Some(Response::Answer { octets, kept })
    }
}

fn failed(code: ResponseCode) -> bool {
    !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain)
}

/// How long an answer may be used, by what it says of itself (RFC 2181, 8; RFC 2308, 5).
fn kept(response: &Message, outcome: Outcome) -> u32 {
    // The uppermost bit set means zero.
    let sensible = |ttl: u32| if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl };
    match outcome {
        Outcome::Found => response.answers.iter().map(|record| sensible(record.ttl)).min().unwrap_or(0).min(KEPT),
        Outcome::NoData | Outcome::NoName => {
            let zone = response.authorities.iter().find_map(|record| match &record.data {
                RData::SOA(zone) => Some(sensible(record.ttl).min(sensible(zone.minimum))),
                _ => None,
            });
            zone.unwrap_or(KEPT_FAILURE).min(KEPT_NOTHING)
        }
        Outcome::Failed => KEPT_FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::rdata::{SOA, TXT};
    use hickory_proto::rr::{Name, Record, RecordType};

    use super::*;
    use crate::sender::transcript::RecordKind;

    const NAME: &str = "s._domainkey.a.vn";

    fn query(believed: bool) -> Query {
        Query::new(&Question::new(NAME, RecordKind::Txt), believed).unwrap()
    }

    fn record(ttl: u32) -> Record {
        Record::from_rdata(Name::from_ascii("s._domainkey.a.vn.").unwrap(), ttl, RData::TXT(TXT::new(vec!["x".into()])))
    }

    fn response(query: &Query) -> Message {
        let mut response = query.message.clone().into_response();
        response.metadata.authentic_data = true;
        response
    }

    fn kept_of(query: &Query, response: &Message) -> u32 {
        match query.read(&response.to_vec().unwrap()) {
            Some(Response::Answer { kept, .. }) => kept,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_asks_for_recursion_and_for_ad_only_where_it_is_believed() {
        for believed in [false, true] {
            let sent = Message::from_vec(&query(believed).octets()).unwrap();
            assert!(sent.metadata.recursion_desired);
            assert_eq!(sent.metadata.authentic_data, believed);
            assert_eq!(sent.max_payload(), PAYLOAD);
            assert!(!sent.edns.unwrap().flags().dnssec_ok);
        }
    }

    #[test]
    fn what_answers_another_question_is_no_answer() {
        let query = query(false);
        let good = response(&query);
        assert!(query.read(&good.to_vec().unwrap()).is_some());
        let mut number = good.clone();
        number.metadata.id ^= 1;
        let mut kind = good.clone();
        kind.queries[0].set_query_type(RecordType::A);
        let mut name = good.clone();
        name.queries[0].set_name(Name::from_ascii("s._domainkey.b.vn.").unwrap());
        let mut two = good.clone();
        two.add_query(good.queries[0].clone());
        for other in [number, kind, name, two, query.message.clone()] {
            assert_eq!(query.read(&other.to_vec().unwrap()), None);
        }
        assert_eq!(query.read(b""), None);
        assert_eq!(query.read(&query.octets()[..2]), None);
    }

    #[test]
    fn the_word_of_a_server_that_it_validated_stays_only_where_it_is_believed() {
        for believed in [false, true] {
            let query = query(believed);
            let Some(Response::Answer { octets, .. }) = query.read(&response(&query).to_vec().unwrap()) else {
                panic!()
            };
            let (_, reply) = transcript::read(&octets).unwrap();
            assert_eq!(reply.authenticated, believed);
        }
    }

    #[test]
    fn answers_are_kept_by_their_shortest_time_and_never_over_an_hour() {
        let query = query(false);
        for (ttls, kept) in [(&[300, 60][..], 60), (&[86_400], KEPT), (&[u32::MAX], 0), (&[0], 0)] {
            let mut response = response(&query);
            for ttl in ttls {
                response.add_answer(record(*ttl));
            }
            assert_eq!(kept_of(&query, &response), kept, "{ttls:?}");
        }
    }

    #[test]
    fn that_there_is_nothing_is_kept_as_the_zone_says_and_never_over_five_minutes() {
        let query = query(false);
        let name = Name::from_ascii("vn.").unwrap();
        let zone = |ttl, minimum| {
            let zone = SOA::new(name.clone(), name.clone(), 1, 1, 1, 1, minimum);
            Record::from_rdata(name.clone(), ttl, RData::SOA(zone))
        };
        for (zone, kept) in
            [(Some(zone(900, 60)), 60), (Some(zone(20, 900)), 20), (Some(zone(9999, 9999)), KEPT_NOTHING)]
                .into_iter()
                .chain([(None, KEPT_FAILURE)])
        {
            for code in [ResponseCode::NoError, ResponseCode::NXDomain] {
                let mut response = response(&query);
                response.metadata.response_code = code;
                response.authorities.extend(zone.clone());
                assert_eq!(kept_of(&query, &response), kept);
            }
        }
    }

    #[test]
    fn a_code_that_stands_in_part_in_opt_is_a_failure_too() {
        let query = query(false);
        let mut response = response(&query).to_vec().unwrap();
        // BADVERS, 16: nothing of it stands in the header, and its upper part is the first octet of OPT's time.
        let at = response.len() - 6;
        response[at] = 1;
        let read = query.read(&response);
        assert!(matches!(read, Some(Response::Code(code)) if u16::from(code) == 16), "{read:?}");
    }

    #[test]
    fn a_response_with_too_many_records_is_kept_unread() {
        let query = query(false);
        let mut full = response(&query).to_vec().unwrap();
        full[6..8].copy_from_slice(&[0xff, 0xff]);
        let Some(Response::Answer { octets, kept }) = query.read(&full) else { panic!() };
        assert_eq!((kept, transcript::read(&octets).unwrap().1.outcome), (KEPT_FAILURE, Outcome::Failed));
    }

    #[test]
    fn failures_and_truncation_are_told_apart_from_answers() {
        let query = query(false);
        let mut failed = response(&query);
        failed.metadata.response_code = ResponseCode::ServFail;
        assert_eq!(query.read(&failed.to_vec().unwrap()), Some(Response::Code(ResponseCode::ServFail)));
        failed.queries.clear();
        assert_eq!(query.read(&failed.to_vec().unwrap()), Some(Response::Code(ResponseCode::ServFail)));
        let mut cut = response(&query);
        cut.metadata.truncation = true;
        cut.add_answer(record(60));
        let cut = cut.to_vec().unwrap();
        for end in (cut.len() - 20)..=cut.len() {
            assert_eq!(query.read(&cut[..end]), Some(Response::Truncated), "{end}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_asked() {
        for name in ["a..vn", &"a".repeat(64), &"a.".repeat(200), "ỷ.vn", "a b.vn"] {
            assert!(Query::new(&Question::new(name, RecordKind::Txt), false).is_none(), "{name}");
        }
        for name in ["", "a+b._spf.a.vn", r"a\+b._spf.a.vn", r"a\.b.vn", "=.vn"] {
            let query = Query::new(&Question::new(name, RecordKind::Txt), false).unwrap();
            assert!(query.read(&response(&query).to_vec().unwrap()).is_some(), "{name}");
        }
    }
}
