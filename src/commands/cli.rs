//! Names, arguments and help of every command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

mod directory;
mod trust;

use super::lang::{self, Lang};
pub use directory::{AccountsArguments, Asked, DirectoryArguments, DirectoryCommand, FileForm, ImportArguments};
pub use directory::{Hand, MailboxKind, PinArguments, PublishedOn, SetArguments, ShownArguments};
pub use directory::{SuggestArguments, UnpinArguments};
pub use trust::{AddArguments, BundleArguments, BundleCommand, CheckArguments, ExportArguments};
pub use trust::{TrustArguments, TrustCommand, Wanted};

/// Mail gateway that decides by Article 7.2 of Decision 12/2013/QĐ-UBND whether mailed documents are legally equivalent to paper
#[derive(Debug, Parser)]
#[command(name = "dieu7", version, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// Language of reports and messages [default: by the locale]
    #[arg(long, global = true, value_parser = lang::parser())]
    pub lang: Option<Lang>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the gateway: answer Postfix's milter connections, stamp mail, write the log
    Serve(ServeArguments),
    /// Check files as a trial: PDF, mail (.eml), Maildir, mbox
    Verify(Box<VerifyArguments>),
    /// Show the gateway at work on sample mails, with nothing set up
    Demo(DemoArguments),
    /// Examine the installation and say what to mend
    Doctor(ConfigFile),
    /// Look records up
    Log(LogArguments),
    /// Manage trust anchors
    Trust(TrustArguments),
    /// Carry anchors, revocation lists and the directory to a gateway without Internet
    Bundle(BundleArguments),
    /// The directory of official mailboxes: import, compare, look up, change
    Directory(DirectoryArguments),
    /// Check a policy file
    Policy(PolicyArguments),
    /// Show the settings in force
    Config(ConfigArguments),
}

#[derive(Args, Clone, Debug, Default)]
pub struct ConfigFile {
    /// Settings file [default: /etc/dieu7/dieu7.toml if it exists, else built-in defaults]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct ServeArguments {
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("written").multiple(true)))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct VerifyArguments {
    /// PDF files, mails (.eml), Maildir folders, mbox files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Time of receipt: RFC 3339, or a date [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Trusted certificates: a folder, or a PEM or DER file; repeatable. Plain certificates are trusted for every purpose in this call
    #[arg(long, value_name = "PATH")]
    pub trust_anchors: Vec<PathBuf>,
    /// Folder of revocation lists and OCSP responses (DER or PEM, known by content); then nothing is asked of the network, unless --online
    #[arg(long, value_name = "DIR")]
    pub revocation: Option<PathBuf>,
    /// Directory of official mailboxes, CSV or TOML
    #[arg(long, value_name = "FILE")]
    pub directory: Option<PathBuf>,
    /// Policy file
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Envelope sender to assume
    #[arg(long, value_name = "MAILBOX")]
    pub mail_from: Option<String>,
    /// SASL login to assume
    #[arg(long, value_name = "LOGIN")]
    pub auth_user: Option<String>,
    /// Ask nothing of the network: no CRL, no OCSP, no DNS
    #[arg(long)]
    pub offline: bool,
    /// Ask the network for what the folder of --revocation lacks
    #[arg(long, conflicts_with_all = ["offline", "evidence_from"])]
    pub online: bool,
    /// Print one JSON object per file; the same as --report json
    #[arg(long, conflicts_with = "report")]
    pub json: bool,
    /// Give the whole report: text, one HTML page, or one JSON object per file [default: the summary as text]
    #[arg(long, value_enum, value_name = "FORM")]
    pub report: Option<Form>,
    /// Write to a file, or into a folder one file for each input, instead of standard output
    #[arg(long, value_name = "PATH", group = "written")]
    pub out: Option<PathBuf>,
    /// Keep what the result rests on in this folder: certificates, CRLs, OCSP responses, timestamps, DNS responses, and a record of each input
    #[arg(long, value_name = "DIR", group = "written")]
    pub evidence: Option<PathBuf>,
    /// Judge again by the evidence kept in this folder, at the time recorded there, and ask nobody
    #[arg(long, value_name = "DIR", conflicts_with_all = ["at", "revocation", "mail_from", "auth_user", "evidence"])]
    pub evidence_from: Option<PathBuf>,
    /// Replace reports and records of evidence that are there already
    #[arg(long, requires = "written")]
    pub force: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// How a report is laid out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Form {
    // Doc comments here would become help in one language only.
    Html,
    Json,
    Text,
}

#[derive(Args, Debug)]
pub struct DemoArguments {
    /// Leave the gateway running until Ctrl-C
    #[arg(long)]
    pub keep: bool,
    /// Folder to work in [default: a new one below the folder for temporary files]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct LogArguments {
    #[command(subcommand)]
    pub command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// List the newest records
    List {
        /// How many
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: u32,
        /// Only records before this log index
        #[arg(long, value_name = "INDEX")]
        before: Option<u64>,
        /// Only this verdict token
        #[arg(long, value_name = "TOKEN")]
        verdict: Option<String>,
        /// Print JSON lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Show one record: by look-up code, log index, or Postfix queue id
    Show {
        /// Look-up code, log index, or queue id
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args, Debug)]
pub struct PolicyArguments {
    #[command(subcommand)]
    pub command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check a policy file and show what each constraint weighs
    Check {
        /// TOML file [default: the policies in force]
        file: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args, Debug)]
pub struct ConfigArguments {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show every effective value and where it came from
    Show(ConfigFile),
}

/// Help in Vietnamese, by the place of a command and the id of its argument.
const VIETNAMESE: &[(&str, &str)] = &[
    (
        "dieu7",
        "Cổng kiểm tra chữ ký số trong thư điện tử: văn bản gửi kèm có giá trị tương đương văn bản giấy theo khoản 2 Điều 7 Quyết định 12/2013/QĐ-UBND hay không",
    ),
    ("dieu7 lang", "Ngôn ngữ của báo cáo và thông báo [mặc định: theo hệ thống]"),
    ("dieu7 serve", "Chạy cổng kiểm tra chữ ký số: trả lời Postfix qua milter, ghi dấu vào thư, ghi nhật ký"),
    ("dieu7 verify", "Kiểm tra thử tệp: PDF, thư (.eml), Maildir, mbox"),
    ("dieu7 verify files", "Tệp PDF, thư (.eml), thư mục Maildir, tệp mbox"),
    ("dieu7 verify at", "Thời điểm nhận: RFC 3339 hoặc ngày [mặc định: bây giờ]"),
    (
        "dieu7 verify trust_anchors",
        "Chứng thư tin cậy: thư mục, hoặc tệp PEM, DER; dùng được nhiều lần. Chứng thư nêu ở đây được tin cậy cho mọi mục đích trong lần gọi này",
    ),
    (
        "dieu7 verify revocation",
        "Thư mục danh sách thu hồi (CRL) và phản hồi OCSP (DER hoặc PEM, nhận biết theo nội dung); khi đó không hỏi gì qua mạng, trừ khi có --online",
    ),
    ("dieu7 verify directory", "Danh bạ hộp thư chính thức, CSV hoặc TOML"),
    ("dieu7 verify policy", "Tệp chính sách"),
    ("dieu7 verify mail_from", "Giả định địa chỉ gửi thực tế (MAIL FROM)"),
    ("dieu7 verify auth_user", "Giả định tên đăng nhập (SASL)"),
    ("dieu7 verify offline", "Không hỏi gì qua mạng: không CRL, OCSP, DNS"),
    ("dieu7 verify online", "Hỏi qua mạng những gì thư mục --revocation còn thiếu"),
    ("dieu7 verify json", "In mỗi tệp một đối tượng JSON; như --report json"),
    (
        "dieu7 verify report",
        "Báo cáo đầy đủ: văn bản, một trang HTML, hoặc mỗi tệp một đối tượng JSON [mặc định: bản tóm tắt dạng văn bản]",
    ),
    ("dieu7 verify out", "Ghi vào tệp, hoặc vào thư mục mỗi đầu vào một tệp, thay vì đầu ra chuẩn"),
    (
        "dieu7 verify evidence",
        "Lưu vào thư mục này mọi căn cứ của kết quả: chứng thư, CRL, phản hồi OCSP, dấu thời gian, phản hồi DNS, và biên bản của từng đầu vào",
    ),
    (
        "dieu7 verify evidence_from",
        "Kiểm tra lại theo bằng chứng đã lưu trong thư mục này, tại thời điểm đã ghi, không hỏi ai",
    ),
    ("dieu7 verify force", "Ghi đè báo cáo và biên bản bằng chứng đã có"),
    ("dieu7 demo", "Xem cổng kiểm tra làm việc trên thư mẫu, không cần cài đặt gì"),
    ("dieu7 demo keep", "Để cổng kiểm tra chạy tiếp cho đến khi nhấn Ctrl-C"),
    ("dieu7 demo folder", "Thư mục làm việc [mặc định: một thư mục mới trong thư mục tạm]"),
    ("dieu7 doctor", "Kiểm tra cài đặt và nói cần sửa gì"),
    ("dieu7 log", "Tra cứu nhật ký"),
    ("dieu7 log list", "Liệt kê các bản ghi mới nhất"),
    ("dieu7 log list most", "Số bản ghi"),
    ("dieu7 log list before", "Chỉ các bản ghi trước chỉ số này"),
    ("dieu7 log list verdict", "Chỉ kết luận này"),
    ("dieu7 log list json", "In từng dòng JSON"),
    ("dieu7 log show", "Xem một bản ghi: theo mã tra cứu, chỉ số, hoặc mã hàng đợi của Postfix"),
    ("dieu7 log show id", "Mã tra cứu, chỉ số, hoặc mã hàng đợi"),
    ("dieu7 log show json", "In JSON"),
    ("dieu7 policy", "Kiểm tra tệp chính sách"),
    ("dieu7 policy check", "Kiểm tra tệp chính sách và xem mức của từng điều kiện"),
    ("dieu7 policy check file", "Tệp TOML [mặc định: các chính sách đang dùng]"),
    ("dieu7 config", "Xem cấu hình đang dùng"),
    ("dieu7 config show", "Xem từng giá trị đang dùng và nguồn của nó"),
];
/// The same argument everywhere.
const VIETNAMESE_CONFIG: &str = "Tệp cấu hình [mặc định: /etc/dieu7/dieu7.toml nếu có, nếu không thì giá trị sẵn có]";

/// The language that `--lang` asks for, looked up before parsing because help is told in it too.
pub fn language(arguments: &[OsString]) -> Lang {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--lang") {
            Some("") => arguments.next().map(std::borrow::Cow::into_owned),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        match value.as_deref() {
            Some("vi") => return Lang::Vi,
            Some("en") => return Lang::En,
            _ => {}
        }
    }
    lang::from_locale()
}

/// The command line with help in `lang`.
pub fn localised(lang: Lang) -> clap::Command {
    let command = Cli::command();
    match lang {
        Lang::En => command,
        Lang::Vi => translate(command, "dieu7"),
    }
}

fn translate(mut command: clap::Command, place: &str) -> clap::Command {
    if let Some(about) = vietnamese(place) {
        command = command.about(about);
    }
    command = command.mut_args(|argument| {
        let id = argument.get_id().as_str().to_owned();
        if id == "config" {
            return argument.help(VIETNAMESE_CONFIG);
        }
        match vietnamese(&format!("{place} {id}")) {
            Some(help) => argument.help(help),
            None => argument,
        }
    });
    command.mut_subcommands(|inner| {
        let place = format!("{place} {}", inner.get_name());
        translate(inner, &place)
    })
}

fn vietnamese(place: &str) -> Option<&'static str> {
    VIETNAMESE
        .iter()
        .chain(trust::VIETNAMESE)
        .chain(directory::VIETNAMESE)
        .find(|(known, _)| *known == place)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(command: &clap::Command, place: &str, found: &mut Vec<String>) {
        found.push(place.to_owned());
        for argument in command.get_arguments().filter(|argument| argument.get_id() != "config") {
            found.push(format!("{place} {}", argument.get_id()));
        }
        for inner in command.get_subcommands() {
            places(inner, &format!("{place} {}", inner.get_name()), found);
        }
    }

    #[test]
    fn every_command_and_argument_has_help_in_vietnamese() {
        let mut found = Vec::new();
        places(&Cli::command(), "dieu7", &mut found);
        let missing: Vec<_> = found.iter().filter(|place| vietnamese(place).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert_eq!(
            found.len(),
            VIETNAMESE.len() + trust::VIETNAMESE.len() + directory::VIETNAMESE.len(),
            "the table has a place that is no more"
        );
    }

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        localised(Lang::Vi).debug_assert();
        localised(Lang::En).debug_assert();
    }
}
