//! Certificate policies along a path (RFC 5280, 6.1): whether some policy is valid from the anchor down to the leaf,
//! where a CA asks for that.
//!
//! Every policy is acceptable to the user (the initial set is anyPolicy), so that only the lowest level of the policy
//! tree matters: nodes of one policy are one node, and the work is bounded by the policies of two neighbours.

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

/// Each valid policy with the policies that are expected for it one level below.
type Level = BTreeMap<String, BTreeSet<String>>;

/// Whether policies hold on a path given from the leaf to the anchor; else which certificate breaks them.
pub(super) fn check(path: &[Certificate]) -> Result<(), usize> {
    // The anchor is no part of the path in RFC 5280.
    let below_anchor = path.split_last().map_or(&[][..], |(_, rest)| rest);
    let never = u32::try_from(below_anchor.len()).unwrap_or(u32::MAX).saturating_add(1);
    let (mut explicit, mut any, mut mapping) = (never, never, never);
    let mut level = Level::from([(ANY.to_owned(), BTreeSet::from([ANY.to_owned()]))]);

    for (at, certificate) in below_anchor.iter().enumerate().rev() {
        let fields = certificate.policy_fields();
        let self_issued = certificate.is_self_issued();
        let is_leaf = at == 0;
        level = match &fields.policies {
            Some(policies) => descend(&level, policies, any > 0 || (!is_leaf && self_issued)),
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
        map(&mut level, &fields.mappings, mapping > 0);
        if !self_issued {
            explicit = explicit.saturating_sub(1);
            mapping = mapping.saturating_sub(1);
            any = any.saturating_sub(1);
        }
        explicit = fields.require_explicit.map_or(explicit, |skip| explicit.min(skip));
        mapping = fields.inhibit_mapping.map_or(mapping, |skip| mapping.min(skip));
        any = fields.inhibit_any.map_or(any, |skip| any.min(skip));
    }
    if explicit == 0 && level.is_empty() { Err(0) } else { Ok(()) }
}

/// The level below, for a certificate with these policies (6.1.3 d).
fn descend(level: &Level, policies: &[String], any_counts: bool) -> Level {
    let expected: BTreeSet<&String> = level.values().flatten().collect();
    let mut below = Level::new();
    let mut add = |policy: &String| {
        below.insert(policy.clone(), BTreeSet::from([policy.clone()]));
    };
    for policy in policies.iter().filter(|policy| *policy != ANY) {
        if expected.contains(policy) || level.contains_key(ANY) {
            add(policy);
        }
    }
    if any_counts && policies.iter().any(|policy| policy == ANY) {
        for policy in expected {
            add(policy);
        }
    }
    below
}

/// Applies the mappings, or strikes out what may not be mapped (6.1.4 b).
fn map(level: &mut Level, mappings: &[(String, String)], allowed: bool) {
    let mut mapped: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (issuer, subject) in mappings {
        mapped.entry(issuer).or_default().insert(subject.clone());
    }
    for (issuer, subjects) in mapped {
        if !allowed {
            level.remove(issuer);
        } else if level.contains_key(issuer) || level.contains_key(ANY) {
            level.insert(issuer.clone(), subjects);
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
        let (top, a, b, person) =
            (Party::new("Root", 1), Party::new("A", 2), Party::new("B", 4), Party::new("Person", 3));
        let authority = |extensions: &[Vec<u8>], subject: &Party, issuer: &Party| {
            let extensions = [&[basic_constraints(None), key_usage(0x06)], extensions].concat();
            Draft { extensions, ..Draft::authority(subject, issuer) }.certificate()
        };
        let leaf = Draft { extensions: leaf.to_vec(), ..Draft::leaf(&person, &b) }.certificate();
        check(&[leaf, authority(lower, &b, &a), authority(upper, &a, &top), root(&top)])
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
}
