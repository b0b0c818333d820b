use std::collections::BTreeMap;
use std::fs;

use super::super::testing::*;
use super::super::*;
use super::budget;
use crate::algorithm::DigestAlgorithm;
use crate::time::{UnixTime, Within};

#[test]
fn every_vietnamese_certificate_is_read_and_those_pinned_are_recognised() {
    let Some(folder) = corpora("vn/certs") else { return };
    let mut store = AnchorStore::published().unwrap();
    let mut installed = Vec::new();
    for path in files(&folder) {
        for certificate in read_certificates(&fs::read(&path).unwrap()).unwrap() {
            assert_eq!(certificate.fault(), None, "{}", path.display());
            certificate.public_key().unwrap();
            if let Ok(entry) = store.install(certificate.clone()) {
                assert_eq!(entry.subject(), certificate.subject(), "{}", entry.id());
                installed.push(entry.id().to_owned());
            }
        }
    }
    let missing: Vec<&str> = store.missing().map(AnchorEntry::id).collect();
    assert_eq!(missing, ["vgca-dcs-g2", "neac-rs", "neac-mobilepki", "neac-tsa"]);
}

#[test]
fn the_government_portal_leads_to_vgca_g1_although_sha_1_is_in_the_way() {
    let Some(folder) = corpora("vn/certs") else { return };
    let read = |name: &str| read_certificates(&fs::read(folder.join(name)).unwrap()).unwrap().remove(0);
    let leaf = read("from-pdf-b50df16d49fa.der");
    assert_eq!(leaf.may_sign_documents(), Ok(()));
    assert_eq!(leaf.emails(), ["thongtinchinhphu@chinhphu.vn"]);
    assert!(leaf.crl_urls().contains(&"http://ca.gov.vn/pki/pub/crl/cp.crl"));
    let at = UnixTime::parse("2018-09-13").unwrap();
    let search = |store: &AnchorStore, pool: &[Certificate]| {
        PathSearch { pool, anchors: store, purposes: &[Purpose::PublicDuty], at }.build(&leaf, &mut budget())
    };
    let mut store = AnchorStore::published().unwrap();
    assert_eq!(search(&store, &[]), Err(PathError::AnchorMissing { id: "vgca-cp-g1".to_owned() }));
    // The root alone, and the issuing CA as anybody may send it.
    store.install(read("vgca-tool/VGCA_ROOTCA_BIN")).unwrap();
    let path = search(&store, &[read("vgca-tool/CP_BIN")]).unwrap();
    assert_eq!((path.anchor(), path.certificates().len()), ("vgca-root-g1", 3));
    assert_eq!(path.weak().count(), 2);
    // The issuing CA itself.
    store.install(read("vgca-tool/CP_BIN")).unwrap();
    let path = search(&store, &[]).unwrap();
    assert_eq!((path.anchor(), path.certificates().len()), ("vgca-cp-g1", 2));
    assert_eq!(path.weak().map(|(_, digest)| digest).collect::<Vec<_>>(), [DigestAlgorithm::Sha1]);
    assert_eq!(path.out_of_period(UnixTime::parse("2026-01-01").unwrap()), Some((&leaf, Within::After)));
}

/// The outcome of a PKITS case as a caller with CRLs only would reach it.
fn pkits_accepts(folder: &std::path::Path, row: &BTreeMap<&str, &str>) -> Result<(), String> {
    let list = |column: &str| row[column].split(',').filter(|name| !name.is_empty()).collect::<Vec<_>>();
    let read = |name: &str| {
        let octets = fs::read(folder.join(name)).unwrap();
        Certificate::parse(&octets).map_err(|error| format!("{name}: {error}"))
    };
    let leaf = read(row["leaf"])?;
    let pool: Vec<Certificate> = list("intermediates").into_iter().filter_map(|name| read(name).ok()).collect();
    let anchors = AnchorStore::trusting(list("anchors").into_iter().map(|name| read(name).unwrap()));
    let crls: Vec<Crl> = list("crls_or_ocsp")
        .into_iter()
        .filter_map(|name| Crl::parse(&fs::read(folder.join(name)).unwrap()).ok())
        .collect();
    let at = UnixTime::parse(row["validation_time"]).unwrap();
    let search = PathSearch { pool: &pool, anchors: &anchors, purposes: &Purpose::ALL, at };
    let path = search.build(&leaf, &mut budget()).map_err(|error| error.to_string())?;
    if let Some((certificate, place)) = path.out_of_period(at) {
        return Err(format!("{} is {place:?}", certificate.subject()));
    }
    none_revoked(&search, &path, &crls, 0)
}

/// Whether fresh CRLs say of every certificate on the path that it is good; a CRL may be signed by another key of its
/// issuer, when that key's certificate is good as well.
fn none_revoked(search: &PathSearch<'_>, path: &Path, crls: &[Crl], depth: u32) -> Result<(), String> {
    for (certificate, issuer) in path.issuers() {
        let believed = |crl: &Crl| {
            let signs = |signer: &Certificate| crl.signed_by(signer, &mut budget()).is_ok();
            let other = |signer: &&Certificate| {
                let good = |path: Path| none_revoked(search, &path, crls, depth + 1).is_ok();
                depth < 2 && signs(signer) && search.build(signer, &mut budget()).is_ok_and(good)
            };
            signs(issuer) || search.pool.iter().any(|signer| other(&signer))
        };
        let mut outcome = Err("no CRL".to_owned());
        for crl in crls.iter().filter(|crl| crl.issuer() == certificate.issuer()) {
            if crl.next_update().is_none_or(|next| next < search.at) {
                outcome = outcome.map_err(|_: String| "stale CRL".to_owned());
            } else if !believed(crl) {
                outcome = outcome.map_err(|_| "CRL of an unknown signer".to_owned());
            } else {
                match crl.status(certificate) {
                    Ok(RevocationStatus::Good) => outcome = Ok(()),
                    Ok(status) => return Err(format!("{status:?}")),
                    Err(error) => outcome = outcome.map_err(|_| error.to_string()),
                }
            }
        }
        if crls.iter().any(|crl| crl.is_delta() && crl.issuer() == certificate.issuer()) {
            return Err("a delta CRL is at hand and not evaluated".to_owned());
        }
        outcome.map_err(|why| format!("{}: {why}", certificate.subject()))?;
    }
    Ok(())
}

/// Cases that end in "undetermined" instead of an accept: DSA (4.1.4, 4.1.5), lists for
/// some reasons, relative point names and indirect lists (4.14), delta lists (4.15).
fn not_evaluated(case: &str) -> bool {
    ["40104", "40105", "414", "415"]
        .iter()
        .any(|section| case.strip_prefix("pkits/").is_some_and(|case| case.starts_with(section)))
}

#[test]
fn nist_pkits_has_no_false_accept_and_refuses_only_what_is_not_evaluated() {
    let Some(folder) = corpora("x509") else { return };
    let manifest = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let mut agreed = 0;
    let mut left_out = 0;
    let mut wrong = Vec::new();
    for line in lines {
        let row: BTreeMap<&str, &str> = columns.iter().copied().zip(line.split('\t')).collect();
        let note = row["params_or_note"];
        // The initial policy set of a caller is not evaluated here.
        if note.contains("\"user_initial_") || note.contains("\"initial_") {
            left_out += 1;
            continue;
        }
        let outcome = pkits_accepts(&folder, &row);
        match (row["expected"], &outcome) {
            ("ACCEPT", Ok(())) | ("REJECT", Err(_)) => agreed += 1,
            ("ACCEPT", Err(why)) if not_evaluated(row["case_id"]) => println!("undetermined: {} {why}", row["case_id"]),
            (expected, _) => wrong.push(format!("{} expected {expected}: {outcome:?}", row["case_id"])),
        }
    }
    println!("{agreed} agreed, {left_out} left out");
    assert_eq!(wrong, Vec::<String>::new());
}
