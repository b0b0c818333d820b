//! `dieu7 trust show`: everything about one anchor, or about the certificates of a file.

use std::path::Path;

use dieu7::io::files;
use dieu7::io::pieces;
use dieu7::time::Period;
use dieu7::x509::{AnchorEntry, Certificate};
use serde_json::json;

use super::super::cli::ConfigFile;
use super::super::failure::{self, FINE, Failure, UNREADABLE};
use super::super::lang::Lang;
use super::words::{self, moment, purposes};

pub fn run(what: &str, is_json: bool, config: &ConfigFile, lang: Lang) -> Result<u8, Failure> {
    let (_, trust) = super::store(config)?;
    // An id comes first: a file of that name in the folder where one happens to stand must not take its place.
    if let Some(entry) = trust.anchors.entry(what) {
        let certificate = trust.anchors.certificate(entry);
        show(Some(entry), certificate, is_json, lang);
        return Ok(FINE);
    }
    let pin = what.to_lowercase().replace(':', "");
    if let Some(certificate) = trust.intermediates.iter().find(|one| one.fingerprint().to_string() == pin) {
        show(None, Some(certificate), is_json, lang);
        return Ok(FINE);
    }
    let file = Path::new(what);
    if !file.is_file() {
        return Err(super::not_there(what));
    }
    let octets = files::octets(file).map_err(failure::unreadable)?;
    let (found, problems) = pieces::certificates_in(&octets);
    for certificate in &found {
        show(trust.anchors.entry_of(certificate), Some(certificate), is_json, lang);
    }
    for problem in &problems {
        failure::not_a_certificate(format_args!("{what}: {problem}")).report(lang);
    }
    Ok(if problems.is_empty() { FINE } else { UNREADABLE })
}

fn show(entry: Option<&AnchorEntry>, certificate: Option<&Certificate>, is_json: bool, lang: Lang) {
    if is_json {
        let row = json!({
            "entry": entry.map(|entry| words::entry_json(entry, certificate)),
            "certificate": certificate.map(words::certificate_json),
        });
        println!("{row}");
        return;
    }
    if let Some(certificate) = certificate {
        words::describe(certificate, lang);
        words::describe_further(certificate, lang);
    }
    let Some(entry) = entry else {
        println!("\n  {}", lang.pick("không phải chứng thư gốc tin cậy", "no trust anchor"));
        return;
    };
    println!("\n  {}: {} ({})", lang.pick("Mục", "Entry"), entry.id(), words::kind(entry.kind()).of(lang));
    println!("  {}: {}", lang.pick("Chủ thể", "Subject"), entry.subject());
    println!("  {}: {}", lang.pick("Tin cậy cho", "Trusted for"), purposes(entry.purposes()));
    if entry.valid() == Period::ALWAYS {
        println!("  {}", lang.pick("Thời hạn tin cậy: theo chứng thư", "Period of trust: that of the certificate"));
    } else {
        let (from, to) = (moment(entry.valid().from()), moment(entry.valid().to()));
        println!("  {}: {from} – {to}", lang.pick("Thời hạn tin cậy", "Period of trust"));
    }
    if let Some(pin) = entry.sha256() {
        println!("  {}: {pin}", lang.pick("Mã ghim (SHA-256)", "Pin (SHA-256)"));
    }
    if let Some(sha1) = entry.sha1() {
        println!("  {}: {sha1}", lang.pick("SHA-1 công bố", "SHA-1 as published"));
    }
    println!("  {}: {}", lang.pick("Công bố tại", "Published at"), entry.source());
    for address in entry.crl() {
        println!("  {}: {address}", lang.pick("CRL công bố tại", "CRL published at"));
    }
    println!("  {}: {}", lang.pick("Căn cứ", "Legal basis"), entry.legal_basis());
    println!("  {}: {}", lang.pick("Nguồn", "Origin"), words::origin(entry.origin()).of(lang));
    if certificate.is_none() {
        println!("  {}", lang.pick("CHƯA CÀI chứng thư", "the certificate is NOT INSTALLED"));
    }
}
