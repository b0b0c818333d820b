//! A policy as an operator writes it (TOML), read strictly: an unknown key, a missing constraint or a wrong type is
//! an error with file, line and what is expected.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::constraint::{ConstraintId, Level};
use super::format::Formats;
use crate::pdf::Modification;
use crate::sender::{Method, ProofRules};
use crate::signature::{Algorithm, AlgorithmRule, Algorithms, Constraints, Grace};
use crate::time::{Period, UnixTime};

/// One policy: what the law asks, how much each constraint weighs, and when it is in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Stable id with its version, for headers and the log: `tuyen-quang-2013.1`.
    pub id: String,
    /// The article of law, as it stands in the header: `12/2013/QD-UBND:7.2`.
    pub rule: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
    /// The decision that the policy stands for.
    pub legal_basis: String,
    /// When it is in force; the time of receipt chooses the policy.
    pub in_force: Period,
    /// The day its legal force was last confirmed, and by whom.
    pub confirmed: Option<(UnixTime, String)>,
    /// The policy that replaced it.
    pub superseded_by: Option<String>,
    /// Numbers and switches.
    pub parameters: Parameters,
    /// The list of standard formats (Article 7.4); without one none is remarked.
    pub formats: Option<Formats>,
    levels: BTreeMap<ConstraintId, Level>,
}

/// Numbers and switches of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameters {
    /// A `Date` field further than this from the receipt is remarked.
    pub date_odd_seconds: u64,
    /// What is asked of signatures.
    pub constraints: Constraints,
    /// What is asked of proofs that the mailbox sent the message.
    pub proofs: ProofRules,
}

impl Policy {
    /// Reads the text of a policy file.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        let file: PolicyFile = toml::from_str(text).map_err(|error| PolicyError::from_toml(text, &error))?;
        let when = |name: &str, value: &Option<String>| match value {
            None => Ok(None),
            Some(value) => UnixTime::parse(value).map(Some).ok_or_else(|| {
                PolicyError::at_key(text, name, format!("`{name}` is a date like 2013-08-01, not `{value}`"))
            }),
        };
        let from = when("in-force-from", &Some(file.in_force_from.clone()))?;
        let to = when("in-force-to", &file.in_force_to)?;
        let in_force = Period::new(from, to).ok_or_else(|| {
            PolicyError::at_key(text, "in-force-to", "`in-force-to` lies before `in-force-from`".to_owned())
        })?;
        let confirmed = match (when("confirmed-on", &file.confirmed_on)?, file.confirmed_by) {
            (None, None) => None,
            (Some(on), Some(by)) => Some((on, by)),
            _ => {
                let message = "`confirmed-on` and `confirmed-by` go together".to_owned();
                let key = if file.confirmed_on.is_some() { "confirmed-on" } else { "confirmed-by" };
                return Err(PolicyError::at_key(text, key, message));
            }
        };
        let mut levels = file.a.levels();
        levels.extend(file.b.levels());
        levels.extend(file.c.levels());
        let constraints = Constraints {
            algorithms: algorithms(text, &file.algorithm)?,
            changes_allowed: file.parameters.changes_allowed,
            grace: Grace {
                gathered: file.parameters.revocation_grace_hours.map(|hours| i64::from(hours) * 3600),
                embedded: i64::from(file.parameters.embedded_grace_minutes) * 60,
                ended: i64::from(file.parameters.embedded_ended_grace_hours) * 3600,
            },
        };
        let proofs = ProofRules {
            methods: methods(text, file.parameters.sender_proofs.as_ref())?,
            replay_after: i64::from(file.parameters.replay_days) * 86_400,
            ahead: i64::from(file.parameters.date_odd_hours) * 3600,
        };
        let date_odd_seconds = u64::from(file.parameters.date_odd_hours) * 3600;
        let parameters = Parameters { date_odd_seconds, constraints, proofs };
        Ok(Self {
            id: file.id,
            rule: file.rule,
            title_vi: file.title_vi,
            title_en: file.title_en,
            legal_basis: file.legal_basis,
            in_force,
            confirmed,
            superseded_by: file.superseded_by,
            parameters,
            formats: file.formats,
            levels,
        })
    }

    /// How much a constraint weighs. Reading demands every constraint; one that were missing would decide.
    #[must_use]
    pub fn level(&self, constraint: ConstraintId) -> Level {
        self.levels.get(&constraint).copied().unwrap_or(Level::Fail)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyFile {
    id: String,
    rule: String,
    title_vi: String,
    title_en: String,
    legal_basis: String,
    in_force_from: String,
    in_force_to: Option<String>,
    confirmed_on: Option<String>,
    confirmed_by: Option<String>,
    superseded_by: Option<String>,
    a: ConditionA,
    b: ConditionB,
    c: ConditionC,
    parameters: ParametersFile,
    algorithm: Vec<AlgorithmFile>,
    formats: Option<Formats>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ParametersFile {
    date_odd_hours: u32,
    /// Left out: as long as a list is current (EN 319 102-1, 5.2.5.4).
    revocation_grace_hours: Option<u32>,
    #[serde(default = "embedded_grace")]
    embedded_grace_minutes: u32,
    #[serde(default = "embedded_ended_grace")]
    embedded_ended_grace_hours: u32,
    /// A policy written before there was a choice means this.
    #[serde(default = "further_signature", deserialize_with = "changes_allowed")]
    changes_allowed: Modification,
    /// Left out: those of [`ProofRules`].
    sender_proofs: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default = "replay_days")]
    replay_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AlgorithmFile {
    name: Spanned<String>,
    bits_least: Option<u32>,
    until: Option<Spanned<String>>,
}

/// The list of algorithms; each line that cannot be meant is an error where it stands.
fn algorithms(text: &str, lines: &[AlgorithmFile]) -> Result<Algorithms, PolicyError> {
    let error = |at: usize, message: String| PolicyError { line: line_of(text, at), message };
    let read = |line: &AlgorithmFile| {
        let (name, at) = (line.name.get_ref(), line.name.span().start);
        let algorithm = Algorithm::from_word(name).ok_or_else(|| {
            let known: Vec<String> = Algorithm::words().map(|word| format!("\"{word}\"")).collect();
            error(at, format!("an algorithm is one of {}, not `{name}`", known.join(", ")))
        })?;
        let bits_least = match (algorithm.has_lengths(), line.bits_least) {
            (true, Some(bits)) => bits,
            (false, None) => 0,
            (true, None) => return Err(error(at, format!("`{name}` needs `bits-least`, the shortest key in bits"))),
            (false, Some(_)) => return Err(error(at, format!("keys of `{name}` have one length: no `bits-least`"))),
        };
        let until = line.until.as_ref().map(|until| {
            UnixTime::parse(until.get_ref()).ok_or_else(|| {
                error(until.span().start, format!("`until` is a date like 2020-01-01, not `{}`", until.get_ref()))
            })
        });
        Ok(AlgorithmRule { algorithm, bits_least, until: until.transpose()? })
    };
    lines.iter().map(read).collect::<Result<_, _>>().map(Algorithms::new)
}

/// Which proofs of the sender count; what is no proof, and none at all, cannot be meant.
fn methods(text: &str, words: Option<&Spanned<Vec<Spanned<String>>>>) -> Result<BTreeSet<Method>, PolicyError> {
    let Some(words) = words else { return Ok(ProofRules::default().methods) };
    let error = |at: usize, message: String| PolicyError { line: line_of(text, at), message };
    let mut methods = BTreeSet::new();
    for word in words.get_ref() {
        let method = Method::ALL.into_iter().find(|method| method.token() == word.get_ref()).ok_or_else(|| {
            let known = Method::ALL.map(|method| format!("\"{}\"", method.token())).join(", ");
            error(word.span().start, format!("`sender-proofs` are some of {known}, not `{}`", word.get_ref()))
        })?;
        if !methods.insert(method) {
            return Err(error(word.span().start, format!("`sender-proofs` names `{}` twice", word.get_ref())));
        }
    }
    if methods.is_empty() {
        return Err(error(words.span().start, "`sender-proofs` names no proof: no mail could be met".to_owned()));
    }
    Ok(methods)
}

/// Mail waits in queues for five days at most (RFC 5321, 4.5.4.1).
fn replay_days() -> u32 {
    7
}

/// What clocks may differ by.
fn embedded_grace() -> u32 {
    10
}

/// Lists are issued daily.
fn embedded_ended_grace() -> u32 {
    24
}

fn further_signature() -> Modification {
    Modification::FurtherSignature
}

/// What a policy may allow, by its word; never what no rule explains.
const CHANGES: [(&str, Modification); 5] = [
    ("none", Modification::None),
    ("long-term-validation", Modification::LongTermValidation),
    ("further-signature", Modification::FurtherSignature),
    ("form-filling", Modification::FormFilling),
    ("annotation", Modification::Annotation),
];

fn changes_allowed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Modification, D::Error> {
    let word = String::deserialize(deserializer)?;
    CHANGES.iter().find(|(known, _)| *known == word).map(|(_, level)| *level).ok_or_else(|| {
        let known = CHANGES.map(|(word, _)| format!("\"{word}\"")).join(", ");
        serde::de::Error::custom(format_args!("`changes-allowed` is one of {known}, not `{word}`"))
    })
}

macro_rules! condition_table {
    ($table:ident { $($field:ident: $constraint:ident,)+ }) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct $table { $($field: Level,)+ }

        impl $table {
            fn levels(&self) -> BTreeMap<ConstraintId, Level> {
                BTreeMap::from([$((ConstraintId::$constraint, self.$field),)+])
            }
        }
    };
}

condition_table!(ConditionA {
    readable: Readable,
    signature_present: SignaturePresent,
    signature_intact: SignatureIntact,
    unchanged: Unchanged,
    coverage: Coverage,
    later_signatures: LaterSignatures,
    signer_is_sender: SignerIsSender,
});

condition_table!(ConditionB {
    trusted_path: TrustedPath,
    in_force: InForce,
    not_revoked: NotRevoked,
    algorithm: Algorithm,
    timestamp: Timestamp,
});

condition_table!(ConditionC {
    file_kind: FileKind,
    scan: Scan,
    sent_directly: SentDirectly,
    official_mailbox: OfficialMailbox,
    directory_age: DirectoryAge,
});

/// Why a policy file cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong there, and what is expected.
    pub message: String,
}

impl PolicyError {
    fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        Self { line: line_of(text, offset), message: error.message().to_owned() }
    }

    fn at_key(text: &str, key: &str, message: String) -> Self {
        Self { line: line_of_key(text, key), message }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for PolicyError {}

/// The line, from 1, in which the octet at `offset` stands.
#[must_use]
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|octet| *octet == b'\n').count()
}

/// The line, from 1, that gives `key` its value; 1 when none does.
#[must_use]
pub fn line_of_key(text: &str, key: &str) -> usize {
    let gives = |line: &str| line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
    text.lines().position(gives).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{Curve, DigestAlgorithm, KeyKind};

    const SHIPPED: &str = include_str!("../../policies/tuyen-quang-2013.toml");

    #[test]
    fn the_shipped_policy_names_every_constraint_and_is_in_force_from_august_2013() {
        let policy = Policy::read(SHIPPED).unwrap();
        assert_eq!(policy.levels.len(), ConstraintId::ALL.len());
        assert!(!policy.in_force.contains(UnixTime::parse("2013-07-31").unwrap()));
        assert!(policy.in_force.contains(UnixTime::parse("2013-08-01").unwrap()));
        assert_eq!(policy.level(ConstraintId::Scan), Level::Inform);
    }

    #[test]
    fn an_unknown_key_is_an_error_at_its_line() {
        let text = SHIPPED.replace("coverage = \"fail\"", "coverage = \"fail\"\ncovrage = \"fail\"");
        let expected = 1 + text.lines().position(|line| line.starts_with("covrage")).unwrap();
        let error = Policy::read(&text).unwrap_err();
        assert_eq!(error.line, expected);
        assert!(error.message.contains("covrage") && error.message.contains("coverage"));
    }

    #[test]
    fn a_policy_allows_further_signatures_unless_it_says_otherwise_and_never_anything() {
        let line = SHIPPED.lines().find(|line| line.starts_with("changes-allowed")).unwrap();
        let with = |word: &str| Policy::read(&SHIPPED.replace(line, word));
        for text in [line, ""] {
            assert_eq!(with(text).unwrap().parameters.constraints.changes_allowed, Modification::FurtherSignature);
        }
        let more = with("changes-allowed = \"annotation\"").unwrap();
        assert_eq!(more.parameters.constraints.changes_allowed, Modification::Annotation);
        for wrong in ["\"other\"", "\"all\"", "3"] {
            let error = with(&format!("changes-allowed = {wrong}")).unwrap_err();
            assert_eq!(error.line, 1 + SHIPPED.lines().position(|text| text == line).unwrap());
        }
    }

    #[test]
    fn which_proofs_of_the_sender_count_is_said_by_the_policy_or_are_the_usual_ones() {
        let line = SHIPPED.lines().find(|line| line.starts_with("sender-proofs")).unwrap();
        let with = |text: &str| Policy::read(&SHIPPED.replace(line, text)).map(|policy| policy.parameters.proofs);
        for text in [line, ""] {
            assert_eq!(with(text).unwrap(), ProofRules::default());
        }
        let only = with("sender-proofs = [\"login\", \"arc\"]").unwrap();
        assert_eq!(only.methods, BTreeSet::from([Method::Login, Method::Arc]));
        for wrong in ["[\"spf\"]", "[\"login\",\"login\"]", "[]", "\"login\"", "[1]"] {
            let error = with(&format!("sender-proofs = {wrong}")).unwrap_err();
            assert_eq!(error.line, 1 + SHIPPED.lines().position(|text| text == line).unwrap(), "{wrong}: {error}");
        }
        let days = SHIPPED.lines().find(|line| line.starts_with("replay-days")).unwrap();
        let days = |text: &str| Policy::read(&SHIPPED.replace(days, text)).map(|policy| policy.parameters.proofs);
        assert_eq!(days("").unwrap(), ProofRules::default());
        assert_eq!(days("replay-days = 1").unwrap().replay_after, 86_400);
        assert!(days("replay-days = -1").is_err());
    }

    #[test]
    fn a_missing_constraint_a_wrong_level_and_a_wrong_date_are_errors() {
        let missing = SHIPPED.replace("not-revoked = \"fail\"\n", "");
        assert!(Policy::read(&missing).unwrap_err().message.contains("not-revoked"));
        for wrong in ["\"fatal\"", "3"] {
            let level = SHIPPED.replace("unchanged = \"fail\"", &format!("unchanged = {wrong}"));
            let error = Policy::read(&level).unwrap_err();
            assert!(error.message.contains("\"inform\"") && level.lines().nth(error.line - 1).unwrap().contains(wrong));
        }
        let date = SHIPPED.replace("in-force-from = \"2013-08-01\"", "in-force-from = \"1/8/2013\"");
        assert!(Policy::read(&date).unwrap_err().message.contains("1/8/2013"));
        let backwards = SHIPPED.replace("# in-force-to = ...", "in-force-to = \"2012-01-01\" #");
        assert!(Policy::read(&backwards).is_err());
    }

    #[test]
    fn the_shipped_algorithms_count_by_their_dates() {
        let algorithms = Policy::read(SHIPPED).unwrap().parameters.constraints.algorithms;
        let day = |text| UnixTime::parse(text).unwrap();
        assert!(algorithms.accept_digest(DigestAlgorithm::Sha1, day("2019-12-31")));
        assert!(!algorithms.accept_digest(DigestAlgorithm::Sha1, day("2020-01-01")));
        assert!(!algorithms.accept_digest(DigestAlgorithm::Md5, day("2005-01-01")));
        assert!(!algorithms.accept_key(KeyKind::Rsa { bits: 1024 }, day("2014-01-01")));
        assert!(algorithms.accept_key(KeyKind::Ec(Curve::P256), day("2040-01-01")));
    }

    #[test]
    fn an_algorithm_that_cannot_be_meant_is_an_error_at_its_line() {
        for (wrong, says) in [
            ("name = \"md5\"", "sha-256"),
            ("name = \"rsa\"", "bits-least"),
            ("name = \"sha-384\"\nbits-least = 384", "bits-least"),
            ("name = \"sha-384\"\nuntil = \"1/1/2020\"", "1/1/2020"),
            ("name = \"sha-384\"\nuntill = \"2020-01-01\"", "untill"),
        ] {
            let text = format!("{SHIPPED}\n[[algorithm]]\n{wrong}\n");
            let error = Policy::read(&text).unwrap_err();
            assert!(error.message.contains(says), "{wrong}: {error}");
            assert!(error.line > SHIPPED.lines().count(), "{wrong}: {error}");
        }
        let none = SHIPPED.split("[[algorithm]]").next().unwrap();
        assert!(Policy::read(none).unwrap_err().message.contains("algorithm"));
    }

    #[test]
    fn a_policy_may_ask_for_newer_revocation_lists() {
        let grace = |lines: &str| {
            let text = SHIPPED.replace("date-odd-hours", &format!("{lines}date-odd-hours"));
            Policy::read(&text).map(|policy| policy.parameters.constraints.grace)
        };
        assert_eq!(grace("").unwrap(), Grace::default());
        let asked = grace("revocation-grace-hours = 24\n").unwrap();
        assert_eq!((asked.gathered, asked.embedded), (Some(86_400), Grace::default().embedded));
        assert!(grace("revocation-grace-hours = -1\n").is_err());
        let line = SHIPPED.lines().find(|line| line.starts_with("embedded-ended-grace-hours")).unwrap();
        let with = |word: &str| Policy::read(&SHIPPED.replace(line, word)).unwrap().parameters.constraints.grace;
        assert_eq!(with(""), Grace::default());
        assert_eq!(with("embedded-ended-grace-hours = 0").ended, 0);
    }
}
