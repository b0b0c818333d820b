//! What each sub-indication of ETSI EN 319 102-1 (5.1.3, tables 5 and 6) means, and what the sender or the operator can
//! do about it.
//!
//! Looked up by the words of the standard, so that a conclusion that is new in `signature` is explained as soon as it is
//! given one of its names; what has no text of its own here gets the general one.

use crate::policy::SignatureJudgement;
use crate::signature::{Conclusion, Indeterminate, Trust};

use super::lang::{Lang, Words};
use super::said::Said;

/// A conclusion in plain words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Explained {
    /// What it means.
    pub(super) meaning: Said,
    /// What the sender or the operator can do.
    pub(super) action: Said,
    /// What TRY_LATER waits for, as a token.
    pub(super) waits_for: Option<String>,
}

/// Explains why a signature did not pass; `None` where it did.
pub(super) fn explained(signature: &SignatureJudgement, lang: Lang) -> Option<Explained> {
    let validated = &signature.validated;
    let sub_indication = validated.conclusion.sub_indication()?;
    let waits_for = match &validated.conclusion {
        Conclusion::Indeterminate(Indeterminate::TryLater(doubt)) => Some(kebab(&format!("{doubt:?}"))),
        _ => None,
    };
    let text = match &waits_for {
        Some(waits_for) => try_later(waits_for),
        None if matches!(validated.trust, Trust::Unlisted) => UNLISTED,
        None => text(sub_indication),
    };
    let mut explained =
        Explained { meaning: Said::own(text.meaning.of(lang)), action: Said::own(text.action.of(lang)), waits_for };
    if let Trust::AnchorMissing { id } = &validated.trust {
        explained.meaning = Said::own(MISSING_ANCHOR.meaning.of(lang)).and(": ").and_token(id);
        explained.action = Said::own(MISSING_ANCHOR.action.of(lang));
    }
    Some(explained)
}

/// Meaning and action.
#[derive(Clone, Copy)]
struct Text {
    meaning: Words,
    action: Words,
}

const fn of(meaning: (&'static str, &'static str), action: (&'static str, &'static str)) -> Text {
    Text { meaning: Words::new(meaning.0, meaning.1), action: Words::new(action.0, action.1) }
}

const MISSING_ANCHOR: Text = of(
    (
        "đường dẫn dẫn tới một CA đã biết nhưng chưa cài chứng thư",
        "the path leads to a known CA whose certificate is not installed",
    ),
    (
        "quản trị: dieu7 trust list nêu nơi công bố; tải chứng thư rồi chạy dieu7 trust add TỆP. Không phải lỗi của cơ quan gửi",
        "operator: dieu7 trust list says where it is published; get the certificate, then run dieu7 trust add FILE. Not the sender's fault",
    ),
);
const UNLISTED: Text = of(
    (
        "CA trên đường dẫn không có giấy phép đã ghi cho thời điểm đó",
        "no licence is on record for a CA of the path at that time",
    ),
    (
        "quản trị: đối chiếu danh sách CA được cấp phép rồi bổ sung thời hạn vào anchors.toml",
        "operator: compare with the list of licensed CAs and add the period to anchors.toml",
    ),
);
const ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP: (&str, &str) = (
    "đề nghị cơ quan gửi ký lại bằng chứng thư còn hiệu lực và gắn dấu thời gian",
    "ask the sender to sign again with a certificate in force and with a timestamp",
);
const ASK_FOR_THE_ORIGINAL: (&str, &str) = (
    "không sử dụng tệp; đề nghị cơ quan gửi gửi lại tệp gốc đã ký, không chỉnh sửa",
    "do not use the file; ask the sender for the original signed file, not edited",
);

#[expect(clippy::too_many_lines, reason = "a table, in alphabetical order of the standard's names")]
fn text(sub_indication: &str) -> Text {
    match sub_indication {
        "CERTIFICATE_CHAIN_GENERAL_FAILURE" => of(
            (
                "có đường dẫn chứng thực, nhưng một chứng thư trên đó vi phạm quy tắc của RFC 5280",
                "there is a certification path, but a certificate on it breaks a rule of RFC 5280",
            ),
            (
                "báo cơ quan gửi và CA; quản trị: dieu7 trust check nêu chứng thư và quy tắc",
                "tell the sender and the CA; operator: dieu7 trust check names the certificate and the rule",
            ),
        ),
        "CHAIN_CONSTRAINTS_FAILURE" => of(
            (
                "chứng thư của người ký không được cấp để ký văn bản (mục đích sử dụng khoá)",
                "the signer's certificate was not issued for signing documents (key usage)",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng chứng thư số dùng để ký văn bản",
                "ask the sender to sign again with a certificate for signing documents",
            ),
        ),
        "CRYPTO_CONSTRAINTS_FAILURE" => of(
            (
                "chữ ký dùng thuật toán hoặc độ dài khoá không được chấp nhận ở bất kỳ thời điểm nào",
                "the signature uses an algorithm or a key length that is not accepted at any time",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng phần mềm và chứng thư số mới",
                "ask the sender to sign again with newer software and certificate",
            ),
        ),
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE" => of(
            (
                "chữ ký dùng thuật toán nay không còn an toàn (ví dụ SHA-1), và không có gì chứng minh đã ký khi thuật toán còn an toàn",
                "the signature uses an algorithm that is no longer secure (SHA-1, say), and nothing proves that it was made while it was",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng phần mềm mới (SHA-256), có gắn dấu thời gian",
                "ask the sender to sign again with newer software (SHA-256), with a timestamp",
            ),
        ),
        "EXPIRED" => of(
            (
                "đã chứng minh được là ký sau khi chứng thư số hết hạn",
                "it is proven that it was signed after the certificate had expired",
            ),
            ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP,
        ),
        "FORMAT_FAILURE" => of(
            (
                "cấu trúc chữ ký hoặc tệp không đúng chuẩn, hoặc tài liệu bị thay đổi sau khi ký",
                "signature or file do not have the form of the standard, or the document was changed after signing",
            ),
            ASK_FOR_THE_ORIGINAL,
        ),
        "HASH_FAILURE" => of(
            ("nội dung tệp không phải nội dung đã được ký", "the content of the file is not what was signed"),
            ASK_FOR_THE_ORIGINAL,
        ),
        "NO_CERTIFICATE_CHAIN_FOUND" => of(
            (
                "không có đường dẫn nào từ chứng thư của người ký tới CA được công nhận",
                "no path leads from the signer's certificate to a recognised CA",
            ),
            (
                "đề nghị cơ quan gửi ký bằng chứng thư số do CA được công nhận cấp; nếu thiếu chứng thư CA trung gian, quản trị: dieu7 trust add TỆP",
                "ask the sender to sign with a certificate of a recognised CA; where an intermediate certificate is missing, operator: dieu7 trust add FILE",
            ),
        ),
        "NO_CERTIFICATE_CHAIN_FOUND_NO_POE" => of(
            (
                "CA nay không còn được tin cậy, và không có gì chứng minh đã ký khi còn được tin cậy",
                "the CA is no longer trusted, and nothing proves that it was signed while it was",
            ),
            ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP,
        ),
        "NO_POE" => of(
            (
                "không có gì chứng minh chữ ký đã tồn tại vào thời điểm cần thiết",
                "nothing proves that the signature existed at the moment that matters",
            ),
            ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP,
        ),
        "NO_SIGNING_CERTIFICATE_FOUND" => of(
            (
                "không tìm thấy chứng thư mà chữ ký nêu tên, trong tệp cũng như trong thư mục tin cậy",
                "the certificate that the signature names is neither in the file nor in the trust folder",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng phần mềm kèm chứng thư số trong chữ ký",
                "ask the sender to sign again with software that puts the certificate into the signature",
            ),
        ),
        "NOT_YET_VALID" => of(
            (
                "chữ ký đã có trước khi chứng thư số bắt đầu có hiệu lực",
                "the signature existed before the certificate came into force",
            ),
            (
                "đề nghị cơ quan gửi kiểm tra đồng hồ máy ký và ký lại; quản trị: kiểm tra đồng hồ máy này",
                "ask the sender to check the clock of the signing computer and to sign again; operator: check the clock of this one",
            ),
        ),
        "OUT_OF_BOUNDS_NO_POE" | "OUT_OF_BOUNDS_NOT_REVOKED" => of(
            (
                "chứng thư số nay đã hết hạn, và không có gì chứng minh đã ký khi còn hạn",
                "the certificate has expired, and nothing proves that it was signed while it was in force",
            ),
            ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP,
        ),
        "POLICY_PROCESSING_ERROR" | "SIGNATURE_POLICY_NOT_AVAILABLE" => of(
            (
                "chính sách ký mà chữ ký nêu không đọc được",
                "the signature policy that the signature names cannot be read",
            ),
            (
                "đề nghị cơ quan gửi ký lại theo dạng thông thường, không nêu chính sách ký riêng",
                "ask the sender to sign again in the usual form, without a signature policy of its own",
            ),
        ),
        "REVOKED" => of(
            (
                "đã chứng minh được là ký sau khi chứng thư số bị thu hồi",
                "it is proven that it was signed after the certificate was revoked",
            ),
            (
                "không sử dụng tệp; trả lại nơi gửi, đề nghị ký lại bằng chứng thư số còn hiệu lực",
                "do not use the file; return it to the sender and ask for a signature with a certificate in force",
            ),
        ),
        "REVOKED_CA_NO_POE" => of(
            (
                "chứng thư của một CA trên đường dẫn đã bị thu hồi: không có gì chứng minh đã ký trước đó, hoặc lý do thu hồi không loại trừ việc lộ khoá từ trước",
                "the certificate of a CA on the path is revoked: nothing proves that it was signed before, or the reason leaves open whether its key was lost before",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng chứng thư số do CA còn hiệu lực cấp; báo quản trị",
                "ask the sender to sign again with a certificate of a CA in force; tell the operator",
            ),
        ),
        "REVOKED_NO_POE" => of(
            (
                "chứng thư số của người ký đã bị thu hồi, và không có gì chứng minh đã ký trước khi bị thu hồi",
                "the signer's certificate is revoked, and nothing proves that it was signed before the revocation",
            ),
            ASK_TO_SIGN_AGAIN_WITH_TIMESTAMP,
        ),
        "SIG_CONSTRAINTS_FAILURE" => of(
            (
                "dạng chữ ký, thuộc tính hoặc thuật toán không được hỗ trợ hoặc không đúng yêu cầu",
                "a form, an attribute or an algorithm is not supported or not as required",
            ),
            (
                "đề nghị cơ quan gửi ký lại bằng phần mềm ký số thông dụng (PAdES, PKCS#7 tách rời)",
                "ask the sender to sign again with common signing software (PAdES, detached PKCS#7)",
            ),
        ),
        "SIG_CRYPTO_FAILURE" => of(
            (
                "giá trị chữ ký không do khoá của chứng thư này tạo ra",
                "the signature value was not made with the key of this certificate",
            ),
            ASK_FOR_THE_ORIGINAL,
        ),
        "SIGNED_DATA_NOT_FOUND" => of(
            ("không tìm thấy nội dung mà chữ ký nói tới", "what the signature speaks of is not there"),
            ASK_FOR_THE_ORIGINAL,
        ),
        "TIMESTAMP_ORDER_FAILURE" => of(
            (
                "một dấu thời gian ghi giờ muộn hơn lúc đã có nó: muộn hơn dấu bao ngoài hoặc muộn hơn thời điểm nhận",
                "a timestamp states a time after the one at which it existed: that of one that covers it, or the receipt",
            ),
            (
                "quản trị: xem đồng hồ của máy kiểm tra (hoặc --at) có chậm không; nếu đúng giờ thì đề nghị cơ quan gửi ký lại và gắn dấu thời gian mới",
                "operator: see whether the clock of the check (or --at) is slow; if it is right, ask the sender to sign again with a new timestamp",
            ),
        ),
        _ => of(
            ("chưa kết luận được", "nothing can be concluded yet"),
            ("báo quản trị hệ thống kèm mã ở trên", "tell the operator, with the code above"),
        ),
    }
}

/// What TRY_LATER waits for.
fn try_later(waits_for: &str) -> Text {
    match waits_for {
        "limit" => of(
            (
                "việc kiểm tra dừng ở giới hạn trước khi xong (tệp quá lớn hoặc quá phức tạp)",
                "the examination ended at a limit (the file is too large or too complicated)",
            ),
            (
                "đề nghị cơ quan gửi gửi tệp đơn giản hơn; quản trị: xem giới hạn trong docs/settings.md",
                "ask the sender for a simpler file; operator: see the limits in docs/settings.md",
            ),
        ),
        "on-hold" => of(
            (
                "chứng thư số (hoặc của một CA) đang bị tạm dừng; tạm dừng có thể được gỡ",
                "the certificate (or that of a CA) is suspended; that may be lifted",
            ),
            (
                "hỏi cơ quan gửi; kiểm tra lại khi có danh sách thu hồi mới",
                "ask the sender; check again when there is a newer revocation list",
            ),
        ),
        "revocation-stale" => of(
            (
                "thông tin thu hồi đang có quá cũ so với thời điểm cần xét",
                "what is known of revocation is too old for the moment in question",
            ),
            (
                "quản trị: tải danh sách thu hồi (CRL) mới nêu bên dưới rồi kiểm tra lại. Không phải lỗi của cơ quan gửi",
                "operator: get the newer revocation list (CRL) named below and check again. Not the sender's fault",
            ),
        ),
        "revocation-unavailable" => of(
            (
                "không có thông tin thu hồi dùng được cho một chứng thư trên đường dẫn",
                "there is no usable revocation data for a certificate on the path",
            ),
            (
                "quản trị: nhập danh sách thu hồi (CRL) nêu bên dưới rồi kiểm tra lại. Không phải lỗi của cơ quan gửi",
                "operator: import the revocation list (CRL) named below and check again. Not the sender's fault",
            ),
        ),
        "ocsp-unknown" => of(
            (
                "dịch vụ OCSP trả lời rằng không biết chứng thư này",
                "the OCSP responder says that it does not know the certificate",
            ),
            (
                "kiểm tra lại sau; nếu kéo dài, quản trị hỏi CA hoặc nhập CRL của CA",
                "check again later; if it goes on, operator: ask the CA, or import its CRL",
            ),
        ),
        "authority" => of(
            (
                "chưa kiểm tra được chứng thư của tổ chức cấp dấu thời gian có bị thu hồi hay không",
                "whether the certificate of the timestamping authority is revoked cannot be checked",
            ),
            (
                "quản trị: nhập danh sách thu hồi (CRL) của CA cấp chứng thư cho tổ chức đó rồi kiểm tra lại",
                "operator: import the revocation list (CRL) of the CA above that authority and check again",
            ),
        ),
        "expired" => of(
            (
                "chứng thư của tổ chức cấp dấu thời gian đã hết hạn, và không có gì chứng minh dấu thời gian có từ trước",
                "the certificate of the timestamping authority has expired, and nothing proves that its timestamp is older",
            ),
            (
                "đề nghị cơ quan gửi ký lại có gắn dấu thời gian mới, hoặc gửi bản có dấu thời gian lưu trữ",
                "ask the sender to sign again with a new timestamp, or for a copy with an archive timestamp",
            ),
        ),
        _ => of(
            (
                "còn thiếu thông tin để kết luận; có thể có sau",
                "something that would decide could not be had; it may be later",
            ),
            ("kiểm tra lại sau; nếu kéo dài, báo quản trị", "check again later; if it goes on, tell the operator"),
        ),
    }
}

/// `RevocationStale` as `revocation-stale`.
fn kebab(name: &str) -> String {
    let mut token = String::new();
    for symbol in name.chars().take_while(char::is_ascii_alphanumeric) {
        if symbol.is_ascii_uppercase() && !token.is_empty() {
            token.push('-');
        }
        token.push(symbol.to_ascii_lowercase());
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Doubt;

    /// EN 319 102-1 V1.3.1, tables 5 and 6.
    const STANDARD: [&str; 24] = [
        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
        "CHAIN_CONSTRAINTS_FAILURE",
        "CRYPTO_CONSTRAINTS_FAILURE",
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "EXPIRED",
        "FORMAT_FAILURE",
        "HASH_FAILURE",
        "NO_CERTIFICATE_CHAIN_FOUND",
        "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
        "NO_POE",
        "NO_SIGNING_CERTIFICATE_FOUND",
        "NOT_YET_VALID",
        "OUT_OF_BOUNDS_NO_POE",
        "OUT_OF_BOUNDS_NOT_REVOKED",
        "POLICY_PROCESSING_ERROR",
        "REVOKED",
        "REVOKED_CA_NO_POE",
        "REVOKED_NO_POE",
        "SIG_CONSTRAINTS_FAILURE",
        "SIG_CRYPTO_FAILURE",
        "SIGNATURE_POLICY_NOT_AVAILABLE",
        "SIGNED_DATA_NOT_FOUND",
        "TIMESTAMP_ORDER_FAILURE",
        "TRY_LATER",
    ];
    const WAITS: [&str; 7] =
        ["authority", "expired", "limit", "ocsp-unknown", "on-hold", "revocation-stale", "revocation-unavailable"];

    fn sound(text: Text, general: Text) {
        for words in [text.meaning, text.action] {
            assert!(!words.vi.is_empty() && !words.en.is_empty() && words.vi != words.en);
            assert!(words.en.is_ascii(), "{}", words.en);
            assert!(!words.vi.ends_with('.') && !words.en.ends_with('.'), "{}", words.en);
        }
        assert_ne!(text.meaning, general.meaning);
    }

    #[test]
    fn every_sub_indication_of_the_standard_has_its_own_words_in_both_languages() {
        for name in STANDARD.into_iter().filter(|name| *name != "TRY_LATER") {
            sound(text(name), text(""));
        }
        for name in WAITS {
            sound(try_later(name), try_later(""));
        }
        sound(MISSING_ANCHOR, text(""));
        sound(UNLISTED, text(""));
    }

    #[test]
    fn what_try_later_waits_for_is_named_as_it_is_in_the_conclusion() {
        for doubt in [Doubt::Limit, Doubt::OnHold, Doubt::RevocationStale, Doubt::RevocationUnavailable] {
            let token = kebab(&format!("{doubt:?}"));
            assert!(WAITS.contains(&token.as_str()), "{token}");
        }
    }
}
