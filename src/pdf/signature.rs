//! One signature as its dictionary describes it (ISO 32000-2, 12.8.1), with the positions on which it rests.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::appearance::Shown;
use super::byte_range::{ByteRange, ByteRangeError, Coverage};
use super::contents::ContentsError;
use super::field::FilledField;
use super::file::File;
use super::modification::Modification;
use super::permission::Permissions;
use super::span::Span;
use super::text;
use super::value::{Dictionary, Located, Value, decoded_name};
use crate::time::UnixTime;

/// A signature that a field reaches.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SignatureField {
    /// Full name of the field, parts joined by dots.
    pub field: String,
    /// Object number and generation of the field.
    pub object: (u32, u16),
    /// Object number and generation of the signature dictionary.
    pub value: (u32, u16),
    /// Whose signature it is: a person's or agency's, or only that of a clock.
    pub kind: SignatureKind,
    /// How the signature value is encoded.
    pub sub_filter: SubFilter,
    /// What is covered.
    pub byte_range: Result<ByteRange, ByteRangeError>,
    /// Position of the signature value, brackets included.
    pub contents: Result<Span, ContentsError>,
    /// Positions of the certificates that `adbe.x509.rsa_sha1` has in `/Cert` of the dictionary, the signer's first.
    pub certificates: Vec<Span>,
    /// How far the signature reaches, `GapNotContents` where range or value cannot be read.
    pub coverage: Coverage,
    /// Index of the revision at whose end the covered range ends; `None` where it ends within one.
    pub revision: Option<usize>,
    /// The most suspicious thing that revisions after the signed one did.
    pub modification: Modification,
    /// `/M`, the time that the signer's machine claims.
    pub claimed_time: Option<UnixTime>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// What it permits to come after it.
    pub permissions: Permissions,
    /// A field that it locked and that a later revision signed or changed all the same.
    pub lock_broken: Option<String>,
    /// Where the signature shows itself, if it does.
    pub shown: Vec<Shown>,
}

/// What a signature is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SignatureKind {
    /// A document timestamp (12.8.5): a signature of nobody but a clock.
    DocumentTimestamp,
    /// An approval or certification signature.
    Signature,
}

/// `/SubFilter` (ISO 32000-2, table 260; ISO 32000-1 for the two with SHA-1).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SubFilter {
    /// `adbe.pkcs7.detached`
    AdbePkcs7Detached,
    /// `adbe.pkcs7.sha1`
    AdbePkcs7Sha1,
    /// `adbe.x509.rsa_sha1`
    AdbeX509RsaSha1,
    /// `ETSI.CAdES.detached`
    EtsiCadesDetached,
    /// `ETSI.RFC3161`
    EtsiRfc3161,
    /// Anything else; empty where there is none.
    Unknown(String),
}

impl fmt::Display for SubFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AdbePkcs7Detached => "adbe.pkcs7.detached",
            Self::AdbePkcs7Sha1 => "adbe.pkcs7.sha1",
            Self::AdbeX509RsaSha1 => "adbe.x509.rsa_sha1",
            Self::EtsiCadesDetached => "ETSI.CAdES.detached",
            Self::EtsiRfc3161 => "ETSI.RFC3161",
            Self::Unknown(name) => name,
        })
    }
}

impl SubFilter {
    fn of(dictionary: &Dictionary<'_>) -> Self {
        let Some(Located { value: Value::Name(raw), .. }) = dictionary.get(b"SubFilter") else {
            return Self::Unknown(String::new());
        };
        match &*decoded_name(raw) {
            b"adbe.pkcs7.detached" => Self::AdbePkcs7Detached,
            b"adbe.pkcs7.sha1" => Self::AdbePkcs7Sha1,
            b"adbe.x509.rsa_sha1" => Self::AdbeX509RsaSha1,
            b"ETSI.CAdES.detached" => Self::EtsiCadesDetached,
            b"ETSI.RFC3161" => Self::EtsiRfc3161,
            other => Self::Unknown(text::decode(other)),
        }
    }
}

impl SignatureField {
    /// Reads the dictionary of `field` in the newest revision; `None` where there is none.
    pub(super) fn read(file: &File<'_>, field: FilledField) -> Option<Self> {
        let newest = file.newest();
        let holder = file.object(field.value, newest)?;
        let dictionary = dictionary_of(&holder.value, field.value == field.object)?;
        let sub_filter = SubFilter::of(dictionary);
        let byte_range = byte_range(dictionary, file.octets().len() as u64);
        let contents = contents(dictionary, holder.span.is_some());
        let coverage = match (&byte_range, &contents) {
            (Ok(range), Ok(span)) => range.coverage(*span, file.octets().len() as u64),
            _ => Coverage::GapNotContents,
        };
        let timestamp = sub_filter == SubFilter::EtsiRfc3161 || dictionary.is(b"Type", b"DocTimeStamp");
        let string = |key: &[u8]| {
            let value = dictionary.get(key)?;
            Some(text::decode(&file.resolve(value, newest)?.value.as_string()?))
        };
        let revision = byte_range.ok().and_then(|range| signed_revision(file, range.end()));
        Some(Self {
            kind: if timestamp { SignatureKind::DocumentTimestamp } else { SignatureKind::Signature },
            revision,
            modification: Modification::None,
            claimed_time: string(b"M").and_then(|time| UnixTime::parse_pdf_date(&time)),
            name: string(b"Name"),
            reason: string(b"Reason"),
            location: string(b"Location"),
            permissions: Permissions::read(file, dictionary, field.object, revision.unwrap_or(newest)),
            lock_broken: None,
            shown: Shown::of_field(file, &field),
            certificates: match sub_filter {
                SubFilter::AdbeX509RsaSha1 => certificates(file, dictionary, holder.span.is_some()),
                _ => Vec::new(),
            },
            field: field.name,
            object: field.object,
            value: field.value,
            sub_filter,
            byte_range,
            contents,
            coverage,
        })
    }
}

/// The signature dictionary in its object, or inside the field that it is written into.
fn dictionary_of<'v, 'a>(holder: &'v Located<'a>, inside_field: bool) -> Option<&'v Dictionary<'a>> {
    let dictionary = holder.as_dictionary()?;
    if inside_field { dictionary.get(b"V")?.as_dictionary() } else { Some(dictionary) }
}

fn byte_range(dictionary: &Dictionary<'_>, file_len: u64) -> Result<ByteRange, ByteRangeError> {
    let value = dictionary.get(b"ByteRange").ok_or(ByteRangeError::Missing)?;
    let items = match &value.value {
        Value::Array(items) => items,
        Value::Null => return Err(ByteRangeError::Missing),
        Value::Reference(_) => return Err(ByteRangeError::Indirect),
        _ => return Err(ByteRangeError::WrongType),
    };
    let Ok(items) = <&[Located<'_>; 4]>::try_from(items.as_slice()) else {
        return Err(ByteRangeError::WrongCount { count: items.len() as u64 });
    };
    let mut raw = [0; 4];
    for (number, item) in raw.iter_mut().zip(items) {
        *number = match &item.value {
            Value::Integer(value) => u64::try_from(*value).map_err(|_| ByteRangeError::Negative)?,
            Value::Reference(_) => return Err(ByteRangeError::Indirect),
            _ => return Err(ByteRangeError::WrongType),
        };
    }
    ByteRange::new(raw, file_len)
}

fn contents(dictionary: &Dictionary<'_>, in_file: bool) -> Result<Span, ContentsError> {
    let value = dictionary.get(b"Contents").ok_or(ContentsError::Missing)?;
    match value.value {
        Value::Null => Err(ContentsError::Missing),
        Value::Reference(_) => Err(ContentsError::Indirect),
        Value::Literal(_) => Err(ContentsError::Literal),
        Value::Hexadecimal(_) if !in_file => Err(ContentsError::InObjectStream),
        Value::Hexadecimal(b"") => Err(ContentsError::Empty),
        Value::Hexadecimal(_) => Ok(Span::found(value.start, value.end)),
        _ => Err(ContentsError::WrongType),
    }
}

/// Signers write two or three.
const CERTIFICATES: usize = 20;

/// `/Cert`: one string, or an array of them (ISO 32000-1, table 252).
fn certificates(file: &File<'_>, dictionary: &Dictionary<'_>, in_file: bool) -> Vec<Span> {
    let newest = file.newest();
    let Some(value) = dictionary.get(b"Cert") else { return Vec::new() };
    // Only what stands in the file itself has a position.
    let found = match value.as_reference() {
        None => in_file.then(|| value.clone()),
        Some(id) => file.object(id, newest).filter(|object| object.span.is_some()).map(|object| object.value),
    };
    let Some(value) = found else { return Vec::new() };
    let strings = value.as_array().map_or(std::slice::from_ref(&value), |items| items);
    let strings = strings.iter().filter(|item| matches!(item.value, Value::Hexadecimal(_) | Value::Literal(_)));
    strings.take(CERTIFICATES).map(|item| Span::found(item.start, item.end)).collect()
}

/// The revision that ends where the covered range ends, white space after either of them aside.
fn signed_revision(file: &File<'_>, range_end: u64) -> Option<usize> {
    let range_end = usize::try_from(range_end).ok()?;
    let parts = file.parts();
    // The first revision whose end marker lies beyond the range was not finished when it was signed.
    let index = parts.partition_point(|part| part.marker_end <= range_end).checked_sub(1)?;
    let rest = file.octets().get(parts.get(index)?.marker_end..range_end)?;
    // The sender may have signed more than the last revision, trailing octets included.
    let last = index + 1 == parts.len();
    (last || rest.iter().all(|octet| super::lexer::is_white(*octet))).then_some(index)
}
