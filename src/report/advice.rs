//! What a clerk does about each reason: the column "Việc cần làm" of `docs/clerks.vi.md`, and the same in English.

use crate::policy::Reason;

use super::lang::{Lang, Words};

/// What is to be done about `reason`.
#[must_use]
pub const fn advice(reason: Reason, lang: Lang) -> &'static str {
    words(reason).of(lang)
}

#[expect(clippy::too_many_lines, clippy::match_same_arms, reason = "a table, in the order of the reasons")]
const fn words(reason: Reason) -> Words {
    match reason {
        Reason::SigNone => Words::new(
            "Văn bản giấy vẫn cần thiết. Đề nghị cơ quan gửi gửi lại tệp đã ký số nếu muốn dùng thay bản giấy.",
            "The paper is still needed. Ask the sending agency for a digitally signed file if it shall replace the paper.",
        ),
        Reason::SigImageOnly => Words::new(
            "Hình chữ ký, hình con dấu không phải là chữ ký số. Đề nghị cơ quan gửi gửi lại tệp đã ký số nếu muốn dùng thay bản giấy.",
            "A picture of a signature or seal is no digital signature. Ask the sending agency for a digitally signed file if it shall replace the paper.",
        ),
        Reason::SigBad => Words::new(
            "Không sử dụng tệp. Trả lại nơi gửi trong ngày, báo rõ chữ ký số không hợp lệ.",
            "Do not use the file. Return it to the sender the same day and say that the digital signature is not valid.",
        ),
        Reason::DocChanged => Words::new(
            "Không sử dụng tệp. Trả lại nơi gửi trong ngày. Đề nghị gửi lại tệp gốc, không chỉnh sửa, không in ra PDF lần nữa sau khi ký.",
            "Do not use the file. Return it to the sender the same day. Ask for the original file, not edited and not printed to PDF again after signing.",
        ),
        Reason::DocChangedAllowed => Words::new(
            "Chỉ để biết. Xem phần bổ sung (thường là chữ ký, dấu “đến” thêm sau).",
            "For information. Look at what was added (mostly a signature, or a stamp of arrival put on later).",
        ),
        Reason::DocOverlaid => Words::new(
            "Không sử dụng tệp. Trả lại nơi gửi trong ngày.",
            "Do not use the file. Return it to the sender the same day.",
        ),
        Reason::LaterSignature => Words::new(
            "Mở tệp xem phần ký thêm có che nội dung hay không; nếu cần gấp, liên hệ cơ quan gửi xác nhận ai đã ký thêm.",
            "Open the file and see whether what was signed in addition covers anything; if it is urgent, ask the sending agency who signed.",
        ),
        Reason::SigPartial => Words::new(
            "Trả lại nơi gửi: cần ký lại toàn bộ tài liệu.",
            "Return it to the sender: the whole document must be signed again.",
        ),
        Reason::SigFormat => Words::new(
            "Báo quản trị hệ thống; đề nghị cơ quan gửi ký lại bằng phần mềm ký số thông dụng.",
            "Tell the administrator; ask the sending agency to sign again with common signing software.",
        ),
        Reason::SigWeak => Words::new(
            "Đề nghị cơ quan gửi ký lại bằng phần mềm, chứng thư số mới.",
            "Ask the sending agency to sign again with newer software and certificate.",
        ),
        Reason::SignerNotSender => Words::new(
            "Không phải lỗi giả mạo: thường là văn bản của cơ quan khác được chuyển tiếp. Không coi là văn bản của nơi gửi; cần thì lấy từ cơ quan ban hành.",
            "Not a forgery: mostly another agency's document that was passed on. Do not take it for the sender's; where needed get it from the agency that issued it.",
        ),
        Reason::SignerUnknown => Words::new(
            "Xem tên người ký; báo quản trị bổ sung chứng thư số của cơ quan gửi vào danh bạ.",
            "Look at the signer's name; ask the administrator to add the agency's certificate to the directory.",
        ),
        Reason::SignerPerson => Words::new(
            "Kiểm tra thẩm quyền ký của người ký; chưa đủ để thay bản giấy theo khoản 2 Điều 7.",
            "Check the signer's authority to sign; it does not suffice to replace the paper under Article 7.2.",
        ),
        Reason::Decree30Original => Words::new(
            "Đọc cùng kết quả chính: văn bản có thể là bản gốc theo Nghị định 30/2020/NĐ-CP dù không phải bản scan.",
            "Read it together with the main result: the document may be an original under Decree 30/2020/NĐ-CP although it is no scan.",
        ),
        Reason::CertExpired => Words::new(
            "Trả lại nơi gửi, đề nghị ký lại bằng chứng thư số còn hiệu lực.",
            "Return it to the sender and ask for a signature with a certificate in force.",
        ),
        Reason::CertNotYetValid => Words::new(
            "Trả lại nơi gửi; đề nghị kiểm tra đồng hồ máy ký và ký lại.",
            "Return it to the sender; ask to check the clock of the signing computer and to sign again.",
        ),
        Reason::CertRevoked => Words::new(
            "Không sử dụng tệp. Trả lại nơi gửi trong ngày.",
            "Do not use the file. Return it to the sender the same day.",
        ),
        Reason::CertRevokedLater => {
            Words::new("Chỉ để biết; chữ ký vẫn được chấp nhận.", "For information; the signature is still accepted.")
        }
        Reason::CertRevokedNoProof => Words::new(
            "Đề nghị cơ quan gửi ký lại bằng chứng thư số còn hiệu lực và gắn dấu thời gian, hoặc gửi bản giấy.",
            "Ask the sending agency to sign again with a certificate in force and a timestamp, or to send the paper.",
        ),
        Reason::CertSuspended => {
            Words::new("Chờ kiểm tra lại; liên hệ cơ quan gửi.", "Wait for the next check; contact the sending agency.")
        }
        Reason::CaRevoked => {
            Words::new("Trả lại nơi gửi; báo quản trị hệ thống.", "Return it to the sender; tell the administrator.")
        }
        Reason::PathBad => {
            Words::new("Trả lại nơi gửi; báo quản trị hệ thống.", "Return it to the sender; tell the administrator.")
        }
        Reason::CaNotTrusted => Words::new(
            "Không dùng thay bản giấy. Đề nghị cơ quan gửi ký bằng chứng thư số do tổ chức được công nhận cấp.",
            "Do not use it in place of the paper. Ask the sending agency to sign with a certificate of a recognised CA.",
        ),
        Reason::CaUnlisted => Words::new(
            "Chờ quản trị kiểm tra danh sách tổ chức được cấp phép.",
            "Wait until the administrator has checked the list of licensed CAs.",
        ),
        Reason::AnchorMissing => Words::new(
            "Không phải lỗi của cơ quan gửi. Báo quản trị cài chứng thư gốc còn thiếu.",
            "Not the sending agency's fault. Ask the administrator to install the missing root certificate.",
        ),
        Reason::RevUnavailable => Words::new(
            "Không phải lỗi của cơ quan gửi. Chờ kiểm tra lại; nếu kéo dài, báo quản trị.",
            "Not the sending agency's fault. Wait for the next check; if it goes on, tell the administrator.",
        ),
        Reason::RevStale => Words::new(
            "Báo quản trị cập nhật danh sách thu hồi.",
            "Ask the administrator to update the revocation lists.",
        ),
        Reason::OcspUnknown => Words::new(
            "Chờ kiểm tra lại; nếu kéo dài, báo quản trị.",
            "Wait for the next check; if it goes on, tell the administrator.",
        ),
        Reason::TsNone => Words::new(
            "Chỉ để biết. Nên nhắc cơ quan gửi gắn dấu thời gian khi ký.",
            "For information. The sending agency should be asked to add timestamps when it signs.",
        ),
        Reason::TsBad => Words::new(
            "Dấu thời gian không chứng minh được gì; chữ ký được xét theo thời điểm nhận. Cần bằng chứng về thời điểm ký thì đề nghị cơ quan gửi ký lại có dấu thời gian.",
            "The timestamp proves nothing; the signature is judged by the time of receipt. Where a proof of the signing time is needed, ask the sending agency to sign again with a timestamp.",
        ),
        Reason::TimeUnproven => Words::new(
            "Đề nghị cơ quan gửi ký lại có gắn dấu thời gian.",
            "Ask the sending agency to sign again with a timestamp.",
        ),
        Reason::TimeShift7h => Words::new(
            "Chỉ để biết: lỗi múi giờ của phần mềm ký.",
            "For information: the signing software has the wrong time zone.",
        ),
        Reason::DateOdd => Words::new(
            "Chỉ để biết. Ngày đến tính theo ngày nhận, không theo ngày ghi trên thư.",
            "For information. The day of arrival is that of receipt, not the one written on the mail.",
        ),
        Reason::FileNotPdf => Words::new("Đề nghị gửi lại bản PDF đã ký số.", "Ask for a signed PDF."),
        Reason::FileEditable => Words::new(
            "Tệp Word, Excel… không thay bản giấy được. Đề nghị gửi lại bản PDF đã ký số.",
            "A Word or Excel file cannot replace the paper. Ask for a signed PDF.",
        ),
        Reason::FileEncrypted => {
            Words::new("Đề nghị gửi lại tệp không đặt mật khẩu.", "Ask for the file without a password.")
        }
        Reason::FileBroken => Words::new("Đề nghị gửi lại tệp.", "Ask for the file again."),
        Reason::FileAmbiguous => Words::new(
            "Không sử dụng khi chưa hỏi lại cơ quan gửi: người xem trên máy khác có thể thấy nội dung khác.",
            "Do not use it before asking the sending agency: on another computer other content may be seen.",
        ),
        Reason::FileActive => Words::new(
            "Cẩn trọng: không cho phép tệp chạy nội dung động; báo quản trị nếu trình xem hỏi cấp quyền.",
            "Take care: do not let the file run its active content; tell the administrator if the viewer asks for permission.",
        ),
        Reason::FileArchive => {
            Words::new("Đề nghị gửi từng tệp PDF, không nén.", "Ask for the PDF files one by one, not compressed.")
        }
        Reason::FileTooLarge => Words::new(
            "Báo quản trị; đề nghị cơ quan gửi chia nhỏ tệp.",
            "Tell the administrator; ask the sending agency to split the file.",
        ),
        Reason::FileFormat => Words::new("Chỉ để biết.", "For information."),
        Reason::FileForwarded => Words::new(
            "Văn bản do người khác gửi rồi chuyển tiếp. Cần thì đề nghị cơ quan ban hành gửi trực tiếp từ hộp thư của mình.",
            "Somebody else sent the document and it was passed on. Where needed ask the issuing agency to send it from its own mailbox.",
        ),
        Reason::NotScan => Words::new(
            "Không đạt điểm c theo đúng câu chữ của Quy chế; xem có mã decree-30-original hay không.",
            "It does not meet (c) by the letter of the Regulation; see whether decree-30-original is noted.",
        ),
        Reason::ScanLook => Words::new(
            "Mở tệp, đối chiếu chữ ký của Thủ trưởng và dấu đỏ bằng mắt.",
            "Open the file and compare the Head's signature and the red seal by eye.",
        ),
        Reason::ScanUnknown => Words::new(
            "Mở tệp, xem bằng mắt có phải bản scan hay không.",
            "Open the file and see by eye whether it is a scan.",
        ),
        Reason::SealSeen => Words::new(
            "Chỉ để tham khảo, không thay việc xem bằng mắt.",
            "For information only; it does not replace looking.",
        ),
        Reason::SealNotSeen => {
            Words::new("Xem bằng mắt. Tự nó không phải là lỗi.", "Look by eye. By itself it is no fault.")
        }
        Reason::SealNoColour => Words::new(
            "Xem bằng mắt. Nhiều bản scan chính thức là đen trắng.",
            "Look by eye. Many official scans are black and white.",
        ),
        Reason::MboxNotListed => Words::new(
            "Đề nghị gửi lại từ hộp thư chính thức đã đăng tải công khai.",
            "Ask for the mail to be sent again from the official, publicly posted mailbox.",
        ),
        Reason::MboxPersonal => Words::new(
            "Đề nghị gửi lại từ hộp thư đơn vị.",
            "Ask for the mail to be sent again from the mailbox of the agency or unit.",
        ),
        Reason::MboxOwnSite => Words::new(
            "Cần bản giấy. Đề nghị đơn vị gửi đăng hộp thư trên Cổng thông tin điện tử tỉnh (Điều 5), rồi gửi lại.",
            "The paper is needed. Ask the sending unit to have its mailbox published on the province's portal (Article 5) and to send it again.",
        ),
        Reason::MboxNotInForce => Words::new(
            "Đề nghị gửi lại từ hộp thư đang có hiệu lực.",
            "Ask for the mail to be sent again from a mailbox in force.",
        ),
        Reason::MboxUnauthenticated => Words::new(
            "Hỏi lại cơ quan gửi qua kênh khác (điện thoại đã biết) trước khi sử dụng; báo quản trị nếu lặp lại.",
            "Ask the sending agency by another way (a telephone number that you know) before using it; tell the administrator if it happens again.",
        ),
        Reason::ReplaySuspect => Words::new(
            "Hỏi lại cơ quan gửi xem có gửi thư này không.",
            "Ask the sending agency whether it sent this mail.",
        ),
        Reason::MboxMismatch => Words::new(
            "Cẩn trọng, có thể là giả mạo. Không trả lời thẳng vào thư; hỏi cơ quan gửi qua kênh khác.",
            "Take care, it may be forged. Do not reply to the mail; ask the sending agency by another way.",
        ),
        Reason::DirStale => Words::new(
            "Báo quản trị cập nhật danh bạ thư điện tử.",
            "Ask the administrator to update the directory of mailboxes.",
        ),
        Reason::ScopeMixed => Words::new("Chỉ để biết.", "For information."),
        Reason::Charset => Words::new(
            "Chỉ để biết. Nên nhắc cơ quan gửi dùng Unicode.",
            "For information. The sending agency should be asked to use Unicode.",
        ),
        Reason::SecretMark => Words::new(
            "Dừng xử lý qua thư điện tử, không chuyển tiếp, không in; báo người có trách nhiệm bảo vệ bí mật nhà nước ngay.",
            "Stop handling it by mail, do not forward or print it; tell the person responsible for the protection of state secrets at once.",
        ),
        Reason::ShadowPrepared => Words::new(
            "Chữ ký không vì thế mà sai: nội dung ấy đã có khi ký và chưa bị dùng tới. Mở tệp xem kỹ; thấy lạ thì hỏi cơ quan gửi.",
            "The signature is not wrong for it: that content was there when it was signed and has not been used. Open the file and look; ask the sending agency if it seems strange.",
        ),
        Reason::StampEarlier => Words::new("Chỉ để biết.", "For information."),
        Reason::StampRemoved => Words::new(
            "Chỉ để biết: dấu cũ đã gỡ, kết quả đang hiển thị là của lần kiểm tra này.",
            "For information: the old stamp was removed, the result shown is that of this check.",
        ),
        Reason::StampForged => Words::new(
            "Cẩn trọng với thư này; báo quản trị hệ thống.",
            "Take care with this mail; tell the administrator.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_for_clerks_says_the_same() {
        let guide = include_str!("../../docs/clerks.vi.md");
        for reason in Reason::ALL {
            let start = format!("| `{reason}` |");
            let line = guide.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no {reason}"));
            let line = line.replace("**", "").replace('`', "");
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, _, meaning, said, _] = cells[..] else { panic!("{line}") };
            assert_eq!(meaning, reason.vi(), "{reason}");
            // The guide refers to the line above.
            if !said.starts_with("Như trên") {
                assert_eq!(said, advice(*reason, Lang::Vi), "{reason}");
            }
        }
    }
}
