//! Postfix's settings, read by `postconf`: whether mail comes to dieu7 last, waits when it is down, and cannot be
//! smuggled past it. What each line means stands in docs/postfix.md.

use std::collections::BTreeMap;
use std::process::Command;

use dieu7::settings::{Listen, Settings};

use super::{Check, Severity};

/// Parameters that are asked for.
const PARAMETERS: [&str; 10] = [
    "mail_version",
    "smtpd_milters",
    "non_smtpd_milters",
    "milter_default_action",
    "milter_protocol",
    "smtpd_forbid_bare_newline",
    "smtpd_forbid_bare_newline_exclusions",
    "message_size_limit",
    "queue_directory",
    "content_filter",
];

pub fn examine(settings: &Settings) -> Vec<Check> {
    let Some(values) = postconf(&PARAMETERS) else {
        return vec![Check::new(
            Severity::Attention,
            ("không tìm thấy postconf trên máy này".into(), "postconf is not on this machine".into()),
            (
                "nếu Postfix ở máy khác: chạy dieu7 doctor tại đó, hoặc đối chiếu docs/postfix.md bằng tay".into(),
                "if Postfix runs elsewhere: run dieu7 doctor there, or compare docs/postfix.md by hand".into(),
            ),
        )];
    };
    let overrides = run("postconf", &["-P"]).unwrap_or_default();
    judge(&values, &overrides, settings)
}

fn postconf(names: &[&str]) -> Option<BTreeMap<String, String>> {
    // A parameter that this version does not know is a warning on standard error and is left out.
    let text = run("postconf", names)?;
    Some(
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
    )
}

fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let path = ["/usr/sbin/", "/usr/local/sbin/", ""].iter().map(|folder| format!("{folder}{program}"));
    let output = path.into_iter().find_map(|program| Command::new(program).args(arguments).output().ok())?;
    String::from_utf8(output.stdout).ok().filter(|text| !text.is_empty())
}

fn judge(values: &BTreeMap<String, String>, overrides: &str, settings: &Settings) -> Vec<Check> {
    let value = |name: &str| values.get(name).map_or("", String::as_str);
    let mut checks = vec![
        milters(value("smtpd_milters"), value("queue_directory"), settings),
        default_action(value("milter_default_action")),
        smuggling(value("mail_version"), values.get("smtpd_forbid_bare_newline").map(String::as_str)),
        size(value("message_size_limit"), settings),
    ];
    if !value("smtpd_forbid_bare_newline_exclusions").is_empty() {
        checks.push(attention(
            (
                "máy trong smtpd_forbid_bare_newline_exclusions (mặc định $mynetworks) vẫn lậu thư được".into(),
                "hosts in smtpd_forbid_bare_newline_exclusions (by default $mynetworks) can still smuggle mail".into(),
            ),
            ("smtpd_forbid_bare_newline_exclusions =".into(), "smtpd_forbid_bare_newline_exclusions =".into()),
        ));
    }
    checks.extend(smuggling_by_port(overrides));
    if value("milter_protocol") != "6" {
        let found = value("milter_protocol");
        checks.push(attention(
            (format!("milter_protocol = {found}"), format!("milter_protocol = {found}")),
            ("đặt milter_protocol = 6".into(), "set milter_protocol = 6".into()),
        ));
    }
    if !value("non_smtpd_milters").is_empty() {
        checks.push(attention(
            (
                "non_smtpd_milters có giá trị: thư nội bộ (báo lỗi, sendmail) cũng đi qua milter".into(),
                "non_smtpd_milters is set: local mail (bounces, sendmail) passes the milter too".into(),
            ),
            (
                "để trống non_smtpd_milters, trừ khi có chủ ý".into(),
                "leave non_smtpd_milters empty unless it is meant".into(),
            ),
        ));
    }
    checks.extend(reinjection(value("content_filter"), overrides));
    checks.push(submission(overrides, settings));
    checks.push(login_match(overrides));
    checks
}

fn attention(found: (String, String), advice: (String, String)) -> Check {
    Check::new(Severity::Attention, found, advice)
}

/// How Postfix has to name the socket: a unix socket relative to the queue directory, because Debian's smtpd is
/// chrooted there.
fn wanted(queue_directory: &str, settings: &Settings) -> String {
    match &settings.listen {
        Listen::Inet(address) => format!("inet:{address}"),
        Listen::Unix(path) => {
            let inside = path.strip_prefix(queue_directory).unwrap_or(path);
            format!("unix:{}", inside.display())
        }
    }
}

fn milters(found: &str, queue_directory: &str, settings: &Settings) -> Check {
    let wanted = wanted(queue_directory, settings);
    let absolute = match &settings.listen {
        Listen::Unix(path) => format!("unix:{}", path.display()),
        Listen::Inet(_) => wanted.clone(),
    };
    let list: Vec<&str> = found.split([',', ' ']).filter(|entry| !entry.is_empty()).collect();
    let is_ours = |entry: &&str| **entry == wanted || **entry == absolute;
    let line = format!(
        "smtpd_milters = {}",
        list.iter().copied().filter(|e| !is_ours(e)).chain([&*wanted]).collect::<Vec<_>>().join(", ")
    );
    match list.iter().position(is_ours) {
        Some(at) if at + 1 == list.len() => {
            Check::good("dieu7 đứng cuối smtpd_milters", "dieu7 is last in smtpd_milters")
        }
        Some(_) => attention(
            (
                "dieu7 không đứng cuối smtpd_milters: milter sau nó có thể thêm dấu".into(),
                "dieu7 is not last in smtpd_milters: a later milter could add a stamp".into(),
            ),
            (line.clone(), line),
        ),
        None => Check::new(
            Severity::Broken,
            (
                format!("Postfix không gọi dieu7: smtpd_milters = {found}"),
                format!("Postfix does not call dieu7: smtpd_milters = {found}"),
            ),
            (line.clone(), line),
        ),
    }
}

fn default_action(found: &str) -> Check {
    match found {
        "tempfail" => Check::good(
            "milter_default_action = tempfail: thư chờ khi dieu7 dừng",
            "milter_default_action = tempfail: mail waits while dieu7 is down",
        ),
        "accept" => attention(
            (
                "milter_default_action = accept: khi dieu7 dừng, thư đi qua không được kiểm tra, và dấu giả trong thư đến không bị gỡ".into(),
                "milter_default_action = accept: while dieu7 is down mail passes unchecked, and forged stamps stay".into(),
            ),
            (
                "thêm dòng header_checks trong docs/postfix.md, hoặc đặt milter_default_action = tempfail".into(),
                "add the header_checks line of docs/postfix.md, or set milter_default_action = tempfail".into(),
            ),
        ),
        other => attention(
            (format!("milter_default_action = {other}: thư có thể bị từ chối"), format!("milter_default_action = {other}: mail may be rejected")),
            ("đặt milter_default_action = tempfail".into(), "set milter_default_action = tempfail".into()),
        ),
    }
}

/// SMTP smuggling (December 2023): a message that ends in LF.LF for one server and goes on for another.
fn smuggling(version: &str, found: Option<&str>) -> Check {
    match found {
        Some("yes" | "normalize" | "reject") => Check::good(
            "smtpd_forbid_bare_newline bật: chặn lậu thư (SMTP smuggling)",
            "smtpd_forbid_bare_newline is on: SMTP smuggling is prevented",
        ),
        Some(_) => Check::new(
            Severity::Broken,
            (
                format!("Postfix {version} chấp nhận LF.LF là hết thư: kẻ gửi có thể lậu một thư thứ hai với người gửi giả"),
                format!("Postfix {version} takes LF.LF for the end of a message: a second one with a forged sender can be smuggled in"),
            ),
            (
                "smtpd_forbid_bare_newline = yes (hoặc normalize nếu phiên bản có)".into(),
                "smtpd_forbid_bare_newline = yes (or normalize where the version knows it)".into(),
            ),
        ),
        None => Check::new(
            Severity::Broken,
            (
                format!("Postfix {version} chưa biết smtpd_forbid_bare_newline: không chặn được lậu thư (SMTP smuggling)"),
                format!("Postfix {version} does not know smtpd_forbid_bare_newline: SMTP smuggling is not prevented"),
            ),
            (
                "cập nhật Postfix (Debian 12: 3.7.9 trở lên); tạm thời: smtpd_data_restrictions = reject_unauth_pipelining".into(),
                "update Postfix (Debian 12: 3.7.9 or later); until then smtpd_data_restrictions = reject_unauth_pipelining".into(),
            ),
        ),
    }
}

/// A port of master.cf that takes the protection away for itself.
fn smuggling_by_port(overrides: &str) -> Option<Check> {
    let open = overrides.lines().find(|line| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        name.trim().ends_with("/smtpd_forbid_bare_newline") && value.trim() == "no"
    })?;
    let port = open.split_once('=').map_or(open, |(name, _)| name.trim());
    Some(Check::new(
        Severity::Broken,
        (
            format!("master.cf bỏ chống lậu thư ở một cổng: {port} = no"),
            format!("master.cf takes the protection against smuggling away on one port: {port} = no"),
        ),
        (
            "bỏ dòng -o smtpd_forbid_bare_newline=no ấy; máy cần ngoại lệ thì ghi địa chỉ vào smtpd_forbid_bare_newline_exclusions".into(),
            "remove that -o smtpd_forbid_bare_newline=no; name a host that needs it in smtpd_forbid_bare_newline_exclusions".into(),
        ),
    ))
}

fn size(found: &str, settings: &Settings) -> Check {
    let limit: usize = found.parse().unwrap_or(0);
    if limit > 0 && limit <= settings.message_octets {
        return Check::good(
            "mọi thư Postfix nhận đều vừa giới hạn của dieu7",
            "every mail that Postfix takes is within dieu7's limit",
        );
    }
    let ours = settings.message_octets >> 20;
    attention(
        (
            format!("Postfix nhận thư lớn hơn dieu7 kiểm tra (message_size_limit = {found}, dieu7: {ours} MB)"),
            format!("Postfix takes larger mail than dieu7 checks (message_size_limit = {found}, dieu7: {ours} MB)"),
        ),
        (
            "tăng [milter] message-megabytes, hoặc giảm message_size_limit; thư quá lớn chỉ được gắn cờ chưa kiểm tra"
                .into(),
            "raise [milter] message-megabytes or lower message_size_limit; larger mail is only flagged as unchecked"
                .into(),
        ),
    )
}

/// Mail that comes back from a content filter must not be stamped twice; the port that takes it has no milters.
fn reinjection(filter: &str, overrides: &str) -> Option<Check> {
    let filtered = !filter.is_empty() || overrides.contains("/content_filter");
    let spared = overrides.lines().any(|line| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        (name.contains("/smtpd_milters") && value.trim().is_empty()) || value.contains("no_milters")
    });
    (filtered && !spared).then(|| {
        attention(
            (
                "có content_filter, nhưng không có cổng nhận lại nào bỏ milter: thư bị kiểm tra hai lần, dấu đầu bị gỡ"
                    .into(),
                "there is a content_filter, but no port that takes mail back without milters: mail is checked twice"
                    .into(),
            ),
            (
                "ở cổng nhận lại trong master.cf: -o receive_override_options=no_milters".into(),
                "at the port that takes mail back, in master.cf: -o receive_override_options=no_milters".into(),
            ),
        )
    })
}

/// Logins count only on a submission service that names itself.
fn submission(overrides: &str, settings: &Settings) -> Check {
    let services = &settings.sender.submission_services;
    let named: Vec<&str> = overrides
        .lines()
        .filter(|line| line.contains("/milter_macro_daemon_name"))
        .filter_map(|line| line.split_once('=').map(|(_, value)| value.trim()))
        .collect();
    let missing: Vec<&String> = services.iter().filter(|service| !named.contains(&service.as_str())).collect();
    if missing.is_empty() && !services.is_empty() {
        return Check::good(
            "dịch vụ gửi thư có tên riêng (milter_macro_daemon_name)",
            "the submission services name themselves (milter_macro_daemon_name)",
        );
    }
    let name = missing.first().map_or("submission", |service| service.as_str());
    attention(
        (
            "dịch vụ gửi thư (submission) không nêu tên cho milter: không đăng nhập nào được tính".into(),
            "the submission service does not name itself to the milter: no login counts".into(),
        ),
        (
            format!(
                "master.cf, dịch vụ submission: -o milter_macro_daemon_name={name}; và [sender] submission-services"
            ),
            format!(
                "master.cf, service submission: -o milter_macro_daemon_name={name}; and [sender] submission-services"
            ),
        ),
    )
}

fn login_match(overrides: &str) -> Check {
    if overrides.contains("reject_sender_login_mismatch")
        || overrides.contains("reject_authenticated_sender_login_mismatch")
    {
        return Check::good(
            "submission giữ đăng nhập theo địa chỉ gửi (reject_sender_login_mismatch)",
            "submission holds logins to sender addresses (reject_sender_login_mismatch)",
        );
    }
    attention(
        (
            "submission không có reject_sender_login_mismatch: người đăng nhập có thể ghi địa chỉ gửi của người khác; dieu7 vẫn so đăng nhập với danh bạ".into(),
            "submission lacks reject_sender_login_mismatch: a login may write another's sender address; dieu7 still compares it with the directory".into(),
        ),
        (
            "master.cf, submission: -o smtpd_sender_restrictions=reject_sender_login_mismatch".into(),
            "master.cf, submission: -o smtpd_sender_restrictions=reject_sender_login_mismatch".into(),
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn settings() -> Settings {
        let text = "[sender]\nsubmission-services = [\"submission\"]\n";
        Settings::read(text, Path::new("/etc/dieu7")).unwrap()
    }

    fn values(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let sound = [
            ("mail_version", "3.7.11"),
            ("smtpd_milters", "inet:127.0.0.1:8891, unix:dieu7/dieu7.sock"),
            ("milter_default_action", "tempfail"),
            ("milter_protocol", "6"),
            ("smtpd_forbid_bare_newline", "yes"),
            ("message_size_limit", "26214400"),
            ("queue_directory", "/var/spool/postfix"),
        ];
        sound.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const OVERRIDES: &str = "submission/inet/milter_macro_daemon_name = submission
submission/inet/smtpd_sender_restrictions = reject_sender_login_mismatch";

    fn worst(changes: &[(&str, &str)], overrides: &str) -> Severity {
        judge(&values(changes), overrides, &settings()).iter().map(|check| check.severity).max().unwrap()
    }

    #[test]
    fn a_postfix_set_up_as_documented_is_good() {
        assert_eq!(worst(&[], OVERRIDES), Severity::Good);
    }

    #[test]
    fn a_postfix_that_does_not_call_us_or_can_be_smuggled_through_is_broken() {
        assert_eq!(worst(&[("smtpd_milters", "")], OVERRIDES), Severity::Broken);
        assert_eq!(worst(&[("smtpd_forbid_bare_newline", "no")], OVERRIDES), Severity::Broken);
        let mut old = values(&[]);
        old.remove("smtpd_forbid_bare_newline");
        let found = judge(&old, OVERRIDES, &settings());
        assert!(found.iter().any(|check| check.severity == Severity::Broken));
    }

    #[test]
    fn one_port_without_the_protection_is_broken() {
        let port = |value: &str| format!("{OVERRIDES}\nsmtp/inet/smtpd_forbid_bare_newline = {value}");
        assert_eq!(worst(&[], &port("no")), Severity::Broken);
        assert_eq!(worst(&[], &port("normalize")), Severity::Good);
    }

    #[test]
    fn what_lets_mail_pass_unchecked_wants_attention() {
        for change in [
            ("milter_default_action", "accept"),
            ("milter_default_action", "reject"),
            ("smtpd_milters", "unix:dieu7/dieu7.sock, inet:127.0.0.1:8891"),
            ("message_size_limit", "0"),
            ("non_smtpd_milters", "unix:dieu7/dieu7.sock"),
            ("milter_protocol", "2"),
            ("smtpd_forbid_bare_newline_exclusions", "$mynetworks"),
            ("content_filter", "smtp-amavis:[127.0.0.1]:10024"),
        ] {
            assert_eq!(worst(&[change], OVERRIDES), Severity::Attention, "{change:?}");
        }
        assert_eq!(worst(&[], ""), Severity::Attention);
    }

    #[test]
    fn a_port_without_milters_takes_mail_back_from_a_filter() {
        let overrides = format!("{OVERRIDES}\n127.0.0.1:10025/inet/receive_override_options = no_milters");
        assert_eq!(worst(&[("content_filter", "smtp-amavis:[127.0.0.1]:10024")], &overrides), Severity::Good);
    }
}
