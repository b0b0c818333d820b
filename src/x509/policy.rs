//! Certificate policies along a path (RFC 5280, 6.1; the graph of RFC 9618): whether some policy is valid from the
//! anchor down to the leaf, and among those that the user wants, where a CA or the user asks for that.
//!
//! Only the lowest level of the tree matters, and nodes of one policy are one node, so that the work is bounded by the
//! policies of two neighbours.

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::Certificate;

/// What one certificate says of policies; object identifiers dotted.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyFields {
    /// certificatePolicies; `None` where the extension is absent.
    pub(super) policies: Option<Vec<String>>,
    /// policyMappings: a policy of the issuer, and what it is below.
    pub(super) mappings: Vec<(String, String)>,
    /// policyConstraints, requireExplicitPolicy.
    pub(super) require_explicit: Option<u32>,
    /// policyConstraints, inhibitPolicyMapping.
    pub(super) inhibit_mapping: Option<u32>,
    /// inhibitAnyPolicy.
    pub(super) inhibit_any: Option<u32>,
}

const ANY: &str = "2.5.29.32.0";

/// What the user asks of policies before the first certificate is looked at (RFC 5280, 6.1.1 c and e to g). The default
/// asks for nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct InitialPolicies {
    /// Policies of which one must hold, dotted, where one must hold at all; `None` for any (user-initial-policy-set).
    pub acceptable: Option<BTreeSet<String>>,
    /// Whether one must hold (initial-explicit-policy).
    pub explicit: bool,
    /// Whether mappings are not to be followed (initial-policy-mapping-inhibit).
    pub inhibit_mapping: bool,
    /// Whether anyPolicy in a certificate stands for nothing (initial-any-policy-inhibit).
    pub inhibit_any: bool,
}

impl InitialPolicies {
    /// One of these policies must hold.
    #[must_use]
    pub fn requiring(policies: impl IntoIterator<Item = String>) -> Self {
        Self { acceptable: Some(policies.into_iter().collect()), explicit: true, ..Self::default() }
    }

    fn accepts(&self, policy: &str) -> bool {
        self.acceptable.as_ref().is_none_or(|acceptable| acceptable.contains(policy) || acceptable.contains(ANY))
    }
}

/// Each valid policy.
type Level = BTreeMap<String, Node>;

#[derive(Clone, Debug)]
struct Node {
    /// The policies that are expected for it one level below.
    expected: BTreeSet<String>,
    /// Whether it descends from a policy that the user accepts, under the name that it has below the anchor (6.1.5 g).
    accepted: bool,
}

/// Whether policies hold on a path given from the leaf to the anchor; else which certificate breaks them.
pub(super) fn check(path: &[Certificate], initial: &InitialPolicies) -> Result<(), usize> {
    // The anchor is no part of the path in RFC 5280.
    let below_anchor = path.split_last().map_or(&[][..], |(_, rest)| rest);
    let never = u32::try_from(below_anchor.len()).unwrap_or(u32::MAX).saturating_add(1);
    let start = |inhibited: bool| if inhibited { 0 } else { never };
    let (mut explicit, mut any, mut mapping) =
        (start(initial.explicit), start(initial.inhibit_any), start(initial.inhibit_mapping));
    let anything = Node { expected: BTreeSet::from([ANY.to_owned()]), accepted: true };
    let mut level = Level::from([(ANY.to_owned(), anything)]);

    for (at, certificate) in below_anchor.iter().enumerate().rev() {
        let fields = certificate.policy_fields();
        let self_issued = certificate.is_self_issued();
        let is_leaf = at == 0;
        level = match &fields.policies {
            Some(policies) => descend(&level, policies, any > 0 || (!is_leaf && self_issued), initial),
            None => Level::new(),
        };
        if explicit == 0 && level.is_empty() {
            return Err(at);
        }
        if is_leaf {
            explicit = explicit.saturating_sub(1);
            if fields.require_explicit == Some(0) {
                explicit = 0;
            }
            break;
        }
        map(&mut level, &fields.mappings, mapping > 0, initial);
        if !self_issued {
            explicit = explicit.saturating_sub(1);
            mapping = mapping.saturating_sub(1);
            any = any.saturating_sub(1);
        }
        explicit = fields.require_explicit.map_or(explicit, |skip| explicit.min(skip));
        mapping = fields.inhibit_mapping.map_or(mapping, |skip| mapping.min(skip));
        any = fields.inhibit_any.map_or(any, |skip| any.min(skip));
    }
    // A node for anyPolicy accepts whatever the user does, which must be something.
    let wants_nothing = initial.acceptable.as_ref().is_some_and(BTreeSet::is_empty);
    let holds = !wants_nothing && level.values().any(|node| node.accepted);
    if explicit == 0 && !holds { Err(0) } else { Ok(()) }
}

/// The level below, for a certificate with these policies (6.1.3 d).
fn descend(level: &Level, policies: &[String], any_counts: bool, initial: &InitialPolicies) -> Level {
    // Each expected policy, and whether one of the nodes that expect it is accepted.
    let mut expected: BTreeMap<&String, bool> = BTreeMap::new();
    for node in level.values() {
        for policy in &node.expected {
            *expected.entry(policy).or_default() |= node.accepted;
        }
    }
    let mut below = Level::new();
    let mut add = |policy: &String, accepted: bool| {
        below.insert(policy.clone(), Node { expected: BTreeSet::from([policy.clone()]), accepted });
    };
    for policy in policies.iter().filter(|policy| *policy != ANY) {
        if let Some(accepted) = expected.get(policy) {
            add(policy, *accepted);
        } else if level.contains_key(ANY) {
            add(policy, initial.accepts(policy));
        }
    }
    if any_counts && policies.iter().any(|policy| policy == ANY) {
        for (policy, accepted) in expected {
            add(policy, accepted);
        }
    }
    below
}

/// Applies the mappings, or strikes out what may not be mapped (6.1.4 b).
fn map(level: &mut Level, mappings: &[(String, String)], allowed: bool, initial: &InitialPolicies) {
    let mut mapped: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (issuer, subject) in mappings {
        mapped.entry(issuer).or_default().insert(subject.clone());
    }
    for (issuer, expected) in mapped {
        let accepted = match level.get(issuer) {
            Some(node) => node.accepted,
            None => initial.accepts(issuer),
        };
        if !allowed {
            level.remove(issuer);
        } else if level.contains_key(issuer) || level.contains_key(ANY) {
            level.insert(issuer.clone(), Node { expected, accepted });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Draft, Party, basic_constraints, extension, key_usage, root};
    use super::*;
    use crate::asn1::encode;

    /// Policies by the last octet of their identifier; 0 is anyPolicy.
    fn oid(policy: u8) -> Vec<u8> {
        if policy == 0 { vec![6, 4, 0x55, 0x1d, 0x20, 0] } else { vec![6, 3, 0x60, 0x01, policy] }
    }

    fn policies(list: &[u8]) -> Vec<u8> {
        let list: Vec<u8> = list.iter().flat_map(|policy| encode(0x30, &[&oid(*policy)])).collect();
        extension(32, true, &encode(0x30, &[&list]))
    }

    fn mapping(issuer: u8, subject: u8) -> Vec<u8> {
        extension(33, true, &encode(0x30, &[&encode(0x30, &[&oid(issuer), &oid(subject)])]))
    }

    const EXPLICIT: [u8; 5] = [0x30, 3, 0x80, 1, 0];
    const NO_MAPPING: [u8; 8] = [0x30, 6, 0x80, 1, 0, 0x81, 1, 0];

    /// The outcome for leaf, lower and upper CA below an anchor, with these extensions each.
    fn outcome(leaf: &[Vec<u8>], lower: &[Vec<u8>], upper: &[Vec<u8>]) -> Result<(), usize> {
        outcome_for(&InitialPolicies::default(), leaf, lower, upper)
    }

    fn outcome_for(
        initial: &InitialPolicies,
        leaf: &[Vec<u8>],
        lower: &[Vec<u8>],
        upper: &[Vec<u8>],
    ) -> Result<(), usize> {
        let (top, a, b, person) =
            (Party::new("Root", 1), Party::new("A", 2), Party::new("B", 4), Party::new("Person", 3));
        let authority = |extensions: &[Vec<u8>], subject: &Party, issuer: &Party| {
            let extensions = [&[basic_constraints(None), key_usage(0x06)], extensions].concat();
            Draft { extensions, ..Draft::authority(subject, issuer) }.certificate()
        };
        let leaf = Draft { extensions: leaf.to_vec(), ..Draft::leaf(&person, &b) }.certificate();
        check(&[leaf, authority(lower, &b, &a), authority(upper, &a, &top), root(&top)], initial)
    }

    #[test]
    fn nothing_is_asked_where_no_certificate_asks() {
        assert_eq!(outcome(&[], &[], &[]), Ok(()));
        assert_eq!(outcome(&[policies(&[1])], &[policies(&[2])], &[]), Ok(()));
    }

    #[test]
    fn an_explicit_policy_must_hold_all_the_way_down() {
        let explicit = extension(36, true, &EXPLICIT);
        let upper = [policies(&[1, 2]), explicit];
        assert_eq!(outcome(&[policies(&[2])], &[policies(&[2, 3])], &upper), Ok(()));
        assert_eq!(outcome(&[policies(&[3])], &[policies(&[2, 3])], &upper), Err(0));
        assert_eq!(outcome(&[policies(&[2])], &[policies(&[3])], &upper), Err(1));
        assert_eq!(outcome(&[], &[policies(&[2])], &upper), Err(0));
        assert_eq!(outcome(&[policies(&[2])], &[policies(&[0])], &upper), Ok(()));
    }

    #[test]
    fn mappings_count_unless_a_ca_above_inhibits_them() {
        let lower = [policies(&[1]), mapping(1, 9)];
        let upper = |constraints: &[u8]| [policies(&[1]), extension(36, true, constraints)];
        assert_eq!(outcome(&[policies(&[9])], &lower, &upper(&EXPLICIT)), Ok(()));
        assert_eq!(outcome(&[policies(&[1])], &lower, &upper(&EXPLICIT)), Err(0));
        assert_eq!(outcome(&[policies(&[9])], &lower, &upper(&NO_MAPPING)), Err(0));
    }

    #[test]
    fn any_policy_counts_unless_inhibited() {
        let upper = |inhibit: Option<u8>| {
            let mut extensions = vec![policies(&[1]), extension(36, true, &EXPLICIT)];
            extensions.extend(inhibit.map(|skip| extension(54, true, &[2, 1, skip])));
            extensions
        };
        let any = [policies(&[0])];
        assert_eq!(outcome(&any, &any, &upper(None)), Ok(()));
        assert_eq!(outcome(&any, &any, &upper(Some(0))), Err(1));
        assert_eq!(outcome(&any, &any, &upper(Some(1))), Err(0));
    }

    fn wanting(policies: &[u8]) -> InitialPolicies {
        InitialPolicies::requiring(policies.iter().map(|policy| crate::asn1::dotted(&oid(*policy)[2..])))
    }

    #[test]
    fn the_user_may_ask_for_a_policy_by_the_name_that_it_has_below_the_anchor() {
        let mapped = [policies(&[1]), mapping(1, 9)];
        let upper = [policies(&[1])];
        let plain = [policies(&[1])];
        assert_eq!(outcome_for(&wanting(&[1]), &plain, &plain, &upper), Ok(()));
        assert_eq!(outcome_for(&wanting(&[2]), &plain, &plain, &upper), Err(0));
        assert_eq!(outcome_for(&wanting(&[2, 1]), &plain, &plain, &upper), Ok(()));
        assert_eq!(outcome_for(&wanting(&[0]), &plain, &plain, &upper), Ok(()));
        assert_eq!(outcome_for(&wanting(&[]), &plain, &plain, &upper), Err(0));
        let leaf = [policies(&[9])];
        assert_eq!(outcome_for(&wanting(&[1]), &leaf, &mapped, &upper), Ok(()));
        assert_eq!(outcome_for(&wanting(&[9]), &leaf, &mapped, &upper), Err(0));
        let any = [policies(&[0])];
        assert_eq!(outcome_for(&wanting(&[5]), &any, &any, &any), Ok(()));
        assert_eq!(outcome_for(&wanting(&[5]), &[], &any, &any), Err(0));
    }

    #[test]
    fn the_user_may_ask_for_any_policy_and_forbid_mappings_and_any_policy() {
        let plain = [policies(&[1])];
        let explicit = InitialPolicies { explicit: true, ..InitialPolicies::default() };
        assert_eq!(outcome_for(&explicit, &plain, &plain, &plain), Ok(()));
        assert_eq!(outcome_for(&explicit, &plain, &[], &plain), Err(1));
        let unmapped = InitialPolicies { inhibit_mapping: true, ..explicit.clone() };
        let mapped = [policies(&[1]), mapping(1, 9)];
        assert_eq!(outcome_for(&explicit, &[policies(&[9])], &mapped, &plain), Ok(()));
        assert_eq!(outcome_for(&unmapped, &[policies(&[9])], &mapped, &plain), Err(0));
        let no_any = InitialPolicies { inhibit_any: true, ..explicit.clone() };
        let any = [policies(&[0])];
        assert_eq!(outcome_for(&explicit, &plain, &any, &any), Ok(()));
        assert_eq!(outcome_for(&no_any, &plain, &any, &any), Err(2));
    }

    #[test]
    fn a_user_that_lists_policies_but_asks_for_none_is_content_without() {
        let wish = InitialPolicies { explicit: false, ..wanting(&[2]) };
        let plain = [policies(&[1])];
        assert_eq!(outcome_for(&wish, &plain, &plain, &plain), Ok(()));
        let upper = [policies(&[1]), extension(36, true, &EXPLICIT)];
        assert_eq!(outcome_for(&wish, &plain, &plain, &upper), Err(0));
    }
}
