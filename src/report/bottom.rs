//! The bottom line: one sentence on what it means, and what a clerk does now (rule, table "Verdicts").

use crate::policy::{DocumentJudgement, DocumentResult, Finding, Judgement, NotApplicable, Outcome, Reason, Verdict};

use crate::signature::Conclusion;

use super::advice::advice;
use super::lang::{Lang, Words};
use super::model::Mark;
use super::said::Said;

/// What a report speaks of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    /// A file on its own: nothing is known of who sent it, so that Article 7.2 cannot be decided.
    File,
    /// A message with its documents.
    Message,
}

/// What it means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bottom {
    /// How it came out.
    pub mark: Mark,
    /// The same in two or three words.
    pub short: &'static str,
    /// The sentence.
    pub sentence: Said,
    /// What to do now.
    pub action: Said,
}

/// Reasons that a file on its own always has: there is no sender to compare with.
const FOR_WANT_OF_A_SENDER: [Reason; 3] = [Reason::SignerUnknown, Reason::MboxUnauthenticated, Reason::ScanUnknown];
/// Files that the sentence speaks of; the others stand below it.
const NAMED: usize = 10;

impl Bottom {
    /// The bottom line of `judgement`.
    #[must_use]
    pub fn new(judgement: &Judgement, subject: Subject, lang: Lang) -> Self {
        let mut bottom = match (subject, judgement.documents.as_slice()) {
            (Subject::File, [document]) => of_file(document, lang),
            _ => of_message(judgement, lang),
        };
        if judgement.is_secret() {
            let alert = Words::new(Reason::SecretMark.vi(), Reason::SecretMark.en()).of(lang);
            bottom.sentence = Said::own(alert).and(" ").and_said(bottom.sentence);
            bottom.action = Said::own(advice(Reason::SecretMark, lang));
            bottom.short = lang_of("Có dấu chỉ độ mật", "Secrecy mark", lang);
            bottom.mark = Mark::Bad;
        }
        bottom
    }

    /// Nothing was flagged.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        matches!(self.mark, Mark::Good | Mark::Note)
    }
}

/// The sentence of a reason.
pub(super) fn sentence(reason: Reason, lang: Lang) -> &'static str {
    Words::new(reason.vi(), reason.en()).of(lang)
}

/// Reasons against a document; of a file on its own without those that it cannot but have.
pub(super) fn reasons(document: &DocumentJudgement, subject: Subject) -> Vec<Reason> {
    let mut reasons = document.reasons();
    if subject == Subject::File {
        reasons.retain(|reason| !FOR_WANT_OF_A_SENDER.contains(reason));
    }
    reasons
}

/// How a reason weighs against a document.
pub(super) fn weight(document: &DocumentJudgement, reason: Reason) -> Mark {
    let mine = document.findings.iter().filter(|finding| finding.reasons.contains(&reason));
    mine.map(Finding::weight).max().unwrap_or(Outcome::Undetermined).into()
}

fn of_file(document: &DocumentJudgement, lang: Lang) -> Bottom {
    let reasons = reasons(document, Subject::File);
    let mut signers = document.signatures.iter().filter(|one| !one.validated.is_timestamp).peekable();
    let signed = signers.peek().is_some();
    let passed = signers.clone().all(|one| one.validated.conclusion.is_passed());
    let failed = signers.clone().any(|one| matches!(one.validated.conclusion, Conclusion::Failed(_)));
    let several = signers.count() > 1;
    let Some(reason) = reasons.first().copied() else {
        return if signed && passed { valid(several, lang) } else { undecided(lang) };
    };
    let mark = weight(document, reason);
    let said = Said::own(sentence(reason, lang));
    let sentence = if reason.breaks_integrity() {
        Said::own(warning(lang)).and(" ").and_said(said)
    } else if mark == Mark::Bad && signed {
        Said::own(lang_of("Không dùng thay bản giấy: ", "Do not use in place of the paper: ", lang)).and_said(said)
    } else if mark == Mark::Bad {
        said
    } else {
        not_enough(reason, lang)
    };
    let short = match mark {
        // An indeterminate signature is never called invalid, whatever the rule makes of it.
        Mark::Bad if failed => words::NOT_VALID,
        Mark::Bad if signed => words::NO_REPLACEMENT,
        Mark::Bad => words::NOT_SIGNED,
        Mark::Good | Mark::Note | Mark::Doubt => words::UNDETERMINED,
    };
    Bottom { mark, short: short.of(lang), sentence, action: Said::own(advice(reason, lang)) }
}

/// Words on a signature; *Hợp lệ, Không hợp lệ, Không xác định* are used for nothing else.
pub(super) mod words {
    use super::Words;

    pub(in crate::report) const VALID: Words = Words::new("Hợp lệ", "Valid");
    pub(in crate::report) const NOT_VALID: Words = Words::new("Không hợp lệ", "Not valid");
    pub(in crate::report) const NOT_SIGNED: Words =
        Words::new("Không có chữ ký số đọc được", "No readable digital signature");
    pub(in crate::report) const NO_REPLACEMENT: Words =
        Words::new("Không dùng thay bản giấy", "Not in place of the paper");
    pub(in crate::report) const UNDETERMINED: Words = Words::new("Không xác định", "Undetermined");
}

fn valid(several: bool, lang: Lang) -> Bottom {
    let signed = if several {
        Words::new(
            "Các chữ ký số đều hợp lệ, nội dung đã ký nguyên vẹn.",
            "All digital signatures are valid; the signed content is intact.",
        )
    } else {
        Words::new(
            "Chữ ký số hợp lệ, nội dung đã ký nguyên vẹn.",
            "The digital signature is valid; the signed content is intact.",
        )
    };
    let open = Words::new(
        " Tệp được kiểm tra riêng, không biết gửi từ hộp thư nào, nên chưa kết luận theo khoản 2 Điều 7.",
        " The file was checked on its own, and which mailbox sent it is not known; so nothing is decided under Article 7.2.",
    );
    Bottom {
        mark: Mark::Good,
        short: words::VALID.of(lang),
        sentence: Said::own(signed.of(lang)).and(open.of(lang)),
        action: Said::own(lang_of(
            "Xem người ký có đúng là cơ quan gửi hay không. Muốn kết luận theo khoản 2 Điều 7, kiểm tra bức thư (.eml) có tệp này.",
            "See whether the signer is the sending agency. For a result under Article 7.2 check the mail (.eml) that brought the file.",
            lang,
        )),
    }
}

fn undecided(lang: Lang) -> Bottom {
    Bottom {
        mark: Mark::Doubt,
        short: words::UNDETERMINED.of(lang),
        sentence: Said::own(lang_of("Chưa đủ căn cứ để kết luận.", "There is not enough ground to decide.", lang)),
        action: Said::own(lang_of(
            "Xem chi tiết bên dưới; báo quản trị hệ thống.",
            "See the details below; tell the administrator.",
            lang,
        )),
    }
}

fn of_message(judgement: &Judgement, lang: Lang) -> Bottom {
    let said = said_of(judgement, lang);
    let broken = judgement.documents.iter().flat_map(DocumentJudgement::reasons).find(|r| r.breaks_integrity());
    let said = match broken {
        Some(reason) => Said::own(warning(lang)).and(" ").and(sentence(reason, lang)).and(" ").and_said(said),
        None => said,
    };
    let verdict = judgement.verdict;
    Bottom { mark: mark(verdict), short: short(verdict).of(lang), sentence: said, action: action(judgement, lang) }
}

const fn short(verdict: Verdict) -> Words {
    let en = match verdict {
        Verdict::LegallyEquivalent => "Equivalent to paper",
        Verdict::Partial => "Partly met",
        Verdict::Unsigned => "Not signed",
        Verdict::ConditionUnmet => "Condition not met",
        Verdict::Unchecked => "Could not be checked",
        Verdict::Undetermined => "Undetermined",
        Verdict::AwaitingClerk => "Awaiting the clerk",
        Verdict::NotApplicable => "Not applicable",
    };
    Words::new(verdict.short_vi(), en)
}

fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::LegallyEquivalent => Mark::Good,
        Verdict::ConditionUnmet | Verdict::Unsigned => Mark::Bad,
        Verdict::Partial | Verdict::Unchecked | Verdict::Undetermined | Verdict::AwaitingClerk => Mark::Doubt,
        Verdict::NotApplicable => Mark::Note,
    }
}

fn said_of(judgement: &Judgement, lang: Lang) -> Said {
    let own = |vi, en| Said::own(lang_of(vi, en, lang));
    match judgement.verdict {
        Verdict::LegallyEquivalent => own(
            "Kết quả kiểm tra tự động: đạt cả 03 điều kiện tại khoản 2 Điều 7 Quy chế ban hành kèm theo Quyết định số 12/2013/QĐ-UBND; có giá trị pháp lý tương đương văn bản giấy. Đăng ký văn bản đến.",
            "Result of the automatic check: all 3 conditions of Article 7.2 of the Regulation issued with Decision 12/2013/QĐ-UBND are met; legally equivalent to the paper document. Register the incoming document.",
        ),
        Verdict::Partial => {
            let said =
                own("Chỉ một số tệp đạt; xem từng tệp: ", "Only some files meet the conditions; see each file: ");
            said.and_said(equivalent(judgement, lang)).and(".")
        }
        Verdict::Unsigned => own(
            "Văn bản không ký số; xử lý theo nội dung.",
            "The documents are not digitally signed; handle them by their content.",
        ),
        Verdict::ConditionUnmet => {
            let reason = main_reason(judgement);
            let reason = reason.map_or(lang_of("chưa đạt điều kiện.", "a condition is not met.", lang), |r| {
                sentence(r, lang)
            });
            own("Không dùng thay bản giấy: ", "Do not use in place of the paper: ").and(reason).and(lang_of(
                " Cần bản thay thế thì đề nghị cơ quan gửi gửi lại.",
                " If a replacement is needed, ask the sending agency to send it again.",
                lang,
            ))
        }
        Verdict::Unchecked => own("Hệ thống chưa kiểm tra được.", "The system could not check this."),
        Verdict::Undetermined => match main_reason(judgement) {
            Some(reason) => not_enough(reason, lang),
            None => own(
                "Chưa đủ căn cứ để kết luận: chưa rõ; chờ kiểm tra lại.",
                "There is not enough ground to decide; wait for the next check.",
            ),
        },
        Verdict::AwaitingClerk => own(
            "Chờ văn thư đối chiếu chữ ký, dấu đỏ; các mục khác đã đạt.",
            "Waits for the clerk to compare signature and red seal; everything else is met.",
        ),
        Verdict::NotApplicable => match judgement.not_applicable {
            Some(NotApplicable::NotInForce) => own(
                "Không thuộc phạm vi kiểm tra: Quy chế không có hiệu lực tại thời điểm nhận.",
                "Not within the scope of the check: the Regulation was not in force at the time of receipt.",
            ),
            Some(NotApplicable::OutOfScope) => {
                own("Không thuộc phạm vi kiểm tra: ngoài phạm vi.", "Not within the scope of the check: out of scope.")
            }
            Some(NotApplicable::NoDocument) | None => own(
                "Không thuộc phạm vi kiểm tra: không có văn bản.",
                "Not within the scope of the check: no document.",
            ),
        },
    }
}

fn action(judgement: &Judgement, lang: Lang) -> Said {
    match main_reason(judgement) {
        Some(reason) if judgement.verdict == Verdict::Undetermined => {
            let no_verdict = lang_of("Đây không phải là “không hợp lệ”. ", "This does not mean “not valid”. ", lang);
            Said::own(no_verdict).and(advice(reason, lang))
        }
        _ => Said::own(usual_action(judgement.verdict).of(lang)),
    }
}

const fn usual_action(verdict: Verdict) -> Words {
    match verdict {
        Verdict::LegallyEquivalent => Words::new(
            "Mở tệp đối chiếu, đăng ký văn bản đến. Không cần bản giấy.",
            "Open the file and compare it, register the incoming document. No paper is needed.",
        ),
        Verdict::Partial => Words::new(
            "Đăng ký các tệp đạt; các tệp còn lại xử lý theo lý do của từng tệp.",
            "Register the files that meet the conditions; handle the others by the reasons given for each.",
        ),
        Verdict::Unsigned => Words::new(
            "Giấy mời, dự thảo, lịch: xử lý bình thường. Văn bản cần giá trị pháp lý: đề nghị gửi bản ký số hoặc bản giấy.",
            "Invitations, drafts, calendars: handle as usual. A document that needs legal value: ask for it signed, or on paper.",
        ),
        Verdict::ConditionUnmet => Words::new(
            "Trả lại nơi gửi trong ngày, nêu lý do; hoặc chờ bản giấy.",
            "Return it to the sender the same day with the reason; or wait for the paper.",
        ),
        Verdict::Unchecked => Words::new(
            "Chưa kết luận gì. Báo quản trị; nếu gấp, xử lý như trước khi có cổng kiểm tra chữ ký số.",
            "Nothing is decided yet. Tell the administrator; if it is urgent, proceed as before there was a gateway.",
        ),
        Verdict::Undetermined => Words::new(
            "Đây không phải là “không hợp lệ”. Xem lý do bên dưới; phần lớn do hệ thống, không do cơ quan gửi.",
            "This does not mean “not valid”. See the reasons below; mostly the system is the cause, not the sending agency.",
        ),
        Verdict::AwaitingClerk => Words::new(
            "Mở tệp, đối chiếu chữ ký tay và dấu đỏ, xác nhận.",
            "Open the file, compare handwriting and red seal, confirm.",
        ),
        Verdict::NotApplicable => Words::new("Xử lý bình thường.", "Handle as usual."),
    }
}

fn not_enough(reason: Reason, lang: Lang) -> Said {
    Said::own(lang_of("Chưa đủ căn cứ để kết luận: ", "There is not enough ground to decide: ", lang))
        .and(sentence(reason, lang).trim_end_matches('.'))
        .and(lang_of("; chờ kiểm tra lại.", "; wait for the next check.", lang))
}

fn warning(lang: Lang) -> &'static str {
    lang_of("CẢNH BÁO: không sử dụng.", "WARNING: do not use.", lang)
}

/// The files by number: in the bottom line stands no word of others, whatever marks it would bear.
fn equivalent(judgement: &Judgement, lang: Lang) -> Said {
    let met: Vec<_> = judgement.documents.iter().filter(|document| document.result == DocumentResult::Met).collect();
    let said = met.iter().take(NAMED).enumerate().fold(Said::default(), |said, (index, document)| {
        let said = if index > 0 { said.and(", ") } else { said };
        said.and(lang_of("tệp số ", "file no. ", lang)).and_number(document.n.into())
    });
    if met.len() > NAMED { said.and(", …") } else { said }
}

/// The first reason of the first document that does not meet the conditions.
fn main_reason(judgement: &Judgement) -> Option<Reason> {
    let mut open = judgement.documents.iter().filter(|document| document.result != DocumentResult::Met);
    open.find_map(|document| document.reasons().first().copied())
}

fn lang_of(vi: &'static str, en: &'static str, lang: Lang) -> &'static str {
    Words::new(vi, en).of(lang)
}
