//! One document: what a clerk asks of it, and the details.

use crate::dossier::{Content, Document};
use crate::pdf::Reading;
use crate::policy::{Condition, DocumentJudgement, Outcome, Reason, SignatureJudgement};
use crate::signature::Conclusion;

use super::bottom::{self, Subject};
use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Row, Section, Table};
use super::outside::Outside;
use super::said::Said;
use super::{advice, revision, signature, structure, words};

/// Lines of the table of signatures on the clerk's page; the rest stands in the details.
const IN_TABLE: usize = 20;
/// Signatures with details of their own; a hostile file has thousands, and a program reads them in the JSON.
const IN_DETAIL: usize = 100;

/// A document as its judgement and its reader describe it.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) judged: &'a DocumentJudgement,
    /// Nothing of a document with a secrecy mark, or of one that stands for what was not seen.
    pub(super) facts: Option<&'a Document>,
    /// What the outside said.
    pub(super) outside: Option<&'a Outside<'a>>,
    pub(super) subject: Subject,
    /// It has the clerk's page for itself.
    pub(super) alone: bool,
    pub(super) lang: Lang,
}

impl<'a> Told<'a> {
    fn label(&self, vi: &'static str, en: &'static str) -> &'static str {
        Words::new(vi, en).of(self.lang)
    }

    fn reading(&self) -> Option<&'a Reading> {
        match &self.facts?.content {
            Content::Pdf(Ok(reading)) => Some(reading),
            Content::Pdf(Err(_)) | Content::Other | Content::TooLarge => None,
        }
    }

    /// A heading is ours alone; the name stands below it.
    fn heading(&self) -> Said {
        Said::own(self.label("Tệp số ", "File no. ")).and_number(self.judged.n.into())
    }

    fn name(&self) -> Option<Row> {
        let name = Some(&self.judged.name).filter(|name| !name.is_empty())?;
        Some(Row::new(self.label("Tên tệp", "File name"), Said::other(name)))
    }

    /// What fills the clerk's page.
    pub(super) fn summary(&self) -> Section {
        let mut own = Section::new(self.heading()).with(Block::Rows(self.name().into_iter().collect()));
        if self.subject == Subject::Message {
            let (mark, words) = words::result(self.judged.result);
            own = Section::new(self.heading().and(": ").and(words.of(self.lang))).marked(mark);
            own = own.with(Block::Rows(self.name().into_iter().chain(self.conditions()).collect()));
        }
        let signatures = &self.judged.signatures;
        if signatures.len() > 1 {
            own = own.with(Block::Table(self.table(signatures))).with(Block::Lines(self.left(signatures, IN_TABLE)));
        }
        // Of several the one that decides: it alone meets (a) and (b), or does not.
        if let Some((index, one)) = self.judged.deciding.and_then(|index| Some((index, signatures.get(index)?))) {
            let heading = Said::own(self.label("Chữ ký ", "Signature ")).and_number(index as u64 + 1);
            let heading = if signatures.len() > 1 {
                heading.and(self.label(", dùng để kết luận", ", which decides"))
            } else {
                heading
            };
            let rows = Block::Rows(signature::brief(one, self.alone, self.lang));
            let wanted = if self.alone { self.wanted(one) } else { Vec::new() };
            let section = Section::new(heading).marked(signature::mark_of(one)).with(rows);
            own = own.with(Block::Section(section.with(Block::Lines(wanted))));
        }
        let reasons = bottom::reasons(self.judged, self.subject);
        let lines = reasons.into_iter().map(|reason| self.line(bottom::weight(self.judged, reason), reason));
        let remarks = self.judged.remarks.iter().map(|reason| self.line(Mark::Note, *reason));
        let reasons = Said::own(self.label("Lý do và việc cần làm", "Reasons and what to do"));
        let noted = Said::own(self.label("Ghi nhận thêm", "Remarks"));
        own.with(Block::Section(Section::new(reasons).with(Block::Lines(lines.collect()))))
            .with(Block::Section(Section::new(noted).with(Block::Lines(remarks.collect()))))
    }

    /// What stands behind it.
    pub(super) fn details(&self) -> Section {
        let mut section = Section::new(self.heading()).with(Block::Rows(self.about()));
        if self.subject == Subject::File {
            let heading = Said::own(self.label(
                "Ba điều kiện của khoản 2 Điều 7 (không biết người gửi)",
                "The three conditions of Article 7.2 (the sender is not known)",
            ));
            section =
                section.with(Block::Section(Section::new(heading).with(Block::Rows(self.conditions().collect()))));
        }
        let signatures = &self.judged.signatures;
        let fields = self.reading().map(|reading| reading.signatures.as_slice()).unwrap_or_default();
        for (index, one) in signatures.iter().enumerate().take(IN_DETAIL) {
            let told = signature::section(index + 1, one, fields.get(index), self.lang);
            section = section.with(Block::Section(told.with(Block::Lines(self.wanted(one)))));
        }
        section = section.with(Block::Lines(self.left(signatures, IN_DETAIL)));
        if let Some(reading) = self.reading() {
            section = section
                .with(Block::Section(revision::section(self.judged, reading, self.lang)))
                .with(Block::Section(self.structure(reading)));
        }
        section.with(Block::Section(self.asked())).with(Block::Section(self.support()))
    }

    /// What is missing to know of revocation; nothing where the signature passed, or failed for good.
    fn wanted(&self, signature: &SignatureJudgement) -> Vec<Line> {
        match self.outside {
            Some(outside) if matches!(signature.validated.conclusion, Conclusion::Indeterminate(_)) => {
                outside.wanted(signature, self.lang)
            }
            _ => Vec::new(),
        }
    }

    fn conditions(&self) -> impl Iterator<Item = Row> {
        Condition::ALL.into_iter().map(move |condition| {
            let (outcome, _) = self.judged.condition(condition);
            let value = Said::own(words::outcome(outcome).of(self.lang));
            Row::marked(words::condition(condition).of(self.lang), outcome.into(), value)
        })
    }

    fn line(&self, mark: Mark, reason: Reason) -> Line {
        Line {
            mark,
            said: Said::own(bottom::sentence(reason, self.lang)),
            code: Some(reason.code()),
            advice: Some(advice(reason, self.lang)),
        }
    }

    fn table(&self, signatures: &[SignatureJudgement]) -> Table {
        let rows = signatures.iter().enumerate().take(IN_TABLE).map(|(index, one)| {
            let validated = &one.validated;
            let (mark, words) = words::conclusion(&validated.conclusion);
            let (_, intact) = words::integrity(&validated.integrity);
            vec![
                Said::default().and_number(index as u64 + 1),
                signature::who(one, self.lang),
                Said::own(mark.sign()).and(" ").and(words.of(self.lang)),
                Said::own(intact.of(self.lang)),
                validated.claimed_time.map(Said::moment).unwrap_or_default(),
            ]
        });
        Table {
            caption: self.label("Các chữ ký trong tệp", "Signatures in the file"),
            head: vec![
                self.label("Số", "No."),
                self.label("Người ký", "Signer"),
                self.label("Chữ ký số", "Digital signature"),
                self.label("Toàn vẹn", "Integrity"),
                self.label("Giờ ký (tự ghi)", "Signing time (a claim)"),
            ],
            rows: rows.collect(),
        }
    }

    fn left(&self, signatures: &[SignatureJudgement], shown: usize) -> Vec<Line> {
        let left = signatures.len().saturating_sub(shown);
        if left == 0 {
            return Vec::new();
        }
        let said = Said::own(self.label("Số chữ ký không liệt kê ở đây: ", "Signatures that are not listed here: "));
        let rest = signatures.iter().skip(shown).map(signature::mark_of).max().unwrap_or(Mark::Note);
        vec![Line { mark: rest, said: said.and_number(left as u64), code: None, advice: None }]
    }

    fn about(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.name().into_iter().collect();
        rows.extend([
            Row::new(self.label("Loại tệp", "Kind"), Said::own(words::kind(self.judged.kind).of(self.lang))),
            Row::new(
                self.label("Kích thước", "Size"),
                Said::default().and_number(self.judged.size).and(self.label(" octet", " octets")),
            ),
        ]);
        if let Some(digest) = &self.judged.sha256 {
            rows.push(Row::new(self.label("SHA-256", "SHA-256"), Said::default().and_digest(digest)));
        }
        if let Some(pages) = self.reading().and_then(|reading| reading.page_count) {
            rows.push(Row::new(self.label("Số trang", "Pages"), Said::default().and_number(pages.into())));
        }
        if let Some(Document { content: Content::Pdf(Err(error)), .. }) = self.facts {
            let said = structure::unreadable(*error, self.lang);
            rows.push(Row::marked(self.label("Không đọc được", "Cannot be read"), Mark::Doubt, said));
        }
        if let Some(ambiguity) = self.facts.and_then(|facts| facts.ambiguity) {
            let said = Said::own(words::ambiguity(ambiguity).of(self.lang));
            rows.push(Row::marked(self.label("Không rõ ràng", "Ambiguous"), Mark::Doubt, said));
        }
        rows
    }

    fn structure(&self, reading: &Reading) -> Section {
        let line = |mark, said| Line { mark, said, code: None, advice: None };
        let active = reading.active.iter().map(|one| line(Mark::Doubt, structure::active(*one, self.lang)));
        let odd = reading.oddities.iter().map(|one| line(Mark::Note, structure::oddity(one, self.lang)));
        Section::new(Said::own(self.label("Nội dung động, điểm bất thường", "Active content, oddities")))
            .with(Block::Lines(active.chain(odd).collect()))
    }

    /// Every constraint of the policy that was asked.
    fn asked(&self) -> Section {
        let rows = self.judged.findings.iter().map(|finding| {
            let reasons = finding.reasons.iter().fold(Said::default(), |said, reason| {
                let said = if said.is_empty() { said } else { said.and(", ") };
                said.and(reason.code())
            });
            vec![
                Said::default().and_token(&finding.constraint.to_string()),
                Said::own(words::constraint(finding.constraint).of(self.lang)),
                outcome(finding.outcome, self.lang),
                Said::own(words::level(finding.level).of(self.lang)),
                reasons,
            ]
        });
        let table = Table {
            caption: self.label("Đã hỏi gì, kết quả ra sao", "What was asked, and what came out"),
            head: vec![
                self.label("Mã", "Id"),
                self.label("Yêu cầu", "Asked"),
                self.label("Kết quả", "Outcome"),
                self.label("Mức", "Weight"),
                self.label("Lý do", "Reasons"),
            ],
            rows: rows.collect(),
        };
        Section::new(Said::own(self.label("Từng yêu cầu của chính sách", "Each constraint of the policy")))
            .with(Block::Table(table))
    }

    /// Facts that have no words of their own here yet.
    fn support(&self) -> Section {
        let told: Vec<String> = match self.facts.map(|facts| &facts.content) {
            Some(Content::Pdf(Ok(reading))) => reading.oddities.iter().map(ToString::to_string).collect(),
            Some(Content::Pdf(Err(error))) => vec![error.to_string()],
            _ => Vec::new(),
        };
        let rest = self.judged.details.iter().filter(|detail| !told.contains(detail));
        let rest = rest.filter(|detail| self.facts.is_none() || !detail.starts_with("ambiguous: "));
        let lines = rest.map(|detail| Line { mark: Mark::Note, said: Said::other(detail), code: None, advice: None });
        Section::new(Said::own(self.label("Cho bộ phận hỗ trợ (tiếng Anh)", "For support people")))
            .with(Block::Lines(lines.collect()))
    }
}

fn outcome(outcome: Outcome, lang: Lang) -> Said {
    Said::own(Mark::from(outcome).sign()).and(" ").and(words::outcome(outcome).of(lang))
}
