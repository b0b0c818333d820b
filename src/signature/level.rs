//! What a signature bears, by the names of ETSI EN 319 142-1, clause 6: B-B, B-T, B-LT, B-LTA. A fact about the file, no
//! praise: a timestamp is counted when it is intact, whoever made it, and material when it fits, whatever it says.

use std::fmt;

use crate::pdf::{Coverage, Reading, SignatureField};
use crate::x509::Certificate;

use super::embedded::Source;
use super::format_checking::Form;
use super::timestamp::Timestamp;
use super::validate::Validated;

/// Family and grade of a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Level {
    /// Family.
    pub family: Family,
    /// Grade.
    pub grade: Grade,
}

/// How the signature is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// PAdES baseline (EN 319 142-1, 6): ETSI.CAdES.detached with the signing certificate protected.
    Pades,
    /// adbe.x509.rsa_sha1, which has room for nothing else.
    Pkcs1,
    /// The two forms of ISO 32000 that hold PKCS#7; EN 319 142-2, 5 profiles one of them.
    Pkcs7,
}

/// What there is for later validation. Each grade includes the ones before.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Grade {
    /// The signature alone.
    B,
    /// A timestamp over it.
    T,
    /// Certificates and revocation data for its signer.
    Lt,
    /// A document timestamp over these.
    Lta,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.family {
            Family::Pades => "PAdES-B",
            Family::Pkcs1 => "PKCS#1",
            Family::Pkcs7 => "PKCS#7",
        })?;
        f.write_str(match self.grade {
            Grade::B => "-B",
            Grade::T => "-T",
            Grade::Lt => "-LT",
            Grade::Lta => "-LTA",
        })
    }
}

impl Family {
    /// `None` for what has no level: a timestamp, an unknown form, a PAdES signature that is none.
    pub(super) fn of(form: Option<Form>, protected: bool) -> Option<Self> {
        match form? {
            Form::Cades => protected.then_some(Self::Pades),
            Form::Pkcs7 | Form::Pkcs7Sha1 => Some(Self::Pkcs7),
            Form::RsaSha1 => Some(Self::Pkcs1),
            Form::Timestamp => None,
        }
    }
}

/// The grade of each signature of a document; what is only known when all were seen.
pub(super) fn grade(reading: &Reading, validated: &[Validated]) -> Vec<Grade> {
    // How far each intact document timestamp reaches.
    let mut clocks: Vec<u64> = reading
        .signatures
        .iter()
        .zip(validated)
        .filter(|(_, one)| one.is_timestamp && one.coverage != Coverage::GapNotContents)
        .filter(|(_, one)| one.timestamps.iter().any(Timestamp::is_intact))
        .filter_map(|(field, _)| end(field))
        .collect();
    clocks.sort_unstable();
    clocks.dedup();
    reading.signatures.iter().zip(validated).map(|(field, one)| of_one(field, one, &clocks)).collect()
}

fn of_one(field: &SignatureField, one: &Validated, clocks: &[u64]) -> Grade {
    let own = one.timestamps.iter().any(Timestamp::is_intact);
    let Some(mine) = end(field) else { return if own { Grade::T } else { Grade::B } };
    let later = clocks.get(clocks.partition_point(|clock| *clock <= mine)..).unwrap_or_default();
    // A document timestamp that has to stand for the one of B-T cannot keep what was gathered about itself.
    let archiving = if own { later } else { later.get(1..).unwrap_or_default() };
    if !own && later.is_empty() {
        return Grade::B;
    }
    let signer = one.level.zip(one.signer.as_ref());
    let Some(written) = signer.and_then(|(level, signer)| material(level.family, one, signer, mine)) else {
        return Grade::T;
    };
    if archiving.last().is_some_and(|clock| *clock >= written) { Grade::Lta } else { Grade::Lt }
}

fn end(field: &SignatureField) -> Option<u64> {
    field.byte_range.as_ref().ok().map(crate::pdf::ByteRange::end)
}

/// EN 319 142-1, 6.3, for B-LT: the certificates of the path, and revocation data. Held to the signer itself: its issuer
/// is at hand, and a list of that issuer or a response that names the serial number. Told is where the first of them is
/// written; `mine` is where the signature ends.
fn material(family: Family, one: &Validated, signer: &Certificate, mine: u64) -> Option<u64> {
    let embedded = &one.embedded;
    let mut pool = one.certificates.iter().chain(embedded.certificates());
    if !signer.is_self_issued() && !pool.any(|other| other.subject() == signer.issuer()) {
        return None;
    }
    let serial = crate::asn1::encode(crate::asn1::INTEGER, &[signer.serial()]);
    let names = |response: &[u8]| response.windows(serial.len()).any(|octets| octets == serial);
    let lists = embedded.crls().filter(|(crl, _)| crl.issuer() == signer.issuer()).map(|(_, source)| source);
    let responses = embedded.ocsps().filter(|(response, _)| names(response)).map(|(_, source)| source);
    let places = lists.chain(responses).filter_map(|source| match source {
        Source::SecurityStore { written } => Some(written),
        // PAdES keeps them in the store; what Adobe's attribute holds makes no PAdES-B-LT.
        Source::Archival | Source::SignedData => (family != Family::Pades).then_some(mine),
    });
    places.min()
}
