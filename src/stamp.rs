//! The header fields that a judged message gets: RFC 9651 structured fields for programs, one RFC 2047 text for
//! people. A stamp needs the receipt of the log: stamped implies logged.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Item, Key, ListEntry, Parameters};

use crate::audit::Receipt;
use crate::policy::{Condition, DocumentJudgement, Judgement, NotApplicable, Reason, Verdict};

/// Documents are described until they take this many octets; then comes `truncated`.
const DOCUMENT_FIELDS: usize = 6 * 1024;
/// Names and signers are cut to this many characters.
const SHOWN: usize = 60;
/// The text for people is cut to this many characters.
const SUMMARY: usize = 300;
/// Words of the stamp's sentence for people, in lower case, by which a reader or a filter would know it.
const SAID_OF_EQUIVALENT: [&str; 3] = ["tương đương", "03 điều kiện", "đăng ký văn bản đến"];
/// Lines are folded here where there is a place to fold (RFC 5322, 2.1.1).
const LINE: usize = 76;

/// One header field to be inserted; the value is folded with LF and a space, and carries no leading space.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Field name.
    pub name: String,
    /// Field value.
    pub value: String,
}

/// The fields of one message, in the order in which they stand at its top.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stamp {
    fields: Vec<Field>,
}

impl Stamp {
    /// A stamp exists only for what the audit log already holds.
    #[must_use]
    pub fn new(judgement: &Judgement, receipt: &Receipt, prefix: &str) -> Self {
        let field = |name: &str, value| Field { name: format!("{prefix}{name}"), value };
        let mut fields = vec![field("Verdict", verdict(judgement, receipt))];
        let mut used = 0;
        // Where nothing was judged no field may say "met".
        let judged = judgement.documents.iter().filter(|_| judgement.not_applicable.is_none());
        for document in judged {
            let next = field("Document", document_field(document, judgement.is_secret()));
            used += next.name.len() + next.value.len() + 4;
            if used > DOCUMENT_FIELDS {
                let count = judgement.documents.len();
                fields.push(field("Document", format!("truncated, documents={count}")));
                break;
            }
            fields.push(next);
        }
        fields.push(field("Summary", encode_text(judgement.verdict.tag(), &summary(judgement, receipt))));
        Self { fields }
    }

    /// The fields, top first.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

fn verdict(judgement: &Judgement, receipt: &Receipt) -> String {
    let count = |n: usize| BareItem::Integer(sfv_integer(i64::try_from(n).unwrap_or(i64::MAX)));
    let mut parameters = vec![
        ("rule", text(&judgement.rule)),
        ("policy", text(&judgement.policy)),
        ("documents", count(judgement.documents.len())),
        ("equivalent", count(judgement.equivalent())),
    ];
    if judgement.equivalent() > 0 {
        // The pages' look is presumed, never proven; until pages are looked at it is not even that.
        parameters.push(("scan", token("unknown")));
    }
    parameters.push(("time", BareItem::Date(sfv::Date::from_unix_seconds(sfv_integer(judgement.at.seconds())))));
    parameters.push(("id", text(receipt.id())));
    let mut pieces = vec![judgement.verdict.token().to_owned()];
    for (name, value) in parameters {
        pieces.push(format!("{name}={}", bare(value)));
    }
    fold(&pieces, ";")
}

fn document_field(document: &DocumentJudgement, secret: bool) -> String {
    let mut members: Vec<(&str, ListEntry)> = vec![("n", item(BareItem::Integer(sfv_integer(i64::from(document.n)))))];
    if !secret {
        members.push(("name", item(display(&document.name))));
        if let Some(digest) = document.sha256 {
            members.push(("sha256", item(BareItem::ByteSequence(digest.as_bytes().to_vec()))));
        }
    }
    members.push(("verdict", item(token(document.result.token()))));
    for condition in Condition::ALL {
        members.push((condition.letter(), item(token(document.condition(condition).0.token()))));
    }
    if let Some(signature) = document.deciding_signature().filter(|_| !secret) {
        if let Some(signer) = signature.signer() {
            members.push(("signer", item(display(&signer))));
        }
        if let Some(certificate) = &signature.validated.signer {
            let serial = certificate.serial_hex();
            // RFC 5280, 4.1.2.2: at most 20 octets. A longer one could make a line that no mail may carry.
            if serial.len() <= 2 * 20 {
                members.push(("serial", item(text(&serial))));
            }
        }
        members.push(("indication", item(token(signature.validated.conclusion.indication()))));
        if let Some(sub) = signature.validated.conclusion.sub_indication() {
            members.push(("sub-indication", item(token(sub))));
        }
    }
    let reasons = document.reasons().into_iter().chain(document.remarks.iter().copied());
    let reasons = reasons.map(|reason| Item::new(token(reason.code()))).collect();
    members.push(("reasons", ListEntry::InnerList(InnerList::new(reasons))));
    let pieces: Vec<String> = members.into_iter().map(|(name, value)| member(name, value)).collect();
    fold(&pieces, ",")
}

/// One member of a dictionary, serialised alone so that folds come only between members.
fn member(name: &str, value: ListEntry) -> String {
    let chosen_by_others = matches!(&value, ListEntry::Item(item) if item.bare_item.as_display_string().is_some());
    let mut dictionary = Dictionary::new();
    if let Ok(key) = Key::from_string(name.to_owned()) {
        dictionary.insert(key, value);
    }
    let serialised = dictionary.serialize().unwrap_or_default();
    // People filter with "contains". A display string may escape any octet (RFC 9651, 3.3.8), and every token and tag
    // has a hyphen.
    if chosen_by_others && spells_a_token(&serialised) { serialised.replace('-', "%2d") } else { serialised }
}

/// Whether a text chosen by others could be taken for a verdict.
fn spells_a_token(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    Verdict::ALL.iter().any(|verdict| {
        text.contains(verdict.token()) || verdict.tag().is_some_and(|tag| text.contains(&tag.to_ascii_lowercase()))
    })
}

fn item(bare: BareItem) -> ListEntry {
    ListEntry::Item(Item { bare_item: bare, params: Parameters::new() })
}

fn bare(value: BareItem) -> String {
    Item::new(value).serialize()
}

fn token(text: &str) -> BareItem {
    sfv::Token::from_string(text.to_owned()).map_or(BareItem::Boolean(false), BareItem::Token)
}

/// ASCII text of our own; anything else becomes a display string.
fn text(value: &str) -> BareItem {
    sfv::String::from_string(value.to_owned()).map_or_else(|_| display(value), BareItem::String)
}

/// Text chosen by others: cut, and percent-escaped by the serialisation so that it can never spell a token.
fn display(value: &str) -> BareItem {
    BareItem::DisplayString(value.chars().take(SHOWN).collect())
}

fn sfv_integer(value: i64) -> sfv::Integer {
    sfv::Integer::try_from(value).unwrap_or(sfv::Integer::ZERO)
}

/// Joins `pieces` with `separator`, beginning a new line where the next piece would pass the line's end.
fn fold(pieces: &[String], separator: &str) -> String {
    let mut folded = String::new();
    // The longest field name takes its part of the first line.
    let mut column = "Dieu7-Document: ".len();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            folded.push_str(separator);
            if column + separator.len() + 1 + piece.len() > LINE {
                folded.push('\n');
                column = 0;
            }
            folded.push(' ');
            column += separator.len() + 1;
        }
        folded.push_str(piece);
        column += piece.len();
    }
    folded
}

/// The sentence for people (rule, table "Verdicts").
#[must_use]
pub fn summary(judgement: &Judgement, receipt: &Receipt) -> String {
    let mut said = sentence(judgement);
    if let Some(warning) =
        judgement.documents.iter().flat_map(DocumentJudgement::reasons).find(|r| r.breaks_integrity())
    {
        said = format!("CẢNH BÁO: không sử dụng. {} {said}", warning.vi());
    }
    // A clerk who saw the forged line must read here that it was one; the names are our own.
    let stamps = [Reason::StampForged, Reason::StampRemoved, Reason::StampInSubject];
    if let Some(told) = stamps.iter().find(|reason| judgement.remarks.contains(reason)) {
        let names = judgement.removed_stamps.join(", ");
        let names = if names.is_empty() { names } else { format!(" ({names})") };
        said = format!("{said} {}{names}.", told.vi().trim_end_matches('.'));
    }
    if judgement.is_secret() {
        said = format!("{} {said}", Reason::SecretMark.vi());
    }
    let ending = format!(" Mã tra cứu {}.", receipt.id());
    let room = SUMMARY - ending.chars().count() - judgement.verdict.tag().map_or(0, |tag| tag.len() + 1);
    if said.chars().count() > room {
        said = said.chars().take(room - 1).collect::<String>() + "…";
    }
    said + &ending
}

fn sentence(judgement: &Judgement) -> String {
    match judgement.verdict {
        Verdict::LegallyEquivalent => "Kết quả kiểm tra tự động: đạt cả 03 điều kiện tại khoản 2 Điều 7 Quy chế ban \
             hành kèm theo Quyết định số 12/2013/QĐ-UBND; có giá trị pháp lý tương đương văn bản giấy. Đăng ký văn \
             bản đến."
            .to_owned(),
        Verdict::Partial => format!("Chỉ một số tệp đạt; xem từng tệp: {}.", equivalent_names(judgement)),
        Verdict::Unsigned => "Văn bản không ký số; xử lý theo nội dung.".to_owned(),
        Verdict::ConditionUnmet => format!(
            "Không dùng thay bản giấy: {} Cần bản thay thế thì đề nghị cơ quan gửi gửi lại.",
            main_reason(judgement, "chưa đạt điều kiện.")
        ),
        Verdict::Unchecked => "Hệ thống chưa kiểm tra được.".to_owned(),
        Verdict::Undetermined => {
            let reason = main_reason(judgement, "chưa rõ.");
            format!("Chưa đủ căn cứ để kết luận: {}; chờ kiểm tra lại.", reason.trim_end_matches('.'))
        }
        Verdict::AwaitingClerk => "Chờ văn thư đối chiếu chữ ký, dấu đỏ; các mục khác đã đạt.".to_owned(),
        Verdict::NotApplicable => match judgement.not_applicable {
            Some(NotApplicable::NotInForce) => {
                "Không thuộc phạm vi kiểm tra: Quy chế không có hiệu lực tại thời điểm nhận.".to_owned()
            }
            Some(NotApplicable::OutOfScope) => "Không thuộc phạm vi kiểm tra: ngoài phạm vi.".to_owned(),
            Some(NotApplicable::NoDocument) | None => "Không thuộc phạm vi kiểm tra: không có văn bản.".to_owned(),
        },
    }
}

fn equivalent_names(judgement: &Judgement) -> String {
    let mut names = String::new();
    let met = judgement.documents.iter().filter(|d| d.result == crate::policy::DocumentResult::Met);
    for document in met.take(3) {
        let separator = if names.is_empty() { "" } else { ", " };
        // Filters see the decoded text: a name must not spell the stamp, neither its token nor its sentence.
        let name = document.name.to_lowercase();
        if spells_a_token(&name) || SAID_OF_EQUIVALENT.iter().any(|words| name.contains(words)) {
            let _ = write!(names, "{separator}tệp số {}", document.n);
        } else {
            let name: String = document.name.chars().take(SHOWN).collect();
            let _ = write!(names, "{separator}{name}");
        }
    }
    if names.is_empty() || judgement.is_secret() { "xem từng tệp".to_owned() } else { names }
}

/// The first reason of the document that the verdict speaks of.
fn main_reason(judgement: &Judgement, otherwise: &str) -> String {
    judgement
        .documents
        .iter()
        .filter(|document| document.result != crate::policy::DocumentResult::Met)
        .find_map(|document| document.reasons().first().copied())
        .map_or_else(|| otherwise.to_owned(), |reason| reason.vi().to_owned())
}

/// The ASCII tag, then the text in RFC 2047 encoded words of at most 75 characters, one a line.
fn encode_text(tag: Option<&str>, text: &str) -> String {
    // "=?UTF-8?B?" and "?=" leave 63 characters of base64, which is 45 octets.
    const OCTETS: usize = 45;
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > OCTETS {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    let lines: Vec<String> = tag.map(str::to_owned).into_iter().chain(encoded).collect();
    lines.join("\n ")
}

#[cfg(test)]
mod tests;
