//! Puts a report together, in the order in which it is read.

use crate::dossier::{Document, Dossier};
use crate::evidence::Evidence;
use crate::policy::{DocumentJudgement, Judgement, MailOutcome, MailSignature};

use super::advice;
use super::bottom::{self, Bottom, Subject};
use super::document::Told;
use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Report, Row, Section};
use super::outside::Outside;
use super::said::Said;
use super::sender;

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The input, as its user calls it.
    pub name: &'a str,
    /// What it is.
    pub subject: Subject,
    /// The judgement.
    pub judgement: &'a Judgement,
    /// What the reader found; `None` when it could not be examined, or is not kept.
    pub dossier: Option<&'a Dossier>,
    /// What the outside said, or would not say; `None` where it is not kept.
    pub evidence: Option<&'a Evidence>,
    /// What was taken for granted.
    pub assumed: &'a [Said],
}

impl<'a> Judged<'a> {
    /// The reader's facts on the document at `index`; nothing of a message with a secrecy mark (rule, reading 9).
    pub(super) fn facts(&self, index: usize) -> Option<&'a Document> {
        if self.judgement.is_secret() {
            return None;
        }
        let judged = self.judgement.documents.get(index)?;
        self.dossier?.documents.get(index).filter(|facts| Some(facts.sha256) == judged.sha256)
    }

    /// What the outside said; nothing of a message with a secrecy mark.
    pub(super) fn outside(&self) -> Option<Outside<'a>> {
        let evidence = self.evidence.filter(|_| !self.judgement.is_secret())?;
        Some(Outside::new(evidence, self.judgement.at))
    }

    fn told<'b>(&self, outside: Option<&'b Outside<'b>>, lang: Lang) -> impl Iterator<Item = Told<'b>>
    where
        'a: 'b,
    {
        let documents: &'a [DocumentJudgement] = &self.judgement.documents;
        let this = *self;
        documents.iter().enumerate().map(move |(index, judged)| Told {
            judged,
            facts: this.facts(index),
            outside,
            subject: this.subject,
            alone: documents.len() == 1,
            lang,
        })
    }
}

impl Report {
    /// Says in `lang` what was judged.
    #[must_use]
    pub fn new(judged: &Judged<'_>, lang: Lang) -> Self {
        let mut summary = vec![about(judged, lang)];
        let outside = judged.outside();
        let outside = outside.as_ref();
        summary.extend(judged.told(outside, lang).map(|told| told.summary()));
        let asked = outside.map(|outside| outside.section(lang)).filter(|section| !section.blocks.is_empty());
        let sender = sender::section(judged.judgement, lang).filter(|_| judged.subject == Subject::Message);
        let details = sender.into_iter().chain(judged.told(outside, lang).map(|told| told.details())).chain(asked);
        Self {
            lang,
            subject: Said::other(judged.name),
            bottom: Bottom::new(judged.judgement, judged.subject, lang),
            summary,
            details: details.collect(),
            assumed: judged.assumed.to_vec(),
        }
    }
}

/// The message or the file as a whole.
fn about(judged: &Judged<'_>, lang: Lang) -> Section {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let judgement = judged.judgement;
    let mut rows = Vec::new();
    let heading = match judged.subject {
        Subject::File => {
            rows.push(Row::new(
                label("Kiểm tra tại thời điểm", "Checked as of"),
                Said::moment(judgement.at).and(label(" (giờ Việt Nam)", " (Vietnam time)")),
            ));
            label("Tệp được kiểm tra", "The file")
        }
        Subject::Message => {
            rows.push(Row::new(
                label("Thời điểm nhận", "Time of receipt"),
                Said::moment(judgement.at).and(label(" (giờ Việt Nam)", " (Vietnam time)")),
            ));
            rows.extend(sender::rows(judgement, lang));
            rows.extend(judgement.mail_signature.as_ref().map(|signature| mail_signature(signature, lang)));
            if !judgement.removed_stamps.is_empty() {
                let names = judgement.removed_stamps.join(", ");
                rows.push(Row::new(label("Dấu kiểm tra đã gỡ", "Stamps removed"), Said::other(&names)));
            }
            label("Thư được kiểm tra", "The mail")
        }
    };
    let basis = Said::default().and_token(&judgement.rule).and(label(", chính sách ", ", policy "));
    rows.push(Row::new(label("Căn cứ", "Legal basis"), basis.and_token(&judgement.policy)));
    let remarks = judgement.remarks.iter().map(|reason| Line {
        mark: if judgement.is_secret() { Mark::Bad } else { Mark::Note },
        said: Said::own(bottom::sentence(*reason, lang)),
        code: Some(reason.code()),
        advice: Some(advice(*reason, lang)),
    });
    Section::new(Said::own(heading)).with(Block::Rows(rows)).with(Block::Lines(remarks.collect()))
}

/// The signature over the mail itself; it decides nothing about a file.
fn mail_signature(signature: &MailSignature, lang: Lang) -> Row {
    let (mark, outcome) = match signature.outcome {
        MailOutcome::Valid => (Mark::Good, Words::new("hợp lệ", "valid")),
        MailOutcome::Invalid => (Mark::Bad, Words::new("không hợp lệ", "not valid")),
        MailOutcome::Undetermined => (Mark::Doubt, Words::new("không xác định", "undetermined")),
    };
    let names = if signature.names_from {
        Words::new(", chứng thư số ghi đúng địa chỉ gửi", ", the certificate names the sending address")
    } else {
        Words::new(", chứng thư số không ghi địa chỉ gửi", ", the certificate does not name the sending address")
    };
    let said = Said::own(outcome.of(lang));
    let said = match &signature.signer {
        Some(signer) => said.and(": ").and_other(signer).and(names.of(lang)),
        None => said,
    };
    Row::marked(Words::new("Chữ ký số của thư (S/MIME)", "Signature over the mail (S/MIME)").of(lang), mark, said)
}
