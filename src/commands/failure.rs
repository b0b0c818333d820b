//! Why a command could not do its work: what happened and where, what it means, what to do; and the exit code.

use std::fmt::Display;

use super::lang::Lang;
pub use dieu7::report::Words as Text;

/// All is equivalent, or fine.
pub const FINE: u8 = 0;
/// Something was flagged.
pub const FLAGGED: u8 = 1;
/// The call or the settings are wrong.
pub const USAGE: u8 = 2;
/// Input cannot be read.
pub const UNREADABLE: u8 = 3;

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    what: Text,
    facts: String,
    advice: Text,
}

impl Failure {
    /// `what` happened, with the `facts` (file, line, cause), and what to do about it.
    pub fn new(exit: u8, what: Text, facts: impl Display, advice: Text) -> Self {
        Self { exit, what, facts: facts.to_string(), advice }
    }

    /// Where, and the cause.
    pub fn facts(&self) -> &str {
        &self.facts
    }

    /// Says it on standard error and gives the exit code.
    pub fn report(&self, lang: Lang) -> u8 {
        let what = lang.pick(self.what.vi, self.what.en);
        let advice = lang.pick(self.advice.vi, self.advice.en);
        eprintln!("dieu7: {what}\n  {}", self.facts);
        eprintln!("  {}: {advice}", lang.pick("Cách xử lý", "What to do"));
        self.exit
    }
}

/// Settings, policy, anchors or directory cannot be used.
pub fn settings(facts: impl Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Tệp cấu hình không dùng được.", en: "A settings file cannot be used." },
        facts,
        Text {
            vi: "sửa chỗ nêu trên rồi chạy lại; lệnh này chưa làm gì, không có thư nào bị thay đổi.",
            en: "mend what is named above and run it again; this command has done nothing, no mail was changed.",
        },
    )
}

/// Input cannot be read.
pub fn unreadable(facts: impl Display) -> Failure {
    Failure::new(
        UNREADABLE,
        Text { vi: "Không đọc được tệp.", en: "A file cannot be read." },
        facts,
        Text { vi: "kiểm tra đường dẫn và quyền đọc.", en: "check the path and the permission to read." },
    )
}

/// A file opens, and is not what the command wants.
pub fn not_a_certificate(facts: impl Display) -> Failure {
    Failure::new(
        UNREADABLE,
        Text {
            vi: "Tệp không phải chứng thư đọc được.", en: "This is no certificate that can be read."
        },
        facts,
        Text {
            vi: "nêu tệp chứng thư (DER, PEM hoặc PKCS#7); nếu tải về, xem có phải trang báo lỗi không.",
            en: "name a file with a certificate (DER, PEM or PKCS#7); if it was downloaded, see whether it is an error page.",
        },
    )
}

/// The log cannot be read.
pub fn log_unread(facts: impl Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không đọc được nhật ký.", en: "The log cannot be read." },
        facts,
        Text {
            vi: "kiểm tra [log] file trong cấu hình (--config), và quyền đọc của người dùng này; cổng kiểm tra chữ ký số tạo tệp khi chạy lần đầu.",
            en: "check [log] file in the settings (--config) and that this user may read it; the gateway makes it at its first start.",
        },
    )
}

/// The gateway cannot write its log.
pub fn log(facts: impl Display) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không dùng được nhật ký.", en: "The log cannot be used." },
        facts,
        Text {
            vi: "kiểm tra thư mục nhật ký ([log] file): tồn tại, ghi được, còn chỗ trống. Cổng kiểm tra chữ ký số chưa chạy; với milter_default_action = tempfail, thư chờ ở máy gửi.",
            en: "check the folder of the log ([log] file): it exists, is writable, has space. The gateway does not run; with milter_default_action = tempfail mail waits at its sender.",
        },
    )
}

/// A period that ends before it begins.
pub fn backwards() -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Thời hạn kết thúc trước khi bắt đầu.", en: "The period ends before it begins." },
        "--from, --to",
        Text { vi: "sửa hai ngày này.", en: "mend these two days." },
    )
}
