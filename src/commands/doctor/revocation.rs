//! Whether a list is at hand for every CA that is installed: without one, every signature below it stays undetermined,
//! which is found on the first day or never.

use std::collections::BTreeMap;
use std::path::Path;

use dieu7::io::bundle::{self, Manifest};
use dieu7::io::cache;
use dieu7::io::files;
use dieu7::io::sources::{Content, DropFolder, Listed};
use dieu7::settings::Settings;
use dieu7::time::{UnixTime, Within};
use dieu7::x509::{AnchorKind, Certificate};

use super::{Check, Severity};

/// A list that ends within this time is to be replaced now: over a weekend nobody does.
const SOON: i64 = 72 * 3600;
/// Files that are named one by one; the rest is counted.
const NAMED: usize = 20;

pub fn examine(settings: &Settings, now: UnixTime) -> Vec<Check> {
    let listed = DropFolder::new(settings.crls.clone()).list();
    let mut checks = unread(&listed);
    checks.extend(bundle::last(&settings.trust).map(|last| bundle_check(&last, now)));
    let (fetched, failed) = fetched(&settings.revocation.cache, &mut checks);
    // That the trust folder cannot be read is said where anchors are examined.
    let Ok(trust) = files::trust(&settings.trust, &mut Vec::new()) else { return checks };
    let anchors = trust.anchors.entries().iter().filter(|entry| entry.kind() != AnchorKind::Service);
    let anchors = anchors.filter_map(|entry| Some((entry.crl(), trust.anchors.certificate(entry)?)));
    let others = trust.intermediates.iter().filter(|certificate| certificate.is_ca()).map(|one| (&[][..], one));
    let authorities: Vec<(&[String], &Certificate)> = anchors.chain(others).collect();
    let folder = settings.crls.display().to_string();
    let mut wanted = Vec::new();
    for (published, authority) in &authorities {
        let addresses = addresses(published, authority, authorities.iter().map(|(_, other)| *other));
        let list = newest(&listed, &fetched, authority);
        if authority.validity().place(now) == Within::After {
            // Nothing is published any more; who has its last list judges old documents by it.
            checks.extend(list.map(|list| last_list(authority, &list)));
            continue;
        }
        checks.push(authority_check(authority, list, &addresses, &folder, now));
        wanted.extend(addresses);
    }
    let failed = failed.into_iter().filter(|one| wanted.contains(&one.address)).take(NAMED);
    checks.extend(failed.map(|one| failed_check(&one)));
    checks
}

/// Lists that the cache holds, and addresses that failed last. What is wrong with its file is a finding.
fn fetched(file: &Path, checks: &mut Vec<Check>) -> (Vec<cache::Listed>, Vec<cache::Failed>) {
    if !file.exists() {
        // No message has asked yet, or the log is elsewhere; that is found where the installation is examined.
        return Default::default();
    }
    cache::list(file).unwrap_or_else(|error| {
        let file = file.display();
        checks.push(attention(
            (
                format!("không đọc được bộ nhớ đệm CRL {file}: {error}"),
                format!("the cache of CRLs {file} cannot be read: {error}"),
            ),
            (
                "xoá tệp này; danh sách sẽ được tải lại".to_owned(),
                "remove the file; lists are then fetched again".to_owned(),
            ),
        ));
        Default::default()
    })
}

fn failed_check(failed: &cache::Failed) -> Check {
    let cache::Failed { address, at, failure } = failed;
    attention(
        (
            format!("lần hỏi gần nhất không được: {address} ({}): {failure}", at.vietnamese()),
            format!("asked in vain the last time: {address} ({}): {failure}", at.vietnamese()),
        ),
        (
            "kiểm tra mạng, tường lửa, [revocation] hosts và rewrite; hoặc chép CRL vào thư mục".to_owned(),
            "check the network, the firewall, [revocation] hosts and rewrite; or put the CRL into the folder"
                .to_owned(),
        ),
    )
}

/// A gateway without Internet lives on the bundles of another one.
fn bundle_check(last: &Manifest, now: UnixTime) -> Check {
    let (made, until) = (last.made().vietnamese(), last.fresh_until());
    let name = last.gateway();
    let advice = (
        "làm gói mới ở máy kia (dieu7 bundle make) rồi nhập tại đây (dieu7 bundle import)".to_owned(),
        "make a new one there (dieu7 bundle make) and import it here (dieu7 bundle import)".to_owned(),
    );
    let day = until.vietnamese();
    if until < now {
        let found = (
            format!("gói dữ liệu từ “{name}” (lập {made}) đã quá hạn thay từ {day}"),
            format!("the bundle of \"{name}\" (made {made}) should have been replaced by {day}"),
        );
        return attention(found, advice);
    }
    if until < now.plus(SOON) {
        let found = (
            format!("gói dữ liệu từ “{name}” (lập {made}) cần thay trước {day}"),
            format!("the bundle of \"{name}\" (made {made}) is to be replaced by {day}"),
        );
        return attention(found, advice);
    }
    Check::good(
        format!("gói dữ liệu từ “{name}”: lập {made}, dùng tới {day}"),
        format!("bundle of \"{name}\": made {made}, to be replaced by {day}"),
    )
}

/// Files of the folder that are of no use, each with what is wrong.
fn unread(listed: &[Listed]) -> Vec<Check> {
    let bad: Vec<(&Listed, &String)> =
        listed.iter().filter_map(|one| one.content.as_ref().err().map(|error| (one, error))).collect();
    let mut checks: Vec<Check> = bad
        .iter()
        .take(NAMED)
        .map(|(one, error)| {
            let file = one.file.file_name().unwrap_or_default().to_string_lossy();
            attention(
                (
                    format!("{file} không dùng được làm danh sách thu hồi (CRL, OCSP): {error}"),
                    format!("{file} is of no use as a CRL or OCSP response: {error}"),
                ),
                ("xoá hoặc thay tệp".to_owned(), "remove or replace the file".to_owned()),
            )
        })
        .collect();
    if let Some(more) = bad.len().checked_sub(NAMED).filter(|more| *more > 0) {
        checks.push(attention(
            (format!("và {more} tệp khác không dùng được"), format!("and {more} more files of no use")),
            (
                "chỉ để CRL và phản hồi OCSP trong thư mục này".to_owned(),
                "keep only CRLs and OCSP responses in this folder".to_owned(),
            ),
        ));
    }
    checks
}

/// The list of an authority that was issued last: its file or address, when it was issued, when the next one is due.
type List = (String, UnixTime, Option<UnixTime>);

fn newest(listed: &[Listed], fetched: &[cache::Listed], authority: &Certificate) -> Option<List> {
    let lists = listed.iter().flat_map(|one| {
        let file = one.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        one.content.iter().flatten().filter_map(move |content| match content {
            Content::Crl { issuer, this_update, next_update, .. } if issuer == authority.subject() => {
                Some((file.clone(), *this_update, *next_update))
            }
            Content::Crl { .. } | Content::Ocsp => None,
        })
    });
    let fetched = fetched.iter().filter(|one| one.issuer.as_ref() == Some(authority.subject()));
    let fetched = fetched.map(|one| (one.address.clone(), one.dates.this_update, one.dates.next_update));
    lists.chain(fetched).max_by_key(|(_, this_update, _)| *this_update)
}

/// Where the authority's list is to be had: as published, and as the certificates say that it issued.
fn addresses<'a>(
    published: &[String],
    authority: &Certificate,
    known: impl Iterator<Item = &'a Certificate>,
) -> Vec<String> {
    let below = known.filter(|other| other.issuer() == authority.subject() && !other.is_self_issued());
    let named = below.flat_map(|other| other.crl_urls().into_iter().map(str::to_owned).collect::<Vec<_>>());
    let mut seen = BTreeMap::new();
    for address in published.iter().cloned().chain(named) {
        let place = seen.len();
        seen.entry(address).or_insert(place);
    }
    let mut addresses: Vec<(usize, String)> = seen.into_iter().map(|(address, place)| (place, address)).collect();
    addresses.sort();
    addresses.into_iter().map(|(_, address)| address).collect()
}

fn last_list(authority: &Certificate, (file, issued, _): &List) -> Check {
    let name = common_name(authority);
    Check::good(
        format!("CRL {file}: danh sách của “{name}” (CA đã hết hạn), phát hành {}", issued.vietnamese()),
        format!("CRL {file}: list of \"{name}\" (a CA that has ended), issued {}", issued.vietnamese()),
    )
}

fn common_name(authority: &Certificate) -> String {
    let subject = authority.subject();
    subject.common_name().unwrap_or_else(|| subject.to_string())
}

fn authority_check(
    authority: &Certificate,
    list: Option<List>,
    addresses: &[String],
    folder: &str,
    now: UnixTime,
) -> Check {
    let name = common_name(authority);
    let day = UnixTime::vietnamese;
    let get = get(addresses, folder);
    match list {
        None => attention(
            (
                format!("chưa có danh sách thu hồi (CRL) của “{name}”: chữ ký bên dưới CA này chưa kết luận được"),
                format!("no revocation list (CRL) of \"{name}\": signatures below this CA stay undetermined"),
            ),
            get,
        ),
        Some((file, issued, None)) => attention(
            (
                format!("CRL {file} của “{name}” (phát hành {}) không ghi hạn cập nhật", day(issued)),
                format!("CRL {file} of \"{name}\" (issued {}) does not say when the next one is due", day(issued)),
            ),
            get,
        ),
        Some((file, issued, Some(until))) if until < now => attention(
            (
                format!("CRL {file} của “{name}” đã quá hạn từ {} (phát hành {})", day(until), day(issued)),
                format!("CRL {file} of \"{name}\" is out of date since {} (issued {})", day(until), day(issued)),
            ),
            get,
        ),
        Some((file, issued, Some(_))) if issued > now => attention(
            (
                format!("CRL {file} của “{name}” ghi ngày phát hành ở tương lai ({})", day(issued)),
                format!("CRL {file} of \"{name}\" says that it was issued in the future ({})", day(issued)),
            ),
            (
                "kiểm tra đồng hồ máy này, rồi tải lại CRL".to_owned(),
                "check the clock of this computer, then download the CRL again".to_owned(),
            ),
        ),
        Some((file, issued, Some(until))) if until < now.plus(SOON) => attention(
            (
                format!("CRL {file} của “{name}” sắp quá hạn: {} (phát hành {})", day(until), day(issued)),
                format!("CRL {file} of \"{name}\" runs out soon: {} (issued {})", day(until), day(issued)),
            ),
            get,
        ),
        Some((file, issued, Some(until))) => Check::good(
            format!("CRL {file} của “{name}”: phát hành {}, hạn {}", day(issued), day(until)),
            format!("CRL {file} of \"{name}\": issued {}, due {}", day(issued), day(until)),
        ),
    }
}

/// The command that gets a list.
fn get(addresses: &[String], folder: &str) -> (String, String) {
    let Some(address) = addresses.first() else {
        return (
            format!("hỏi CA nơi công bố CRL (chứng thư của người ký ghi địa chỉ), rồi chép vào {folder}"),
            format!(
                "ask the CA where it publishes its CRL (signers' certificates name the address), then copy it into {folder}"
            ),
        );
    };
    let file = address.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("ca.crl");
    // Whoever runs this may be root: what a certificate says never becomes part of a command as it stands.
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let command = format!("curl -fo {} {}", quote(&format!("{folder}/{file}")), quote(address));
    let more = addresses.len() - 1;
    let also =
        |words: &str| if more > 0 { format!(" ({words}: {})", addresses[1..].join(", ")) } else { String::new() };
    (
        format!("tải định kỳ: {command}{}", also("hoặc từ")),
        format!("download it regularly: {command}{}", also("or from")),
    )
}

fn attention(what: (String, String), advice: (String, String)) -> Check {
    Check::new(Severity::Attention, what, advice)
}
