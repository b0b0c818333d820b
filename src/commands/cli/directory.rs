//! Arguments and help of `dieu7 directory`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ConfigFile;

#[derive(Args, Debug)]
pub struct DirectoryArguments {
    #[command(subcommand)]
    pub command: DirectoryCommand,
}

#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Hold real accounts (LDIF, zmprov -l gaa -v, or one address a line) against the published list. Exit code 0 all agree, 1 something differs, 2 usage, 3 unreadable
    Accounts(AccountsArguments),
    /// List the mailboxes in force on a day
    At {
        /// The day, such as 2026-11-01, or a moment (RFC 3339)
        #[arg(value_name = "DATE")]
        at: String,
        #[command(flatten)]
        shown: ShownArguments,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Check a directory file and say every error with its line
    Check {
        /// CSV or TOML file
        file: PathBuf,
    },
    /// Write the mailboxes in force on a day as a file that import reads
    Export {
        /// The day, or a moment (RFC 3339) [default: now]
        #[arg(long, value_name = "DAY")]
        at: Option<String>,
        /// Form of the file
        #[arg(long, value_enum, default_value_t = FileForm::Csv)]
        format: FileForm,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show every version of a mailbox: what was said, when it was known, by whom and from what
    History {
        /// The address
        mailbox: String,
        /// Print JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Read a published list, show what would change, and change it once that is agreed to. Exit code 0 done or nothing to do, 1 rows refused, not agreed to, or a trial with changes, 2 usage, 3 unreadable
    Import(ImportArguments),
    /// List the mailboxes in force
    List {
        /// On this day, or at this moment (RFC 3339) [default: now]
        #[arg(long, value_name = "DAY")]
        at: Option<String>,
        #[command(flatten)]
        shown: ShownArguments,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Say that a certificate signs for the agency of a mailbox, or for its head
    Pin(PinArguments),
    /// Change one mailbox by hand, with the request behind it (Article 6)
    Set(Box<SetArguments>),
    /// Show all of a mailbox that is known now, with pins and requests
    Show {
        /// The address
        mailbox: String,
        /// Print JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List certificates seen often from official mailboxes, to be approved one by one
    SuggestPins(SuggestArguments),
    /// Say that a certificate signs for the agency no longer
    Unpin(UnpinArguments),
}

#[derive(Args, Debug)]
pub struct ShownArguments {
    /// As the directory knew it at this moment [default: as it is known now]
    #[arg(long, value_name = "TIME")]
    pub known_at: Option<String>,
    /// Only mailboxes of this kind
    #[arg(long, value_enum)]
    pub kind: Option<MailboxKind>,
    /// Print JSON lines
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV for a spreadsheet
    #[arg(long)]
    pub csv: bool,
}

#[expect(clippy::struct_excessive_bools, reason = "one for each switch of the command line")]
#[derive(Args, Debug)]
pub struct ImportArguments {
    /// The list: our CSV or TOML, a page saved as HTML, or CSV of a portal; known by its content
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the list is published
    #[arg(long, value_enum, default_value_t = PublishedOn::Portal)]
    pub kind: PublishedOn,
    /// Whose the mailboxes are where the list does not say
    #[arg(long, value_enum, default_value_t = MailboxKind::Unit)]
    pub mailboxes: MailboxKind,
    /// Day on which the list was read [default: as the file says, else today]
    #[arg(long, value_name = "DAY")]
    pub read_on: Option<String>,
    /// New mailboxes are in force from this day [default: the day of reading]
    #[arg(long, value_name = "DAY")]
    pub valid_from: Option<String>,
    /// Name of who imports it
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Address of the page that was read
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<String>,
    /// Why, such as the number of a decision
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Which column says what, by number or header, such as mailbox=3,agency=2
    #[arg(long, value_name = "COLUMNS")]
    pub columns: Option<String>,
    /// Characters in which the file is written: utf-8, utf-16 or windows-1258
    #[arg(long, value_name = "CHARSET")]
    pub encoding: Option<String>,
    /// Close mailboxes that the list does not have
    #[arg(long)]
    pub close_missing: bool,
    /// Open mailboxes again that were closed and stand in the list
    #[arg(long)]
    pub reopen: bool,
    /// Though more than 20 % are missing, rows were refused, or addresses look alike
    #[arg(long)]
    pub force: bool,
    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[expect(clippy::struct_excessive_bools, reason = "one for each switch of the command line")]
#[derive(Args, Debug)]
pub struct AccountsArguments {
    /// The export
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Name of who does it
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Take logins of accounts that work over into the mailboxes of units; from LDIF alone
    #[arg(long)]
    pub take_logins: bool,
    /// Show mailboxes that agree, too
    #[arg(long)]
    pub all: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Print JSON lines
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV for a spreadsheet
    #[arg(long)]
    pub csv: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Args, Debug)]
pub struct SetArguments {
    /// The address
    pub mailbox: String,
    /// Which of its listings, by its first day; "-" for one without [default: the one in force]
    #[arg(long, value_name = "DAY")]
    pub of: Option<String>,
    /// Unit or personal
    #[arg(long, value_enum)]
    pub kind: Option<MailboxKind>,
    /// Official name of the agency
    #[arg(long, value_name = "NAME")]
    pub agency: Option<String>,
    /// Another name of it; repeatable, replaces those that stand there
    #[arg(long, value_name = "NAME")]
    pub alias: Vec<String>,
    /// Tax or agency code; repeatable, replaces those that stand there
    #[arg(long, value_name = "CODE")]
    pub code: Vec<String>,
    /// Login that may send from it; repeatable, replaces those that stand there
    #[arg(long, value_name = "LOGIN")]
    pub login: Vec<String>,
    /// Where it is published
    #[arg(long, value_enum)]
    pub publication: Option<PublishedOn>,
    /// Day on which it was published
    #[arg(long, value_name = "DAY")]
    pub published_on: Option<String>,
    /// Address of the publication
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<String>,
    /// First day
    #[arg(long, value_name = "DAY")]
    pub valid_from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DAY")]
    pub valid_to: Option<String>,
    /// What the unit asked for
    #[arg(long, value_enum)]
    pub request: Option<Asked>,
    /// Why it asked
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Day of the request
    #[arg(long, value_name = "DAY")]
    pub requested_on: Option<String>,
    /// Day on which it was done
    #[arg(long, value_name = "DAY")]
    pub done_on: Option<String>,
    /// Day on which the unit was told
    #[arg(long, value_name = "DAY")]
    pub notified_on: Option<String>,
    /// Number of the decision
    #[arg(long, value_name = "TEXT")]
    pub decision: Option<String>,
    /// Mailbox that takes its place
    #[arg(long, value_name = "MAILBOX")]
    pub successor: Option<String>,
    /// The listing was an error and never held
    #[arg(long, conflicts_with_all = ["kind", "agency", "valid_from", "valid_to"])]
    pub retract: bool,
    /// Name of who changes it
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

// Doc comments on values would become help in one language only.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum MailboxKind {
    Personal,
    Unit,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum PublishedOn {
    Portal,
    OwnSite,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum FileForm {
    Csv,
    Toml,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Asked {
    Create,
    Change,
    Cancel,
}

#[derive(Args, Debug)]
pub struct PinArguments {
    /// The mailbox whose agency it signs for
    pub mailbox: String,
    /// File with the certificate (DER or PEM), or its SHA-256
    pub certificate: String,
    /// In whose hand it signs; a head or delegate needs --from
    #[arg(long, value_enum, default_value_t = Hand::Agency)]
    pub role: Hand,
    /// First day, such as 2026-11-01
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Who approved it
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Args, Debug)]
pub struct UnpinArguments {
    /// The mailbox
    pub mailbox: String,
    /// File with the certificate (DER or PEM), or its SHA-256
    pub certificate: String,
    /// Last day on which it signs for the agency [default: it ends now]
    #[arg(long, value_name = "DAY")]
    pub on: Option<String>,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Hand {
    Agency,
    Delegate,
    Head,
}

#[derive(Args, Debug)]
pub struct SuggestArguments {
    /// Look back this many days
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    pub days: u32,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// Help in Vietnamese, as in the table of all commands.
pub const VIETNAMESE: &[(&str, &str)] = &[
    ("dieu7 directory", "Danh bạ hộp thư chính thức: nhập, đối chiếu, tra cứu, sửa"),
    (
        "dieu7 directory accounts",
        "Đối chiếu tài khoản thật (LDIF, zmprov -l gaa -v, hoặc mỗi dòng một địa chỉ) với danh sách đã công bố. Mã thoát 0 khớp hết, 1 có khác, 2 dùng sai lệnh, 3 không đọc được",
    ),
    ("dieu7 directory accounts file", "Tệp xuất từ máy chủ thư"),
    ("dieu7 directory accounts by", "Tên người thực hiện"),
    (
        "dieu7 directory accounts take_logins",
        "Ghi tên đăng nhập của tài khoản đang hoạt động vào hộp thư đơn vị; chỉ từ LDIF",
    ),
    ("dieu7 directory accounts all", "Hiện cả hộp thư đã khớp"),
    ("dieu7 directory accounts yes", "Không hỏi lại"),
    ("dieu7 directory accounts json", "In từng dòng JSON"),
    ("dieu7 directory accounts csv", "In CSV cho bảng tính"),
    ("dieu7 directory at", "Liệt kê hộp thư có hiệu lực vào một ngày"),
    ("dieu7 directory at at", "Ngày, ví dụ 2026-11-01, hoặc thời điểm (RFC 3339)"),
    ("dieu7 directory at known_at", "Như danh bạ biết vào thời điểm này [mặc định: như đang biết]"),
    ("dieu7 directory at kind", "Chỉ hộp thư loại này"),
    ("dieu7 directory at json", "In từng dòng JSON"),
    ("dieu7 directory at csv", "In CSV cho bảng tính"),
    ("dieu7 directory check", "Kiểm tra tệp danh bạ, nêu từng lỗi kèm số dòng"),
    ("dieu7 directory check file", "Tệp CSV hoặc TOML"),
    ("dieu7 directory export", "Ghi hộp thư có hiệu lực vào một ngày thành tệp mà import đọc được"),
    ("dieu7 directory export at", "Ngày, hoặc thời điểm (RFC 3339) [mặc định: bây giờ]"),
    ("dieu7 directory export format", "Dạng tệp"),
    ("dieu7 directory history", "Xem mọi phiên bản của một hộp thư: nội dung, biết từ khi nào, ai ghi, từ nguồn nào"),
    ("dieu7 directory history mailbox", "Địa chỉ"),
    ("dieu7 directory history json", "In từng dòng JSON"),
    (
        "dieu7 directory import",
        "Đọc danh sách đã công bố, cho xem thay đổi, và thay đổi khi được đồng ý. Mã thoát 0 xong hoặc không có gì, 1 có dòng bị từ chối, không đồng ý, hoặc chạy thử có thay đổi, 2 dùng sai lệnh, 3 không đọc được",
    ),
    (
        "dieu7 directory import file",
        "Danh sách: CSV hoặc TOML của chương trình, trang web lưu dạng HTML, hoặc CSV của Cổng; nhận biết theo nội dung",
    ),
    ("dieu7 directory import kind", "Công bố ở đâu: portal là Cổng tỉnh, own-site là trang của đơn vị"),
    ("dieu7 directory import mailboxes", "Hộp thư của ai khi danh sách không ghi"),
    ("dieu7 directory import read_on", "Ngày đọc danh sách [mặc định: theo tệp, nếu không thì hôm nay]"),
    ("dieu7 directory import valid_from", "Hộp thư mới có hiệu lực từ ngày này [mặc định: ngày đọc]"),
    ("dieu7 directory import by", "Tên người nhập"),
    ("dieu7 directory import source", "Địa chỉ trang đã đọc"),
    ("dieu7 directory import reason", "Lý do, ví dụ số quyết định"),
    ("dieu7 directory import columns", "Cột nào ghi gì, theo số hoặc tiêu đề, ví dụ mailbox=3,agency=2"),
    ("dieu7 directory import encoding", "Bộ mã của tệp: utf-8, utf-16 hoặc windows-1258"),
    ("dieu7 directory import close_missing", "Đóng hộp thư không còn trong danh sách"),
    ("dieu7 directory import reopen", "Mở lại hộp thư đã đóng mà có trong danh sách"),
    ("dieu7 directory import force", "Dù thiếu hơn 20 %, có dòng bị từ chối, hoặc có địa chỉ trông giống nhau"),
    ("dieu7 directory import yes", "Không hỏi lại"),
    ("dieu7 directory import dry_run", "Chỉ cho xem thay đổi"),
    ("dieu7 directory list", "Liệt kê hộp thư có hiệu lực"),
    ("dieu7 directory list at", "Vào ngày, hoặc thời điểm này (RFC 3339) [mặc định: bây giờ]"),
    ("dieu7 directory list known_at", "Như danh bạ biết vào thời điểm này [mặc định: như đang biết]"),
    ("dieu7 directory list kind", "Chỉ hộp thư loại này"),
    ("dieu7 directory list json", "In từng dòng JSON"),
    ("dieu7 directory list csv", "In CSV cho bảng tính"),
    (
        "dieu7 directory pin",
        "Ghi rằng một chứng thư số là của cơ quan có hộp thư này, của Thủ trưởng hay của người được uỷ quyền",
    ),
    ("dieu7 directory pin mailbox", "Hộp thư của cơ quan"),
    ("dieu7 directory pin certificate", "Tệp chứng thư số (DER hoặc PEM), hoặc mã SHA-256 của nó"),
    (
        "dieu7 directory pin role",
        "Ai ký: cơ quan (agency), Thủ trưởng (head), người được uỷ quyền (delegate); hai loại sau cần --from",
    ),
    ("dieu7 directory pin from", "Ngày đầu, ví dụ 2026-11-01"),
    ("dieu7 directory pin to", "Ngày cuối"),
    ("dieu7 directory pin by", "Tên người duyệt"),
    ("dieu7 directory set", "Sửa tay một hộp thư, kèm yêu cầu của đơn vị (Điều 6)"),
    ("dieu7 directory set mailbox", "Địa chỉ"),
    ("dieu7 directory set of", "Mục nào, theo ngày đầu; \"-\" nếu không có ngày [mặc định: mục đang hiệu lực]"),
    ("dieu7 directory set kind", "Đơn vị (unit) hay cá nhân (personal)"),
    ("dieu7 directory set agency", "Tên chính thức của cơ quan, đơn vị"),
    ("dieu7 directory set alias", "Tên khác; dùng được nhiều lần, thay các tên đang có"),
    ("dieu7 directory set code", "Mã số thuế hoặc mã cơ quan; dùng được nhiều lần, thay các mã đang có"),
    ("dieu7 directory set login", "Tên đăng nhập được gửi; dùng được nhiều lần, thay các tên đang có"),
    ("dieu7 directory set publication", "Công bố ở đâu"),
    ("dieu7 directory set published_on", "Ngày công bố"),
    ("dieu7 directory set source", "Địa chỉ nơi công bố"),
    ("dieu7 directory set valid_from", "Ngày đầu"),
    ("dieu7 directory set valid_to", "Ngày cuối"),
    ("dieu7 directory set request", "Đơn vị yêu cầu: cấp mới (create), thay đổi (change), huỷ bỏ (cancel)"),
    ("dieu7 directory set reason", "Lý do yêu cầu"),
    ("dieu7 directory set requested_on", "Ngày yêu cầu"),
    ("dieu7 directory set done_on", "Ngày thực hiện"),
    ("dieu7 directory set notified_on", "Ngày thông báo cho đơn vị"),
    ("dieu7 directory set decision", "Số quyết định"),
    ("dieu7 directory set successor", "Hộp thư thay thế"),
    ("dieu7 directory set retract", "Mục này ghi nhầm, chưa từng có hiệu lực"),
    ("dieu7 directory set by", "Tên người sửa"),
    ("dieu7 directory set yes", "Không hỏi lại"),
    ("dieu7 directory show", "Xem mọi thông tin đang biết của một hộp thư, cả chứng thư đã ghim và yêu cầu"),
    ("dieu7 directory show mailbox", "Địa chỉ"),
    ("dieu7 directory show json", "In từng dòng JSON"),
    ("dieu7 directory suggest-pins", "Liệt kê chứng thư số thường thấy từ hộp thư chính thức, để duyệt từng cái"),
    ("dieu7 directory suggest-pins days", "Xem lại chừng này ngày"),
    ("dieu7 directory suggest-pins json", "In từng dòng JSON"),
    ("dieu7 directory unpin", "Ghi rằng một chứng thư số không còn ký cho cơ quan này"),
    ("dieu7 directory unpin mailbox", "Hộp thư"),
    ("dieu7 directory unpin certificate", "Tệp chứng thư số (DER hoặc PEM), hoặc mã SHA-256 của nó"),
    ("dieu7 directory unpin on", "Ngày cuối còn ký cho cơ quan [mặc định: hết ngay bây giờ]"),
];
