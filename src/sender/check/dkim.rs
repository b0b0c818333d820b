//! The DKIM signatures of a message (RFC 6376), under stricter rules than the standard's where forgers use the gap.

use super::canonical::BodyDigests;
use super::dns::Dns;
use super::fields::Fields;
use super::key::Key;
use super::signed::{Kind, Refusal, Signed, names};
use super::tags::{self, Tags};
use crate::digest::Sha256;
use crate::sender::checks::{AuthResult, Covered, Dkim, DkimFault};
use crate::time::UnixTime;

/// Signatures that are looked at; each costs a question and a public-key operation. Honest mail has one to three.
pub(super) const SIGNATURES: usize = 8;
const FIELD: &str = "dkim-signature";

/// Names of the keys that are needed to say anything.
pub(super) fn keys(fields: &Fields) -> Vec<String> {
    let signed = fields.named(FIELD).take(SIGNATURES).filter_map(|field| Signed::read(Kind::Dkim, field).ok());
    signed.filter(|signed| signed.objection(fields).is_none()).map(|signed| signed.key_name()).collect()
}

/// Checks the first signatures, and counts the others.
pub(super) fn check(fields: &Fields, bodies: &mut BodyDigests, dns: &mut Dns, at: UnixTime) -> (Vec<Dkim>, u32) {
    let checked = fields.named(FIELD).take(SIGNATURES).map(|field| one(fields, field, bodies, dns, at)).collect();
    let left_out = fields.count(FIELD).saturating_sub(SIGNATURES);
    (checked, u32::try_from(left_out).unwrap_or(u32::MAX))
}

fn one(fields: &Fields, field: (&[u8], &[u8]), bodies: &mut BodyDigests, dns: &mut Dns, at: UnixTime) -> Dkim {
    let mut dkim = Dkim {
        domain: String::new(),
        selector: String::new(),
        result: AuthResult::Pass,
        fault: None,
        covered: Covered::default(),
        signed_at: None,
        expires: None,
        signature: Sha256::of(&[]),
        dnssec: false,
    };
    if let Some(tags) = Tags::read(field.1) {
        dkim.signature = Sha256::of(&tags.value("b").and_then(tags::base64).unwrap_or_default());
        if let Ok(named) = names(&tags) {
            (dkim.domain, dkim.selector) = named;
        }
    }
    let refusal = match Signed::read(Kind::Dkim, field) {
        Err(refusal) => Err(refusal),
        Ok(signed) => {
            dkim.covered = signed.covered(fields);
            (dkim.signed_at, dkim.expires) = (signed.since, signed.expires);
            verified(&signed, fields, bodies, dns, at, &mut dkim.dnssec)
        }
    };
    if let Err((result, fault)) = refusal {
        (dkim.result, dkim.fault) = (result, Some(fault));
    }
    dkim
}

fn verified(
    signed: &Signed,
    fields: &Fields,
    bodies: &mut BodyDigests,
    dns: &mut Dns,
    at: UnixTime,
    dnssec: &mut bool,
) -> Result<(), Refusal> {
    if let Some(refusal) = signed.objection(fields).or_else(|| signed.objection_at(at)) {
        return Err(refusal);
    }
    if !signed.fits_body(bodies) {
        return Err((AuthResult::Fail, DkimFault::BodyHash));
    }
    let reply = dns.text(&signed.key_name()).map_err(|_| (AuthResult::Temperror, DkimFault::NoAnswer))?;
    *dnssec = reply.authenticated;
    let key = Key::of(reply, signed.algorithm).map_err(|fault| (AuthResult::Permerror, fault))?;
    if !signed.fits_identity(&key) {
        return Err((AuthResult::Permerror, DkimFault::Identity));
    }
    if !signed.verifies(fields, &key) {
        return Err((AuthResult::Fail, DkimFault::Signature));
    }
    if key.testing {
        return Err((AuthResult::Policy, DkimFault::Testing));
    }
    Ok(())
}
