use super::*;
use crate::x509::testing::*;
use crate::x509::{Crl, CrlSet, Reason};

/// A leaf below an issuing CA below a root.
struct World {
    leaf: Certificate,
    pool: Vec<Certificate>,
    anchors: AnchorStore,
    revocation: Option<RevocationPieces>,
    usage: Use,
    at: UnixTime,
}

impl World {
    fn new(extensions: Vec<Vec<u8>>) -> Self {
        let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
        Self {
            leaf: Draft { extensions, ..Draft::leaf(&person, &middle) }.certificate(),
            pool: vec![Draft { serial: 9, ..Draft::authority(&middle, &top) }.certificate()],
            // The issuing CA is given too, so that its licence is no question here.
            anchors: AnchorStore::trusting([root(&top)]),
            revocation: None,
            usage: Use::DocumentSigning,
            at: NOW,
        }
    }

    fn for_documents() -> Self {
        Self::new(vec![key_usage(0x40)])
    }

    fn lists(mut self, lists: Vec<Crl>) -> Self {
        let mut crls = CrlSet::default();
        for crl in lists {
            crls.insert(crl);
        }
        self.revocation = Some(RevocationPieces { crls, ..RevocationPieces::default() });
        self
    }

    fn findings(&self) -> TrustFindings {
        Inquiry {
            certificate: &self.leaf,
            pool: &self.pool,
            anchors: &self.anchors,
            usage: self.usage,
            policies: &[],
            at: self.at,
            revocation: self.revocation.as_ref(),
            algorithms: &Algorithms::default(),
        }
        .answer(&mut Budget::for_message())
    }

    fn verdict(&self) -> TrustVerdict {
        self.findings().verdict()
    }
}

fn ext_key_usage(critical: bool, last: u8) -> Vec<u8> {
    extension(37, critical, &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, last])
}

fn lists(leaf: &[(u8, &[Vec<u8>])], authority: &[(u8, &[Vec<u8>])]) -> Vec<Crl> {
    vec![crl(&Party::new("CA", 2), leaf, &[]), crl(&Party::new("Root", 1), authority, &[])]
}

#[test]
fn a_sound_path_is_trusted_and_says_that_revocation_was_not_asked_for() {
    let findings = World::for_documents().findings();
    assert_eq!(findings.verdict(), TrustVerdict::Trusted);
    assert!(findings.revocation.is_none());
}

#[test]
fn without_its_issuer_or_an_anchor_nothing_is_trusted() {
    let world = World { pool: Vec::new(), ..World::for_documents() };
    assert_eq!(world.verdict(), TrustVerdict::NotTrusted);
    let world = World { anchors: AnchorStore::default(), ..World::for_documents() };
    assert_eq!(world.verdict(), TrustVerdict::NotTrusted);
}

#[test]
fn out_of_its_period_it_is_not_trusted() {
    let world = World { at: UnixTime::from_seconds(0), ..World::for_documents() };
    assert!(matches!(world.findings().period, Some((_, Within::Before))));
    assert_eq!(world.verdict(), TrustVerdict::NotTrusted);
}

#[test]
fn a_server_signs_no_documents_and_any_use_asks_for_the_path_alone() {
    let server = World::new(vec![key_usage(0x80), ext_key_usage(false, 1)]);
    assert_eq!(server.verdict(), TrustVerdict::NotTrusted);
    assert_eq!(World { usage: Use::Any, ..server }.verdict(), TrustVerdict::Trusted);
    let person = World::new(vec![key_usage(0x80), ext_key_usage(false, 4)]);
    assert_eq!(person.verdict(), TrustVerdict::Trusted);
}

#[test]
fn an_authority_of_times_does_nothing_else_and_says_so_critically() {
    let stamper = |extensions| World { usage: Use::Timestamping, ..World::new(extensions) }.verdict();
    assert_eq!(stamper(vec![key_usage(0x80), ext_key_usage(true, 8)]), TrustVerdict::Trusted);
    assert_eq!(stamper(vec![key_usage(0x80), ext_key_usage(false, 8)]), TrustVerdict::NotTrusted);
    assert_eq!(stamper(vec![key_usage(0x80)]), TrustVerdict::NotTrusted);
    assert_eq!(stamper(vec![key_usage(0x20), ext_key_usage(true, 8)]), TrustVerdict::NotTrusted);
}

#[test]
fn every_certificate_below_the_anchor_needs_a_list() {
    let asked = |lists| World::for_documents().lists(lists).verdict();
    assert_eq!(asked(lists(&[], &[])), TrustVerdict::Trusted);
    assert_eq!(asked(Vec::new()), TrustVerdict::Undetermined);
    assert_eq!(asked(lists(&[], &[])[..1].to_vec()), TrustVerdict::Undetermined);
    assert_eq!(asked(lists(&[], &[])[1..].to_vec()), TrustVerdict::Undetermined);
}

#[test]
fn revoked_and_unknown_are_told_apart() {
    let revoked = World::for_documents().lists(lists(&[(7, &[])], &[])).findings();
    assert_eq!(revoked.verdict(), TrustVerdict::NotTrusted);
    let first = &revoked.revocation.unwrap()[0];
    assert!(matches!(first.status, RevocationAnswer::Revoked { reason: Reason::Unspecified, .. }), "{first:?}");
    let authority = World::for_documents().lists(lists(&[], &[(9, &[])]));
    assert_eq!(authority.verdict(), TrustVerdict::NotTrusted);
    let held = World::for_documents().lists(lists(&[(7, &[extension(21, false, &[0x0a, 1, 6])])], &[]));
    assert_eq!(held.verdict(), TrustVerdict::Undetermined);
}

#[test]
fn a_list_that_is_stale_or_dated_ahead_says_nothing_good() {
    let middle = Party::new("CA", 2);
    let with = |draft: CrlDraft<'_>| {
        let above = crl(&Party::new("Root", 1), &[], &[]);
        World::for_documents().lists(vec![draft.crl(), above]).verdict()
    };
    let stale = CrlDraft { next_update: "20200101000000Z", ..CrlDraft::new(&middle) };
    assert_eq!(with(stale), TrustVerdict::Undetermined);
    let ahead = CrlDraft { this_update: "20990101000000Z", ..CrlDraft::new(&middle) };
    assert_eq!(with(ahead), TrustVerdict::Undetermined);
    assert_eq!(with(CrlDraft::new(&middle)), TrustVerdict::Trusted);
}

#[test]
fn a_public_ca_that_no_entry_lists_leaves_it_open() {
    let top = root(&Party::new("Root", 1));
    let entry = |certificate: &Certificate, id: &str| {
        format!(
            "[[anchor]]\nid = \"{id}\"\nkind = \"root\"\npurpose = [\"public-ca\"]\nsubject = \"{}\"\nsha256 = \"{}\"\n\
             source = \"\"\nlegal-basis = \"\"\n",
            certificate.subject(),
            certificate.fingerprint()
        )
    };
    let mut world = World::for_documents();
    world.anchors = AnchorStore::default();
    world.anchors.read(&entry(&top, "top")).unwrap();
    world.anchors.install(top).unwrap();
    let findings = world.findings();
    assert_eq!((findings.unlisted.as_ref(), findings.verdict()), (world.pool.first(), TrustVerdict::Undetermined));
    // Listed by its pin; whether its certificate is installed does not matter.
    let listed = entry(&world.pool[0], "issuing");
    let ended = listed.replace("source", "valid = { to = \"2020-01-01\" }\nsource");
    for (entry, expected) in [(ended, TrustVerdict::Undetermined), (listed, TrustVerdict::Trusted)] {
        let mut listing = World { anchors: world.anchors.clone(), pool: world.pool.clone(), ..World::for_documents() };
        listing.anchors.read(&entry).unwrap();
        assert_eq!(listing.verdict(), expected, "{entry}");
        listing.anchors.install(world.pool[0].clone()).unwrap();
        assert_eq!(listing.verdict(), expected, "{entry}");
    }
}

#[test]
fn where_one_ca_above_is_revoked_another_path_does_unless_the_key_itself_is_in_wrong_hands() {
    let (middle, top, bridge) = (Party::new("CA", 2), Party::new("Root", 1), Party::new("Bridge", 4));
    let crossed = Draft { serial: 10, ..Draft::authority(&middle, &bridge) }.certificate();
    let asked =
        |below: &[(u8, &[Vec<u8>])], above: &[(u8, &[Vec<u8>])], across: &[(u8, &[Vec<u8>])], backwards: bool| {
            let mut world = World::for_documents();
            world.pool.push(crossed.clone());
            if backwards {
                world.pool.reverse();
            }
            world.anchors = AnchorStore::trusting([root(&top), root(&bridge)]);
            world.lists(vec![crl(&middle, below, &[]), crl(&top, above, &[]), crl(&bridge, across, &[])]).verdict()
        };
    for backwards in [false, true] {
        assert_eq!(asked(&[], &[], &[], backwards), TrustVerdict::Trusted);
        assert_eq!(asked(&[], &[(9, &[])], &[], backwards), TrustVerdict::Trusted);
        assert_eq!(asked(&[], &[], &[(10, &[])], backwards), TrustVerdict::Trusted);
        assert_eq!(asked(&[], &[(9, &[])], &[(10, &[])], backwards), TrustVerdict::NotTrusted);
        assert_eq!(asked(&[(7, &[])], &[], &[], backwards), TrustVerdict::NotTrusted);
    }
    assert_eq!(asked(&[], &[(9, &[reason_code(1)])], &[], false), TrustVerdict::NotTrusted);
}
