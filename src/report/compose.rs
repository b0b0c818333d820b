//! Puts a report together, in the order in which it is read.

use crate::dossier::{Document, Dossier};
use crate::evidence::Evidence;
use crate::policy::{DocumentJudgement, Judgement};

use super::advice;
use super::bottom::{self, Bottom, Subject};
use super::document::Told;
use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Report, Row, Section};
use super::outside::Outside;
use super::said::Said;
use super::words;

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
        let details = judged.told(outside, lang).map(|told| told.details()).chain(asked);
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
            rows.extend(sender(judgement, lang));
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

fn sender(judgement: &Judgement, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let sender = &judgement.sender;
    let unknown = || Said::own(label("không rõ", "not known"));
    let (mark, words) = words::provenance(sender.provenance);
    let mut rows = vec![
        Row::new(label("Hộp thư gửi", "Sending mailbox"), sender.mailbox.as_deref().map_or_else(unknown, Said::other)),
        Row::new(label("Cơ quan gửi", "Sending agency"), sender.agency.as_deref().map_or_else(unknown, Said::other)),
        Row::marked(label("Xác thực người gửi", "Sender checks"), mark, Said::own(words.of(lang))),
    ];
    let successor = sender.detail.strip_prefix("successor ").filter(|_| sender.provenance == "not-in-force");
    rows.extend(successor.map(|mailbox| Row::new(label("Hộp thư thay thế", "Its successor"), Said::other(mailbox))));
    rows
}
