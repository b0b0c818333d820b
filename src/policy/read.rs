//! A policy as an operator writes it (TOML), read strictly: an unknown key, a missing constraint or a wrong type is
//! an error with file, line and what is expected.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer};

use super::constraint::{ConstraintId, Level};
use crate::pdf::Modification;
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
    levels: BTreeMap<ConstraintId, Level>,
}

/// Numbers and switches of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameters {
    /// Shortest RSA modulus in bits.
    pub rsa_bits_least: u32,
    /// A SHA-1 signature counts only with a proof that it existed before this moment.
    pub sha1_until: UnixTime,
    /// A `Date` field further than this from the receipt is remarked.
    pub date_odd_seconds: u64,
    /// The most that revisions after the signed one may have done.
    pub changes_allowed: Modification,
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
        let parameters = Parameters {
            rsa_bits_least: file.parameters.rsa_bits_least,
            sha1_until: when("sha1-until", &Some(file.parameters.sha1_until))?.unwrap_or(UnixTime::from_seconds(0)),
            date_odd_seconds: u64::from(file.parameters.date_odd_hours) * 3600,
            changes_allowed: file.parameters.changes_allowed,
        };
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ParametersFile {
    rsa_bits_least: u32,
    sha1_until: String,
    date_odd_hours: u32,
    /// A policy written before there was a choice means this.
    #[serde(default = "further_signature", deserialize_with = "changes_allowed")]
    changes_allowed: Modification,
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
            assert_eq!(with(text).unwrap().parameters.changes_allowed, Modification::FurtherSignature);
        }
        let more = with("changes-allowed = \"annotation\"").unwrap();
        assert_eq!(more.parameters.changes_allowed, Modification::Annotation);
        for wrong in ["\"other\"", "\"all\"", "3"] {
            let error = with(&format!("changes-allowed = {wrong}")).unwrap_err();
            assert_eq!(error.line, 1 + SHIPPED.lines().position(|text| text == line).unwrap());
        }
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
}
