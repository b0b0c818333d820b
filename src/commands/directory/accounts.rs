//! `dieu7 directory accounts`: real accounts held against the published list.

use dieu7::digest::Sha256;
use dieu7::io::{clock, files};
use dieu7::sender::directory::ChangeSet;
use dieu7::sender::directory::accounts::{self, Source, State};
use dieu7::sender::directory::reconcile::{self, Finding, Row};
use serde_json::json;

use super::super::cli::AccountsArguments;
use super::super::failure::{self, FINE, FLAGGED, Failure, Text, UNREADABLE, USAGE};
use super::super::lang::Lang;
use super::super::out;
use super::list::csv_line;
use super::words;

pub fn run(arguments: &AccountsArguments, lang: Lang) -> Result<u8, Failure> {
    let (settings, directory) = super::read(&arguments.config, lang)?;
    let octets = files::octets(&arguments.file).map_err(failure::unreadable)?;
    let accounts = accounts::read(&octets).map_err(|fault| {
        Failure::new(
            UNREADABLE,
            Text { vi: "Không đọc được tệp tài khoản.", en: "The accounts cannot be read." },
            format_args!("{}: {fault}", arguments.file.display()),
            words::advice(&fault),
        )
    })?;
    for (line, fault) in accounts.faults.iter().take(50) {
        out::error_line(format_args!("! {} {line}: {}", lang.pick("dòng", "line"), words::account_fault(fault, lang)));
    }
    let now = directory.newest(clock::now());
    let rows = reconcile::reconcile(&accounts, &directory, now, now);
    if arguments.csv {
        out::line(format_args!("finding,mailbox,agency,accounts,logins,state"));
    }
    for row in rows.iter().filter(|row| arguments.all || row.finding != Finding::Agrees) {
        tell(row, arguments, lang);
    }
    if !arguments.json && !arguments.csv {
        for finding in Finding::ALL {
            let count = rows.iter().filter(|row| row.finding == finding).count();
            let name = words::finding(finding);
            if count > 0 {
                out::line(format_args!("{}: {count}", lang.pick(name.vi, name.en)));
            }
        }
    }
    let differs = rows.iter().any(|row| row.finding != Finding::Agrees);
    let exit = if differs || !accounts.faults.is_empty() { FLAGGED } else { FINE };
    if !arguments.take_logins {
        return Ok(exit);
    }
    if accounts.source != Some(Source::Ldif) {
        return Err(not_ldif(&super::shown(&arguments.file)));
    }
    let changes = reconcile::logins(&rows);
    for change in &changes {
        if let dieu7::sender::directory::Change::LoginsSet { of, logins } = change {
            let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
            out::line(format_args!("~ {}: {}", of.mailbox, logins.join("; ")));
        }
    }
    if changes.is_empty() {
        out::line(format_args!("{}", lang.pick("Không có tên đăng nhập mới.", "There are no new logins.")));
        return Ok(exit);
    }
    if !super::agreed(arguments.yes, lang)? {
        return Ok(FLAGGED);
    }
    let mut by = super::by(arguments.by.as_deref());
    by.source = super::shown(&arguments.file);
    by.sha256 = Some(Sha256::of(&octets));
    super::apply(&settings, &ChangeSet { changes, read_on: None, base: directory.digest() }, &by, lang)?;
    Ok(exit)
}

fn tell(row: &Row<'_>, arguments: &AccountsArguments, lang: Lang) {
    let agency = row.listing.map_or("", |listing| listing.agency.as_str());
    let accounts: Vec<String> =
        row.accounts.iter().filter_map(|account| account.mailbox.as_ref()).map(ToString::to_string).collect();
    let logins: Vec<&str> = row.accounts.iter().flat_map(|account| &account.logins).map(String::as_str).collect();
    let state = row.accounts.iter().map(|account| state(account.state)).collect::<Vec<_>>().join(";");
    if arguments.json {
        let said = json!({
            "finding": row.finding.token(),
            "mailbox": row.mailbox.to_string(),
            "agency": agency,
            "accounts": accounts,
            "logins": logins,
            "state": state,
        });
        out::line(format_args!("{said}"));
    } else if arguments.csv {
        let mailbox = row.mailbox.to_string();
        let cells =
            [row.finding.token().to_owned(), mailbox, agency.to_owned(), accounts.join(";"), logins.join(";"), state];
        out::line(format_args!("{}", csv_line(&cells)));
    } else {
        let name = words::finding(row.finding);
        let whose = match row.accounts.first() {
            _ if !agency.is_empty() => agency,
            Some(account) => &account.name,
            None => "",
        };
        out::line(format_args!("{:40} {}  {whose}", row.mailbox.to_string(), lang.pick(name.vi, name.en)));
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Closed => "closed",
        State::Doubtful => "doubtful",
    }
}

fn not_ldif(file: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Tên đăng nhập chỉ được lấy từ LDIF.", en: "Logins are taken from LDIF alone." },
        file,
        Text {
            vi: "xuất bằng ldapsearch (LDIF): trong tệp của zmprov, chữ ký thư của người dùng có thể giả dòng tài khoản. Chưa thay đổi gì.",
            en: "export with ldapsearch (LDIF): in the output of zmprov a user's own signature can look like lines of an account. Nothing was changed.",
        },
    )
}
