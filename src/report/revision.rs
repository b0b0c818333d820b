//! The revisions of a file: what each added, who signed it, and what nothing explains.

use crate::pdf::{Modification, Reading};
use crate::policy::DocumentJudgement;

use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Section, Table};
use super::said::Said;
use super::unexplained::unexplained;
use super::{signature, words};

/// Rows that are shown; a hostile file has as many revisions as it likes.
const SHOWN: usize = 100;

/// The section on revisions; empty where there is nothing to tell.
pub(super) fn section(document: &DocumentJudgement, reading: &Reading, lang: Lang) -> Section {
    let words = |vi, en| Words::new(vi, en).of(lang);
    let first_signed = reading.signatures.iter().filter_map(|field| field.revision).min();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (index, revision) in reading.revisions.iter().enumerate().take(SHOWN) {
        let (mark, did) = words::modification(revision.change.level);
        let vouched = first_signed.is_some_and(|first| index > first);
        let did = match (index, vouched) {
            (_, true) => did.of(lang),
            (index, false) if Some(index) == first_signed => {
                words("ký lần đầu: bao phủ mọi nội dung đến đây", "first signed: covers everything up to here")
            }
            (0, false) => words("tạo tệp", "made the file"),
            (_, false) => words("có trước chữ ký đầu tiên; không xét", "came before the first signature; not asked"),
        };
        let sign = if vouched { mark } else { Mark::Note };
        rows.push(vec![
            Said::default().and_number(index as u64 + 1),
            Said::own(sign.sign()).and(" ").and(did),
            signed_by(document, reading, index, lang),
            Said::default().and_number(revision.objects),
            Said::default().and_number(revision.end),
        ]);
        if vouched {
            let mark = if revision.change.level == Modification::Other { Mark::Bad } else { Mark::Doubt };
            lines.extend(revision.change.unexplained.iter().map(|one| {
                Line {
                    mark,
                    said: Said::own(words("Phiên bản ", "Revision "))
                        .and_number(index as u64 + 1)
                        .and(": ")
                        .and_said(unexplained(one, lang)),
                    code: None,
                    advice: None,
                }
            }));
        }
    }
    let table = Table {
        caption: words("Mỗi lần lưu tệp là một phiên bản", "Each time the file was saved is a revision"),
        head: vec![
            words("Số", "No."),
            words("Đã làm gì", "What it did"),
            words("Người ký", "Signed by"),
            words("Số đối tượng", "Objects"),
            words("Kết thúc tại byte", "Ends at octet"),
        ],
        rows,
    };
    let left = reading.revisions.len().saturating_sub(SHOWN);
    if left > 0 {
        let said = Said::own(words("Số phiên bản không liệt kê: ", "Revisions that are not listed: "));
        lines.push(Line { mark: Mark::Note, said: said.and_number(left as u64), code: None, advice: None });
    }
    Section::new(Said::own(words("Các phiên bản của tệp", "Revisions of the file")))
        .with(Block::Table(table))
        .with(Block::Lines(lines))
}

/// Whose signature covers the file up to this revision.
fn signed_by(document: &DocumentJudgement, reading: &Reading, revision: usize, lang: Lang) -> Said {
    let mine = reading.signatures.iter().enumerate().filter(|(_, field)| field.revision == Some(revision));
    mine.take(3).enumerate().fold(Said::default(), |said, (count, (index, field))| {
        let said = if count > 0 { said.and("; ") } else { said };
        match document.signatures.get(index) {
            Some(signature) => said.and_said(signature::who(signature, lang)),
            None => said.and_other(&field.field),
        }
    })
}
