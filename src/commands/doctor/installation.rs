//! What dieu7 itself stands on: settings, policy, anchors, revocation lists, directory, log, disk, clock.

use std::path::Path;
use std::process::Command;

use dieu7::io::clock;
use dieu7::io::files;
use dieu7::io::store::query::LogReader;
use dieu7::settings::{Listen, Settings};
use dieu7::time::UnixTime;

use super::{Check, Severity, directory, revocation};

/// A policy's legal force is confirmed each year (rule, reading 10).
const YEAR: i64 = 366 * 24 * 3600;
/// Less free space than this ends soon.
const FREE_MEGABYTES: u64 = 1024;

pub fn examine(settings: &Settings, file: Option<&Path>) -> Vec<Check> {
    let now = clock::now();
    let mut checks = vec![match file {
        Some(file) => {
            let file = file.display();
            Check::good(format!("cấu hình đọc được: {file}"), format!("settings read: {file}"))
        }
        None => Check::good("không có tệp cấu hình; dùng giá trị sẵn có", "no settings file; built-in defaults"),
    }];
    checks.extend(policies(settings, now));
    checks.extend(anchors(settings));
    checks.extend(revocation::examine(settings, now));
    checks.extend(directory::examine(settings, now));
    checks.extend(log(settings, now));
    checks.push(disk(&settings.log));
    checks.push(socket(settings));
    checks.push(clock_state());
    checks
}

pub(super) fn broken(what: (&str, &str), facts: &dyn std::fmt::Display, advice: (&str, &str)) -> Check {
    let (vi, en) = what;
    Check::new(
        Severity::Broken,
        (format!("{vi}: {facts}"), format!("{en}: {facts}")),
        (advice.0.to_owned(), advice.1.to_owned()),
    )
}

pub(super) fn attention(what: (String, String), advice: (&str, &str)) -> Check {
    Check::new(Severity::Attention, what, (advice.0.to_owned(), advice.1.to_owned()))
}

fn policies(settings: &Settings, now: UnixTime) -> Vec<Check> {
    let policies = match files::policies(&settings.policies, &mut Vec::new()) {
        Ok(policies) => policies,
        Err(error) => {
            let advice =
                ("dieu7 policy check TỆP nêu lỗi và dòng", "dieu7 policy check FILE names the error and its line");
            return vec![broken(("chính sách không đọc được", "a policy cannot be read"), &error, advice)];
        }
    };
    let mut checks = Vec::new();
    if !policies.iter().any(|policy| policy.in_force.contains(now)) {
        let advice = (
            "thêm chính sách đang có hiệu lực, hoặc sửa in-force-to",
            "add a policy that is in force, or mend in-force-to",
        );
        checks.push(broken(("không chính sách nào có hiệu lực hôm nay", "no policy is in force today"), &now, advice));
    }
    for policy in &policies {
        let id = &policy.id;
        match &policy.confirmed {
            Some((on, by)) if now.seconds() - on.seconds() < YEAR => checks.push(Check::good(
                format!("chính sách {id}: {by} xác nhận hiệu lực ngày {}", on.vietnamese()),
                format!("policy {id}: confirmed in force by {by} on {}", on.vietnamese()),
            )),
            _ => checks.push(attention(
                (
                    format!("chính sách {id}: hơn một năm chưa ai xác nhận văn bản còn hiệu lực"),
                    format!("policy {id}: nobody has confirmed within a year that it is still in force"),
                ),
                (
                    "hỏi bộ phận pháp chế, rồi ghi confirmed-on và confirmed-by vào tệp chính sách",
                    "ask the legal department, then write confirmed-on and confirmed-by into the policy file",
                ),
            )),
        }
    }
    checks
}

fn anchors(settings: &Settings) -> Vec<Check> {
    let trust = match files::trust(&settings.trust, &mut Vec::new()) {
        Ok(trust) => trust,
        Err(error) => {
            let advice = ("sửa anchors.toml tại dòng nêu trên", "mend anchors.toml at the line above");
            return vec![broken(
                ("không đọc được chứng thư gốc tin cậy", "the trust anchors cannot be read"),
                &error,
                advice,
            )];
        }
    };
    let missing = trust.anchors.missing().count();
    let installed = trust.anchors.entries().len() - missing;
    let mut checks = Vec::new();
    let advice = (
        "dieu7 trust list nêu chứng thư còn thiếu và nơi công bố; dieu7 trust add TỆP để thêm",
        "dieu7 trust list says which are missing and where they are published; dieu7 trust add FILE adds them",
    );
    if installed == 0 {
        checks.push(broken(
            (
                "chưa cài chứng thư gốc nào: mọi chữ ký đều chưa rõ",
                "no trust anchor is installed: every signature will be undetermined",
            ),
            &settings.trust.display(),
            advice,
        ));
    } else if missing > 0 {
        checks.push(attention(
            (
                format!("đã cài {installed} chứng thư gốc, còn thiếu {missing}"),
                format!("{installed} trust anchors installed, {missing} missing"),
            ),
            advice,
        ));
    } else {
        checks.push(Check::good(
            format!("đã cài đủ {installed} chứng thư gốc"),
            format!("all {installed} trust anchors are installed"),
        ));
    }
    checks.extend(trust.unreadable.iter().map(|error| {
        attention(
            (format!("tệp chứng thư không đọc được: {error}"), format!("a certificate file cannot be read: {error}")),
            ("xoá hoặc thay tệp", "remove or replace the file"),
        )
    }));
    checks
}

fn log(settings: &Settings, now: UnixTime) -> Vec<Check> {
    let file = &settings.log;
    let advice = (
        "tạo thư mục và cho người dùng chạy dieu7 quyền ghi; khi không ghi được nhật ký, thư chờ trong hàng đợi",
        "make the folder and let dieu7's user write there; while the log cannot be written, mail waits in the queue",
    );
    let folder = file.parent().unwrap_or(Path::new("/"));
    let writable = tempfile_in(folder);
    let mut checks = vec![match writable {
        Ok(()) => Check::good(
            format!("thư mục nhật ký ghi được: {}", folder.display()),
            format!("the log's folder is writable: {}", folder.display()),
        ),
        Err(error) => {
            let facts = format!("{}: {error}", folder.display());
            broken(("thư mục nhật ký không ghi được", "the log's folder is not writable"), &facts, advice)
        }
    }];
    if file.exists() {
        checks.push(
            match LogReader::open(file).and_then(|reader| Ok((reader.count()?, reader.newest(None, None, 1)?))) {
                Err(error) => broken(("nhật ký không đọc được", "the log cannot be read"), &error, advice),
                Ok((_, newest)) if newest.first().is_some_and(|record| record.at > now) => broken(
                    (
                        "bản ghi mới nhất ở tương lai: đồng hồ đã lùi",
                        "the newest record lies in the future: the clock went back",
                    ),
                    &newest[0].at,
                    ("chỉnh đồng hồ (NTP) trước khi chạy tiếp", "set the clock (NTP) before going on"),
                ),
                Ok((count, _)) => Check::good(format!("nhật ký: {count} bản ghi"), format!("log: {count} records")),
            },
        );
    }
    checks
}

/// Whether a file can be made in the folder; nothing is left behind.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".dieu7-doctor-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(probe)
}

fn disk(log: &Path) -> Check {
    let folder = log.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let free = rustix::fs::statvfs(folder).map(|facts| facts.f_bavail.saturating_mul(facts.f_frsize) >> 20);
    match free {
        Ok(free) if free >= FREE_MEGABYTES => {
            Check::good(format!("đĩa còn trống {free} MB"), format!("{free} MB of disk are free"))
        }
        Ok(free) => attention(
            (format!("đĩa chỉ còn {free} MB"), format!("only {free} MB of disk are free")),
            (
                "giải phóng chỗ: khi đĩa đầy, thư chờ trong hàng đợi",
                "free some space: when the disk is full, mail waits in the queue",
            ),
        ),
        Err(error) => attention(
            (format!("không đọc được dung lượng đĩa: {error}"), format!("free disk space cannot be read: {error}")),
            ("xem df", "see df"),
        ),
    }
}

fn socket(settings: &Settings) -> Check {
    let Listen::Unix(path) = &settings.listen else {
        return Check::good(
            "socket milter là TCP, có danh sách máy được phép",
            "the milter socket is TCP, with a list of peers",
        );
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    if folder.is_dir() {
        Check::good(
            format!("thư mục socket có sẵn: {}", folder.display()),
            format!("the socket's folder is there: {}", folder.display()),
        )
    } else {
        broken(
            ("chưa có thư mục của socket", "the socket's folder is not there"),
            &folder.display(),
            (
                "tạo thư mục, nhóm postfix, quyền 0750 (docs/postfix.md)",
                "make the folder, group postfix, mode 0750 (docs/postfix.md)",
            ),
        )
    }
}

/// Whether the system says that its clock is synchronised. Time of receipt decides which policy and which certificate
/// period count.
fn clock_state() -> Check {
    let output = Command::new("timedatectl").args(["show", "-p", "NTPSynchronized", "--value"]).output();
    match output.ok().and_then(|output| String::from_utf8(output.stdout).ok()).as_deref().map(str::trim) {
        Some("yes") => Check::good("đồng hồ đồng bộ (NTP)", "the clock is synchronised (NTP)"),
        Some("no") => attention(
            ("đồng hồ chưa đồng bộ (NTP)".to_owned(), "the clock is not synchronised (NTP)".to_owned()),
            (
                "bật đồng bộ thời gian (chrony, systemd-timesyncd)",
                "turn time synchronisation on (chrony, systemd-timesyncd)",
            ),
        ),
        _ => attention(
            (
                "không biết đồng hồ có đồng bộ không".to_owned(),
                "whether the clock is synchronised is not known".to_owned(),
            ),
            ("kiểm tra bằng chronyc tracking hoặc ntpq -p", "check with chronyc tracking or ntpq -p"),
        ),
    }
}
