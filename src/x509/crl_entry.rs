//! The entries of a list (RFC 5280, 5.3), indexed by issuer and serial number.
//!
//! A list of megabytes is read once and asked often: every entry is checked when the list is read and kept as sixteen
//! octets that tell where it stands.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::crl::{CrlError, MAX_ENTRIES, MAX_ISSUERS, read_extension};
use super::general_name::GeneralName;
use super::name::Name;
use super::revocation::{Reason, RevocationStatus, Unusable};
use crate::asn1::{self, Asn1Error, Reader, Value};
use crate::digest::Sha256;
use crate::time::UnixTime;

const REASON: &[u8] = &[0x55, 0x1d, 0x15];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 0x18];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];

/// All entries of one list; positions count from the start of `revokedCertificates`.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Sorted by issuer, key and serial number.
    index: Vec<Place>,
    /// Other issuers than that of the list, by the digests of their names, counted from 1.
    issuers: HashMap<Sha256, u32>,
}

/// Where an entry stands, and the last octets of its serial number, by which most are told apart without looking.
#[derive(Clone, Copy, Debug)]
struct Place {
    key: u64,
    issuer: u32,
    at: u32,
}

/// What a list says of a serial number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Listed {
    /// The worst of its entries.
    pub(super) status: RevocationStatus,
    /// Whether an entry takes it off the list again (removeFromCRL).
    pub(super) removed: bool,
}

struct Entry<'a> {
    serial: &'a [u8],
    revoked_at: UnixTime,
    reason: Option<Reason>,
    invalid_from: Option<UnixTime>,
    issuer: Option<&'a [u8]>,
    odd: Option<&'a [u8]>,
}

impl Entries {
    /// Reads the content of `revokedCertificates`; says beside it what keeps the list from being used.
    pub(super) fn read(list: &[u8]) -> Result<(Self, Option<Unusable>), CrlError> {
        // An entry without extensions has about 32 octets.
        let mut index = Vec::with_capacity((list.len() / 32).min(MAX_ENTRIES));
        let mut issuers = HashMap::new();
        let mut unusable = None;
        let mut reader = Reader::new(list);
        let mut issuer = 0;
        while !reader.is_empty() {
            if index.len() == MAX_ENTRIES {
                return Err(CrlError::TooLarge);
            }
            let at = u32::try_from(list.len() - reader.rest().len()).map_err(|_| CrlError::TooLarge)?;
            let entry = Entry::read(&mut reader)?;
            if let Some(oid) = entry.odd {
                unusable.get_or_insert_with(|| Unusable::CriticalExtension { oid: asn1::dotted(oid) });
            }
            if let Some(names) = entry.issuer {
                // RFC 5280, 5.3.3: it holds for the entries that follow, until another one is named.
                match read_issuer(names)? {
                    Some(name) => {
                        let next = u32::try_from(issuers.len() + 1).map_err(|_| CrlError::TooLarge)?;
                        issuer = *issuers.entry(name.digest()).or_insert(next);
                    }
                    None => {
                        unusable.get_or_insert(Unusable::EntryIssuer);
                    }
                }
                if issuers.len() > MAX_ISSUERS {
                    return Err(CrlError::TooLarge);
                }
            }
            index.push(Place { key: key(entry.serial), issuer, at });
        }
        let order = |left: &Place, right: &Place| {
            (left.issuer, left.key)
                .cmp(&(right.issuer, right.key))
                .then_with(|| serial_at(list, left.at).cmp(serial_at(list, right.at)))
        };
        // Most lists are in order already, or in pieces that are.
        index.sort_by(order);
        Ok((Self { index, issuers }, unusable))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether an entry is for a certificate of another issuer than the list's.
    pub(super) fn has_other_issuers(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// What is said of the serial number `serial` of `issuer`, `None` standing for the issuer of the list.
    pub(super) fn look_up(&self, list: &[u8], issuer: Option<&Name>, serial: &[u8]) -> Listed {
        let serial = minimal(serial);
        let wanted = key(serial);
        let mut listed = Listed { status: RevocationStatus::Good, removed: false };
        let mut look = |issuer: u32| {
            let place = |place: &Place| {
                (place.issuer, place.key).cmp(&(issuer, wanted)).then_with(|| serial_at(list, place.at).cmp(serial))
            };
            let first = self.index.partition_point(|entry| place(entry) == Ordering::Less);
            for entry in self.index.iter().skip(first).take_while(|entry| place(entry) == Ordering::Equal) {
                let mut reader = Reader::new(list.get(as_index(entry.at)..).unwrap_or_default());
                // Every entry was read once already.
                if let Ok(entry) = Entry::read(&mut reader) {
                    listed.add(&entry);
                }
            }
        };
        match issuer {
            None => look(0),
            Some(name) => self.issuers.get(&name.digest()).copied().into_iter().for_each(look),
        }
        listed
    }
}

impl Listed {
    fn add(&mut self, entry: &Entry<'_>) {
        let at = entry.revoked_at;
        let said = match entry.reason {
            Some(Reason::RemoveFromCrl) => {
                self.removed = true;
                return;
            }
            Some(Reason::CertificateHold) => RevocationStatus::Hold { at },
            reason => RevocationStatus::Revoked {
                at,
                reason: reason.unwrap_or(Reason::Unspecified),
                invalid_from: entry.invalid_from,
            },
        };
        self.status = self.status.worse(said);
    }
}

impl<'a> Entry<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Asn1Error> {
        let mut fields = reader.inside(asn1::SEQUENCE)?;
        let serial = fields.expect(asn1::INTEGER)?;
        if serial.is_empty() {
            return Err(Asn1Error::Value);
        }
        let revoked_at = fields.any()?.time()?;
        let mut entry =
            Self { serial: minimal(serial), revoked_at, reason: None, invalid_from: None, issuer: None, odd: None };
        if let Some(extensions) = fields.optional(asn1::SEQUENCE)? {
            entry.read_extensions(Reader::new(extensions.content))?;
        }
        fields.finish()?;
        Ok(entry)
    }

    /// An extension that occurs twice would leave it open which one counts.
    fn read_extensions(&mut self, mut extensions: Reader<'a>) -> Result<(), Asn1Error> {
        while !extensions.is_empty() {
            let (oid, critical, value) = read_extension(&mut extensions)?;
            match oid {
                REASON if self.reason.is_none() => self.reason = Some(read_reason(value)?),
                INVALIDITY_DATE if self.invalid_from.is_none() => {
                    self.invalid_from = Some(Value::only(value)?.time()?);
                }
                CERTIFICATE_ISSUER if self.issuer.is_none() => self.issuer = Some(value),
                REASON | INVALIDITY_DATE | CERTIFICATE_ISSUER => return Err(Asn1Error::Value),
                _ if critical => self.odd = Some(oid),
                _ => {}
            }
        }
        Ok(())
    }
}

fn read_reason(value: &[u8]) -> Result<Reason, Asn1Error> {
    match Value::only(value)?.expect(asn1::ENUMERATED)? {
        [code] => Ok(Reason::from_code(*code)),
        _ => Err(Asn1Error::Value),
    }
}

/// The one distinguished name of `certificateIssuer`; `None` when there is none, or more than one: whose certificate is
/// revoked could then not be said.
fn read_issuer(value: &[u8]) -> Result<Option<Name>, Asn1Error> {
    let names = GeneralName::read_all(Value::only(value)?.inside(asn1::SEQUENCE)?)?;
    let mut directory = names.into_iter().filter_map(|name| match name {
        GeneralName::Directory(name) => Some(name),
        _ => None,
    });
    let first = directory.next();
    Ok(first.filter(|_| directory.next().is_none()))
}

fn serial_at(list: &[u8], at: u32) -> &[u8] {
    let mut reader = Reader::new(list.get(as_index(at)..).unwrap_or_default());
    let serial = reader.inside(asn1::SEQUENCE).and_then(|mut fields| fields.expect(asn1::INTEGER));
    minimal(serial.unwrap_or_default())
}

fn as_index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The last eight octets: serial numbers are counted or drawn, and differ there.
fn key(serial: &[u8]) -> u64 {
    let tail = serial.get(serial.len().saturating_sub(8)..).unwrap_or_default();
    tail.iter().fold(0, |key, octet| key << 8 | u64::from(*octet))
}

/// The shortest form of an INTEGER that is not negative; CAs have written serial numbers with zeros before.
pub(super) fn minimal(mut serial: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = serial
        && rest.first().is_some_and(|next| next & 0x80 == 0)
    {
        serial = rest;
    }
    serial
}
