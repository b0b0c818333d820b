//! Who may sign a list: other keys of the same name, and what they must prove (RFC 5280, 6.3.3 f).

use super::super::testing::*;
use super::super::*;
use super::budget;
use crate::budget::{Budget, SIGNATURE_CHECKS};

/// A leaf below an issuing CA below the anchor "Root"; lists of the CA are signed by other keys of its name.
struct Scene {
    top: Party,
    middle: Party,
    issuing: Certificate,
    leaf: Certificate,
    anchors: AnchorStore,
}

impl Scene {
    fn new() -> Self {
        let (top, middle, person) = (Party::new("Root", 1), Party::new("CA", 2), Party::new("Person", 3));
        let extensions = vec![basic_constraints(None), key_usage(0x04)];
        let issuing = Draft { extensions, serial: 1, ..Draft::authority(&middle, &top) }.certificate();
        let leaf = Draft::leaf(&person, &middle).certificate();
        let anchors = AnchorStore::trusting([root(&top)]);
        Self { top, middle, issuing, leaf, anchors }
    }

    fn ask(&self, lists: &[Crl], signers: &[Certificate], budget: &mut Budget) -> Said {
        let pool = [std::slice::from_ref(&self.issuing), signers].concat();
        let mut set = CrlSet::default();
        lists.iter().cloned().for_each(|list| set.insert(list));
        let search = PathSearch { pool: &pool, anchors: &self.anchors, purposes: &Purpose::ALL, at: NOW };
        let verified = Verified::default();
        let question = Question { certificate: &self.leaf, issuer: &self.issuing, search, verified: &verified };
        set.statements(&question, budget)
    }

    fn say(&self, lists: &[Crl], signers: &[Certificate]) -> Result<RevocationStatus, Silence> {
        let said = self.ask(lists, signers, &mut budget());
        match &said.statements[..] {
            [statement] => Ok(statement.status),
            [] => Err(said.silent[0].1.clone()),
            more => panic!("{more:?}"),
        }
    }
}

fn fault(fault: CrlFault) -> Result<RevocationStatus, Silence> {
    Err(Silence::Fault(fault))
}

const GOOD: Result<RevocationStatus, Silence> = Ok(RevocationStatus::Good);

/// A certificate for lists only, number 9.
fn for_lists<'a>(subject: &'a Party, issuer: &'a Party) -> Draft<'a> {
    Draft { extensions: vec![key_usage(0x02)], serial: 9, ..Draft::leaf(subject, issuer) }
}

#[test]
fn a_separate_key_of_the_issuers_name_signs_lists_once_it_is_proven() {
    let scene = Scene::new();
    let key = Party::new("CA", 5);
    let lists = [CrlDraft::new(&key).crl()];
    assert_eq!(scene.say(&lists, &[for_lists(&key, &scene.top).certificate()]), GOOD);
    // Key rollover: the CA certifies its next key.
    assert_eq!(scene.say(&lists, &[for_lists(&key, &scene.middle).certificate()]), GOOD);
    assert!(matches!(scene.say(&lists, &[]), Err(Silence::Fault(CrlFault::NotForSigning))));
}

#[test]
fn a_stranger_of_the_issuers_name_signs_no_lists() {
    let scene = Scene::new();
    let (key, elsewhere) = (Party::new("CA", 5), Party::new("Elsewhere", 6));
    let lists = [CrlDraft::new(&key).crl()];
    let own = Draft { extensions: vec![], ..for_lists(&key, &key) }.certificate();
    assert_eq!(scene.say(&lists, &[own]), fault(CrlFault::SignerUnproven));
    let foreign = for_lists(&key, &elsewhere).certificate();
    assert_eq!(scene.say(&lists, &[foreign.clone(), root(&elsewhere)]), fault(CrlFault::SignerUnproven));
    // Not even under another anchor that is trusted as well.
    let mut both = Scene::new();
    both.anchors.trust(root(&elsewhere));
    assert_eq!(both.say(&lists, &[foreign]), fault(CrlFault::SignerUnproven));
}

#[test]
fn a_signer_must_have_held_when_the_list_was_issued() {
    let scene = Scene::new();
    let key = Party::new("CA", 5);
    let lists = [CrlDraft::new(&key).crl()];
    let with = |from, to| scene.say(&lists, &[Draft { from, to, ..for_lists(&key, &scene.top) }.certificate()]);
    assert_eq!(with("20240101000000Z", "20260101000000Z"), GOOD);
    assert_eq!(with("20250201000000Z", "20260101000000Z"), fault(CrlFault::SignerUnproven));
    assert_eq!(with("20200101000000Z", "20240101000000Z"), fault(CrlFault::SignerUnproven));
}

#[test]
fn a_signer_that_is_revoked_or_suspended_signs_no_lists() {
    let scene = Scene::new();
    let key = Party::new("CA", 5);
    let signer = [for_lists(&key, &scene.top).certificate()];
    let list = CrlDraft::new(&key).crl();
    let roots = |serial, reason| crl(&scene.top, &[(serial, &[reason_code(reason)])], &[]);
    assert_eq!(scene.say(&[list.clone(), roots(8, 1)], &signer), GOOD);
    assert_eq!(scene.say(&[list.clone(), roots(9, 1)], &signer), fault(CrlFault::SignerRevoked));
    assert_eq!(scene.say(&[list.clone(), roots(9, 6)], &signer), fault(CrlFault::SignerRevoked));
    let lifted = CrlDraft { this_update: "20250201000000Z", ..CrlDraft::new(&scene.top) }.crl();
    assert_eq!(scene.say(&[list.clone(), roots(9, 6), lifted.clone()], &signer), GOOD);
    assert_eq!(scene.say(&[list.clone(), roots(9, 1), lifted], &signer), fault(CrlFault::SignerRevoked));
    // A revoked CA above the signer.
    let below = [for_lists(&key, &scene.middle).certificate()];
    assert_eq!(scene.say(&[list, roots(1, 1)], &below), fault(CrlFault::SignerRevoked));
}

#[test]
fn nobody_vouches_for_himself_and_nobody_asks_for_ever() {
    let scene = Scene::new();
    // The list that speaks of the signer's certificate is signed by the signer: it clears and accuses in vain.
    let key = Party::new("CA", 5);
    let signer = [for_lists(&key, &scene.middle).certificate()];
    for entries in [vec![], vec![(9, vec![])]] {
        let list = CrlDraft { entries, ..CrlDraft::new(&key) }.crl();
        assert_eq!(scene.say(&[list], &signer), GOOD);
    }
    // Two that speak of each other.
    let other = Party::new("CA", 6);
    let pool = [signer[0].clone(), Draft { serial: 10, ..for_lists(&other, &scene.middle) }.certificate()];
    let lists = [CrlDraft::new(&key).crl(), CrlDraft::new(&other).crl()];
    assert_eq!(scene.ask(&lists, &pool, &mut budget()).statements.len(), 2);
}

#[test]
fn a_mesh_of_signers_ends_at_a_limit() {
    let scene = Scene::new();
    let keys: Vec<Party> = (0..30).map(|at| Party::new("CA", 100 + at)).collect();
    let mut pool = Vec::new();
    for (at, key) in (20..).zip(&keys) {
        pool.push(Draft { serial: at, ..for_lists(key, &scene.middle) }.certificate());
    }
    let lists: Vec<Crl> = keys.iter().map(|key| CrlDraft::new(key).crl()).collect();
    let mut budget = budget();
    let said = scene.ask(&lists, &pool, &mut budget);
    assert_eq!(said.statements.len() + said.silent.len(), lists.len());
    let left = std::iter::from_fn(|| budget.signature_check().ok()).count() as u64;
    // Each list with each certificate once, each certificate with its issuer once.
    assert!(SIGNATURE_CHECKS - left <= 30 * 31 + 31, "{left}");
}

#[test]
fn a_spent_budget_says_nothing() {
    let scene = Scene::new();
    let key = Party::new("CA", 5);
    let signer = [for_lists(&key, &scene.top).certificate()];
    let mut budget = budget();
    while budget.signature_check().is_ok() {}
    let said = scene.ask(&[CrlDraft::new(&key).crl()], &signer, &mut budget);
    assert!(said.statements.is_empty());
    assert_eq!(said.silent[0].1, Silence::Fault(CrlFault::Exhausted));
}

#[test]
fn what_is_known_of_a_list_costs_the_next_question_nothing() {
    let scene = Scene::new();
    let key = Party::new("CA", 5);
    let pool = [scene.issuing.clone(), for_lists(&key, &scene.top).certificate()];
    let mut set = CrlSet::default();
    set.insert(CrlDraft::new(&key).crl());
    let search = PathSearch { pool: &pool, anchors: &scene.anchors, purposes: &Purpose::ALL, at: NOW };
    let verified = Verified::default();
    let question = Question { certificate: &scene.leaf, issuer: &scene.issuing, search, verified: &verified };
    let mut budget = budget();
    assert_eq!(set.statements(&question, &mut budget).statements.len(), 1);
    while budget.signature_check().is_ok() {}
    assert_eq!(set.statements(&question, &mut budget).statements.len(), 1);
    // Another message pays again, whoever has kept the list meanwhile.
    let question = Question { verified: &Verified::default(), ..question };
    assert!(set.statements(&question, &mut budget).statements.is_empty());
}
