//! `dieu7 trust remove`: takes an entry of the operator, or a certificate, out of use. What is taken out is moved aside,
//! and a pin that comes with the program stays listed.

use std::path::{Path, PathBuf};

use dieu7::io::clock;
use dieu7::io::files::Trust;
use dieu7::io::trust_folder::TrustFolder;
use dieu7::x509::{AnchorStore, Certificate, Origin};

use super::super::cli::ConfigFile;
use super::super::failure::{FINE, FLAGGED, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::{ask, words};

pub fn run(name: &str, yes: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (folder, trust) = super::store(config)?;
    let leaving = Leaving::of(name, &trust, TrustFolder::new(&folder))?;
    if let Some(certificate) = &leaving.certificate {
        words::describe(certificate, lang);
    }
    println!("\n{}", lang.pick("Sẽ rút khỏi sử dụng:", "To be taken out of use:"));
    for file in &leaving.files {
        println!("  {}", file.display());
    }
    if leaving.stays_published {
        println!(
            "  {}",
            lang.pick(
                "mã ghim kèm theo chương trình vẫn còn trong danh sách",
                "the pin that comes with the program stays listed"
            )
        );
    }
    if !yes {
        if !ask::is_terminal() {
            return Err(unconfirmed(name));
        }
        let question = lang.pick(
            "Văn bản dựa vào chứng thư này sẽ chưa rõ. Rút?",
            "Documents that rest on it become undetermined. Withdraw?",
        );
        if !ask::confirmed(question, lang) {
            println!("{}", lang.pick("Không thay đổi gì.", "Nothing was changed."));
            return Ok(FLAGGED);
        }
    }
    for file in &leaving.files {
        let place = TrustFolder::new(&folder)
            .set_aside(file, clock::now())
            .map_err(|error| super::add::not_written(file, &error))?;
        println!("  → {}", place.display());
    }
    super::tell_of_reload(lang);
    Ok(FINE)
}

/// What goes.
struct Leaving {
    files: Vec<PathBuf>,
    certificate: Option<Certificate>,
    /// A pin of the program remains.
    stays_published: bool,
}

impl Leaving {
    fn of(name: &str, trust: &Trust, folder: TrustFolder<'_>) -> Result<Self, Failure> {
        let Some(entry) = trust.anchors.entry(name) else {
            let pin = name.to_lowercase().replace(':', "");
            let certificate = trust.intermediates.iter().find(|one| one.fingerprint().to_string() == pin);
            let certificate = certificate.ok_or_else(|| super::not_there(name))?.clone();
            let files = alone(folder.files_of(&certificate))?;
            return Ok(Self { files, certificate: Some(certificate), stays_published: false });
        };
        let certificate = trust.anchors.certificate(entry).cloned();
        let published = AnchorStore::published().unwrap_or_default();
        let stays_published = entry.sha256().is_some_and(|pin| published.entry(&pin.to_string()).is_some());
        let mut files = Vec::new();
        if entry.origin() != Origin::Published {
            files.push(folder.entry_file(entry.id(), entry.origin()).ok_or_else(|| by_hand(entry.id()))?);
        }
        // Where a published pin remains under the entry, its certificate goes on serving that one.
        let keeps = stays_published && entry.origin() != Origin::Published;
        if let Some(certificate) = certificate.as_ref().filter(|_| !keeps) {
            files.extend(alone(folder.files_of(certificate))?);
        }
        if files.is_empty() {
            return Err(nothing(entry.id()));
        }
        Ok(Self { files, certificate, stays_published })
    }
}

/// A file with other certificates beside it cannot go.
fn alone(files: Vec<(PathBuf, usize)>) -> Result<Vec<PathBuf>, Failure> {
    match files.iter().find(|(_, others)| *others > 0) {
        Some((file, others)) => Err(shared(file, *others)),
        None => Ok(files.into_iter().map(|(file, _)| file).collect()),
    }
}

fn shared(file: &Path, others: usize) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Tệp còn chứa chứng thư khác.", en: "The file holds other certificates too." },
        format_args!("{}: +{others}", file.display()),
        Text {
            vi: "thêm từng chứng thư bằng dieu7 trust add, chuyển tệp này đi, rồi chạy lại.",
            en: "add its certificates with dieu7 trust add, move the file away, and run this again.",
        },
    )
}

fn by_hand(id: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Mục này được viết tay trong anchors.toml.",
            en: "This entry was written into anchors.toml by hand.",
        },
        id,
        Text {
            vi: "xoá mục đó trong tệp; chưa thay đổi gì.", en: "take it out of that file; nothing was changed."
        },
    )
}

fn nothing(id: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Không có gì để rút: chứng thư chưa được cài.",
            en: "There is nothing to withdraw: the certificate is not installed.",
        },
        id,
        Text { vi: "mã ghim công bố luôn còn trong danh sách.", en: "a published pin always stays listed." },
    )
}

fn unconfirmed(name: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Chưa có ai đồng ý, và không có màn hình để hỏi; chưa thay đổi gì.",
            en: "Nobody agreed, and there is no terminal to ask at; nothing was changed.",
        },
        name,
        Text {
            vi: "xem danh sách ở trên; nếu đồng ý, chạy lại với --yes.",
            en: "read the list above; if you agree, run it again with --yes.",
        },
    )
}
