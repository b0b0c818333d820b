//! Format checking (EN 319 102-1, 5.2.2): which form a signature has, and whether its octets have that form; nothing
//! here asks whether anything matches.

use std::ops::Range;

use crate::algorithm::{DigestAlgorithm, PrefixDigests, SignatureScheme};
use crate::asn1;
use crate::budget::Budget;
use crate::cms::{SignedData, to_der};
use crate::pdf::{self, ByteRange, Coverage, SignatureField, SignatureKind, Span, SubFilter};
use crate::x509::Certificate;

use super::conclusion::{Failure, FormatFault};
use super::integrity::Integrity;

/// The forms that are verified (ISO 32000-2, table 260; ISO 32000-1, 12.8.3 for the two with SHA-1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// ETSI.CAdES.detached: the signing certificate must be among what is signed (EN 319 142-1, 6.3).
    Cades,
    /// adbe.pkcs7.detached.
    Pkcs7,
    /// adbe.pkcs7.sha1: the CMS object signs the SHA-1 digest of the ranges.
    Pkcs7Sha1,
    /// adbe.x509.rsa_sha1: a bare RSA signature with SHA-1; the certificates stand in the dictionary.
    RsaSha1,
    /// ETSI.RFC3161: a time-stamp token over the ranges.
    Timestamp,
}

impl Form {
    /// `None` for a form that no rule here knows, or a dictionary that contradicts itself.
    pub(super) fn of(field: &SignatureField) -> Option<Self> {
        match (&field.sub_filter, field.kind) {
            (SubFilter::AdbePkcs7Detached, SignatureKind::Signature) => Some(Self::Pkcs7),
            (SubFilter::AdbePkcs7Sha1, SignatureKind::Signature) => Some(Self::Pkcs7Sha1),
            (SubFilter::AdbeX509RsaSha1, SignatureKind::Signature) => Some(Self::RsaSha1),
            (SubFilter::EtsiCadesDetached, SignatureKind::Signature) => Some(Self::Cades),
            (SubFilter::EtsiRfc3161, SignatureKind::DocumentTimestamp) => Some(Self::Timestamp),
            // A signer's form in a dictionary that is typed as a clock's, the other way round, and what is not known.
            (
                SubFilter::AdbePkcs7Detached
                | SubFilter::AdbePkcs7Sha1
                | SubFilter::AdbeX509RsaSha1
                | SubFilter::EtsiCadesDetached
                | SubFilter::EtsiRfc3161
                | SubFilter::Unknown(_),
                _,
            ) => None,
        }
    }
}

/// The signature value, as its form writes it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A CMS object (RFC 5652).
    Cms(Box<SignedData>),
    /// A bare signature (RFC 8017, 8.2), with the certificates that the dictionary has, the signer's first.
    Pkcs1 { signature: Vec<u8>, certificates: Vec<Certificate> },
}

impl Value {
    pub(super) fn cms(&self) -> Option<&SignedData> {
        match self {
            Self::Cms(cms) => Some(cms),
            Self::Pkcs1 { .. } => None,
        }
    }

    pub(super) fn certificates(&self) -> &[Certificate] {
        match self {
            Self::Cms(cms) => cms.certificates(),
            Self::Pkcs1 { certificates, .. } => certificates,
        }
    }

    /// How it was signed; `None` for what is not known.
    pub(super) fn scheme(&self) -> Option<SignatureScheme> {
        match self {
            Self::Cms(cms) => cms.scheme().ok(),
            Self::Pkcs1 { .. } => Some(RSA_SHA1),
        }
    }
}

/// What adbe.x509.rsa_sha1 signs with.
pub(super) const RSA_SHA1: SignatureScheme = SignatureScheme::RsaPkcs1 { digest: DigestAlgorithm::Sha1 };

/// The two ranges that are digested.
#[derive(Clone)]
pub(super) struct Signed<'f> {
    file: &'f PrefixDigests<'f>,
    first: usize,
    second: Range<usize>,
}

impl Signed<'_> {
    /// Octets that digesting would go through.
    pub(super) fn price(&self, algorithm: DigestAlgorithm) -> u64 {
        self.file.price(algorithm, self.first, &self.second)
    }

    /// `None` for what is never computed.
    pub(super) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Vec<u8>> {
        self.file.digest(algorithm, self.first, self.second.clone())
    }

    /// The octets themselves, for a signature that is not made over a digest of its own.
    pub(super) fn slices(&self) -> Option<[&[u8]; 2]> {
        let file = self.file.file();
        Some([file.get(..self.first)?, file.get(self.second.clone())?])
    }
}

/// A signature whose octets have its form.
pub(super) struct Formatted<'f> {
    pub(super) form: Form,
    pub(super) value: Value,
    pub(super) signed: Signed<'f>,
    pub(super) coverage: Coverage,
    pub(super) signed_end: u64,
}

/// Why there is nothing to verify, and what could be read all the same.
pub(super) struct Stopped {
    pub(super) integrity: Integrity,
    pub(super) form: Option<Form>,
    pub(super) value: Option<Value>,
}

/// Checks the form of one signature. `elsewhere` are certificates of the document that the signer may mean.
pub(super) fn check<'f>(
    digests: &'f PrefixDigests<'f>,
    field: &SignatureField,
    elsewhere: &[Certificate],
    budget: &mut Budget,
) -> Result<Formatted<'f>, Stopped> {
    let file = digests.file();
    let form = Form::of(field);
    let stop = |integrity, value| Stopped { integrity, form, value };
    let fault = |fault, value| stop(Integrity::Failed(Failure::Format(fault)), value);
    let (value, padded) = match read(file, field, elsewhere, budget) {
        Ok(read) => read,
        Err(integrity) => return Err(stop(integrity, None)),
    };
    let (Ok(range), Ok(contents)) = (&field.byte_range, field.contents) else {
        return Err(fault(FormatFault::ByteRange, Some(value)));
    };
    // Octets after the object are signed by nobody, and a program that looks for the last object, or for any, would
    // find another signature there.
    if !padded {
        return Err(fault(FormatFault::Contents, Some(value)));
    }
    // Coverage is computed here again from the octets' positions: the reader's word is not taken for it.
    let coverage = range.coverage(contents, file.len() as u64);
    if coverage == Coverage::GapNotContents {
        return Err(fault(FormatFault::Gap, Some(value)));
    }
    // Within the file, or there would be a gap that is not the signature value.
    let Some((first, second)) = range.signed_parts() else {
        return Err(fault(FormatFault::ByteRange, Some(value)));
    };
    let signed = Signed { file: digests, first, second };
    match form {
        Some(form) => Ok(Formatted { form, value, signed, coverage, signed_end: range.end() }),
        None => Err(stop(Integrity::Unsupported, Some(value))),
    }
}

/// Reads the signature value, and whether nothing but zeros follows it.
pub(super) fn read(
    file: &[u8],
    field: &SignatureField,
    elsewhere: &[Certificate],
    budget: &mut Budget,
) -> Result<(Value, bool), Integrity> {
    let fault = |fault| Integrity::Failed(Failure::Format(fault));
    let form = Form::of(field);
    let contents = field.contents.map_err(|_| fault(FormatFault::Contents))?;
    // The reader bounds this too; but its word is not taken for how many fields share one value of megabytes.
    budget.decoded(contents.of(file).map_or(0, <[u8]>::len)).map_err(|_| Integrity::Unexamined)?;
    let octets = pdf::contents_octets(file, contents).map_err(|_| fault(FormatFault::Contents))?;
    if form == Some(Form::RsaSha1) {
        let (signature, consumed) = bare_signature(&octets).ok_or(fault(FormatFault::Contents))?;
        let certificates = certificates(file, field);
        return Ok((Value::Pkcs1 { signature, certificates }, pdf::padding_is_zero(&octets, consumed)));
    }
    match SignedData::parse(&octets) {
        Ok(mut cms) => {
            cms.complete(elsewhere);
            let padded = pdf::padding_is_zero(&octets, cms.consumed());
            Ok((Value::Cms(Box::new(cms)), padded))
        }
        // A form that is not known need not hold CMS: it is present, and not supported.
        Err(_) if form.is_none() => Err(Integrity::Unsupported),
        Err(_) => Err(fault(FormatFault::Cms)),
    }
}

/// The OCTET STRING of adbe.x509.rsa_sha1 (ISO 32000-1, 12.8.3.2), and how many octets it took.
fn bare_signature(octets: &[u8]) -> Option<(Vec<u8>, usize)> {
    let der = to_der(octets).ok()?;
    let value = asn1::Value::only(der.octets()).ok()?;
    Some((value.expect(asn1::OCTET_STRING).ok()?.to_vec(), der.consumed()))
}

/// The certificates of `/Cert` that lie in the signed octets; in what is not signed anybody could exchange them.
fn certificates(file: &[u8], field: &SignatureField) -> Vec<Certificate> {
    let Ok(range) = &field.byte_range else { return Vec::new() };
    let spans = field.certificates.iter().filter(|span| is_signed(range, **span)).take(MAX_CERTIFICATES);
    spans.filter_map(|span| Certificate::parse(&pdf::string_octets(file, *span)?).ok()).collect()
}

/// The reader bounds this too; its word is not taken for it.
const MAX_CERTIFICATES: usize = 20;

fn is_signed(range: &ByteRange, span: Span) -> bool {
    let [_, first_end, second_start, _] = range.raw();
    span.end() <= first_end || (span.start() >= second_start && span.end() <= range.end())
}
