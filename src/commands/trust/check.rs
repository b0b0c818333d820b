//! `dieu7 trust check`: why a certificate is trusted, or is not.

use std::path::{Path, PathBuf};

use dieu7::budget::Budget;
use dieu7::io::clock;
use dieu7::io::files::{self, FileError};
use dieu7::io::pieces::{self, Loaded, Tidings};
use dieu7::settings::Settings;
use dieu7::signature::{Algorithms, Inquiry, RevocationPieces, TrustFindings, TrustVerdict, Use};
use dieu7::time::UnixTime;
use dieu7::x509::{AnchorStore, Certificate};
use serde_json::json;

use super::super::cli::{CheckArguments, Wanted};
use super::super::config;
use super::super::failure::{self, FINE, FLAGGED, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::rows::{self, Row};
use super::{time_of, words};

pub fn run(arguments: &CheckArguments, lang: Lang) -> Result<u8, Failure> {
    let (settings, _) = config::load(&arguments.config)?;
    let at = arguments.at.as_deref().map_or_else(|| Ok(clock::now()), time_of)?;
    for oid in &arguments.policy_oid {
        if !is_oid(oid) {
            return Err(not_an_oid(oid));
        }
    }
    let mut bench = Bench::new(arguments, &settings, at)?;
    let octets = files::octets(&arguments.certificate).map_err(not_opened)?;
    let (mut found, mut problems) = pieces::certificates_in(&octets);
    // The first piece is the one that is asked for: a sound one after a broken one must not answer in its place.
    let first_is_broken = problems.first().is_some_and(|problem| problem.starts_with("block 1:"));
    let said = if found.is_empty() || first_is_broken {
        problems.truncate(1);
        Said { arguments, at, rows: problems.iter().map(|problem| rows::unreadable(problem)).collect(), found: None }
    } else {
        let certificate = found.remove(0);
        bench.pool.append(&mut found);
        let findings = bench.inquire(&certificate, arguments);
        let rows = rows::of(&findings, at);
        Said { arguments, at, rows, found: Some((certificate, findings)) }
    };
    if arguments.json {
        println!("{}", said.json(&bench.left_out, lang));
    } else {
        said.print(lang);
    }
    for error in &bench.left_out {
        eprintln!("! {}: {error}", lang.pick("bỏ qua, không đọc được", "left out, cannot be read"));
    }
    Ok(if said.verdict() == TrustVerdict::Trusted { FINE } else { FLAGGED })
}

/// What the certificate is held against.
struct Bench {
    anchors: AnchorStore,
    pool: Vec<Certificate>,
    revocation: Option<RevocationPieces>,
    algorithms: Algorithms,
    at: UnixTime,
    left_out: Vec<FileError>,
}

impl Bench {
    fn new(arguments: &CheckArguments, settings: &Settings, at: UnixTime) -> Result<Self, Failure> {
        let mut left_out = Vec::new();
        let (anchors, mut pool) = if arguments.anchor.is_empty() {
            let trust = files::trust(&settings.trust, &mut Vec::new()).map_err(failure::settings)?;
            left_out.extend(trust.unreadable);
            (trust.anchors, trust.intermediates)
        } else {
            let given = load(&arguments.anchor, pieces::certificates, &mut left_out)?;
            (AnchorStore::trusting(given), Vec::new())
        };
        pool.extend(load(&arguments.untrusted, pieces::certificates, &mut left_out)?);
        let revocation = if arguments.crl.is_empty() && arguments.ocsp.is_empty() {
            None
        } else {
            let mut given = RevocationPieces::default();
            let mut tidings = load(&arguments.crl, pieces::crls, &mut left_out)?;
            tidings.extend(load(&arguments.ocsp, pieces::responses, &mut left_out)?);
            for piece in tidings {
                match piece {
                    Tidings::Crl(crl) => given.crls.insert(*crl),
                    Tidings::Ocsp(response) => given.respond(&response),
                }
            }
            Some(given)
        };
        let algorithms = algorithms(settings, at)?;
        Ok(Self { anchors, pool, revocation, algorithms, at, left_out })
    }

    fn inquire(&self, certificate: &Certificate, arguments: &CheckArguments) -> TrustFindings {
        Inquiry {
            certificate,
            pool: &self.pool,
            anchors: &self.anchors,
            usage: usage(arguments.purpose),
            policies: &arguments.policy_oid,
            at: self.at,
            revocation: self.revocation.as_ref(),
            algorithms: &self.algorithms,
        }
        .answer(&mut Budget::for_message())
    }
}

fn usage(wanted: Wanted) -> Use {
    match wanted {
        Wanted::DocumentSigning => Use::DocumentSigning,
        Wanted::Timestamping => Use::Timestamping,
        Wanted::Any => Use::Any,
    }
}

fn load<T>(
    paths: &[PathBuf],
    read: impl Fn(&Path) -> Result<Loaded<T>, FileError>,
    left_out: &mut Vec<FileError>,
) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let loaded = read(path).map_err(not_opened)?;
        found.extend(loaded.found);
        left_out.extend(loaded.left_out);
    }
    Ok(found)
}

/// Algorithms count as the policy of that time says.
fn algorithms(settings: &Settings, at: UnixTime) -> Result<Algorithms, Failure> {
    let policies = files::policies(&settings.policies, &mut Vec::new()).map_err(failure::settings)?;
    let in_force = policies.iter().filter(|policy| policy.in_force.contains(at)).max_by_key(|one| one.in_force.from());
    let policy = in_force.or(policies.first()).ok_or_else(|| failure::settings("policies"))?;
    Ok(policy.parameters.constraints.algorithms.clone())
}

fn is_oid(text: &str) -> bool {
    let arcs: Vec<&str> = text.split('.').collect();
    arcs.len() > 1 && arcs.iter().all(|arc| !arc.is_empty() && arc.bytes().all(|octet| octet.is_ascii_digit()))
}

fn not_an_oid(text: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không phải định danh đối tượng (OID).", en: "This is no object identifier." },
        text,
        Text {
            vi: "viết dạng số, ví dụ --policy-oid 2.16.704.1.1.1.1.1.",
            en: "write it dotted, for example --policy-oid 2.16.704.1.1.1.1.1.",
        },
    )
}

/// Nothing was checked: the command itself is wrong.
fn not_opened(error: FileError) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Không mở được tệp.", en: "A file cannot be opened." },
        error,
        Text {
            vi: "kiểm tra đường dẫn và quyền đọc; chưa kiểm tra gì.",
            en: "check the path and the permission to read; nothing was checked.",
        },
    )
}

/// Everything that is to be said.
struct Said<'a> {
    arguments: &'a CheckArguments,
    at: UnixTime,
    rows: Vec<Row>,
    found: Option<(Certificate, TrustFindings)>,
}

impl Said<'_> {
    fn verdict(&self) -> TrustVerdict {
        self.found.as_ref().map_or(TrustVerdict::NotTrusted, |(_, findings)| findings.verdict())
    }

    fn print(&self, lang: Lang) {
        if let Some((certificate, findings)) = &self.found {
            words::describe(certificate, lang);
            println!(
                "\n{}: {}; {}: {}",
                lang.pick("Thời điểm kiểm tra", "Time of the check"),
                self.at,
                lang.pick("mục đích", "purpose"),
                usage(self.arguments.purpose).token()
            );
            if let Ok(path) = &findings.path {
                for (place, certificate) in path.certificates().iter().enumerate() {
                    println!("  {place} {}", certificate.subject());
                }
            }
        } else {
            println!("{}", self.arguments.certificate.display());
        }
        println!("");
        for row in &self.rows {
            println!("{} {}", row.outcome.mark(), row.said.of(lang));
        }
        let conclusion = match self.verdict() {
            TrustVerdict::Trusted => lang.pick("TIN CẬY", "TRUSTED"),
            TrustVerdict::NotTrusted => lang.pick("KHÔNG TIN CẬY", "NOT TRUSTED"),
            TrustVerdict::Undetermined => lang.pick("CHƯA RÕ, nên chưa tin cậy", "UNDETERMINED, and so not trusted"),
        };
        println!("\n{}: {conclusion}", lang.pick("Kết luận", "Conclusion"));
    }

    fn json(&self, left_out: &[FileError], lang: Lang) -> serde_json::Value {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| json!({"check": row.check, "result": row.outcome.token(), "said": row.said.of(lang)}))
            .collect();
        let path = self.found.as_ref().and_then(|(_, findings)| findings.path.as_ref().ok());
        let certificates = path.map(|path| {
            let shown = |one: &Certificate| {
                json!({"subject": one.subject().to_string(), "sha256": one.fingerprint().to_string()})
            };
            path.certificates().iter().map(shown).collect::<Vec<_>>()
        });
        json!({
            "file": self.arguments.certificate.to_string_lossy(),
            "at": self.at.to_string(),
            "purpose": usage(self.arguments.purpose).token(),
            "policies": self.arguments.policy_oid,
            "conclusion": self.verdict().token(),
            "certificate": self.found.as_ref().map(|(certificate, _)| words::certificate_json(certificate)),
            "path": certificates,
            "anchor": path.map(dieu7::x509::Path::anchor),
            "checks": rows,
            "left_out": left_out.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}
