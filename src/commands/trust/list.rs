//! `dieu7 trust list`: what is trusted, who says so, and what is missing.

use std::path::Path;

use dieu7::io::files::Trust;
use dieu7::time::Period;
use serde_json::json;

use super::super::cli::ConfigFile;
use super::super::failure::{FINE, Failure};
use super::super::lang::Lang;
use super::words::{self, moment, purposes};

pub fn run(is_json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (folder, trust) = super::store(config)?;
    if is_json {
        list_json(&trust);
    } else {
        list(&trust, &folder, lang);
    }
    Ok(FINE)
}

fn list(trust: &Trust, folder: &Path, lang: Lang) {
    println!("{}: {}", lang.pick("Thư mục", "Folder"), folder.display());
    for entry in trust.anchors.entries() {
        let installed = trust.anchors.certificate(entry).is_some();
        println!("\n{} {}", if installed { "✓" } else { "✗" }, entry.id());
        println!("  {}", entry.subject());
        println!("  {}: {}", lang.pick("Mục đích", "Purpose"), purposes(entry.purposes()));
        if entry.valid() != Period::ALWAYS {
            let (from, to) = (moment(entry.valid().from()), moment(entry.valid().to()));
            println!("  {}: {from} – {to}", lang.pick("Thời hạn tin cậy", "Period of trust"));
        }
        match (entry.sha256(), entry.sha1()) {
            (Some(pin), _) => println!("  SHA-256: {pin}"),
            (None, Some(sha1)) => {
                println!("  SHA-1: {sha1}  ({})", lang.pick("cần xác nhận SHA-256", "SHA-256 to be confirmed"));
            }
            (None, None) => {}
        }
        println!("  {}: {}", lang.pick("Căn cứ", "Legal basis"), entry.legal_basis());
        println!("  {}: {}", lang.pick("Nguồn", "Origin"), words::origin(entry.origin()).of(lang));
        if !installed {
            println!("  {}: {}", lang.pick("CHƯA CÀI; công bố tại", "NOT INSTALLED; published at"), entry.source());
        }
    }
    for certificate in &trust.intermediates {
        println!("\n· {}", certificate.subject());
        println!("  SHA-256: {}", certificate.fingerprint());
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
        println!("{}", words::entry_json(entry, trust.anchors.certificate(entry)));
    }
    for certificate in &trust.intermediates {
        let row = json!({
            "id": null,
            "subject": certificate.subject().to_string(),
            "purposes": "",
            "sha256": certificate.fingerprint().to_string(),
            "installed": true,
        });
        println!("{row}");
    }
}
