//! What a signature bears, by the names of ETSI EN 319 142-1, clause 6: B-B, B-T, B-LT, B-LTA. A fact about the file, no
//! praise: a timestamp is counted when it is intact, whoever made it, and material when it fits, whatever it says.

use std::fmt;

use crate::pdf::{Coverage, Reading, SignatureField};
use crate::x509::Certificate;

use super::embedded::Embedded;
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
    // Where an intact document timestamp ends, and where the one that reaches furthest over a store does.
    let clocks: Vec<u64> = reading
        .signatures
        .iter()
        .zip(validated)
        .filter(|(_, one)| one.is_timestamp && one.coverage != Coverage::GapNotContents)
        .filter(|(_, one)| one.timestamps.iter().any(Timestamp::is_intact))
        .filter_map(|(field, _)| end(field))
        .collect();
    let latest = clocks.iter().copied().max();
    let archived = reading.store.since.and_then(|since| latest.filter(|end| *end >= since));
    reading.signatures.iter().zip(validated).map(|(field, one)| of_one(field, one, latest, archived)).collect()
}

fn of_one(field: &SignatureField, one: &Validated, latest: Option<u64>, archived: Option<u64>) -> Grade {
    let own = one.timestamps.iter().any(Timestamp::is_intact);
    let mine = end(field);
    let follows = |clock: Option<u64>| clock.zip(mine).is_some_and(|(clock, mine)| clock > mine);
    if !own && !follows(latest) {
        return Grade::B;
    }
    if !one.signer.as_ref().is_some_and(|signer| has_material(signer, &one.certificates, &one.embedded)) {
        return Grade::T;
    }
    if follows(archived) { Grade::Lta } else { Grade::Lt }
}

fn end(field: &SignatureField) -> Option<u64> {
    field.byte_range.as_ref().ok().map(crate::pdf::ByteRange::end)
}

/// EN 319 142-1, 6.3, for B-LT: the certificates of the path, and revocation data. Held to the signer itself: its issuer
/// is at hand, and a list of that issuer or a response that names the serial number.
fn has_material(signer: &Certificate, along: &[Certificate], embedded: &Embedded) -> bool {
    let mut pool = along.iter().chain(embedded.certificates());
    let issuer = signer.is_self_issued() || pool.any(|other| other.subject() == signer.issuer());
    let serial = crate::asn1::encode(crate::asn1::INTEGER, &[signer.serial()]);
    let names = |response: &[u8]| response.windows(serial.len()).any(|octets| octets == serial);
    issuer
        && (embedded.crls().any(|(crl, _)| crl.issuer() == signer.issuer())
            || embedded.ocsps().any(|(response, _)| names(response)))
}
