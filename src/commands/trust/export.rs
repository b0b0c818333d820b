//! `dieu7 trust export`: certificates of the store for other programs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::io::files::Trust;
use dieu7::io::trust_folder::write_whole;
use dieu7::x509::Certificate;

use super::super::cli::ExportArguments;
use super::super::failure::{FINE, Failure, Text, USAGE};

pub fn run(arguments: &ExportArguments) -> Result<u8, Failure> {
    let (_, trust) = super::store(&arguments.config)?;
    let found: Vec<(&str, &Certificate)> =
        arguments.ids.iter().map(|id| Ok((id.as_str(), named(&trust, id)?))).collect::<Result<_, Failure>>()?;
    let octets = |certificates: &[(&str, &Certificate)]| -> Vec<u8> {
        if arguments.der {
            certificates.iter().flat_map(|(_, one)| one.der().to_vec()).collect()
        } else {
            certificates.iter().map(|(_, one)| pem(one)).collect::<String>().into_bytes()
        }
    };
    match &arguments.out {
        Some(folder) if folder.is_dir() => {
            let extension = if arguments.der { "der" } else { "pem" };
            for one in &found {
                write(&folder.join(format!("{}.{extension}", file_name(one.0, one.1))), &octets(&[*one]))?;
            }
        }
        _ if arguments.der && found.len() > 1 => return Err(several()),
        Some(file) => write(file, &octets(&found))?,
        None => std::io::stdout().write_all(&octets(&found)).map_err(|error| not_written(Path::new("-"), &error))?,
    }
    Ok(FINE)
}

fn named<'a>(trust: &'a Trust, name: &str) -> Result<&'a Certificate, Failure> {
    if let Some(entry) = trust.anchors.entry(name) {
        return trust.anchors.certificate(entry).ok_or_else(|| {
            Failure::new(
                USAGE,
                Text { vi: "Chứng thư chưa được cài.", en: "The certificate is not installed." },
                format_args!("{name}: {}", entry.source()),
                Text {
                    vi: "tải về rồi thêm bằng dieu7 trust add.",
                    en: "download it and add it with dieu7 trust add.",
                },
            )
        });
    }
    let pin = name.to_lowercase().replace(':', "");
    let found = trust.intermediates.iter().find(|one| one.fingerprint().to_string() == pin);
    found.ok_or_else(|| super::not_there(name))
}

/// An id of an entry that was written by hand may hold anything.
fn file_name(id: &str, certificate: &Certificate) -> String {
    if dieu7::io::trust_folder::is_id(id) { id.to_owned() } else { certificate.fingerprint().to_string() }
}

/// RFC 7468.
fn pem(certificate: &Certificate) -> String {
    let text = STANDARD.encode(certificate.der());
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        let _ = writeln!(out, "{}", String::from_utf8_lossy(line));
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}

fn write(file: &Path, octets: &[u8]) -> Result<(), Failure> {
    if file.exists() {
        return Err(not_written(file, &std::io::ErrorKind::AlreadyExists.into()));
    }
    write_whole(file, octets).map_err(|error| not_written(file, &error))
}

fn several() -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "DER chỉ chứa một chứng thư mỗi tệp.", en: "DER holds one certificate a file." },
        "--der",
        Text {
            vi: "nêu một thư mục đã có sẵn ở --out, hoặc dùng --pem.",
            en: "name a folder that is there in --out, or use --pem.",
        },
    )
}

fn not_written(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không ghi được tệp.", en: "The file cannot be written." },
        format_args!("{}: {error}", file.display()),
        Text {
            vi: "nêu một tệp chưa có, ở nơi ghi được.",
            en: "name a file that is not there yet, in a place that can be written.",
        },
    )
}
