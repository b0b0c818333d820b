//! What lists say of a certificate: scope, reasons, indirect and delta lists (RFC 5280, 6.3.3).

use super::super::testing::*;
use super::super::*;
use super::budget;
use crate::asn1::{context, context_primitive, encode};
use crate::time::UnixTime;

fn top() -> Party {
    Party::new("Root", 1)
}

fn leaf_with(extensions: Vec<Vec<u8>>) -> Certificate {
    let (person, top) = (Party::new("Person", 3), top());
    Draft { extensions, ..Draft::leaf(&person, &top) }.certificate()
}

fn leaf() -> Certificate {
    leaf_with(vec![key_usage(0x40)])
}

/// What lists say of a certificate of the root, which is the anchor; the pool may hold signers.
fn ask_with(lists: &[Crl], leaf: &Certificate, pool: &[Certificate]) -> Said {
    let issuer = root(&top());
    let anchors = AnchorStore::trusting([issuer.clone()]);
    let mut set = CrlSet::default();
    lists.iter().cloned().for_each(|list| set.insert(list));
    let search = PathSearch { pool, anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    set.statements(&Question { certificate: leaf, issuer: &issuer, search, verified: &verified }, &mut budget())
}

fn ask(lists: &[Crl], leaf: &Certificate) -> Said {
    ask_with(lists, leaf, &[])
}

fn statuses(said: &Said) -> Vec<RevocationStatus> {
    said.statements.iter().map(|statement| statement.status).collect()
}

fn silences(said: &Said) -> Vec<Silence> {
    said.silent.iter().map(|(_, why)| why.clone()).collect()
}

fn unusable(why: Unusable) -> Vec<Silence> {
    vec![Silence::Unusable(why)]
}

const GOOD: [RevocationStatus; 1] = [RevocationStatus::Good];

fn at(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

fn revoked(reason: Reason) -> RevocationStatus {
    RevocationStatus::Revoked { at: at("2025-01-01T00:00:00Z"), reason, invalid_from: None }
}

fn hold() -> RevocationStatus {
    RevocationStatus::Hold { at: at("2025-01-01T00:00:00Z") }
}

fn number(number: u8) -> Vec<u8> {
    extension(20, false, &[2, 1, number])
}

fn base(number: u8) -> Vec<u8> {
    extension(27, true, &[2, 1, number])
}

#[test]
fn a_list_speaks_with_its_dates_its_signer_and_its_digest() {
    let top = top();
    let list = CrlDraft { next_update: "20260101000000Z", ..CrlDraft::new(&top) }.crl();
    let said = ask(std::slice::from_ref(&list), &leaf());
    let [statement] = &said.statements[..] else { panic!("{said:?}") };
    assert_eq!((statement.status, statement.kind), (RevocationStatus::Good, StatementKind::Crl));
    assert_eq!(statement.pieces, [list.fingerprint()]);
    assert_eq!(statement.this_update, at("2025-01-01T00:00:00Z"));
    assert_eq!(statement.next_update, Some(at("2026-01-01T00:00:00Z")));
    assert_eq!((statement.signer.clone(), statement.vouches_since), (root(&top), None));
    assert!(said.silent.is_empty());
    assert!(ask(&[], &leaf()).statements.is_empty());
}

#[test]
fn a_list_that_does_not_say_when_the_next_is_due_says_so() {
    let top = top();
    let said = ask(&[CrlDraft { next_update: "", ..CrlDraft::new(&top) }.crl()], &leaf());
    assert_eq!(said.statements[0].next_update, None);
}

#[test]
fn a_forged_list_says_nothing() {
    let forged = CrlDraft::new(&Party::new("Root", 9)).crl();
    let said = ask(&[forged], &leaf());
    assert!(said.statements.is_empty());
    assert!(matches!(silences(&said)[..], [Silence::Fault(CrlFault::Signature(_))]));
}

#[test]
fn a_list_says_since_when_it_keeps_ended_certificates() {
    let since = extension(60, false, &encode(0x18, &[b"20200101000000Z"]));
    let said = ask(&[crl(&top(), &[], &[since])], &leaf());
    assert_eq!(said.statements[0].vouches_since, Some(at("2020-01-01T00:00:00Z")));
}

#[test]
fn an_unknown_critical_extension_of_a_list_or_of_one_entry_leaves_the_list_unused() {
    let odd = |critical| extension(99, critical, &[5, 0]);
    let why = unusable(Unusable::CriticalExtension { oid: "2.5.29.99".to_owned() });
    assert_eq!(silences(&ask(&[crl(&top(), &[], &[odd(true)])], &leaf())), why);
    // Even where it lists the certificate (5.3): what the entry means is not known.
    assert_eq!(silences(&ask(&[crl(&top(), &[(7, &[odd(true)])], &[])], &leaf())), why);
    assert_eq!(statuses(&ask(&[crl(&top(), &[(1, &[odd(false)])], &[odd(false)])], &leaf())), GOOD);
}

#[test]
fn a_list_for_users_or_for_authorities_speaks_of_these_only() {
    let top = top();
    let authority = Draft::authority(&Party::new("CA", 2), &top).certificate();
    let list = |flag| crl(&top, &[], &[issuing_point(&[&[context_primitive(flag), 1, 0xff]])]);
    assert_eq!(statuses(&ask(&[list(1)], &leaf())), GOOD);
    assert_eq!(silences(&ask(&[list(1)], &authority)), unusable(Unusable::OtherScope));
    assert_eq!(statuses(&ask(&[list(2)], &authority)), GOOD);
    assert_eq!(silences(&ask(&[list(2)], &leaf())), unusable(Unusable::OtherScope));
    assert_eq!(silences(&ask(&[list(5)], &leaf())), unusable(Unusable::AttributeCertificates));
}

/// The scope bugs of webpki and AWS-LC (2026): only the first point was looked at, or any point would do.
#[test]
fn a_list_for_one_point_speaks_where_any_point_of_the_certificate_names_it() {
    let points = [full_name(&uri("http://a/1.crl")), full_name(&[uri("ldap://x"), uri("http://a/2.crl")].concat())];
    let leaf = leaf_with(vec![distribution_points(&[&points[0], &points[1]])]);
    assert_eq!(leaf.crl_urls(), ["http://a/1.crl", "ldap://x", "http://a/2.crl"]);
    let list = |address: &str, entries: &[(u8, &[Vec<u8>])]| {
        crl(&top(), entries, &[issuing_point(&[&full_name(&uri(address))])])
    };
    for address in ["http://a/1.crl", "http://a/2.crl"] {
        assert_eq!(statuses(&ask(&[list(address, &[])], &leaf)), GOOD);
        assert_eq!(statuses(&ask(&[list(address, &[(7, &[])])], &leaf)), [revoked(Reason::Unspecified)]);
    }
    for address in ["http://a/3.crl", "http://a/1.crl2", "HTTP://A/1.CRL"] {
        assert_eq!(silences(&ask(&[list(address, &[])], &leaf)), unusable(Unusable::OtherPoint));
    }
    assert_eq!(silences(&ask(&[list("http://a/1.crl", &[])], &self::leaf())), unusable(Unusable::OtherPoint));
    assert_eq!(statuses(&ask(&[crl(&top(), &[], &[])], &leaf)), GOOD);
}

#[test]
fn names_of_points_that_are_not_read_are_not_the_same_name() {
    // Two otherNames.
    let leaf = leaf_with(vec![distribution_points(&[&full_name(&[0xa0, 2, 6, 0])])]);
    let list = crl(&top(), &[], &[issuing_point(&[&full_name(&[0xa0, 2, 5, 0])])]);
    assert_eq!(silences(&ask(&[list], &leaf)), unusable(Unusable::OtherPoint));
}

/// nameRelativeToCRLIssuer with one common name.
fn relative(name: &str) -> Vec<u8> {
    let pair = encode(0x30, &[&[6, 3, 0x55, 4, 3], &encode(0x0c, &[name.as_bytes()])]);
    encode(context(0), &[&encode(context(1), &[&pair])])
}

#[test]
fn a_point_may_be_named_relative_to_the_issuer_on_either_side() {
    let full = full_name(&directory("CN=P1, CN=Root, O=Test, C=VN"));
    for (one, two) in [(&full, &relative("P1")), (&relative("p1"), &full), (&relative("P1"), &relative("P1"))] {
        let leaf = leaf_with(vec![distribution_points(&[one])]);
        assert_eq!(statuses(&ask(&[crl(&top(), &[], &[issuing_point(&[two])])], &leaf)), GOOD);
        let other = crl(&top(), &[], &[issuing_point(&[&relative("P2")])]);
        assert_eq!(silences(&ask(&[other], &leaf)), unusable(Unusable::OtherPoint));
    }
    // Relative to whom, when two issuers are named?
    let two = [directory("CN=A"), directory("CN=B")].concat();
    let leaf = leaf_with(vec![distribution_points(&[&[relative("P1"), encode(context(2), &[&two])].concat()])]);
    assert!(!leaf.distribution_points()[0].names.is_empty());
    assert!(matches!(leaf.distribution_points()[0].names[..], [GeneralName::Other(_)]));
}

/// onlySomeReasons with these octets of flags: keyCompromise is 0x40 of the first.
fn some_reasons(octets: &[u8]) -> Vec<u8> {
    issuing_point(&[&encode(context_primitive(3), &[&[0], octets])])
}

#[test]
fn lists_of_some_reasons_make_a_whole_with_the_earliest_dates_or_say_nothing() {
    let top = top();
    let one = |entries| CrlDraft { entries, extensions: vec![some_reasons(&[0x60])], ..CrlDraft::new(&top) };
    let two = |entries| CrlDraft {
        entries,
        this_update: "20240101000000Z",
        next_update: "20250601000000Z",
        extensions: vec![some_reasons(&[0x1f, 0x80])],
        ..CrlDraft::new(&top)
    };
    let said = ask(&[one(vec![]).crl()], &leaf());
    assert_eq!((statuses(&said), silences(&said)), (vec![], unusable(Unusable::SomeReasons)));
    let said = ask(&[one(vec![]).crl(), two(vec![]).crl()], &leaf());
    assert_eq!(statuses(&said), GOOD);
    assert_eq!(said.statements[0].pieces.len(), 2);
    assert_eq!(said.statements[0].this_update, at("2024-01-01T00:00:00Z"));
    assert_eq!(said.statements[0].next_update, Some(at("2025-06-01T00:00:00Z")));
    // What is listed is listed.
    let listed = vec![(7, vec![reason_code(1)])];
    assert_eq!(statuses(&ask(&[one(listed.clone()).crl()], &leaf())), [revoked(Reason::KeyCompromise)]);
    let said = ask(&[two(listed).crl(), one(vec![]).crl()], &leaf());
    assert_eq!(statuses(&said), [revoked(Reason::KeyCompromise)]);
    // Two of the same kind are no more than one.
    let older = CrlDraft { this_update: "20230101000000Z", ..one(vec![]) };
    assert!(ask(&[one(vec![]).crl(), older.crl()], &leaf()).statements.is_empty());
}

#[test]
fn reasons_of_a_point_limit_what_its_list_is_good_for() {
    let point = |address: &str, reasons: &[u8]| {
        [full_name(&uri(address)), encode(context_primitive(1), &[&[0], reasons])].concat()
    };
    let list = |address: &str| crl(&top(), &[], &[issuing_point(&[&full_name(&uri(address))])]);
    let leaf = leaf_with(vec![distribution_points(&[&point("u:1", &[0x60]), &point("u:2", &[0x1f, 0x80])])]);
    assert_eq!(silences(&ask(&[list("u:1")], &leaf)), unusable(Unusable::SomeReasons));
    assert_eq!(statuses(&ask(&[list("u:1"), list("u:2")], &leaf)), GOOD);
}

#[test]
fn reason_bits_beyond_the_end_of_the_string_do_not_count() {
    // Nine bits, of which the encoding says that seven are there.
    let list = crl(&top(), &[], &[issuing_point(&[&encode(context_primitive(3), &[&[1, 0x7f]])])]);
    let rest = crl(&top(), &[], &[issuing_point(&[&encode(context_primitive(3), &[&[7, 0, 0x80]])])]);
    assert!(ask(&[list, rest], &leaf()).statements.is_empty());
}

const INDIRECT: [u8; 3] = [context_primitive(4), 1, 0xff];

/// A certificate whose revocation is left to "Lists".
fn delegating(issuer: &str) -> Certificate {
    leaf_with(vec![distribution_points(&[&encode(context(2), &[&directory(issuer)])])])
}

#[test]
fn an_indirect_list_speaks_for_certificates_that_name_its_proven_issuer() {
    let (top, lists) = (top(), Party::new("Lists", 5));
    let signer = |usage| Draft { extensions: vec![key_usage(usage)], ..Draft::leaf(&lists, &top) }.certificate();
    let list = |entries: &[(u8, &[Vec<u8>])], point: &[&[u8]]| crl(&lists, entries, &[issuing_point(point)]);
    let leaf = delegating(&lists.name);
    let mine = [entry_issuer(&top)];
    let pool = [signer(0x02)];
    assert_eq!(statuses(&ask_with(&[list(&[], &[&INDIRECT])], &leaf, &pool)), GOOD);
    let listed = ask_with(&[list(&[(7, &mine)], &[&INDIRECT])], &leaf, &pool);
    assert_eq!(statuses(&listed), [revoked(Reason::Unspecified)]);
    assert_eq!(listed.statements[0].signer, pool[0]);
    // Without a proof of the signer, or the use for it, or the certificate's word, or that of the list: nothing.
    let silent = |said: &Said| {
        assert!(said.statements.is_empty());
        silences(said)
    };
    let unsigned = silent(&ask(&[list(&[], &[&INDIRECT])], &leaf));
    assert_eq!(unsigned, [Silence::Fault(CrlFault::OtherIssuer)]);
    let misused = silent(&ask_with(&[list(&[], &[&INDIRECT])], &leaf, &[signer(0x04)]));
    assert_eq!(misused, [Silence::Fault(CrlFault::NotForSigning)]);
    assert_eq!(silent(&ask_with(&[list(&[], &[&INDIRECT])], &self::leaf(), &pool)), []);
    assert_eq!(silent(&ask_with(&[list(&[], &[])], &leaf, &pool)), unusable(Unusable::OtherIssuer));
    // Nor does the issuer's own list for one point speak where the point is left to somebody else.
    let own = crl(&top, &[], &[issuing_point(&[&full_name(&directory(&lists.name))])]);
    assert_eq!(silent(&ask_with(&[own], &leaf, &pool)), unusable(Unusable::OtherPoint));
}

#[test]
fn an_entry_is_for_the_issuer_that_was_named_last() {
    let (top, lists, other) = (top(), Party::new("Lists", 5), Party::new("Other", 6));
    let signer = Draft { extensions: vec![key_usage(0x02)], ..Draft::leaf(&lists, &top) }.certificate();
    let (leaf, pool) = (delegating(&lists.name), [signer]);
    let say = |entries: Vec<(u8, Vec<Vec<u8>>)>| {
        let extensions = vec![issuing_point(&[&INDIRECT])];
        statuses(&ask_with(&[CrlDraft { entries, extensions, ..CrlDraft::new(&lists) }.crl()], &leaf, &pool))
    };
    let named = |party: &Party| vec![entry_issuer(party)];
    let listed = [revoked(Reason::Unspecified)];
    assert_eq!(say(vec![(7, vec![])]), GOOD, "an entry for the list's own issuer");
    assert_eq!(say(vec![(1, named(&top)), (7, vec![])]), listed);
    assert_eq!(say(vec![(1, named(&top)), (2, named(&other)), (7, vec![])]), GOOD);
    assert_eq!(say(vec![(1, named(&top)), (2, named(&other)), (7, named(&top))]), listed);
    assert_eq!(say(vec![(7, named(&other)), (8, named(&top))]), GOOD);
}

#[test]
fn a_list_of_the_root_may_be_indirect_and_name_itself() {
    let top = top();
    let list = |entries: &[(u8, &[Vec<u8>])]| crl(&top, entries, &[issuing_point(&[&INDIRECT])]);
    let other = Party::new("Other", 6);
    assert_eq!(statuses(&ask(&[list(&[(7, &[entry_issuer(&other)])])], &leaf())), GOOD);
    for entry in [vec![], vec![entry_issuer(&top)]] {
        assert_eq!(statuses(&ask(&[list(&[(7, &entry)])], &leaf())), [revoked(Reason::Unspecified)]);
    }
}

/// Two of the Vietnamese roots: cRLIssuer "ROOT CA – RS" in certificates of "ROOT CA - RS".
#[test]
fn a_crl_issuer_that_differs_from_the_issuer_by_a_dash_is_the_issuer() {
    let top = Party::new("VIETNAM NATIONAL ROOT CA - RS", 1);
    let issuer = root(&top);
    let anchors = AnchorStore::trusting([issuer.clone()]);
    let address = full_name(&uri("https://rootca.gov.vn/crl/vnrca-rs.crl"));
    let authority = |crl_issuer: &str| {
        let point = [address.clone(), encode(context(2), &[&directory(crl_issuer)])].concat();
        let points = extension(31, true, &encode(0x30, &[&encode(0x30, &[&point])]));
        let policies = extension(32, true, &[0x30, 8, 0x30, 6, 6, 4, 0x60, 0x85, 0x40, 1]);
        let extensions = vec![basic_constraints(None), key_usage(0x06), points, policies];
        Draft { extensions, ..Draft::authority(&Party::new("CA", 2), &top) }.certificate()
    };
    let say = |crl_issuer: &str, list: &Crl| {
        let certificate = authority(crl_issuer);
        assert_eq!(certificate.fault(), None);
        let mut set = CrlSet::default();
        set.insert(list.clone());
        let search = PathSearch { pool: &[], anchors: &anchors, purposes: &Purpose::ALL, at: NOW };
        let verified = Verified::default();
        let question = Question { certificate: &certificate, issuer: &issuer, search, verified: &verified };
        set.statements(&question, &mut budget())
    };
    let dashed = top.name.replace('-', "\u{2013}");
    let scoped = crl(&top, &[], &[issuing_point(&[&address])]);
    assert_eq!(statuses(&say(&top.name, &scoped)), GOOD);
    assert_eq!(statuses(&say(&dashed, &scoped)), GOOD);
    let listed = crl(&top, &[(7, &[])], &[issuing_point(&[&address])]);
    assert_eq!(statuses(&say(&dashed, &listed)), [revoked(Reason::Unspecified)]);
    // Its scope must fit as ever, and another name is somebody else, whether or not we know him.
    let elsewhere = crl(&top, &[], &[issuing_point(&[&full_name(&uri("https://rootca.gov.vn/crl/x.crl"))])]);
    assert_eq!(silences(&say(&dashed, &elsewhere)), unusable(Unusable::OtherPoint));
    let stranger = dashed.replace("RS", "RT");
    assert_eq!(silences(&say(&stranger, &scoped)), unusable(Unusable::OtherPoint));
    // A list of everything that the issuer signed speaks of everything that it issued (6.3.3, last paragraph).
    assert_eq!(statuses(&say(&stranger, &crl(&top, &[], &[]))), GOOD);
}

fn complete(own: u8, entries: &[(u8, &[Vec<u8>])]) -> Crl {
    crl(&top(), entries, &[number(own)])
}

fn delta(from: u8, own: u8, entries: &[(u8, &[Vec<u8>])]) -> Crl {
    let top = top();
    let entries = entries.iter().map(|(serial, extensions)| (*serial, extensions.to_vec())).collect();
    let extensions = vec![base(from), number(own)];
    CrlDraft { entries, extensions, this_update: "20250201000000Z", ..CrlDraft::new(&top) }.crl()
}

#[test]
fn a_delta_brings_a_complete_list_up_to_its_own_day() {
    let said = ask(&[complete(5, &[]), delta(4, 8, &[])], &leaf());
    assert_eq!(statuses(&said), GOOD);
    assert_eq!((said.statements[0].pieces.len(), said.silent.len()), (2, 0));
    assert_eq!(said.statements[0].this_update, at("2025-02-01T00:00:00Z"));
    let listed = ask(&[complete(5, &[]), delta(4, 8, &[(7, &[reason_code(1)])])], &leaf());
    assert_eq!(statuses(&listed), [revoked(Reason::KeyCompromise)]);
    let held = ask(&[complete(5, &[]), delta(5, 6, &[(7, &[reason_code(6)])])], &leaf());
    assert_eq!(statuses(&held), [hold()]);
}

#[test]
fn a_delta_lifts_a_suspension_and_never_a_revocation() {
    let removed = || delta(4, 8, &[(7, &[reason_code(8)])]);
    let after = |reason| statuses(&ask(&[complete(5, &[(7, &[reason_code(reason)])]), removed()], &leaf()));
    assert_eq!(after(6), GOOD);
    assert_eq!(after(1), [revoked(Reason::KeyCompromise)]);
    assert_eq!(after(5), [revoked(Reason::CessationOfOperation)]);
    // A suspension that the delta leaves alone goes on.
    assert_eq!(statuses(&ask(&[complete(5, &[(7, &[reason_code(6)])]), delta(4, 8, &[])], &leaf())), [hold()]);
    // In a complete list removeFromCRL means nothing, and lifts nothing in that list.
    let both = complete(5, &[(7, &[reason_code(6)]), (7, &[reason_code(8)])]);
    assert_eq!(statuses(&ask(&[both], &leaf())), [hold()]);
}

#[test]
fn a_newer_delta_that_cannot_be_applied_leaves_no_good() {
    let said = ask(&[complete(5, &[]), delta(6, 8, &[])], &leaf());
    assert!(said.statements.is_empty());
    let why = [Silence::Unusable(Unusable::NewerDelta), Silence::Unusable(Unusable::Delta)];
    assert_eq!(silences(&said), why);
    // What it lists it lists, and what the complete list has stays.
    let said = ask(&[complete(5, &[]), delta(6, 8, &[(7, &[])])], &leaf());
    assert_eq!(statuses(&said), [revoked(Reason::Unspecified)]);
    let said = ask(&[complete(5, &[(7, &[])]), delta(6, 8, &[(7, &[reason_code(8)])])], &leaf());
    assert_eq!(statuses(&said), [revoked(Reason::Unspecified)]);
    // One that has a complete list of its own does not disturb.
    assert_eq!(statuses(&ask(&[complete(5, &[]), complete(7, &[]), delta(6, 8, &[])], &leaf())), GOOD);
}

#[test]
fn of_several_deltas_the_newest_that_fits_counts() {
    let listed: &[(u8, &[Vec<u8>])] = &[(7, &[reason_code(6)])];
    let lists = [complete(5, &[]), delta(4, 6, listed), delta(4, 8, &[])];
    let said = ask(&lists, &leaf());
    // The older one's suspension is told with its date; the newer "good" lifts it for whoever weighs.
    assert_eq!(statuses(&said), [RevocationStatus::Good, hold()]);
    assert_eq!(said.statements[0].pieces, [lists[0].fingerprint(), lists[2].fingerprint()]);
    assert!(ask(&[complete(5, &[]), delta(4, 6, &[]), delta(7, 8, &[])], &leaf()).statements.is_empty());
}

#[test]
fn a_delta_that_is_older_forged_or_of_another_scope_changes_nothing() {
    assert_eq!(statuses(&ask(&[complete(9, &[]), delta(4, 8, &[])], &leaf())), GOOD);
    let impostor = Party::new("Root", 9);
    let forged = crl(&impostor, &[(7, &[])], &[base(6), number(8)]);
    assert_eq!(statuses(&ask(&[complete(5, &[]), forged], &leaf())), GOOD);
    let users = [issuing_point(&[&[context_primitive(1), 1, 0xff]]), base(6), number(8)];
    assert_eq!(statuses(&ask(&[complete(5, &[]), crl(&top(), &[], &users)], &leaf())), GOOD);
}

#[test]
fn a_delta_with_an_unknown_critical_extension_or_no_number_leaves_no_good() {
    let odd = extension(99, true, &[5, 0]);
    let said = ask(&[complete(5, &[]), crl(&top(), &[], &[base(4), number(8), odd])], &leaf());
    assert!(said.statements.is_empty());
    let top = top();
    let extensions = vec![base(4)];
    let nameless = CrlDraft { extensions, this_update: "20250201000000Z", ..CrlDraft::new(&top) }.crl();
    assert!(ask(&[complete(5, &[]), nameless], &leaf()).statements.is_empty());
}

#[test]
fn a_delta_that_names_another_key_is_not_applied() {
    let key = |id: u8| extension(35, false, &[0x30, 3, 0x80, 1, id]);
    let list = crl(&top(), &[], &[number(5), key(1)]);
    let delta = |id| crl(&top(), &[], &[base(4), number(8), key(id)]);
    assert_eq!(statuses(&ask(&[list.clone(), delta(1)], &leaf())), GOOD);
    assert!(ask(&[list, delta(2)], &leaf()).statements.is_empty());
}

#[test]
fn addresses_of_delta_lists_are_read_in_certificates_and_lists() {
    let fresher = |point: &[u8]| extension(46, false, &encode(0x30, &[&encode(0x30, &[point])]));
    let (old, new) = (full_name(&uri("http://a/full.crl")), full_name(&uri("http://a/delta.crl")));
    let leaf = leaf_with(vec![distribution_points(&[&old]), fresher(&new)]);
    assert_eq!(leaf.crl_urls(), ["http://a/full.crl", "http://a/delta.crl"]);
    let list = crl(&top(), &[], &[fresher(&new)]);
    assert_eq!(list.fresher_urls().collect::<Vec<_>>(), ["http://a/delta.crl"]);
    // A list for the point of the deltas is no list for the certificate.
    let scoped = crl(&top(), &[], &[issuing_point(&[&new])]);
    assert_eq!(silences(&ask(&[scoped], &leaf)), unusable(Unusable::OtherPoint));
}
