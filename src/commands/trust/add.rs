//! `dieu7 trust add`: shows certificates in words, compares them with what is published, and installs them.
//!
//! A published pin decides by itself. What no pin names becomes an anchor only when somebody has compared its SHA-256
//! with the publisher's: `--pin`, or the last digits typed at a terminal. Everything else merely completes paths.

use std::path::Path;

use dieu7::digest::Sha256;
use dieu7::io::files::{self, Trust};
use dieu7::io::trust_folder::{TrustFolder, is_id};
use dieu7::io::{clock, pieces};
use dieu7::time::{Period, UnixTime};
use dieu7::x509::{AnchorEntry, AnchorKind, AnchorStatement, Certificate, Origin, Purpose};
use unicode_normalization::UnicodeNormalization as _;

use super::super::cli::AddArguments;
use super::super::failure::{self, FINE, FLAGGED, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::{ask, time_of, words};

pub fn run(arguments: &AddArguments, lang: Lang) -> Result<u8, Failure> {
    let wish = Wish::of(arguments)?;
    let (folder, trust) = super::store(&arguments.config)?;
    let mut adding = Adding { wish, trust, folder: &folder, lang, used: Vec::new(), added: false };
    let mut exit = FINE;
    for path in &arguments.files {
        let loaded = pieces::certificates(path).map_err(failure::unreadable)?;
        for error in loaded.left_out {
            // A folder may hold other things.
            if path.is_dir() {
                println!("\n· {}: {error}", lang.pick("bỏ qua", "left out"));
            } else {
                exit = exit.max(failure::not_a_certificate(error).report(lang));
            }
        }
        for certificate in &loaded.found {
            if !adding.one(certificate)? {
                exit = exit.max(FLAGGED);
            }
        }
    }
    for pin in adding.wish.pins.iter().filter(|pin| !adding.used.contains(pin)) {
        println!("\n✗ {} {pin}", lang.pick("không chứng thư nào khớp với --pin", "no certificate matches --pin"));
        exit = exit.max(FLAGGED);
    }
    if adding.added {
        super::tell_of_reload(lang);
    } else {
        println!("\n{}", lang.pick("Không thêm chứng thư nào.", "No certificate was added."));
    }
    Ok(exit)
}

/// What the command line says of the certificates.
struct Wish<'a> {
    pins: Vec<Sha256>,
    purposes: &'a [Purpose],
    /// Given ends; the others are left as they are.
    from: Option<UnixTime>,
    to: Option<UnixTime>,
    basis: Option<&'a str>,
    source: Option<&'a str>,
    id: Option<&'a str>,
}

impl<'a> Wish<'a> {
    fn of(arguments: &'a AddArguments) -> Result<Self, Failure> {
        let pins: Option<Vec<Sha256>> = arguments.pin.iter().map(|pin| Sha256::from_hex(pin)).collect();
        let pins = pins.ok_or_else(|| not_a_pin(&arguments.pin.join(" ")))?;
        if let Some(id) = arguments.id.as_deref().filter(|id| !is_id(id)) {
            return Err(not_an_id(id));
        }
        // A period "to" a day includes that day, as in anchors.toml.
        let last = |text: &String| {
            let is_day = text.len() == "2030-03-05".len();
            time_of(text).map(|time| if is_day { time.plus(86_399) } else { time })
        };
        let from = arguments.from.as_deref().map(time_of).transpose()?;
        let to = arguments.to.as_ref().map(last).transpose()?;
        // Before anybody is asked anything.
        Period::new(from, to).ok_or_else(failure::backwards)?;
        Ok(Self {
            pins,
            purposes: &arguments.purpose,
            from,
            to,
            basis: arguments.basis.as_deref(),
            source: arguments.source.as_deref(),
            id: arguments.id.as_deref(),
        })
    }

    /// Whether something is said that needs an entry.
    fn says_something(&self) -> bool {
        let ends = self.from.is_some() || self.to.is_some();
        ends || !self.purposes.is_empty() || self.basis.is_some() || self.source.is_some() || self.id.is_some()
    }

    fn period(&self, known: Period) -> Result<Period, Failure> {
        let ends = (self.from.or(known.from()), self.to.or(known.to()));
        Period::new(ends.0, ends.1).ok_or_else(failure::backwards)
    }
}

/// The work on one folder.
struct Adding<'a> {
    wish: Wish<'a>,
    trust: Trust,
    folder: &'a Path,
    lang: Lang,
    used: Vec<Sha256>,
    added: bool,
}

impl Adding<'_> {
    /// Whether this certificate is in the folder afterwards.
    fn one(&mut self, certificate: &Certificate) -> Result<bool, Failure> {
        let lang = self.lang;
        words::describe(certificate, lang);
        let is_confirmed = self.wish.pins.contains(&certificate.fingerprint());
        self.used.push(certificate.fingerprint());
        if let Some(entry) = self.trust.anchors.entry_of(certificate).cloned() {
            let matched = match entry.origin() {
                Origin::Published => lang.pick("✓ khớp giá trị đã công bố:", "✓ matches the published pin of"),
                Origin::Bundle | Origin::Given | Origin::Own => {
                    lang.pick("✓ khớp mã ghim đã xác nhận trước đây:", "✓ matches the pin that was confirmed for")
                }
            };
            println!("  {matched} {}", entry.id());
            if self.wish.says_something() {
                self.state(certificate, Some(&entry), self.wish.purposes.to_vec())?;
            }
            return self.install(entry.id(), certificate).map(|()| true);
        }
        let waiting = match self.waiting(certificate) {
            Waiting::Nobody => None,
            Waiting::Matches(entry) => Some(*entry),
            Waiting::OtherCertificate => return Ok(false),
        };
        if is_confirmed {
            return self.trust(certificate, waiting.as_ref()).map(|()| true);
        }
        if ask::is_terminal() {
            if let Some(purposes) = self.asked(certificate, waiting.as_ref()) {
                return self.state(certificate, waiting.as_ref(), purposes).map(|()| true);
            }
        } else if self.wish.says_something() || waiting.is_some() {
            return Err(unpinned(certificate.fingerprint()));
        }
        self.complete_paths(certificate)
    }

    /// An entry that has a name and no pin yet.
    fn waiting(&self, certificate: &Certificate) -> Waiting {
        let (lang, sha1) = (self.lang, words::sha1(certificate));
        let mut entries = self.trust.anchors.unpinned(certificate.subject()).peekable();
        if entries.peek().is_none() {
            return Waiting::Nobody;
        }
        for entry in entries {
            let published = entry.sha1().unwrap_or_default().to_lowercase().replace(':', "");
            println!("  {}: {published}", lang.pick("SHA-1 công bố", "SHA-1 as published"));
            if published == sha1 {
                println!(
                    "  {} {}: {}",
                    lang.pick("· SHA-1 khớp với", "· the SHA-1 is that of"),
                    entry.id(),
                    lang.pick(
                        "SHA-1 không đủ để tin; hãy đối chiếu SHA-256 với nơi công bố",
                        "SHA-1 is not enough to trust; compare the SHA-256 with its publisher"
                    )
                );
                return Waiting::Matches(Box::new(entry.clone()));
            }
        }
        println!(
            "  {}",
            lang.pick(
                "✗ trùng tên với một chứng thư đã công bố nhưng khác SHA-1: không thêm",
                "✗ has the name of a published certificate and another SHA-1: not added"
            )
        );
        Waiting::OtherCertificate
    }

    fn trust(&mut self, certificate: &Certificate, waiting: Option<&AnchorEntry>) -> Result<(), Failure> {
        println!("  {}", self.lang.pick("✓ khớp với --pin", "✓ matches --pin"));
        let purposes = match waiting {
            _ if !self.wish.purposes.is_empty() => self.wish.purposes.to_vec(),
            Some(entry) => entry.purposes().to_vec(),
            None => return Err(purposeless()),
        };
        self.state(certificate, waiting, purposes)
    }

    /// What somebody at the terminal says: for what, and that he compared.
    fn asked(&self, certificate: &Certificate, waiting: Option<&AnchorEntry>) -> Option<Vec<Purpose>> {
        let lang = self.lang;
        let purposes = if !self.wish.purposes.is_empty() {
            self.wish.purposes.to_vec()
        } else if let Some(entry) = waiting {
            entry.purposes().to_vec()
        } else {
            let question = lang.pick(
                "  Tin cậy làm chứng thư gốc cho mục đích nào? Cách nhau bằng dấu phẩy; để trống: chỉ nối đường dẫn",
                "  Trust it as an anchor for which purposes? Comma between them; empty: completes paths only",
            );
            self.purposes_asked(question)?
        };
        if purposes.is_empty() {
            return None;
        }
        let question = lang.pick(
            "  Đối chiếu SHA-256 với nơi công bố, rồi gõ 8 chữ số cuối theo nơi công bố:",
            "  Compare the SHA-256 with its publisher, then type the last 8 digits as published:",
        );
        let said = ask::answer(question)?.to_lowercase().replace(':', "");
        let pin = certificate.fingerprint().to_string();
        if said.len() == 8 && pin.ends_with(&said) {
            return Some(purposes);
        }
        println!("  {}", lang.pick("✗ không khớp", "✗ does not match"));
        None
    }

    /// Asked again while a word is no purpose: a slip of the finger must not make less of the certificate than was meant.
    fn purposes_asked(&self, question: &str) -> Option<Vec<Purpose>> {
        loop {
            let said = ask::answer(&format!("{question} ({}):", words::purposes(&Purpose::ALL)))?;
            let parts = said.split(',').map(str::trim).filter(|part| !part.is_empty());
            let named = |part| Purpose::ALL.into_iter().find(|one| one.to_string() == part).ok_or(part);
            match parts.map(named).collect::<Result<Vec<Purpose>, &str>>() {
                Ok(purposes) => return Some(purposes),
                Err(part) => println!("  ✗ {}: {part}", self.lang.pick("không phải mục đích", "no purpose")),
            }
        }
    }

    /// Writes the operator's own entry and installs the certificate under it.
    fn state(
        &mut self,
        certificate: &Certificate,
        known: Option<&AnchorEntry>,
        purposes: Vec<Purpose>,
    ) -> Result<(), Failure> {
        let purposes =
            if purposes.is_empty() { known.map_or(purposes, |entry| entry.purposes().to_vec()) } else { purposes };
        let id = self.id(certificate, known)?;
        let statement = AnchorStatement {
            id: &id,
            kind: known.map_or_else(|| AnchorKind::of(certificate), AnchorEntry::kind),
            purposes: &purposes,
            valid: self.wish.period(known.map_or(Period::ALWAYS, AnchorEntry::valid))?,
            source: self.wish.source.or(known.map(AnchorEntry::source)).unwrap_or_default(),
            crl: known.map(AnchorEntry::crl).unwrap_or_default(),
            legal_basis: self.wish.basis.or(known.map(AnchorEntry::legal_basis)).unwrap_or_default(),
        };
        let folder = TrustFolder::new(self.folder);
        let text = statement.written(certificate);
        // The certificate first: an entry without it says "missing", the other way round it merely completes paths.
        self.install(&id, certificate)?;
        let file = folder.write_entry(&id, &text, clock::now()).map_err(|error| not_written(self.folder, &error))?;
        println!("  → {}", file.display());
        // Of two own entries for one certificate the name would decide which counts, and the other would come back when
        // that one is withdrawn.
        let before = known.filter(|known| known.origin() == Origin::Own && known.id() != id);
        if let Some(before) = before.and_then(|before| folder.entry_file(before.id(), Origin::Own)) {
            let place = folder.set_aside(&before, clock::now()).map_err(|error| not_written(&before, &error))?;
            println!("  {} → {}", self.lang.pick("thay cho", "instead of"), place.display());
        }
        self.trust = files::trust(self.folder, &mut Vec::new()).map_err(failure::settings)?;
        Ok(())
    }

    fn id(&self, certificate: &Certificate, known: Option<&AnchorEntry>) -> Result<String, Failure> {
        let pin = certificate.fingerprint();
        let is_free = |id: &str| {
            self.trust.anchors.entry(id).is_none_or(|other| {
                other.sha256() == Some(pin) || (other.sha256().is_none() && known.is_some_and(|known| known.id() == id))
            })
        };
        if let Some(id) = self.wish.id {
            return if is_free(id) { Ok(id.to_owned()) } else { Err(taken(id)) };
        }
        if let Some(entry) = known.filter(|entry| is_id(entry.id())) {
            return Ok(entry.id().to_owned());
        }
        let name = slug(&certificate.subject().common_name().unwrap_or_default());
        let short = pin.to_string().get(..8).unwrap_or_default().to_owned();
        let names = [name.clone(), format!("{name}-{short}"), format!("anchor-{short}"), pin.to_string()];
        names.into_iter().find(|name| is_id(name) && is_free(name)).ok_or_else(|| taken(&name))
    }

    /// A CA that no pin names.
    fn complete_paths(&mut self, certificate: &Certificate) -> Result<bool, Failure> {
        let lang = self.lang;
        if !certificate.is_ca() {
            println!(
                "  {}",
                lang.pick(
                    "✗ không phải chứng thư của CA và không có giá trị công bố; không thêm",
                    "✗ neither a CA nor pinned; not added"
                )
            );
            return Ok(false);
        }
        println!(
            "  {}",
            lang.pick(
                "· không có giá trị công bố nào khớp: chỉ dùng để nối đường dẫn, không phải chứng thư gốc tin cậy (muốn tin cậy: --pin, --purpose)",
                "· no published pin matches: kept to complete paths only, not as a trust anchor (to trust it: --pin, --purpose)"
            )
        );
        let short = certificate.fingerprint().to_string().get(..16).unwrap_or_default().to_owned();
        self.install(&format!("ca-{short}"), certificate).map(|()| true)
    }

    fn install(&mut self, id: &str, certificate: &Certificate) -> Result<(), Failure> {
        let name = if is_id(id) { id.to_owned() } else { certificate.fingerprint().to_string() };
        let folder = TrustFolder::new(self.folder);
        // What a bundle brought goes with the next one.
        let stays = |file: &Path| !file.starts_with(self.folder.join(files::BUNDLE));
        if let Some((file, _)) = folder.files_of(certificate).iter().find(|(file, _)| stays(file)) {
            println!("  · {}: {}", self.lang.pick("đã có sẵn", "already there"), file.display());
            self.added = true;
            return Ok(());
        }
        let file = folder.install(&name, certificate).map_err(|error| not_written(self.folder, &error))?;
        println!("  → {}", file.display());
        self.added = true;
        Ok(())
    }
}

/// Whether an entry without a pin waits for a certificate.
enum Waiting {
    Nobody,
    Matches(Box<AnchorEntry>),
    /// It has the name, and is not the one.
    OtherCertificate,
}

/// A name in plain letters: "Cơ quan chứng thực số" becomes "co-quan-chung-thuc-so".
fn slug(name: &str) -> String {
    let plain = name.to_lowercase().replace('đ', "d");
    let letters = plain.nfd().filter(char::is_ascii);
    let mut out = String::new();
    for symbol in letters.take(200) {
        if symbol.is_ascii_alphanumeric() {
            out.push(symbol);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').chars().take(40).collect::<String>().trim_end_matches('-').to_owned()
}

fn not_a_pin(text: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "--pin không phải SHA-256.", en: "--pin is no SHA-256." },
        text,
        Text { vi: "viết 64 chữ số thập lục phân.", en: "write 64 hexadecimal digits." },
    )
}

fn not_an_id(text: &str) -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "--id không dùng được làm tên.", en: "--id cannot be a name." },
        text,
        Text {
            vi: "chỉ dùng chữ không dấu, số, gạch nối, tối đa 64 ký tự.",
            en: "use plain letters, digits and hyphens, 64 at most.",
        },
    )
}

fn taken(id: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Tên mục đã được dùng cho chứng thư khác.", en: "This id is that of another certificate."
        },
        id,
        Text {
            vi: "chọn tên khác bằng --id; các thế hệ cùng tồn tại.",
            en: "choose another with --id; generations stand side by side.",
        },
    )
}

fn purposeless() -> Failure {
    Failure::new(
        USAGE,
        Text { vi: "Chưa nêu tin cậy cho mục đích nào.", en: "What it shall be trusted for is not said." },
        words::purposes(&Purpose::ALL),
        Text { vi: "thêm --purpose.", en: "add --purpose." },
    )
}

/// Nobody is there to compare digits with.
fn unpinned(pin: Sha256) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Chưa xác nhận SHA-256, và không có màn hình để hỏi.",
            en: "The SHA-256 is not confirmed, and there is no terminal to ask at.",
        },
        format_args!("--pin {pin}"),
        Text {
            vi: "đối chiếu giá trị này với nơi công bố, rồi chạy lại với --pin và --purpose.",
            en: "compare this value with its publisher, then run it again with --pin and --purpose.",
        },
    )
}

pub fn not_written(file: &Path, error: &std::io::Error) -> Failure {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_letters() {
        assert_eq!(slug("Cơ quan chứng thực số Bộ Ngoại giao"), "co-quan-chung-thuc-so-bo-ngoai-giao");
        assert_eq!(slug("ĐIỀU  7 (RootCA)"), "dieu-7-rootca");
        assert_eq!(slug("../../é"), "e");
        assert_eq!(slug("日本"), "");
    }
}
