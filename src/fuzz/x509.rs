//! Rules of certificates, names and revocation lists (RFC 5280).

use std::sync::LazyLock;

use crate::budget::Budget;
use crate::time::UnixTime;
use crate::x509::{
    AnchorStore, Certificate, Crl, CrlSet, Name, PathSearch, Purpose, Question, Verified, read_certificates,
};

/// An issuer of `fixtures/pki`; what it signed is in the seeds.
static ISSUER: LazyLock<Certificate> = LazyLock::new(|| {
    let der = include_bytes!("../../fixtures/pki/intermediates/gov-issuing.der");
    Certificate::parse(der).expect("a committed certificate reads")
});

pub(super) fn x509(octets: &[u8]) {
    let _ = read_certificates(octets);
    if let Ok(name) = Name::parse(octets) {
        assert_eq!(name.der(), octets, "names are kept as they came");
        assert!(name.is_within(&name) && name == name.clone());
        let _ = (name.to_string(), name.common_name(), name.organizational_units(), name.emails(), name.user_ids());
    }
    if let Ok(crl) = Crl::parse(octets) {
        revocations(&crl);
    }
    if let Ok(one) = Certificate::parse(octets) {
        assert_eq!(one.der(), octets, "certificates are kept as they came");
        certificate(&one);
    }
}

pub(super) fn certificate(one: &Certificate) {
    let _ = (one.subject().to_string(), one.serial_hex(), one.public_key(), one.scheme(), one.fault(), one.is_ca());
    let _ = (one.key_usage(), one.ext_key_usage(), one.emails(), one.crl_urls(), one.ocsp_urls(), one.policies());
    let _ = (one.may_sign_documents(), one.verify_signature(&ISSUER), one.verify_signature(one));
    let anchors = AnchorStore::trusting([ISSUER.clone()]);
    let at = UnixTime::from_seconds(1_700_000_000);
    let search =
        PathSearch { pool: std::slice::from_ref(one), anchors: &anchors, purposes: &[Purpose::PublicDuty], at };
    if let Ok(path) = search.build(one, &mut Budget::for_message()) {
        assert!(
            path.issuers().all(|(below, above)| below.verify_signature(above) == Ok(())),
            "a link that nobody signed"
        );
    }
}

fn revocations(crl: &Crl) {
    let anchors = AnchorStore::trusting([ISSUER.clone()]);
    let at = UnixTime::from_seconds(1_700_000_000);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &[Purpose::PublicDuty], at };
    let verified = Verified::default();
    let question = Question { certificate: &ISSUER, issuer: &ISSUER, search, verified: &verified };
    let mut set = CrlSet::default();
    set.insert(crl.clone());
    let said = set.statements(&question, &mut Budget::for_message());
    assert!(said.statements.len() <= 1, "one list is one statement");
    let _ = (crl.issuer().to_string(), crl.this_update(), crl.next_update(), crl.number(), crl.is_delta(), crl.len());
    let _ = (crl.scheme(), crl.status(&ISSUER), crl.signed_by(&ISSUER, &mut Budget::for_message()));
}
