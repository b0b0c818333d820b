//! The reasons that stand behind a result: stable codes, with their text for clerks in Vietnamese and in English.
//!
//! A code never changes its meaning: records that were written years ago use it.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

macro_rules! reasons {
    ($($variant:ident $code:literal $vi:literal $en:literal;)+) => {
        /// Why a condition is not met, or what is remarked (the table "Reasons" of the rule).
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Reason {
            $(#[doc = $en] $variant,)+
        }

        impl Reason {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, for headers, the log and programs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The sentence that a clerk reads.
            #[must_use]
            pub const fn vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// The same in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

reasons! {
    SigNone "sig-none" "Tệp không có chữ ký số." "The file has no digital signature.";
    SigImageOnly "sig-image-only" "Chỉ có hình ảnh chữ ký, không có chữ ký số." "There is only a picture of a signature, no digital signature.";
    SigBad "sig-bad" "Chữ ký số không hợp lệ." "The digital signature is not valid.";
    DocChanged "doc-changed" "Tài liệu đã bị thay đổi sau khi ký." "The document was changed after it was signed.";
    DocChangedAllowed "doc-changed-allowed" "Nội dung đã ký số chưa bị thay đổi. Tuy nhiên, tài liệu đã có những thay đổi trong giới hạn cho phép." "The signed content was not changed; the document has later additions within the permitted limits.";
    DocOverlaid "doc-overlaid" "Phần bổ sung sau khi ký che hoặc lẫn vào nội dung đã ký." "What was added after signing covers the signed content or mixes with it.";
    LaterSignature "later-signature" "Có chữ ký bổ sung sau chữ ký của cơ quan gửi chưa xác minh được." "A signature added after the sending agency's could not be verified.";
    SigPartial "sig-partial" "Chữ ký số không bao phủ toàn bộ tài liệu." "The digital signature does not cover the whole document.";
    SigFormat "sig-format" "Định dạng chữ ký không được hỗ trợ." "The format of the signature is not supported.";
    SigWeak "sig-weak" "Thuật toán ký không còn an toàn (SHA-1)." "The signature uses an algorithm that is no longer secure (SHA-1).";
    SignerNotSender "signer-not-sender" "Chữ ký số không phải của cơ quan gửi (văn bản của cơ quan khác)." "The digital signature is not the sending agency's (a document of another agency).";
    SignerUnknown "signer-unknown" "Chưa đối chiếu được người ký với cơ quan gửi." "The signer could not be matched with the sending agency.";
    SignerPerson "signer-person" "Chữ ký số của cá nhân thuộc cơ quan gửi; đề nghị kiểm tra thẩm quyền ký." "The signature is that of a person, not of the agency; check the authority to sign.";
    Decree30Original "decree-30-original" "Văn bản điện tử ký số trực tiếp; có thể là bản gốc theo Điều 5 Nghị định 30/2020/NĐ-CP." "A directly signed electronic document; it may be an original under Article 5 of Decree 30/2020/NĐ-CP.";
    CertExpired "cert-expired" "Chứng thư số đã hết hạn sử dụng tại thời điểm ký." "The certificate had expired when the document was signed.";
    CertNotYetValid "cert-not-yet-valid" "Chứng thư số chưa có hiệu lực tại thời điểm ký." "The certificate was not yet in force when the document was signed.";
    CertRevoked "cert-revoked" "Chứng thư số đã bị thu hồi trước thời điểm ký." "The certificate was revoked before the document was signed.";
    CertRevokedLater "cert-revoked-later" "Chứng thư số bị thu hồi sau thời điểm ký; không ảnh hưởng chữ ký." "The certificate was revoked after signing; the signature is not affected.";
    CertRevokedNoProof "cert-revoked-no-proof" "Chứng thư số đã bị thu hồi; không chứng minh được đã ký trước khi thu hồi." "The certificate is revoked, and nothing proves that the document was signed before.";
    CertSuspended "cert-suspended" "Chứng thư số đang bị tạm dừng tại thời điểm ký." "The certificate was suspended when the document was signed.";
    CaRevoked "ca-revoked" "Chứng thư số của CA đã bị thu hồi." "The certificate of the CA is revoked.";
    PathBad "path-bad" "Đường dẫn chứng thực không hợp lệ." "The trust path is not valid.";
    CaNotTrusted "ca-not-trusted" "Không tìm thấy đường dẫn tin cậy tới tổ chức chứng thực được công nhận theo pháp luật Việt Nam." "No trust path leads to a CA that Vietnamese law recognises.";
    CaUnlisted "ca-unlisted" "Tổ chức chứng thực không có trong danh sách được cấp phép tại thời điểm ký." "The CA is not on the list of licensed CAs at the time of signing.";
    AnchorMissing "anchor-missing" "Cổng kiểm tra chưa cài chứng thư số của tổ chức chứng thực này." "The certificate of this CA is not installed on the gateway.";
    RevUnavailable "rev-unavailable" "Không kiểm tra được tình trạng thu hồi." "Whether the certificate is revoked could not be checked.";
    RevStale "rev-stale" "Danh sách chứng thư số bị thu hồi (CRL) đã quá hạn cập nhật." "The list of revoked certificates (CRL) is out of date.";
    OcspUnknown "ocsp-unknown" "Dịch vụ OCSP trả lời \"không xác định\"." "The OCSP responder answered \"unknown\".";
    TsNone "ts-none" "Chữ ký không gắn dấu thời gian." "The signature has no timestamp.";
    TsBad "ts-bad" "Dấu thời gian không hợp lệ." "The timestamp is not valid.";
    TimeUnproven "time-unproven" "Không chứng minh được thời điểm ký." "The time of signing is not proven.";
    TimeShift7h "time-shift-7h" "Giờ ký do phần mềm ghi lệch 7 giờ so với dấu thời gian." "The signing time written by the software is 7 hours off the timestamp.";
    DateOdd "date-odd" "Ngày ghi trên thư khác thời điểm nhận." "The date written on the mail differs from the time of receipt.";
    FileNotPdf "file-not-pdf" "Tệp không phải định dạng PDF." "The file is not a PDF.";
    FileEditable "file-editable" "Tệp thuộc loại chỉnh sửa được." "The file is of a kind that can be edited.";
    FileEncrypted "file-encrypted" "Tệp PDF có mật khẩu, không kiểm tra được." "The PDF is encrypted and could not be checked.";
    FileBroken "file-broken" "Tệp PDF lỗi cấu trúc." "The structure of the PDF is broken.";
    FileAmbiguous "file-ambiguous" "Tệp hiển thị khác nhau giữa các phần mềm đọc." "The file reads differently in different programs.";
    FileActive "file-active" "Tệp chứa nội dung động (JavaScript, tệp nhúng)." "The file has active content (JavaScript, embedded files).";
    FileArchive "file-archive" "Tệp nén, chưa kiểm tra bên trong." "An archive; what is inside was not checked.";
    FileTooLarge "file-too-large" "Tệp vượt giới hạn kiểm tra." "The file is over the limits of the check.";
    ShadowPrepared "shadow-prepared" "Tệp có nội dung bị ẩn hoặc bị che (lớp đang tắt, trường ẩn, hình che chữ, trang không dùng đến)." "The file has content that is hidden or covered (layers that are off, hidden fields, pictures over text, unused pages).";
    FileFormat "file-format" "Định dạng tệp không thuộc danh mục tiêu chuẩn áp dụng." "The format of the file is not on the list of standards.";
    FileForwarded "file-forwarded" "Tệp nằm trong thư được chuyển tiếp, không gửi trực tiếp từ hộp thư này." "The file is inside a forwarded message; this mailbox did not send it itself.";
    NotScan "not-scan" "Tệp không phải bản scan từ văn bản giấy." "The file is not a scan of a paper document.";
    ScanLook "scan-look" "Tệp có đặc điểm của bản scan; đề nghị văn thư đối chiếu chữ ký của Thủ trưởng và dấu đỏ." "The file looks like a scan; the clerk should compare the Head's signature and the red seal.";
    ScanUnknown "scan-unknown" "Không xác định được tệp có phải bản scan." "Whether the file is a scan could not be determined.";
    SealSeen "seal-seen" "Thấy vùng màu đỏ dạng dấu tròn (chỉ để tham khảo)." "A round red mark like a seal was seen (for information only).";
    SealNotSeen "seal-not-seen" "Không thấy dấu đỏ trên ảnh màu." "No red seal was seen on the colour picture.";
    SealNoColour "seal-no-colour" "Ảnh đen trắng, không xét được dấu đỏ." "The picture is black and white; a red seal cannot be looked for.";
    MboxNotListed "mbox-not-listed" "Hộp thư gửi không có trong danh bạ công bố trên Cổng thông tin điện tử tỉnh." "The sending mailbox is not in the directory published on the province's portal.";
    MboxPersonal "mbox-personal" "Gửi từ hộp thư cá nhân, không phải hộp thư của cơ quan, đơn vị." "Sent from a personal mailbox, not from the mailbox of an agency or unit.";
    MboxNotInForce "mbox-not-in-force" "Hộp thư chưa được cấp hoặc đã huỷ tại ngày gửi." "The mailbox was not yet issued, or withdrawn, on the day of sending.";
    MboxOwnSite "mbox-own-site" "Hộp thư chỉ đăng trên trang của đơn vị, chưa đăng trên Cổng thông tin điện tử tỉnh." "The mailbox is published only on the unit's own site, not on the province's portal.";
    MboxUnauthenticated "mbox-unauthenticated" "Không xác thực được hộp thư gửi (SPF/DKIM/đăng nhập)." "The sending mailbox could not be authenticated (SPF, DKIM, login).";
    ReplaySuspect "replay-suspect" "Thư có dấu hiệu được phát lại." "The mail shows signs of being replayed.";
    MboxMismatch "mbox-mismatch" "Địa chỉ người gửi không rõ ràng hoặc khác địa chỉ gửi thực tế." "The sender's address is ambiguous or differs from where the mail really came from.";
    DirStale "dir-stale" "Danh bạ trên cổng kiểm tra đã quá hạn cập nhật." "The gateway's copy of the directory is out of date.";
    ScopeMixed "scope-mixed" "Thư gửi đồng thời tới nơi nhận ngoài cơ quan nhà nước." "The mail also goes to recipients outside the state agencies.";
    Charset "charset" "Không dùng bộ mã TCVN 6909:2001 (Unicode)." "The text does not use TCVN 6909:2001 (Unicode).";
    SecretMark "secret-mark" "Phát hiện dấu chỉ độ mật; đề nghị dừng xử lý qua thư và báo người có trách nhiệm ngay." "A secrecy mark was found; stop handling this by mail and tell the responsible person at once.";
    StampEarlier "stamp-earlier" "Thư đã được kiểm tra trước đó; kết quả cũ kiểm chứng được." "The mail was checked before, and the earlier result verifies.";
    StampRemoved "stamp-removed" "Thư đến mang dấu kiểm tra cũ; đã gỡ bỏ và kiểm tra lại." "The mail arrived with an earlier stamp; it was removed and the mail checked again.";
    StampForged "stamp-forged" "Thư đến mang dấu xác nhận giả của cổng kiểm tra chữ ký số." "The mail arrived with a forged stamp of this gateway.";
}

impl Reason {
    /// Finds a reason by its code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// The integrity of what was signed is broken: the summary begins with a warning not to use the file.
    #[must_use]
    pub const fn breaks_integrity(self) -> bool {
        matches!(self, Self::SigBad | Self::DocChanged | Self::DocOverlaid)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom(format_args!("unknown reason `{code}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back_to_their_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        }
    }

    #[test]
    fn no_code_is_also_a_verdict_token_that_a_filter_could_mistake() {
        for reason in Reason::ALL {
            assert!(!reason.code().contains("equivalent") && !reason.code().starts_with("flagged"), "{reason}");
        }
    }
}
