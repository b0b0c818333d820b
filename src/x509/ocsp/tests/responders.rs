use super::*;
use crate::x509::Purpose;
use crate::x509::ocsp::responder::delegate;
use crate::x509::testing::{basic_constraints, key_usage};

/// A store that also pins these certificates for OCSP, in a period.
fn pinning(world: &World, pinned: &[&Certificate], valid: &str) -> AnchorStore {
    let mut store = world.anchors.clone();
    for (at, certificate) in pinned.iter().enumerate() {
        let text = format!(
            "[[anchor]]\nid = \"responder-{at}\"\nkind = \"service\"\npurpose = [\"ocsp\"]\nsubject = \"{}\"\n\
             valid = {{ {valid} }}\nsha256 = \"{}\"\nsource = \"s\"\nlegal-basis = \"l\"\n",
            certificate.subject(),
            certificate.fingerprint()
        );
        store.read(&text).unwrap();
        store.install((*certificate).clone()).unwrap();
    }
    store
}

const TWENTIES: &str = "from = \"2020-01-01\", to = \"2029-12-31\"";

#[test]
fn the_issuer_speaks_for_itself_by_name_and_by_key() {
    let world = World::new();
    assert_eq!(world.status(&world.direct()), Ok(RevocationStatus::Good));
    let draft = OcspDraft { responder: by_key(&world.top), ..world.direct() };
    assert_eq!(world.status(&draft), Ok(RevocationStatus::Good));
}

#[test]
fn a_delegate_speaks_by_name_and_by_key() {
    let world = World::new();
    let draft = world.delegated(&world.delegation());
    let statements = world.ask(&draft).unwrap();
    assert_eq!(statements[0].signer, world.delegation().certificate());
    assert!(statements[0].signer.ocsp_no_check());
    let draft = OcspDraft { responder: by_key(&world.helper), ..draft };
    assert_eq!(world.status(&draft), Ok(RevocationStatus::Good));
}

#[test]
fn a_delegate_whose_certificate_lies_among_those_for_paths_is_found() {
    let mut world = World::new();
    let delegation = world.delegation().certificate();
    for responder in [by_name(&world.helper), by_key(&world.helper)] {
        world.pool.clear();
        let world_draft = OcspDraft { signer: &world.helper, responder: responder.clone(), ..world.direct() };
        assert_eq!(world.refusal(&world_draft), ResponderFault::Missing);
        let octets = world_draft.response();
        world.pool = vec![world.root.clone(), world.leaf.clone(), delegation.clone()];
        assert_eq!(world.ask_about(&world.leaf, &world.root, octets).unwrap()[0].signer, delegation);
    }
}

#[test]
fn the_key_usage_of_the_issuer_is_not_asked_and_that_of_a_delegate_is() {
    // The root has keyCertSign and cRLSign only, as most CAs have.
    let world = World::new();
    assert!(!world.root.key_usage().unwrap().digital_signature());
    assert_eq!(world.status(&world.direct()), Ok(RevocationStatus::Good));
    let delegation = |usage| Draft { extensions: vec![usage, ext_key_usage(9)], ..world.delegation() };
    assert_eq!(world.status(&world.delegated(&delegation(key_usage(0x80)))), Ok(RevocationStatus::Good));
    for bits in [0x40, 0x06] {
        assert_eq!(world.refusal(&world.delegated(&delegation(key_usage(bits)))), ResponderFault::KeyUsage);
    }
    let silent = Draft { extensions: vec![ext_key_usage(9)], ..world.delegation() };
    assert_eq!(world.status(&world.delegated(&silent)), Ok(RevocationStatus::Good));
}

#[test]
fn a_delegate_signs_in_its_period_only() {
    let world = World::new();
    let signing = |from, to| world.ask(&world.delegated(&Draft { from, to, ..world.delegation() })).map(|_| ());
    let outside = Err(OcspFault::Responder(ResponderFault::OutOfPeriod));
    assert_eq!(signing("20260101000000Z", "20280101000000Z"), Ok(()));
    assert_eq!(signing("20270101000100Z", "20270101000100Z"), Ok(()));
    assert_eq!(signing("20250101000000Z", "20270101000059Z"), outside);
    assert_eq!(signing("20270101000101Z", "20280101000000Z"), outside);
}

#[test]
fn a_delegate_is_told_from_the_issuer_and_from_a_responder_of_the_operator() {
    let world = World::new();
    let delegation = world.delegation().certificate();
    let of = |draft: &OcspDraft<'_>, anchors: &AnchorStore| {
        let search = PathSearch { pool: &[], anchors, purposes: &[], at: NOW };
        let verified = Verified::default();
        let question = Question { certificate: &world.leaf, issuer: &world.root, search, verified: &verified };
        let mut set = OcspSet::default();
        set.insert(draft.response());
        let said = set.statements(&question, &mut Budget::for_message());
        delegate(&said.statements[0], &question).cloned()
    };
    assert_eq!(of(&world.direct(), &world.anchors), None);
    assert_eq!(of(&world.delegated(&world.delegation()), &world.anchors), Some(delegation.clone()));
    let pinned = pinning(&world, &[&delegation], TWENTIES);
    assert_eq!(of(&world.delegated(&world.delegation()), &pinned), None);
}

#[test]
fn a_pinned_responder_speaks_in_the_period_of_its_pin() {
    let mut world = World::new();
    let foreign = Party::new("Service", 5);
    let service = Draft::leaf(&foreign, &foreign);
    let service = Draft { extensions: vec![key_usage(0x80)], ..service }.certificate();
    let draft_of = |world: &World, produced_at| {
        OcspDraft { produced_at, ..OcspDraft::delegated(&foreign, &service, world.good()) }.response()
    };
    let response = draft_of(&world, "20270101000100Z");
    let ask = |world: &World, response| world.ask_about(&world.leaf, &world.root, response).map(|said| said.len());
    assert_eq!(ask(&world, response.clone()), Err(OcspFault::Responder(ResponderFault::NotIssued)));
    world.anchors = pinning(&world, &[&service], TWENTIES);
    assert_eq!(ask(&world, response), Ok(1));
    // Known by its pin, so that it need not send its certificate.
    let bare = OcspDraft { responder: by_key(&foreign), ..OcspDraft::new(&foreign, world.good()) }.response();
    assert_eq!(ask(&world, bare), Ok(1));
    let late = draft_of(&world, "20300101000100Z");
    assert_eq!(ask(&world, late), Err(OcspFault::Responder(ResponderFault::OutOfPeriod)));
}

#[test]
fn a_certificate_trusted_for_signatures_is_no_responder() {
    // What an operator gives for one call may be a CA or a signer: it must not speak for others.
    let mut world = World::new();
    let other = Party::new("Other", 5);
    let service = Draft { extensions: vec![key_usage(0x80)], ..Draft::leaf(&other, &other) }.certificate();
    world.anchors.trust(service.clone());
    let draft = OcspDraft::delegated(&other, &service, world.good());
    assert_eq!(world.refusal(&draft), ResponderFault::NotIssued);
}

#[test]
fn a_pinned_responder_ends_no_path() {
    let mut world = World::new();
    world.anchors = AnchorStore::default();
    let anchors = pinning(&world, &[&world.root], TWENTIES);
    let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    assert!(search.build(&world.leaf, &mut Budget::for_message()).is_err());
    let anchors = AnchorStore::trusting([world.root.clone()]);
    let search = PathSearch { anchors: &anchors, ..search };
    assert!(search.build(&world.leaf, &mut Budget::for_message()).is_ok());
}

#[test]
fn a_ca_certified_again_with_the_same_key_is_the_same_issuer() {
    // The path has one certificate of the CA, its response brings the other; both are of one key.
    let world = World::new();
    let again = Draft { serial: 77, ..Draft::authority(&world.top, &world.top) }.certificate();
    let draft = OcspDraft::delegated(&world.top, &again, world.good());
    let statements = world.ask(&draft).unwrap();
    assert_eq!(statements[0].signer, world.root);
    assert_eq!(world.ask_about(&world.leaf, &again, draft.response()).unwrap()[0].signer, again);
    // And so is it where its new certificate has a new name for the key.
    let renamed = Party::new("Renamed", 1);
    let draft = OcspDraft::delegated(&renamed, &root(&renamed), world.good());
    assert_eq!(world.ask(&draft).unwrap()[0].signer, world.root);
}

#[test]
fn an_issuer_of_the_same_name_with_another_key_is_a_stranger() {
    let world = World::new();
    let twin = Party::new("Root", 9);
    let draft = OcspDraft::delegated(&twin, &root(&twin), world.good());
    assert!(matches!(world.ask(&draft), Err(OcspFault::Signature(_))));
    let delegation = Draft { issuer: &twin, ..world.delegation() };
    assert_eq!(world.refusal(&world.delegated(&delegation)), ResponderFault::NotIssued);
}

#[test]
fn a_delegate_certified_by_the_issuers_key_under_another_name_is_not_directly_issued() {
    let world = World::new();
    let renamed = Party::new("Renamed", 1);
    let delegation = Draft { issuer: &renamed, ..world.delegation() };
    assert_eq!(world.refusal(&world.delegated(&delegation)), ResponderFault::NotIssued);
}

#[test]
fn a_delegate_of_a_delegate_is_nobody() {
    let world = World::new();
    let middle = Party::new("Middle", 6);
    let extensions = [vec![basic_constraints(None)], responder_extensions()].concat();
    let between = Draft { extensions, ..Draft::leaf(&middle, &world.top) }.certificate();
    let below = Draft { issuer: &middle, ..world.delegation() };
    let mut draft = world.delegated(&below);
    draft.certificates.push(between.der().to_vec());
    assert_eq!(world.refusal(&draft), ResponderFault::NotIssued);
}
