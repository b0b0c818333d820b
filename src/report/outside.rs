//! What the outside was asked, and what came back: which list of which CA is missing or out of date, since when, where
//! it is to be had, and who was asked in vain.

use serde_json::{Value, json};

use crate::asn1::{self, Asn1Error, Reader, Value as Element};
use crate::evidence::{Answer, Attempt, Evidence, Need, Piece};
use crate::policy::{SignatureJudgement, mask};
use crate::signature::{CertificateStanding, Standing, Trust};
use crate::time::UnixTime;
use crate::x509::{Certificate, Name, pem};

use super::failure;
use super::indication;
use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Section, Table};
use super::said::Said;

/// Addresses and attempts that are shown of one question; a certificate has two, a hostile one as many as it likes.
const SHOWN: usize = 8;
/// Questions that are shown; a document of many signers has some ten.
const QUESTIONS: usize = 50;

/// Every question to the outside, looked through once for a whole report.
pub(super) struct Outside<'a> {
    questions: Vec<Question<'a>>,
    at: UnixTime,
}

/// One question to the outside, as a report tells of it.
struct Question<'a> {
    need: &'a Need,
    issuer: &'a [u8],
    addresses: &'a [String],
    pieces: &'a [Piece],
    tried: &'a [Attempt],
    newest: Option<Newest<'a>>,
}

/// The list that was issued last.
struct Newest<'a> {
    piece: &'a Piece,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

/// How a question stands at the time of the check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Something is there.
    AtHand,
    /// Nothing is.
    Missing,
    /// The newest list is past its nextUpdate.
    Stale { since: UnixTime },
}

impl<'a> Question<'a> {
    /// `None` for what was asked about the sender, which is told with the mailbox.
    fn new((need, answer): (&'a Need, &'a Answer)) -> Option<Self> {
        let (issuer, addresses) = match need {
            Need::Crl { issuer, points, .. } => (issuer, points),
            Need::Ocsp { issuer, responders, .. } => (issuer, responders),
            Need::Sender(_) | Need::SeenBefore { .. } => return None,
        };
        let Answer { pieces, tried } = answer;
        Some(Self { need, issuer, addresses, pieces, tried, newest: newest(need, pieces) })
    }

    fn is_crl(&self) -> bool {
        matches!(self.need, Need::Crl { .. })
    }

    /// Its name as a clerk knows it.
    fn issuer_name(&self) -> String {
        let name = Name::parse(self.issuer).ok();
        mask(&name.map(|name| name.common_name().unwrap_or_else(|| name.to_string())).unwrap_or_default())
    }

    fn addresses(&self) -> impl Iterator<Item = &'a str> {
        self.addresses.iter().take(SHOWN).map(String::as_str)
    }

    fn state(&self, at: UnixTime) -> State {
        match (&self.newest, self.is_crl()) {
            (Some(Newest { next_update: Some(since), .. }), _) if *since < at => State::Stale { since: *since },
            (None, true) => State::Missing,
            (None, false) if self.pieces.is_empty() => State::Missing,
            (Some(_), _) | (None, false) => State::AtHand,
        }
    }

    /// What is missing and where to get it, as one sentence; `None` where nothing is.
    fn wanted(&self, at: UnixTime, lang: Lang) -> Option<Said> {
        let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
        let and = |said: Said, vi, en| said.and(Words::new(vi, en).of(lang));
        let (state, crl) = (self.state(at), self.is_crl());
        let name = self.issuer_name();
        let said = match state {
            State::AtHand => return None,
            State::Missing if crl => {
                own("chưa có danh sách thu hồi (CRL) của ", "there is no revocation list (CRL) of ").and_other(&name)
            }
            State::Missing => own(
                "chưa có phản hồi OCSP về một chứng thư do CA này cấp: ",
                "there is no OCSP response about a certificate issued by ",
            )
            .and_other(&name),
            State::Stale { since } => {
                let said = own("danh sách thu hồi (CRL) của ", "the revocation list (CRL) of ").and_other(&name);
                and(said, " đã quá hạn từ ", " is out of date since ").and_moment(since)
            }
        };
        // An OCSP response cannot be had by hand.
        Some(if crl { self.with_address(said, lang) } else { said })
    }

    /// That the list at hand does not suffice for a signature, although it is in date: it is older than the moment that
    /// has to be known of, or cannot be believed; and why there is no newer one.
    fn too_little(&self, at: UnixTime, lang: Lang) -> Vec<Line> {
        let Some(list) = self.newest.as_ref() else { return Vec::new() };
        let ahead = list.this_update > at;
        let words = if ahead {
            Words::new(
                " phát hành sau thời điểm kiểm tra nên không dùng được (xem --at, hoặc đồng hồ máy này); bản phát hành ",
                " is from after the time of the check and cannot be used (see --at, or the clock here); issued ",
            )
        } else {
            Words::new(" không đủ cho chữ ký này; bản phát hành ", " does not suffice for this signature; issued ")
        };
        let said = Said::own(Words::new("danh sách thu hồi (CRL) của ", "the revocation list (CRL) of ").of(lang))
            .and_other(&self.issuer_name())
            .and(words.of(lang))
            .and_moment(list.this_update);
        let said = if ahead { said } else { self.with_address(said, lang) };
        let why = self.tried(lang).filter(|_| !ahead);
        std::iter::once(said).chain(why).map(doubt).collect()
    }

    fn with_address(&self, said: Said, lang: Lang) -> Said {
        let and = |said: Said, vi, en| said.and(Words::new(vi, en).of(lang));
        let mut addresses = self.addresses().peekable();
        let said = match addresses.peek() {
            Some(_) => and(said, "; tải từ ", "; get it from "),
            None => and(said, "; hỏi CA nơi công bố", "; ask the CA where it is published"),
        };
        let said = addresses.enumerate().fold(said, |said, (index, address)| {
            let said = if index > 0 { and(said, " hoặc ", " or ") } else { said };
            said.and_other(address)
        });
        and(
            said,
            " rồi chép vào thư mục CRL (trust.crls trong cấu hình, hoặc --revocation)",
            " and copy it into the CRL folder (trust.crls of the settings, or --revocation)",
        )
    }

    fn tried(&self, lang: Lang) -> impl Iterator<Item = Said> + use<'a> {
        self.tried.iter().take(SHOWN).map(move |attempt| {
            let said = Said::own(Words::new("đã thử ", "tried ").of(lang)).and_other(&attempt.source).and(": ");
            said.and_said(failure::said(&attempt.failure, lang))
        })
    }

    fn lines(&self, at: UnixTime, lang: Lang) -> impl Iterator<Item = Line> + use<'a> {
        let said = self.wanted(at, lang).into_iter().chain(self.tried(lang));
        said.map(doubt)
    }

    fn row(&self, at: UnixTime, lang: Lang) -> Vec<Said> {
        let label = |vi, en| Words::new(vi, en).of(lang);
        let (mark, state) = match self.state(at) {
            State::AtHand => (Mark::Good, label("có", "at hand")),
            State::Missing => (Mark::Doubt, label("không có", "missing")),
            State::Stale { .. } => (Mark::Doubt, label("quá hạn", "out of date")),
        };
        let newest = self.newest.as_ref();
        let moment = |time: Option<UnixTime>| time.map(Said::moment).unwrap_or_default();
        let piece = newest.map(|list| list.piece).or(self.pieces.first());
        let source = piece.map(|piece| match piece.taken {
            Some(taken) => Said::other(&piece.source).and(label(", lấy ", ", taken ")).and_moment(taken),
            None => Said::other(&piece.source),
        });
        vec![
            Said::own(if self.is_crl() { "CRL" } else { "OCSP" }),
            Said::other(&self.issuer_name()),
            Said::own(mark.sign()).and(" ").and(state),
            moment(newest.map(|list| list.this_update)),
            moment(newest.and_then(|list| list.next_update)),
            source.unwrap_or_default(),
        ]
    }

    fn json(&self, at: UnixTime) -> Value {
        let (state, since) = match self.state(at) {
            State::AtHand => ("at-hand", None),
            State::Missing => ("missing", None),
            State::Stale { since } => ("stale", Some(since.to_string())),
        };
        let plain = |text: &str| Said::other(text).plain();
        json!({
            "kind": if self.is_crl() { "crl" } else { "ocsp" },
            "issuer": plain(&Name::parse(self.issuer).map(|name| mask(&name.to_string())).unwrap_or_default()),
            "addresses": self.addresses().map(plain).collect::<Vec<_>>(),
            "state": state,
            "stale_since": since,
            "offered": self.pieces.len(),
            "newest": self.newest.as_ref().map(|list| json!({
                "source": plain(&list.piece.source),
                "taken": list.piece.taken.map(|taken| taken.to_string()),
                "this_update": list.this_update.to_string(),
                "next_update": list.next_update.map(|due| due.to_string()),
            })),
            "tried": self.tried.iter().take(SHOWN).map(|attempt| json!({
                "source": plain(&attempt.source),
                "failure": plain(&attempt.failure.to_string()),
            })).collect::<Vec<_>>(),
        })
    }
}

fn doubt(said: Said) -> Line {
    Line { mark: Mark::Doubt, said, code: None, advice: None }
}

/// The newest of an issuer's own lists. Only the head of each is read: lists have megabytes, and are read whole where they
/// are believed.
fn newest<'a>(need: &Need, pieces: &'a [Piece]) -> Option<Newest<'a>> {
    let Need::Crl { issuer, .. } = need else { return None };
    let own = Name::parse(issuer).ok()?;
    let heads = pieces.iter().filter_map(|piece| {
        let (issuer, this_update, next_update) = head(&piece.octets)?;
        (issuer == own).then_some(Newest { piece, this_update, next_update })
    });
    heads.max_by_key(|list| list.this_update)
}

/// Issuer and dates of a list, from its head.
fn head(octets: &[u8]) -> Option<(Name, UnixTime, Option<UnixTime>)> {
    if octets.first() != Some(&asn1::SEQUENCE) {
        return dates(pem::decode(octets, "X509 CRL")?.first()?).ok().flatten();
    }
    dates(octets).ok().flatten()
}

fn dates(der: &[u8]) -> Result<Option<(Name, UnixTime, Option<UnixTime>)>, Asn1Error> {
    let mut fields = Reader::new(Reader::new(Reader::new(der).expect(asn1::SEQUENCE)?).expect(asn1::SEQUENCE)?);
    fields.optional(asn1::INTEGER)?;
    fields.value(asn1::SEQUENCE)?;
    let Element { raw, .. } = fields.value(asn1::SEQUENCE)?;
    let Ok(issuer) = Name::parse(raw) else { return Ok(None) };
    let this_update = fields.any()?.time()?;
    let next_update = match fields.peek() {
        Some(asn1::UTC_TIME | asn1::GENERALIZED_TIME) => Some(fields.any()?.time()?),
        _ => None,
    };
    Ok(Some((issuer, this_update, next_update)))
}

impl<'a> Outside<'a> {
    /// Looks through what was gathered for a check at `at`.
    pub(super) fn new(evidence: &'a Evidence, at: UnixTime) -> Self {
        // Whether a response lies at hand already is looked up for every certificate; that none does is no news.
        let is_told = |question: &Question<'_>| {
            !question.pieces.is_empty()
                || !matches!(question.need, Need::Ocsp { responders, .. } if responders.is_empty())
        };
        Self { questions: evidence.answers().filter_map(Question::new).filter(is_told).collect(), at }
    }

    /// Every question, for programs.
    pub(super) fn json(&self) -> Vec<Value> {
        self.questions.iter().map(|question| question.json(self.at)).collect()
    }

    /// What is missing for the path of one signature, with what was tried; empty where nothing is.
    pub(super) fn wanted(&self, signature: &SignatureJudgement, lang: Lang) -> Vec<Line> {
        let Trust::Trusted(path) = &signature.validated.trust else { return Vec::new() };
        let mut lines = Vec::new();
        let waits = indication::explained(signature, lang).and_then(|explained| explained.waits_for);
        let waits = waits.is_some_and(|waits| waits.starts_with("revocation"));
        for (certificate, issuer) in path.issuers() {
            let of_it = |one: &&CertificateStanding| one.certificate == *certificate;
            let standing = signature.validated.standings.iter().find(of_it).map(|one| &one.standing);
            if let Some(to) = certificate.validity().to().filter(|to| waits && *to < self.at)
                && let Some(Standing::Stale { .. } | Standing::Unknown) = standing
            {
                lines.push(gone_from_lists(certificate, issuer, to, lang));
                continue;
            }
            let mine = || self.questions.iter().filter(|one| asks_about(one.need, certificate, issuer));
            // One answer is enough: who has the response needs no list.
            if mine().all(|question| question.state(self.at) != State::AtHand) {
                lines.extend(mine().flat_map(|question| question.lines(self.at, lang)));
            }
        }
        // The conclusion says that something is wanting, and every list is in date: then one is too old for the signature.
        if lines.is_empty() && waits {
            let mine = self
                .questions
                .iter()
                .filter(|one| path.issuers().any(|(certificate, issuer)| asks_about(one.need, certificate, issuer)));
            lines.extend(mine.flat_map(|question| question.too_little(self.at, lang)));
        }
        lines
    }

    /// Everything that was asked for all documents together, the authorities of timestamps too.
    pub(super) fn section(&self, lang: Lang) -> Section {
        let label = |vi, en| Words::new(vi, en).of(lang);
        let shown = || self.questions.iter().take(QUESTIONS);
        let table = Table {
            caption: label("Đã hỏi gì bên ngoài, có gì trong tay", "What was asked outside, and what was at hand"),
            head: vec![
                label("Loại", "Kind"),
                label("CA phát hành", "Issuing CA"),
                label("Tình trạng", "State"),
                label("Phát hành", "Issued"),
                label("Hạn cập nhật", "Next due"),
                label("Nguồn", "Source"),
            ],
            rows: shown().map(|question| question.row(self.at, lang)).collect(),
        };
        let lines = shown().flat_map(|question| question.lines(self.at, lang));
        Section::new(Said::own(label("Thông tin thu hồi", "Revocation data")))
            .with(Block::Table(table))
            .with(Block::Lines(lines.collect()))
    }
}

/// That lists of today leave out a certificate that has ended (RFC 5280, 3.3), so that fetching them again helps nothing.
fn gone_from_lists(certificate: &Certificate, issuer: &Certificate, to: UnixTime, lang: Lang) -> Line {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let name = |certificate: &Certificate| {
        let subject = certificate.subject();
        mask(&subject.common_name().unwrap_or_else(|| subject.to_string()))
    };
    let said = Said::own(label("chứng thư số của ", "the certificate of "))
        .and_other(&name(certificate))
        .and(label(" đã hết hạn từ ", " has expired at "))
        .and_moment(to)
        .and(label(
            ", danh sách thu hồi (CRL) phát hành sau đó không còn nói về chứng thư này; cần bản phát hành từ lúc ký đến ngày \
             hết hạn, hỏi CA phát hành: ",
            ", and revocation lists (CRL) issued later no longer speak of it; what helps is one from between the signing and \
             that day, to be asked of the CA: ",
        ))
        .and_other(&name(issuer))
        .and(label(
            "; chép vào thư mục CRL (trust.crls trong cấu hình, hoặc --revocation). Không có thì đề nghị cơ quan gửi ký lại hoặc \
             gửi bản giấy",
            "; copy it into the CRL folder (trust.crls of the settings, or --revocation). Where there is none, ask the sender to \
             sign again or for the paper",
        ));
    Line { mark: Mark::Doubt, said, code: None, advice: None }
}

fn asks_about(need: &Need, certificate: &Certificate, issuer: &Certificate) -> bool {
    match need {
        Need::Crl { issuer: name, key, .. } => *name == issuer.subject().der() && *key == issuer.spki(),
        Need::Ocsp { issuer: name, serial, .. } => *name == issuer.subject().der() && *serial == certificate.serial(),
        Need::Sender(_) | Need::SeenBefore { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Failure;
    use crate::x509::testing::{CrlDraft, NOW, Party};

    fn need(ca: &Party, points: &[&str]) -> Need {
        let issuer = Name::from_text(&ca.name).unwrap().der().to_vec();
        Need::Crl { issuer, key: ca.spki(), points: points.iter().map(|point| (*point).to_owned()).collect() }
    }

    fn piece(octets: Vec<u8>) -> Piece {
        Piece::new(octets, "a.crl", Some(NOW))
    }

    fn said(evidence: &Evidence, lang: Lang) -> Vec<String> {
        let lines = |block: Block| match block {
            Block::Lines(lines) => lines.into_iter().map(|line| line.said.to_string()).collect(),
            Block::Rows(_) | Block::Section(_) | Block::Table(_) => Vec::new(),
        };
        Outside::new(evidence, NOW).section(lang).blocks.into_iter().flat_map(lines).collect()
    }

    #[test]
    fn a_missing_list_is_named_with_its_issuer_its_address_and_what_was_tried() {
        let mut evidence = Evidence::default();
        let tried = [
            Attempt { source: "http://ca/a.crl".into(), failure: Failure::Status { status: 404 } },
            Attempt { source: "/crls".into(), failure: Failure::NoList },
        ];
        let need = need(&Party::new("CA”", 1), &["http://ca/a.crl", "http://pub/a.crl"]);
        evidence.answer(need, Answer::in_vain(tried.to_vec()));
        assert_eq!(
            said(&evidence, Lang::En),
            [
                "there is no revocation list (CRL) of “CA\"”; get it from “http://ca/a.crl” or “http://pub/a.crl” and \
                 copy it into the CRL folder (trust.crls of the settings, or --revocation)",
                "tried “http://ca/a.crl”: status 404",
                "tried “/crls”: no list of this CA",
            ]
        );
        assert!(said(&evidence, Lang::Vi)[2].ends_with("không có CRL của CA này"));
        let json = &Outside::new(&evidence, NOW).json()[0];
        assert_eq!((&json["state"], &json["tried"][0]["failure"]), (&json!("missing"), &json!("status 404")));
    }

    #[test]
    fn a_list_is_out_of_date_since_the_nextupdate_of_the_newest_one() {
        let ca = Party::new("CA", 1);
        let dated = |this_update, next_update| piece(CrlDraft { this_update, next_update, ..CrlDraft::new(&ca) }.der());
        let old = dated("20200101000000Z", "20200108000000Z");
        let newer = dated("20210101000000Z", "20210108000000Z");
        let fresh = dated("20250101000000Z", "20990101000000Z");
        let others = piece(CrlDraft::new(&Party::new("Other", 2)).der());
        let pem = format!(
            "-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n",
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &fresh.octets)
        );
        for (pieces, state, since) in [
            (vec![newer.clone(), old.clone(), others.clone()], "stale", json!("2021-01-08T00:00:00Z")),
            (vec![old, newer, fresh], "at-hand", Value::Null),
            (vec![piece(pem.into_bytes())], "at-hand", Value::Null),
            (vec![others, piece(b"0\x82".to_vec())], "missing", Value::Null),
        ] {
            let mut evidence = Evidence::default();
            evidence.answer(need(&ca, &[]), Answer::of(pieces));
            let json = &Outside::new(&evidence, NOW).json()[0];
            assert_eq!((&json["state"], &json["stale_since"]), (&json!(state), &since));
            assert_eq!(said(&evidence, Lang::En).is_empty(), state == "at-hand");
        }
    }

    #[test]
    fn where_only_an_old_list_came_back_the_report_says_why_there_is_no_newer_one() {
        let ca = Party::new("CA", 1);
        let list = |next_update| piece(CrlDraft { next_update, ..CrlDraft::new(&ca) }.der());
        let tried = vec![Attempt { source: "http://ca/a.crl".into(), failure: Failure::Compressed.remembered() }];
        let why = "tried “http://ca/a.crl”: the answer is compressed, which was not asked for (a short while ago; not \
                   asked again yet)";
        let answer = Answer { pieces: vec![list("20210108000000Z")], tried };
        let mut evidence = Evidence::default();
        evidence.answer(need(&ca, &["http://ca/a.crl"]), answer.clone());
        let lines = said(&evidence, Lang::En);
        assert!(lines[0].contains("is out of date since") && lines[1] == why, "{lines:?}");
        // In date, and too old for the signature all the same.
        let answer = Answer { pieces: vec![list("20990101000000Z")], ..answer };
        let need = need(&ca, &["http://ca/a.crl"]);
        let question = Question::new((&need, &answer)).unwrap();
        let lines = question.too_little(NOW, Lang::En);
        assert_eq!(lines[1].said.to_string(), why);
        assert!(lines[0].said.to_string().contains("does not suffice"));
    }

    #[test]
    fn a_list_from_after_the_check_is_not_to_be_fetched_again() {
        let ca = Party::new("CA", 1);
        let list = piece(CrlDraft { next_update: "20990101000000Z", ..CrlDraft::new(&ca) }.der());
        let (need, answer) = (need(&ca, &["http://ca/a.crl"]), Answer::of(vec![list]));
        let question = Question::new((&need, &answer)).unwrap();
        let issued = question.newest.as_ref().unwrap().this_update;
        let said = |at| question.too_little(at, Lang::En)[0].said.to_string();
        assert!(said(issued).contains("get it from") && !said(issued).contains("--at"));
        assert!(!said(issued.plus(-1)).contains("get it from") && said(issued.plus(-1)).contains("--at"));
    }

    #[test]
    fn of_an_ended_certificate_a_list_from_its_life_is_asked_for() {
        let ca = Party::new("CA", 1);
        let person = crate::x509::testing::Draft::leaf(&Party::new("Person", 3), &ca).certificate();
        let line = gone_from_lists(&person, &crate::x509::testing::root(&ca), NOW, Lang::En);
        assert!(line.said.to_string().contains("between the signing and that day"));
        assert!(gone_from_lists(&person, &person, NOW, Lang::Vi).said.to_string().contains("không còn nói về"));
    }
}
