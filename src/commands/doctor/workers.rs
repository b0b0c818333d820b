//! The processes that read attachments: whether they start, which walls stand around them, and whether those hold.

use dieu7::io::worker::wire::Trial;
use dieu7::io::worker::{Layers, Processes, Refusal, trials};
use dieu7::settings::Settings;

use super::{Check, Severity};

pub fn examine(settings: &Settings) -> Vec<Check> {
    let readers = Processes::start(&settings.workers, settings.message_octets, None);
    match readers.pool().layers() {
        Ok(layers) => {
            let mut checks = vec![standing(layers)];
            checks.extend(held(trials(readers.pool())));
            checks
        }
        Err(lost) => vec![Check::new(
            Severity::Broken,
            (
                format!("không khởi động được tiến trình đọc tệp đính kèm: mọi thư đều là chưa kiểm tra: {lost}"),
                format!("no process to read attachments can be started: all mail is flagged unchecked: {lost}"),
            ),
            (
                "kiểm tra bộ nhớ, giới hạn số tiến trình (TasksMax, LimitNPROC), /proc".to_owned(),
                "look at memory, the limit on processes (TasksMax, LimitNPROC), and that /proc is mounted".to_owned(),
            ),
        )],
    }
}

fn standing(layers: Layers) -> Check {
    if layers.whole() {
        return Check::good(
            "tiến trình đọc tệp đính kèm được cô lập: giới hạn, Landlock, seccomp",
            "processes that read attachments are locked in: limits, Landlock, seccomp",
        );
    }
    let missing: Vec<&str> = [
        ("rlimit", layers.limits),
        ("Landlock", layers.landlock),
        ("seccomp", layers.seccomp),
        ("PR_SET_PDEATHSIG", layers.tied),
    ]
    .into_iter()
    .filter_map(|(name, stands)| (!stands).then_some(name))
    .collect();
    let missing = missing.join(", ");
    Check::new(
        Severity::Attention,
        (
            format!("tiến trình đọc tệp đính kèm thiếu lớp cô lập: {missing} (vẫn hoạt động, các lớp khác vẫn giữ)"),
            format!("processes that read attachments lack a wall: {missing} (they work all the same; the others hold)"),
        ),
        (
            "dùng nhân Linux từ 5.13 có Landlock (lsm=landlock,...) và seccomp".to_owned(),
            "use a Linux kernel from 5.13 on with Landlock (lsm=landlock,...) and seccomp".to_owned(),
        ),
    )
}

/// One line when all attempts were refused; one for each that was not.
fn held(trials: Vec<Refusal>) -> Vec<Check> {
    let failed: Vec<Check> = trials.into_iter().filter_map(escaped).collect();
    if failed.is_empty() {
        return vec![Check::good(
            "thử mở tệp, mở mạng, chạy chương trình từ tiến trình đọc: đều bị từ chối",
            "a reader was made to try to open a file, a socket, a program: all refused",
        )];
    }
    failed
}

fn escaped(refusal: Refusal) -> Option<Check> {
    let (vi, en) = match refusal.trial {
        Trial::File => ("mở tệp", "open a file"),
        Trial::Network => ("mở mạng", "open a socket"),
        Trial::Program => ("chạy chương trình", "start a program"),
    };
    let found = match refusal.refused {
        Ok(true) => return None,
        Ok(false) => {
            (format!("tiến trình đọc tệp đính kèm {vi} được"), format!("a process that reads attachments can {en}"))
        }
        Err(lost) => (format!("chưa thử được việc {vi}: {lost}"), format!("whether it can {en} is not known: {lost}")),
    };
    let advice = (
        "bổ sung lớp cô lập còn thiếu nêu trên; khi chưa có, chạy dieu7 dưới người dùng riêng, ít quyền".to_owned(),
        "add the missing wall above; until then run dieu7 as a user of its own with few rights".to_owned(),
    );
    Some(Check::new(Severity::Attention, found, advice))
}
