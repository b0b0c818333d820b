//! Arguments and help of `dieu7 trust` and `dieu7 bundle`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use dieu7::x509::Purpose;

use super::ConfigFile;

#[derive(Args, Debug)]
pub struct TrustArguments {
    #[command(subcommand)]
    pub command: TrustCommand,
}

#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Add certificates: shows each, compares it with the published pins, and installs it; what no pin names is trusted only once its SHA-256 was confirmed (--pin, or asked at a terminal)
    Add(AddArguments),
    /// Say why a certificate is trusted, or is not: path, each check, conclusion. Exit code 0 trusted, 1 not, 2 usage
    Check(CheckArguments),
    /// Write certificates of the store to a file, or to standard output
    Export(ExportArguments),
    /// List the anchors: who says so, what is installed, what is missing and where it is published
    List {
        /// Print JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Withdraw an entry of your own, or an installed certificate; it is moved aside, never deleted
    Remove {
        /// Id of the entry, or SHA-256 of a certificate
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show everything about an anchor, or about the certificates of a file
    Show {
        /// Id, SHA-256, or a file
        #[arg(value_name = "ID|FILE")]
        what: String,
        /// Print JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args, Debug)]
pub struct AddArguments {
    /// Certificate files (DER, PEM, PKCS#7) or folders of them
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub files: Vec<PathBuf>,
    /// SHA-256 of a certificate that you compared with its publisher; repeatable
    #[arg(long, value_name = "SHA256")]
    pub pin: Vec<String>,
    /// What it is trusted for; repeatable
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    pub purpose: Vec<Purpose>,
    /// Trusted from this day on, for example the first of its licence
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Trusted until this day, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Legal basis: law, decision, licence
    #[arg(long, value_name = "TEXT")]
    pub basis: Option<String>,
    /// Where it is published
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Name of the entry [default: from the subject]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Args, Debug)]
pub struct CheckArguments {
    /// The certificate, DER or PEM; further certificates in the file may complete its path
    #[arg(value_name = "CERT")]
    pub certificate: PathBuf,
    /// Certificates that may complete the path and are not trusted, files or folders; repeatable
    #[arg(long, value_name = "FILE")]
    pub untrusted: Vec<PathBuf>,
    /// Trust these instead of the store, for every purpose, files or folders; repeatable
    #[arg(long, value_name = "FILE")]
    pub anchor: Vec<PathBuf>,
    /// Revocation lists, files or folders; repeatable. With this or --ocsp revocation is checked, and what is not known is not trusted
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<PathBuf>,
    /// OCSP responses, files or folders; repeatable
    #[arg(long, value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,
    /// Time of the check: RFC 3339, or a date [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// What the certificate is wanted for; "any" asks for nothing beside the path
    #[arg(long, value_name = "PURPOSE", value_enum, default_value_t = Wanted::DocumentSigning)]
    pub purpose: Wanted,
    /// The path must be valid under one of these policies (dotted object identifier); repeatable
    #[arg(long, value_name = "OID")]
    pub policy_oid: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// What a certificate is wanted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Wanted {
    // Doc comments here would become help in one language only.
    DocumentSigning,
    Timestamping,
    Any,
}

#[derive(Args, Debug)]
pub struct ExportArguments {
    /// Ids of entries, or SHA-256 of certificates
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// PEM; the default
    #[arg(long, conflicts_with = "der")]
    pub pem: bool,
    /// DER; one certificate a file
    #[arg(long)]
    pub der: bool,
    /// File to write, which must not be there yet; or a folder, one file a certificate [default: standard output]
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub config: ConfigFile,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::ALL.into_iter().find(|purpose| purpose.to_string() == text).ok_or_else(|| {
        let known: Vec<String> = Purpose::ALL.iter().map(ToString::to_string).collect();
        known.join(" | ")
    })
}

#[derive(Args, Debug)]
pub struct BundleArguments {
    #[command(subcommand)]
    pub command: BundleCommand,
}

#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Pack anchors, certificates, revocation lists, OCSP responses and the directory into one signed, dated file
    Make {
        /// File to write; it must not be there yet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Folder of revocation lists and OCSP responses [default: that of the settings]
        #[arg(long, value_name = "DIR")]
        crls: Option<PathBuf>,
        /// The other gateway shall warn when it is older than this
        #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Check a bundle, show what it would change, and take it over
    Import {
        /// The bundle
        file: PathBuf,
        /// Fingerprint of the gateway that made it, as that gateway showed it; needed once
        #[arg(long, value_name = "FINGERPRINT")]
        key: Option<String>,
        /// Do not ask; new anchors are taken over
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

/// Help in Vietnamese, as in the table of all commands.
pub const VIETNAMESE: &[(&str, &str)] = &[
    ("dieu7 trust", "Quản lý chứng thư gốc tin cậy"),
    (
        "dieu7 trust add",
        "Thêm chứng thư: hiển thị, so với giá trị đã công bố, rồi cài vào; chứng thư chưa được công bố chỉ được tin cậy khi đã xác nhận SHA-256 (--pin, hoặc được hỏi trên màn hình)",
    ),
    ("dieu7 trust add files", "Tệp chứng thư (DER, PEM, PKCS#7) hoặc thư mục"),
    ("dieu7 trust add pin", "SHA-256 của chứng thư đã đối chiếu với nơi công bố; dùng được nhiều lần"),
    ("dieu7 trust add purpose", "Mục đích tin cậy; dùng được nhiều lần"),
    ("dieu7 trust add from", "Tin cậy từ ngày này, ví dụ ngày bắt đầu giấy phép"),
    ("dieu7 trust add to", "Tin cậy đến hết ngày này"),
    ("dieu7 trust add basis", "Căn cứ pháp lý: luật, quyết định, giấy phép"),
    ("dieu7 trust add source", "Nơi công bố"),
    ("dieu7 trust add id", "Tên mục [mặc định: theo tên chủ thể]"),
    (
        "dieu7 trust check",
        "Cho biết vì sao một chứng thư được tin cậy hay không: đường dẫn, từng bước kiểm tra, kết luận. Mã thoát 0 tin cậy, 1 không, 2 dùng sai lệnh",
    ),
    ("dieu7 trust check certificate", "Chứng thư, DER hoặc PEM; các chứng thư khác trong tệp có thể nối đường dẫn"),
    (
        "dieu7 trust check untrusted",
        "Chứng thư chỉ để nối đường dẫn, không được tin cậy; tệp hoặc thư mục, dùng được nhiều lần",
    ),
    (
        "dieu7 trust check anchor",
        "Tin cậy các chứng thư này thay cho kho, cho mọi mục đích; tệp hoặc thư mục, dùng được nhiều lần",
    ),
    (
        "dieu7 trust check crl",
        "Danh sách thu hồi, tệp hoặc thư mục; dùng được nhiều lần. Có mục này hoặc --ocsp thì kiểm tra thu hồi, và chưa biết nghĩa là chưa tin cậy",
    ),
    ("dieu7 trust check ocsp", "Phản hồi OCSP, tệp hoặc thư mục; dùng được nhiều lần"),
    ("dieu7 trust check at", "Thời điểm kiểm tra: RFC 3339 hoặc ngày [mặc định: bây giờ]"),
    ("dieu7 trust check purpose", "Chứng thư dùng để làm gì; \"any\": chỉ xét đường dẫn"),
    (
        "dieu7 trust check policy_oid",
        "Đường dẫn phải hợp lệ theo một trong các chính sách chứng thư này (OID dạng số); dùng được nhiều lần",
    ),
    ("dieu7 trust check json", "In một đối tượng JSON"),
    ("dieu7 trust export", "Ghi chứng thư của kho ra tệp, hoặc ra đầu ra chuẩn"),
    ("dieu7 trust export ids", "Tên mục, hoặc SHA-256 của chứng thư"),
    ("dieu7 trust export pem", "Dạng PEM; mặc định"),
    ("dieu7 trust export der", "Dạng DER; mỗi tệp một chứng thư"),
    (
        "dieu7 trust export out",
        "Tệp để ghi, chưa được tồn tại; hoặc thư mục, mỗi chứng thư một tệp [mặc định: đầu ra chuẩn]",
    ),
    ("dieu7 trust list", "Liệt kê chứng thư gốc: ai công bố, đã cài, còn thiếu, công bố ở đâu"),
    ("dieu7 trust list json", "In từng dòng JSON"),
    ("dieu7 trust remove", "Rút một mục của mình, hoặc một chứng thư đã cài; được chuyển sang nơi khác, không bị xoá"),
    ("dieu7 trust remove id", "Tên mục, hoặc SHA-256 của chứng thư"),
    ("dieu7 trust remove yes", "Không hỏi lại"),
    ("dieu7 trust show", "Xem mọi thông tin của một chứng thư gốc, hoặc của các chứng thư trong tệp"),
    ("dieu7 trust show what", "Tên mục, SHA-256, hoặc tệp"),
    ("dieu7 trust show json", "In từng dòng JSON"),
    ("dieu7 bundle", "Chuyển chứng thư gốc, danh sách thu hồi và danh bạ sang máy không có Internet"),
    (
        "dieu7 bundle make",
        "Đóng gói chứng thư gốc, chứng thư, danh sách thu hồi, phản hồi OCSP và danh bạ vào một tệp có chữ ký và ngày",
    ),
    ("dieu7 bundle make out", "Tệp để ghi; chưa được tồn tại"),
    ("dieu7 bundle make crls", "Thư mục danh sách thu hồi và phản hồi OCSP [mặc định: theo cấu hình]"),
    ("dieu7 bundle make days", "Máy nhận sẽ nhắc khi gói cũ hơn số ngày này"),
    ("dieu7 bundle import", "Kiểm tra gói, cho xem gói thay đổi những gì, rồi nhận"),
    ("dieu7 bundle import file", "Tệp gói"),
    ("dieu7 bundle import key", "Vân tay khoá của máy đã đóng gói, như máy đó hiển thị; cần một lần"),
    ("dieu7 bundle import yes", "Không hỏi lại; nhận cả chứng thư gốc mới"),
];
