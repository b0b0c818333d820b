//! The directory of mailboxes: which one counts, whether it can be read, how old it is.

use std::path::Path;

use dieu7::io::files;
use dieu7::io::store::directory::living;
use dieu7::sender::{Directory, Freshness};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

use super::Check;
use super::installation::{attention, broken};

/// A day of reading may be written for all of it, and clocks differ.
const DAY: i64 = 86_400;

pub fn examine(settings: &Settings, now: UnixTime) -> Vec<Check> {
    let most = settings.sender.directory_max_age_days;
    let living = living(&settings.log);
    match (&settings.directory, living) {
        (Some(file), living) => {
            let mut checks = vec![of_file(file, most, now)];
            // One that nobody uses may be broken; it is told when it is to count.
            if let Ok(Some(living)) = living {
                checks.push(unused(&living));
            }
            checks
        }
        (None, Ok(Some(directory))) => of_log(&directory, most, now),
        (None, Ok(None)) => vec![attention(
            (
                "chưa có danh bạ hộp thư: điều kiện (c) không thể đạt".to_owned(),
                "there is no directory of mailboxes: condition (c) cannot be met".to_owned(),
            ),
            (
                "nạp danh bạ: dieu7 directory import TỆP|URL; hoặc ghi [directory] file trong cấu hình",
                "import one: dieu7 directory import FILE|URL; or set [directory] file in the settings",
            ),
        )],
        (None, Err(error)) => {
            let advice = (
                "nếu do quyền, sửa quyền đọc; nếu dữ liệu bị sửa ngoài dieu7, khôi phục nhật ký từ bản sao lưu. Cổng đang chạy vẫn dùng danh bạ cũ",
                "if it is a permission, mend it; if the data was altered outside dieu7, restore the log from its backup. A gateway that runs keeps the directory from before",
            );
            vec![broken(
                ("danh bạ trong nhật ký không đọc được", "the directory in the log cannot be read"),
                &error,
                advice,
            )]
        }
    }
}

fn of_file(file: &Path, most: u32, now: UnixTime) -> Check {
    let directory = match files::directory(file, &mut Vec::new()) {
        Ok(directory) => directory,
        Err(error) => {
            let advice = ("dieu7 directory check TỆP nêu từng lỗi", "dieu7 directory check FILE names every error");
            return broken(("danh bạ không đọc được", "the directory cannot be read"), &error, advice);
        }
    };
    let count = directory.listings().len();
    if let Some(read_on) = directory.read_on().filter(|read_on| *read_on > now.plus(DAY)) {
        let day = read_on.vietnamese();
        return attention(
            (
                format!("danh bạ: {count} mục, nhưng ngày đọc {day} ở tương lai: danh bạ sẽ không bao giờ quá hạn"),
                format!(
                    "directory: {count} entries, but read on {day}, which is still to come: it will never be stale"
                ),
            ),
            ("ghi đúng ngày đọc (read_on) trong tệp", "write the true day of reading (read_on) into the file"),
        );
    }
    match directory.freshness(now, most) {
        Freshness::Fresh => Check::good(format!("danh bạ: {count} mục"), format!("directory: {count} entries")),
        Freshness::Stale { .. } | Freshness::Undated => attention(
            (
                format!("danh bạ không ghi ngày đọc, hoặc đã đọc quá {most} ngày trước"),
                format!("the directory does not say when it was read, or that was more than {most} days ago"),
            ),
            (
                "đối chiếu với Cổng thông tin điện tử, rồi ghi ngày đọc (read_on) mới",
                "compare it with the portal, then write the new day of reading (read_on)",
            ),
        ),
    }
}

fn unused(living: &Directory) -> Check {
    let count = living.listings().len();
    attention(
        (
            format!(
                "có hai danh bạ: cấu hình nêu [directory] file nên tệp được dùng; {count} mục trong nhật ký không được dùng"
            ),
            format!(
                "there are two directories: the settings name [directory] file, so the file counts; the {count} entries in the log do not"
            ),
        ),
        (
            "nạp tệp bằng dieu7 directory import rồi bỏ [directory] file để dùng danh bạ trong nhật ký; nếu muốn dùng tệp thì giữ nguyên",
            "import the file with dieu7 directory import and take [directory] file out of the settings to use the one in the log; or leave it so, and the file counts",
        ),
    )
}

fn of_log(directory: &Directory, most: u32, now: UnixTime) -> Vec<Check> {
    let newest = directory.newest(now);
    let mut checks = Vec::new();
    // A change counts from a moment after it is recorded on.
    if newest > now.plus(DAY) {
        let day = newest.vietnamese();
        checks.push(attention(
            (
                format!("thay đổi mới nhất của danh bạ tính từ {day}, ở tương lai: lúc đó đồng hồ đã chạy nhanh"),
                format!("the newest change of the directory counts from {day}, which is still to come: the clock was ahead then"),
            ),
            (
                "chỉnh đồng hồ (NTP), rồi nạp lại danh bạ: lần nạp mới cho mọi thay đổi trước nó có hiệu lực",
                "set the clock (NTP) and import the directory again: with the new import all changes before it count",
            ),
        ));
    }
    let (count, changes) = (directory.at(now, now).count(), directory.revision());
    checks.push(match directory.freshness(now, most) {
        Freshness::Fresh => Check::good(
            format!("danh bạ trong nhật ký: {count} hộp thư đang có hiệu lực, {changes} lần thay đổi"),
            format!("directory in the log: {count} mailboxes in force, {changes} changes"),
        ),
        Freshness::Stale { days } => attention(
            (
                format!("danh bạ trong nhật ký đọc từ Cổng {days} ngày trước, quá {most} ngày"),
                format!("the directory in the log was read from the portal {days} days ago, more than {most}"),
            ),
            (
                "nạp lại từ Cổng: dieu7 directory import TỆP|URL, cả khi không có gì thay đổi",
                "import it from the portal again: dieu7 directory import FILE|URL, also where nothing changed",
            ),
        ),
        Freshness::Undated => attention(
            (
                "danh bạ trong nhật ký chưa lần nào ghi ngày đọc từ Cổng".to_owned(),
                "no change of the directory in the log says when the portal was read".to_owned(),
            ),
            (
                "nạp từ Cổng, kèm ngày đọc: dieu7 directory import TỆP|URL",
                "import it from the portal, with the day of reading: dieu7 directory import FILE|URL",
            ),
        ),
    });
    checks
}
