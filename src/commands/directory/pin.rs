//! `dieu7 directory pin` and `unpin`: which certificates sign for an agency, in whose hand, on which days.

use std::path::Path;

use dieu7::digest::Sha256;
use dieu7::io::{clock, files, pieces};
use dieu7::message::Mailbox;
use dieu7::sender::directory::{Change, ChangeSet, Pin, Role};
use dieu7::sender::{Directory, Listing, Standing};
use dieu7::settings::Settings;
use dieu7::time::{Period, UnixTime};
use dieu7::x509::Certificate;

use super::super::cli::{ConfigFile, Hand, PinArguments, UnpinArguments};
use super::super::config;
use super::super::failure::{self, FINE, Failure, Text, USAGE};
use super::super::lang::Lang;
use super::super::out;

const DAY: i64 = 86_400;

impl From<Hand> for Role {
    fn from(hand: Hand) -> Self {
        match hand {
            Hand::Agency => Self::Agency,
            Hand::Delegate => Self::Delegate,
            Hand::Head => Self::Head,
        }
    }
}

/// Where pins are kept: beside the log, or in a file that somebody writes by hand.
pub(super) struct Place {
    settings: Settings,
    directory: Directory,
}

impl Place {
    /// The directory as it is now.
    pub fn open(config: &ConfigFile, lang: Lang) -> Result<Self, Failure> {
        let (settings, _) = config::load(config)?;
        let directory = match settings.directory.as_deref() {
            Some(file) => files::directory(file, &mut Vec::new()).map_err(failure::settings)?,
            None => super::read(config, lang)?.1,
        };
        Ok(Self { settings, directory })
    }

    /// What is in it.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Makes the change where the directory lies beside the log. A file is not written: `by_hand` says what belongs there.
    fn change(&self, change: Change, by: Option<&str>, by_hand: &str, lang: Lang) -> Result<u8, Failure> {
        if self.settings.directory.is_some() {
            out::line(format_args!("{by_hand}"));
            return Ok(FINE);
        }
        let set = ChangeSet { changes: vec![change], ..ChangeSet::default() };
        super::apply(&self.settings, &set, &super::by(by), lang)
    }
}

pub fn pin(arguments: &PinArguments, lang: Lang) -> Result<u8, Failure> {
    let place = Place::open(&arguments.config, lang)?;
    let directory = place.directory();
    let now = directory.newest(clock::now());
    let listing = listing(directory, &arguments.mailbox, now)?;
    let (certificate, shown) = certificate(&arguments.certificate)?;
    let role = Role::from(arguments.role);
    let from = arguments.from.as_deref().map(|text| super::day("--from, --to, --on", text)).transpose()?;
    let to = arguments
        .to
        .as_deref()
        .map(|text| super::day("--from, --to, --on", text))
        .transpose()?
        .map(|day| day.plus(DAY - 1));
    if role != Role::Agency && from.is_none() {
        return Err(undated());
    }
    let period = Period::new(from, to).ok_or_else(failure::backwards)?;
    show(listing, certificate, shown.as_ref(), lang);
    for other in directory.pinned_on(&certificate, now, now).filter(|other| other.mailbox != listing.mailbox) {
        out::line(format_args!(
            "! {}: {} ({})",
            lang.pick("chứng thư số này cũng đang được ghi cho", "this certificate is pinned, too, for"),
            other.mailbox,
            other.agency
        ));
    }
    if place.settings.directory.is_some() && (role != Role::Agency || period != Period::ALWAYS) {
        return Err(no_room());
    }
    let said = lang.pick(
        "Danh bạ là tệp: chưa ghi gì. Thêm vào cột signers của hộp thư này, rồi nạp lại (systemctl reload)",
        "The directory is a file: nothing is written. Add this to the column signers of the mailbox, then reload",
    );
    let by_hand = format!("{said}:\n  {}: {certificate}", listing.mailbox);
    let pin = Pin { certificate, role, period, by: arguments.by.clone().unwrap_or_default() };
    place.change(Change::PinAdded { of: listing.key(), pin }, arguments.by.as_deref(), &by_hand, lang)
}

pub fn unpin(arguments: &UnpinArguments, lang: Lang) -> Result<u8, Failure> {
    let place = Place::open(&arguments.config, lang)?;
    let directory = place.directory();
    let now = directory.newest(clock::now());
    let listing = listing(directory, &arguments.mailbox, now)?;
    let (certificate, shown) = certificate(&arguments.certificate)?;
    if !listing.pins.iter().any(|pin| pin.certificate == certificate) {
        return Err(not_pinned(listing, certificate));
    }
    // The day given belongs to it, to its last second; without one it ends now.
    let on = arguments
        .on
        .as_deref()
        .map(|text| super::day("--from, --to, --on", text))
        .transpose()?
        .map_or(now, |day| day.plus(DAY - 1));
    show(listing, certificate, shown.as_ref(), lang);
    let said = lang.pick(
        "Danh bạ là tệp: chưa ghi gì. Bỏ khỏi cột signers của hộp thư này, rồi nạp lại (systemctl reload)",
        "The directory is a file: nothing is written. Take this out of the column signers of the mailbox, then reload",
    );
    let by_hand = format!("{said}:\n  {}: {certificate}", listing.mailbox);
    place.change(Change::PinEnded { of: listing.key(), certificate, on }, None, &by_hand, lang)
}

fn listing<'d>(directory: &'d Directory, mailbox: &str, now: UnixTime) -> Result<&'d Listing, Failure> {
    let parsed = Mailbox::parse(mailbox).map_err(|_| not_listed(mailbox))?;
    match directory.standing(&parsed, now) {
        Standing::Official(listing) => Ok(listing),
        _ => Err(not_listed(mailbox)),
    }
}

/// A digest, or the one signer's certificate of a file.
fn certificate(text: &str) -> Result<(Sha256, Option<Certificate>), Failure> {
    if let Some(digest) = Sha256::from_hex(text.trim()) {
        return Ok((digest, None));
    }
    let loaded = pieces::certificates(Path::new(text)).map_err(failure::unreadable)?;
    // A file may hold the whole path; the signer is no CA.
    let mut signers = loaded.found.into_iter().filter(|certificate| !certificate.is_ca());
    match (signers.next(), signers.next()) {
        (Some(signer), None) => Ok((signer.fingerprint(), Some(signer))),
        (None, _) => Err(failure::not_a_certificate(text)),
        (Some(_), Some(_)) => Err(several(text)),
    }
}

fn show(listing: &Listing, digest: Sha256, certificate: Option<&Certificate>, lang: Lang) {
    out::line(format_args!("{}: {} ({})", lang.pick("Hộp thư", "Mailbox"), listing.mailbox, listing.agency));
    if let Some(certificate) = certificate {
        let subject = dieu7::policy::mask(&certificate.subject().to_string());
        out::line(format_args!("{}: {subject}", lang.pick("Cấp cho", "Subject")));
    }
    out::line(format_args!("SHA-256: {digest}"));
}

fn no_room() -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Cột signers của tệp danh bạ không ghi được vai trò và thời hạn.",
            en: "The column signers of a directory file has no room for role and days.",
        },
        "--role, --from, --to",
        Text {
            vi: "dùng danh bạ lưu cùng nhật ký, hoặc ghi vào tệp TOML.",
            en: "use the directory that is kept beside the log, or write it into a TOML file.",
        },
    )
}

fn not_listed(mailbox: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Danh bạ không có hộp thư đơn vị này đang có hiệu lực.",
            en: "The directory has no such mailbox of an agency in force.",
        },
        mailbox,
        Text {
            vi: "xem lại địa chỉ; hộp thư phải là của đơn vị (unit), đang có hiệu lực hôm nay.",
            en: "look at the address again; it must be that of a unit, in force today.",
        },
    )
}

fn not_pinned(listing: &Listing, certificate: Sha256) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Danh bạ không ghi chứng thư số này cho hộp thư này.",
            en: "The directory does not pin this certificate for this mailbox.",
        },
        format_args!("{}: {certificate}", listing.mailbox),
        Text { vi: "xem lại địa chỉ và SHA-256.", en: "look at the address and the SHA-256 again." },
    )
}

fn undated() -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Thủ trưởng hay người được uỷ quyền phải ghi từ ngày nào.",
            en: "A head or delegate needs a first day.",
        },
        "--role head, --role delegate",
        Text {
            vi: "thêm --from NGÀY (và --to NGÀY, nếu có): chứng thư số của cá nhân chỉ có giá trị trong thời gian giữ chức vụ hoặc được uỷ quyền.",
            en: "add --from DAY (and --to DAY where there is one): a person's certificate counts for the time of office only.",
        },
    )
}

fn several(file: &str) -> Failure {
    Failure::new(
        USAGE,
        Text {
            vi: "Tệp có chứng thư số của nhiều người ký.", en: "The file has certificates of several signers."
        },
        file,
        Text { vi: "nêu SHA-256 của đúng chứng thư số ấy.", en: "name the one by its SHA-256." },
    )
}
