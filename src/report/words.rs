//! Words for facts that come as tokens or variants, in both languages.

use crate::message::Ambiguity;
use crate::pdf::{ActiveKind, Coverage, Modification};
use crate::policy::{Condition, ConstraintId, DocumentResult, Level, Outcome};
use crate::signature::{Conclusion, Failure, FormatFault, InForce, Integrity, Revocation, Trust};
use crate::x509::PathFault;

use super::bottom::words::{NOT_VALID, UNDETERMINED, VALID};
use super::lang::Words;
use super::model::Mark;

const fn words(vi: &'static str, en: &'static str) -> Words {
    Words::new(vi, en)
}

pub(super) fn outcome(outcome: Outcome) -> Words {
    match outcome {
        Outcome::Met => words("Đạt", "Met"),
        Outcome::Undetermined => words("Chưa rõ", "Undetermined"),
        Outcome::Unmet => words("Không đạt", "Not met"),
    }
}

pub(super) fn result(result: DocumentResult) -> (Mark, Words) {
    match result {
        DocumentResult::AwaitingClerk => (Mark::Doubt, words("Chờ văn thư", "Awaiting the clerk")),
        DocumentResult::Met => (Mark::Good, words("Đạt cả ba điều kiện", "All three conditions met")),
        DocumentResult::Unchecked => (Mark::Doubt, words("Chưa kiểm tra được", "Could not be checked")),
        DocumentResult::Undetermined => (Mark::Doubt, words("Chưa đủ căn cứ", "Undetermined")),
        DocumentResult::Unmet => (Mark::Bad, words("Không đạt", "Not met")),
    }
}

pub(super) fn condition(condition: Condition) -> Words {
    match condition {
        Condition::A => words("a) Chữ ký số của cơ quan gửi", "(a) Digital signature of the sender"),
        Condition::B => {
            words("b) Chứng thư số còn hiệu lực, CA hợp pháp", "(b) Certificate in force, from a lawful CA")
        }
        Condition::C => {
            words("c) Bản scan PDF, gửi từ hộp thư chính thức", "(c) Scanned PDF, from the official mailbox")
        }
    }
}

pub(super) fn constraint(constraint: ConstraintId) -> Words {
    match constraint {
        ConstraintId::Readable => {
            words("Tệp đọc được, mọi phần mềm đọc như nhau", "The file can be read, alike by every program")
        }
        ConstraintId::SignaturePresent => words("Có chữ ký số", "There is a digital signature"),
        ConstraintId::SignatureIntact => words(
            "Giá trị băm và chữ ký khớp, dạng được hỗ trợ",
            "Digest and signature value hold, in a supported form",
        ),
        ConstraintId::Unchanged => words("Không bị thay đổi sau khi ký", "Nothing was changed after signing"),
        ConstraintId::Coverage => words("Chữ ký bao phủ toàn bộ tài liệu", "The signature covers the whole document"),
        ConstraintId::LaterSignatures => {
            words("Các chữ ký thêm sau đều hợp lệ", "Every signature added later passes by itself")
        }
        ConstraintId::SignerIsSender => words("Người ký là cơ quan gửi", "The signer is the sending agency"),
        ConstraintId::TrustedPath => words("Đường dẫn chứng thực tới CA hợp pháp", "A path leads to a lawful CA"),
        ConstraintId::InForce => {
            words("Chứng thư số còn hiệu lực khi ký", "The certificates were in force when signed")
        }
        ConstraintId::NotRevoked => words("Không bị thu hồi, tạm dừng khi ký", "None was revoked or suspended then"),
        ConstraintId::Algorithm => words("Thuật toán còn an toàn", "The algorithms are still secure"),
        ConstraintId::Timestamp => {
            words("Dấu thời gian (nếu có) nguyên vẹn", "Timestamps, where there are any, are intact")
        }
        ConstraintId::FileKind => words("PDF hoặc loại không chỉnh sửa được", "A PDF, or a kind that cannot be edited"),
        ConstraintId::Scan => words("Trang là bản scan từ bản gốc", "The pages were scanned from the original"),
        ConstraintId::SentDirectly => {
            words("Gửi trực tiếp, không nằm trong thư chuyển tiếp", "Sent by itself, not inside a forwarded message")
        }
        ConstraintId::OfficialMailbox => {
            words("Gửi từ hộp thư đã công bố của cơ quan", "Sent from the agency's published mailbox")
        }
        ConstraintId::DirectoryAge => words("Danh bạ còn mới", "The directory of mailboxes is up to date"),
    }
}

pub(super) fn level(level: Level) -> Words {
    match level {
        Level::Ignore => words("bỏ qua", "ignored"),
        Level::Inform => words("chỉ để biết", "for information"),
        Level::Warn => words("cảnh báo", "warns"),
        Level::Fail => words("quyết định", "decides"),
    }
}

pub(super) fn conclusion(conclusion: &Conclusion) -> (Mark, Words) {
    match conclusion {
        Conclusion::Passed(_) => (Mark::Good, VALID),
        Conclusion::Failed(_) => (Mark::Bad, NOT_VALID),
        Conclusion::Indeterminate(_) => (Mark::Doubt, UNDETERMINED),
    }
}

pub(super) fn integrity(integrity: &Integrity) -> (Mark, Words) {
    match integrity {
        Integrity::Intact => (Mark::Good, words("nội dung đã ký nguyên vẹn", "the signed content is intact")),
        Integrity::NoCertificate => (
            Mark::Doubt,
            words(
                "không tìm thấy chứng thư số mà chữ ký nêu tên",
                "the certificate that the signature names is not there",
            ),
        ),
        Integrity::Unexamined => {
            (Mark::Doubt, words("chưa kiểm tra: đã tới giới hạn", "not examined: a limit was reached"))
        }
        Integrity::Unsupported => (
            Mark::Doubt,
            words("dạng chữ ký hoặc thuật toán không được hỗ trợ", "the form or an algorithm is not supported"),
        ),
        Integrity::Failed(failure) => (Mark::Bad, failed(failure)),
    }
}

fn failed(failure: &Failure) -> Words {
    match failure {
        Failure::Hash => {
            words("KHÔNG nguyên vẹn: nội dung khác nội dung đã ký", "NOT intact: the content is not what was signed")
        }
        Failure::SigCrypto => words(
            "KHÔNG nguyên vẹn: giá trị chữ ký không khớp khoá của người ký",
            "NOT intact: the signature value does not verify with the signer's key",
        ),
        Failure::NotYetValid => {
            words("có trước khi chứng thư số có hiệu lực", "it existed before the certificate came into force")
        }
        Failure::Expired => {
            words("ký sau khi chứng thư số đã hết hạn", "it was made after the certificate had expired")
        }
        Failure::Revoked => {
            words("ký sau khi chứng thư số bị thu hồi", "it was made after the certificate was revoked")
        }
        Failure::Format(fault) => match fault {
            FormatFault::ByteRange => words(
                "KHÔNG nguyên vẹn: phạm vi ký (ByteRange) sai",
                "NOT intact: the byte range cannot be that of a signature",
            ),
            FormatFault::Changed(_) => words(
                "KHÔNG nguyên vẹn: tài liệu bị thay đổi sau khi ký",
                "NOT intact: the document was changed after signing",
            ),
            FormatFault::Cms => {
                words("KHÔNG nguyên vẹn: cấu trúc chữ ký (CMS) sai", "NOT intact: the CMS object is malformed")
            }
            FormatFault::Contents => words(
                "KHÔNG nguyên vẹn: giá trị chữ ký (Contents) sai dạng",
                "NOT intact: the signature value (Contents) is malformed",
            ),
            FormatFault::Gap => words(
                "KHÔNG nguyên vẹn: có phần của tệp nằm ngoài phạm vi ký",
                "NOT intact: octets of the file hide outside the signed range",
            ),
            FormatFault::Structure => words(
                "KHÔNG nguyên vẹn: cấu trúc tệp quanh chữ ký mâu thuẫn",
                "NOT intact: the structure around the signature contradicts itself",
            ),
        },
    }
}

pub(super) fn coverage(coverage: Coverage) -> Words {
    match coverage {
        Coverage::WholeFile => words("toàn bộ tệp", "the whole file"),
        Coverage::Revision { .. } => words(
            "đến hết phiên bản được ký; phía sau còn phần bổ sung",
            "up to the end of the signed revision; something was appended",
        ),
        Coverage::GapNotContents => {
            words("không trọn vẹn: có phần nằm ngoài phạm vi ký", "incomplete: something lies outside the signed range")
        }
    }
}

pub(super) fn modification(modification: Modification) -> (Mark, Words) {
    match modification {
        Modification::None => (Mark::Good, words("không thay đổi gì", "nothing was changed")),
        Modification::LongTermValidation => (
            Mark::Good,
            words(
                "bổ sung dữ liệu xác minh lâu dài, dấu thời gian",
                "data for long-term validation or a timestamp was added",
            ),
        ),
        Modification::FurtherSignature => (Mark::Good, words("bổ sung chữ ký", "a signature was added")),
        Modification::FormFilling => (Mark::Doubt, words("điền biểu mẫu", "the form was filled in")),
        Modification::Annotation => {
            (Mark::Doubt, words("thêm, sửa hoặc gỡ chú thích", "annotations were added, changed or removed"))
        }
        Modification::Other => (Mark::Bad, words("thay đổi không giải thích được", "changes that nothing explains")),
    }
}

pub(super) fn trust(trust: &Trust) -> (Mark, Words) {
    match trust {
        Trust::Trusted(_) => (Mark::Good, words("dẫn tới chứng thư gốc tin cậy", "leads to a trust anchor")),
        Trust::AnchorMissing { .. } => (
            Mark::Doubt,
            words(
                "dẫn tới tổ chức chứng thực đã biết, nhưng chưa cài chứng thư số của tổ chức này",
                "leads to a known CA whose certificate is not installed",
            ),
        ),
        Trust::Bad(_) => {
            (Mark::Bad, words("có đường dẫn nhưng vi phạm quy tắc", "there is a path, and it breaks a rule"))
        }
        Trust::Limit => (Mark::Doubt, words("chưa tìm xong: đã tới giới hạn", "the search reached a limit")),
        Trust::NoCertificate => {
            (Mark::Doubt, words("không có chứng thư số để lần theo", "there is no certificate to follow"))
        }
        Trust::NotForDocuments => {
            (Mark::Bad, words("chứng thư số không dùng để ký văn bản", "the certificate may not sign documents"))
        }
        Trust::NotTrusted => (Mark::Bad, words("không dẫn tới chứng thư gốc tin cậy nào", "leads to no trust anchor")),
        Trust::Unlisted => (
            Mark::Doubt,
            words(
                "tổ chức chứng thực không có trong danh sách được cấp phép lúc đó",
                "the CA was not licensed at that time",
            ),
        ),
    }
}

pub(super) fn path_fault(fault: &PathFault) -> Words {
    match fault {
        PathFault::Certificate(_) => {
            words("một chứng thư số trong đường dẫn tự nó sai quy cách", "a certificate on the path is malformed")
        }
        PathFault::Names(_) => {
            words("có tên mà CA cấp trên không được chứng thực", "a name that a CA above may not certify")
        }
        PathFault::NotCa => words("chứng thư số cấp trên không phải của CA", "an issuer is no CA"),
        PathFault::NotForSigning => {
            words("chứng thư số cấp trên không được dùng để cấp chứng thư", "an issuer may not sign certificates")
        }
        PathFault::PathLength => words("quá số cấp CA cho phép", "more CAs than the path length allows"),
        PathFault::Policy => {
            words("không có chính sách chứng thực chung mà CA yêu cầu", "no certificate policy holds all the way down")
        }
        PathFault::Signature(_) => {
            words("chữ ký trên một chứng thư số không khớp", "the signature on a certificate does not verify")
        }
        PathFault::TooLong => words("đường dẫn quá dài", "the path is too long"),
    }
}

pub(super) fn in_force(in_force: InForce) -> (Mark, Words) {
    match in_force {
        InForce::Yes => (Mark::Good, words("còn hiệu lực", "in force")),
        InForce::NotYet => (Mark::Bad, words("chưa có hiệu lực", "not yet in force")),
        InForce::Ended => (
            Mark::Doubt,
            words(
                "đã hết hạn; không chứng minh được đã ký khi còn hiệu lực",
                "expired; nothing proves that it was in force when signed",
            ),
        ),
        InForce::Expired => (
            Mark::Bad,
            words(
                "đã hết hạn; dấu thời gian chứng minh ký sau khi hết hạn",
                "expired; a timestamp proves that it was signed after that",
            ),
        ),
        InForce::Unknown => {
            (Mark::Doubt, words("chưa xét: không có đường dẫn chứng thực", "not asked: there is no path"))
        }
    }
}

pub(super) fn revocation(revocation: Option<Revocation>) -> (Mark, Words) {
    match revocation {
        None => (Mark::Doubt, words("chưa xét: không có đường dẫn chứng thực", "not asked: there is no path")),
        Some(Revocation::Clear) => (
            Mark::Good,
            words("không bị thu hồi tại thời điểm được chứng minh", "not revoked at the time that is proven"),
        ),
        Some(Revocation::Later) => (
            Mark::Good,
            words(
                "bị thu hồi sau thời điểm ký; không ảnh hưởng chữ ký",
                "revoked after it was signed, which takes nothing away",
            ),
        ),
        Some(Revocation::OcspUnknown) => (
            Mark::Doubt,
            words(
                "chưa rõ: dịch vụ OCSP trả lời \"không xác định\"",
                "undetermined: the OCSP responder does not know it",
            ),
        ),
        Some(Revocation::Before) => (
            Mark::Bad,
            words(
                "đã bị thu hồi; dấu thời gian chứng minh ký sau khi thu hồi",
                "revoked; a timestamp proves that it was signed after that",
            ),
        ),
        Some(Revocation::Stale) => (
            Mark::Doubt,
            words("chưa rõ: danh sách thu hồi đã quá hạn cập nhật", "undetermined: the revocation list is out of date"),
        ),
        Some(Revocation::Unavailable) => (
            Mark::Doubt,
            words("chưa rõ: không có danh sách thu hồi dùng được", "undetermined: there is no usable revocation list"),
        ),
        Some(Revocation::OnHold) => (Mark::Doubt, words("đang bị tạm dừng", "suspended")),
        Some(Revocation::CaRevokedSince) => (
            Mark::Doubt,
            words(
                "chưa rõ: CA bị thu hồi sau thời điểm ký, chưa loại trừ khoá của CA đã mất an toàn khi đó",
                "undetermined: a CA was revoked after signing, and its key may have been lost by then",
            ),
        ),
        Some(Revocation::CaRevoked) => {
            (Mark::Bad, words("chứng thư số của CA đã bị thu hồi", "the certificate of a CA is revoked"))
        }
        Some(Revocation::Revoked) => (
            Mark::Doubt,
            words(
                "đã bị thu hồi; không chứng minh được đã ký trước đó",
                "revoked; nothing proves that it was signed before",
            ),
        ),
    }
}

pub(super) fn active(kind: ActiveKind) -> Words {
    match kind {
        ActiveKind::AdditionalActions => words("hành động khi mở, đóng, in", "actions on opening, closing, printing"),
        ActiveKind::EmbeddedFile => words("tệp nhúng", "an embedded file"),
        ActiveKind::ExternalStream => words("lấy dữ liệu từ tệp khác", "data taken from another file"),
        ActiveKind::GoToEmbedded => words("mở tệp nhúng trong tệp khác", "opens a file inside another one"),
        ActiveKind::GoToRemote => words("mở tệp khác", "opens another file"),
        ActiveKind::ImportData => words("điền biểu mẫu từ tệp khác", "fills the form from another file"),
        ActiveKind::JavaScript => words("chạy JavaScript", "runs JavaScript"),
        ActiveKind::Launch => words("khởi chạy chương trình", "starts a program"),
        ActiveKind::Media => words("phát âm thanh, video, Flash, 3D", "plays sound, film, Flash or 3-D"),
        ActiveKind::OpenAction => words("tự thực hiện hành động khi mở tệp", "does something when the file is opened"),
        ActiveKind::SubmitForm => words("gửi biểu mẫu tới một địa chỉ", "sends the form to an address"),
        ActiveKind::Xfa => {
            words("biểu mẫu XFA, có thể hiển thị nội dung khác", "an XFA form, which shows what it likes")
        }
    }
}

pub(super) fn ambiguity(ambiguity: Ambiguity) -> Words {
    match ambiguity {
        Ambiguity::AfterClose => {
            words("có phần nằm sau dấu kết thúc của thư", "parts follow after the end of the mail")
        }
        Ambiguity::Alternatives => words(
            "nhiều tệp ở các phương án hiển thị khác nhau của cùng một thư",
            "files stand in different alternatives of one mail, of which a program shows one",
        ),
        Ambiguity::BareCarriageReturn => words("ký tự xuống dòng không chuẩn", "a carriage return stands alone"),
        Ambiguity::Base64Junk => words("mã hoá base64 có dữ liệu lạ", "base64 with foreign octets"),
        Ambiguity::DeceptiveName => {
            words("tên tệp có ký tự ẩn hoặc đổi chiều chữ", "the file name has hidden or direction characters")
        }
        Ambiguity::DoubledField => words("trường mô tả phần thư bị lặp", "a Content field stands twice"),
        Ambiguity::EncodedContainer => {
            words("phần thư chứa phần khác lại bị mã hoá", "a container is transfer-encoded")
        }
        Ambiguity::Epilogue => words("có nội dung sau dấu phân cách cuối", "something follows the last delimiter"),
        Ambiguity::External => words("nội dung nằm ở nơi khác", "the content is elsewhere"),
        Ambiguity::OddArchive => words(
            "tệp nén bất thường, các phần mềm có thể giải nén ra tệp khác nhau",
            "an odd archive, from which programs may unpack different files",
        ),
        Ambiguity::OddBoundary => words("dấu phân cách phần thư bất thường", "an odd boundary"),
        Ambiguity::OddField => words("trường mô tả phần thư sai ngữ pháp", "a Content field strays from the grammar"),
        Ambiguity::OtherProgram => words(
            "nội dung là PDF nhưng tên hoặc kiểu khai báo khiến phần mềm khác mở tệp",
            "a PDF that its name or declared type has another program open",
        ),
        Ambiguity::Partial => words("chỉ là một mảnh của nhiều mảnh", "one piece of several"),
        Ambiguity::QuotedPrintableJunk => {
            words("mã hoá quoted-printable có dữ liệu lạ", "quoted-printable with foreign data")
        }
        Ambiguity::TwoNames => words("hai tên tệp có đuôi khác nhau", "two names with different endings"),
        Ambiguity::UnknownEncoding => words("cách mã hoá không rõ", "a transfer encoding that is not known"),
        Ambiguity::Unterminated => words("phần thư không có dấu kết thúc", "a multipart without its end"),
        Ambiguity::Uuencode => {
            words("tệp uuencode, yEnc hoặc BinHex nằm trong văn bản", "a uuencoded, yEnc or BinHex file inside a text")
        }
    }
}

pub(super) fn kind(token: &str) -> Words {
    match token {
        "archive" => words("tệp nén", "archive"),
        "calendar" => words("lịch", "calendar"),
        "editable" => words("tệp chỉnh sửa được", "editable file"),
        "empty" => words("tệp rỗng", "empty file"),
        "external" => words("nội dung ở nơi khác", "content elsewhere"),
        "image" => words("tệp ảnh", "picture"),
        "partial" => words("một mảnh của tệp", "a piece of a file"),
        "pdf" => words("PDF", "PDF"),
        "pkcs7" => words("chữ ký tách rời (PKCS#7)", "detached signature (PKCS#7)"),
        "tnef" => words("winmail.dat", "winmail.dat"),
        "too-large" => words("quá lớn", "too large"),
        "unexamined" => words("phần chưa xem tới", "what was not examined"),
        _ => words("không rõ loại", "of unknown kind"),
    }
}
