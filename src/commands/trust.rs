//! `dieu7 trust add` and `dieu7 trust list`.

use std::fs;
use std::path::{Path, PathBuf};

use dieu7::io::files::{self, Trust};
use dieu7::x509::{AnchorEntry, Certificate};
use serde_json::json;

use super::cli::{TrustArguments, TrustCommand};
use super::config;
use super::failure::{self, FINE, FLAGGED, Failure, Text, USAGE};
use super::lang::Lang;

pub fn run(arguments: &TrustArguments, lang: Lang) -> Result<u8, Failure> {
    match &arguments.command {
        TrustCommand::Add { files, config } => add(files, &config::load(config)?.0.trust, lang),
        TrustCommand::List { json, config } => {
            let folder = config::load(config)?.0.trust;
            let trust = files::trust(&folder, &mut Vec::new()).map_err(failure::settings)?;
            if *json {
                list_json(&trust);
            } else {
                list(&trust, &folder, lang);
            }
            Ok(FINE)
        }
    }
}

/// Copies what a pin names, and CAs that complete paths; anything else is refused, with the reason.
fn add(paths: &[PathBuf], folder: &Path, lang: Lang) -> Result<u8, Failure> {
    let trust = files::trust(folder, &mut Vec::new()).map_err(failure::settings)?;
    let (mut exit, mut added) = (FINE, false);
    for file in paths.iter().flat_map(|path| certificate_files(path)) {
        let certificates = match files::certificates_of(&file, &mut Vec::new()) {
            Ok(certificates) => certificates,
            Err(error) => {
                exit = failure::unreadable(error).report(lang);
                continue;
            }
        };
        for certificate in &certificates {
            if add_one(certificate, &trust, folder, lang)? {
                added = true;
            } else {
                exit = exit.max(FLAGGED);
            }
        }
    }
    if added {
        println!(
            "\n{}",
            lang.pick(
                "Cổng kiểm tra chữ ký số đang chạy nhận thay đổi sau khi nạp lại (SIGHUP).",
                "A running gateway takes the change when it reloads (SIGHUP)."
            )
        );
    } else {
        println!("\n{}", lang.pick("Không thêm chứng thư nào.", "No certificate was added."));
    }
    Ok(exit)
}

fn certificate_files(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() { files::files_below(path) } else { vec![path.to_owned()] }
}

fn add_one(certificate: &Certificate, trust: &Trust, folder: &Path, lang: Lang) -> Result<bool, Failure> {
    println!("\n{}", certificate.subject());
    println!("  {}: {}", lang.pick("Nơi cấp", "Issuer"), certificate.issuer());
    let (from, to) = (certificate.validity().from(), certificate.validity().to());
    let day = |time: Option<dieu7::time::UnixTime>| time.map_or("…".to_owned(), dieu7::time::UnixTime::vietnamese);
    println!("  {}: {} – {}", lang.pick("Hiệu lực", "Validity"), day(from), day(to));
    println!("  SHA-256: {}", certificate.fingerprint());
    let name = if let Some(entry) = trust.anchors.entry_of(certificate) {
        println!("  {} {}", lang.pick("✓ khớp giá trị đã công bố:", "✓ matches the published pin of"), entry.id());
        entry.id().to_owned()
    } else if certificate.is_ca() {
        println!(
            "  {}",
            lang.pick(
                "· không có giá trị công bố nào khớp: chỉ dùng để nối đường dẫn, không phải chứng thư gốc tin cậy",
                "· no published pin matches: kept to complete paths only, not as a trust anchor"
            )
        );
        format!("ca-{}", &certificate.fingerprint().to_string()[..16])
    } else {
        println!(
            "  {}",
            lang.pick(
                "✗ không phải chứng thư của CA và không có giá trị công bố; không thêm",
                "✗ neither a CA nor pinned; not added"
            )
        );
        return Ok(false);
    };
    let file = folder.join(format!("{name}.der"));
    write(&file, certificate.der()).map_err(|error| not_written(&file, &error))?;
    Ok(true)
}

/// A half-written certificate would be refused at the next start; so it appears whole or not at all.
fn write(file: &Path, octets: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = file.with_extension("new");
    fs::write(&new, octets)?;
    fs::rename(new, file)
}

fn not_written(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không ghi được vào thư mục tin cậy.", en: "The trust folder cannot be written." },
        format_args!("{}: {error}", file.display()),
        Text {
            vi: "chạy bằng người dùng có quyền ghi, hoặc sửa [trust] folder.",
            en: "run as a user who may write there, or change [trust] folder.",
        },
    )
}

fn list(trust: &Trust, folder: &Path, lang: Lang) {
    println!("{}: {}", lang.pick("Thư mục", "Folder"), folder.display());
    for entry in trust.anchors.entries() {
        let installed = trust.anchors.certificate(entry).is_some();
        println!("\n{} {}", if installed { "✓" } else { "✗" }, entry.id());
        println!("  {}", entry.subject());
        println!("  {}: {}", lang.pick("Mục đích", "Purpose"), purposes(entry));
        match (entry.sha256(), entry.sha1()) {
            (Some(pin), _) => println!("  SHA-256: {pin}"),
            (None, Some(sha1)) => {
                println!("  SHA-1: {sha1}  ({})", lang.pick("cần xác nhận SHA-256", "SHA-256 to be confirmed"));
            }
            (None, None) => {}
        }
        println!("  {}: {}", lang.pick("Căn cứ", "Legal basis"), entry.legal_basis());
        if !installed {
            println!("  {}: {}", lang.pick("CHƯA CÀI; công bố tại", "NOT INSTALLED; published at"), entry.source());
        }
    }
    for certificate in &trust.intermediates {
        println!("\n· {}", certificate.subject());
        println!("  {}", lang.pick("chỉ để nối đường dẫn", "completes paths only"));
    }
    for error in &trust.unreadable {
        println!("\n! {error}");
    }
    let missing = trust.anchors.missing().count();
    println!(
        "\n{}: {}; {}: {missing}",
        lang.pick("Đã cài", "Installed"),
        trust.anchors.entries().len() - missing,
        lang.pick("còn thiếu", "missing")
    );
}

fn list_json(trust: &Trust) {
    for entry in trust.anchors.entries() {
        let row = json!({
            "id": entry.id(),
            "subject": entry.subject().to_string(),
            "purposes": purposes(entry),
            "sha256": entry.sha256().map(|pin| pin.to_string()),
            "installed": trust.anchors.certificate(entry).is_some(),
            "source": entry.source(),
            "legal_basis": entry.legal_basis(),
        });
        println!("{row}");
    }
}

fn purposes(entry: &AnchorEntry) -> String {
    entry.purposes().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
