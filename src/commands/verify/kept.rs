//! Evidence of a call: kept in a folder, or taken from one.

use std::fmt::Display;
use std::io::ErrorKind;

use dieu7::digest::Sha256;
use dieu7::evidence::{Part, Record, Rules, Session};
use dieu7::io::evidence_store::{EvidenceError, EvidenceStore, Replay};
use dieu7::policy::Case;
use dieu7::report::evidence::{self, Around};
use dieu7::report::{self, Judged, Lang, Said, Words};

use crate::commands::cli::VerifyArguments;
use crate::commands::failure::{self, Failure, Text, UNREADABLE, USAGE};

/// Who judges: stands in the record, and is compared at a replay.
const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// Where evidence goes, or comes from.
pub enum Kept {
    /// Nowhere.
    Not,
    /// Out of a folder.
    From(EvidenceStore),
    /// Into a folder.
    Into { store: EvidenceStore, replace: bool },
}

impl Kept {
    /// A folder that cannot be written is said before the work begins.
    pub fn new(arguments: &VerifyArguments) -> Result<Self, Failure> {
        match (&arguments.evidence, &arguments.evidence_from) {
            (Some(folder), _) => {
                let store = EvidenceStore::create(folder).map_err(|error| not_kept(&error))?;
                Ok(Self::Into { store, replace: arguments.force })
            }
            (None, Some(folder)) if !folder.is_dir() => Err(failure::unreadable(format_args!(
                "--evidence-from {}: {}",
                folder.display(),
                ErrorKind::NotADirectory
            ))),
            (None, Some(folder)) => Ok(Self::From(EvidenceStore::open(folder))),
            (None, None) => Ok(Self::Not),
        }
    }

    /// What was recorded of an input; `None` where nothing is replayed.
    pub fn replay(&self, input: Sha256) -> Result<Option<Replay>, EvidenceError> {
        match self {
            Self::From(store) => store.replay(input).map(Some),
            Self::Into { .. } | Self::Not => Ok(None),
        }
    }

    /// Keeps what a judgement rests on, where that is asked for.
    pub fn keep(
        &self,
        judged: &Judged<'_>,
        case: &Case,
        (input, session, rules): (Sha256, Session, Rules),
    ) -> Result<(), Failure> {
        let Self::Into { store, replace } = self else { return Ok(()) };
        let around = Around { input, program: PROGRAM.to_owned(), rules, session };
        let (record, objects) = evidence::record(judged, case, around);
        store.keep(&record, &objects, *replace).map_err(|error| not_kept(&error))
    }
}

/// The record of an input cannot be used: it is judged by nothing else.
pub fn not_replayed(facts: impl Display) -> Failure {
    Failure::new(
        UNREADABLE,
        Text {
            vi: "Bằng chứng đã lưu không dùng được; tệp này không được kiểm tra lại.",
            en: "The evidence that was kept cannot be used; this file was not judged again.",
        },
        facts,
        Text {
            vi: "xem thư mục --evidence-from có đúng là thư mục đã lưu cho tệp này không; thứ bị đổi hoặc bị mất thì lấy lại từ bản sao lưu.",
            en: "see whether --evidence-from is the folder in which this file's evidence was kept; what was changed or lost comes back from a backup only.",
        },
    )
}

fn not_kept(error: &EvidenceError) -> Failure {
    let advice = match error {
        EvidenceError::Recorded { .. } => Text {
            vi: "chọn thư mục khác để giữ biên bản cũ, hoặc thêm --force để thay.",
            en: "choose another folder to keep the old record, or add --force to replace it.",
        },
        _ => Text {
            vi: "kiểm tra thư mục, quyền ghi và chỗ trống; biên bản cũ (nếu có) còn nguyên.",
            en: "check the folder, the permission to write and the space; an older record is as it was.",
        },
    };
    Failure::new(USAGE, Text { vi: "Không lưu được bằng chứng.", en: "The evidence cannot be kept." }, error, advice)
}

/// How that by which a replay judges differs from what was recorded.
pub fn differences(record: &Record, rules: &Rules, lang: Lang) -> Vec<Said> {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    let parts = record.rules.differ(rules).into_iter().map(|part| match part {
        Part::Anchors => own(
            "KHÁC lúc lưu: chứng thư tin cậy (dùng bộ hiện tại)",
            "DIFFERS from what was recorded: trusted certificates (the present ones are used)",
        ),
        Part::Directory => own(
            "KHÁC lúc lưu: danh bạ hộp thư (dùng danh bạ hiện tại)",
            "DIFFERS from what was recorded: the directory of mailboxes (the present one is used)",
        ),
        Part::Policies => own(
            "KHÁC lúc lưu: chính sách (dùng chính sách hiện tại)",
            "DIFFERS from what was recorded: the policy (the present one is used)",
        ),
        Part::Sender => own(
            "KHÁC lúc lưu: cấu hình người gửi (dùng cấu hình hiện tại)",
            "DIFFERS from what was recorded: the settings of senders (the present ones are used)",
        ),
    });
    let mut said: Vec<Said> = parts.collect();
    if record.program != PROGRAM {
        said.push(
            own("KHÁC lúc lưu: chương trình đã dùng là ", "DIFFERS from what was recorded: the program was ")
                .and_other(&record.program),
        );
    }
    said
}

/// That a replay came to another result than the record; the first thing an auditor asks.
pub fn differs(record: &Record, judged: &Judged<'_>, lang: Lang) -> Option<Said> {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    let results = |report: &serde_json::Value| {
        let documents = report["documents"].as_array().into_iter().flatten().map(|document| {
            let signatures = document["signatures"].as_array().into_iter().flatten();
            let signatures = signatures.map(|one| (one["indication"].clone(), one["sub_indication"].clone()));
            (document["verdict"].clone(), document["conditions"].clone(), signatures.collect::<Vec<_>>())
        });
        (report["verdict"].clone(), documents.collect::<Vec<_>>())
    };
    // Of a message with a secrecy mark no report is kept.
    if record.report.is_null() || results(&record.report) == results(&report::json::report(judged)) {
        return None;
    }
    Some(own("KẾT QUẢ KHÁC kết quả đã lưu", "THE RESULT DIFFERS from the recorded one"))
}
