//! Runs the building blocks in order and concludes (EN 319 102-1, 5.3: basic signature validation).

use serde::Serialize;

use crate::algorithm::PrefixDigests;
use crate::budget::Budget;
use crate::evidence::Need;
use crate::pdf::{
    ByteRange, Coverage, Modification, Oddity, Reading, SignatureField, SignatureKind, SubFilter, Weight,
};
use crate::time::{UnixTime, Within};
use crate::x509::Certificate;

use super::acceptance::strong;
use super::certificate_validation::{self, Subject, Trust};
use super::conclusion::{Conclusion, TimeSource, conclude};
use super::context::Context;
use super::embedded::Embedded;
use super::format_checking::{self, Form};
use super::integrity::{self, Checked, Integrity};
use super::level::{self, Family, Level};
use super::revocation_freshness::{self, Lists, Revocation};
use super::signing_certificate;
use super::timestamp::Timestamp;

/// Whether the certificates of the path were in force at the best signature time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InForce {
    /// One had ended by then; when the document was signed is not proven.
    Ended,
    /// One had not begun.
    NotYet,
    /// There is no path to ask about.
    Unknown,
    /// All were.
    Yes,
}

/// Everything that is known of one signature.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
#[derive(Clone, Debug)]
pub struct Validated {
    /// Full name of the field.
    pub field: String,
    /// It is only a clock's, not a signer's.
    pub is_timestamp: bool,
    /// Name of the form, as in the file.
    pub sub_filter: String,
    /// How far it reaches.
    pub coverage: Coverage,
    /// What later revisions did.
    pub modification: Modification,
    /// Whether something of it is drawn on a page.
    pub visible: bool,
    /// Programs may show different things for what it covers.
    pub ambiguous: bool,
    /// What the octets say.
    pub integrity: Integrity,
    /// Where the certificate leads.
    pub trust: Trust,
    /// Whether the certificates were in force.
    pub in_force: InForce,
    /// What is known of revocation; `None` without a path.
    pub revocation: Option<Revocation>,
    /// The algorithms are still secure at the best signature time.
    pub strong: bool,
    /// The algorithms, for people.
    pub algorithms: Option<String>,
    /// The signer.
    pub signer: Option<Certificate>,
    /// The time that the signer wrote; a claim.
    pub claimed_time: Option<UnixTime>,
    /// There is a timestamp token over the signature.
    pub timestamped: bool,
    /// The tokens over the signature, or the one of a document timestamp.
    pub timestamps: Vec<Timestamp>,
    /// What it bears; `None` for what has no level, such as a document timestamp or an unknown form.
    pub level: Option<Level>,
    /// The certificates that came along with it.
    pub certificates: Vec<Certificate>,
    /// Validation material found in it and in the document.
    pub embedded: Embedded,
    /// What is odd about it and decides nothing.
    pub notes: Vec<Note>,
    /// The earliest proven moment.
    pub best_signature_time: UnixTime,
    /// What proves it.
    pub time_source: TimeSource,
    /// The outcome.
    pub conclusion: Conclusion,
}

/// Something odd about a signature that decides nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Certificates that came along cannot be read.
    CertificatesDropped,
    /// It bears timestamps over the content, which are recognised and not evaluated.
    ContentTimestamp,
    /// The signing-certificate attribute has the right digest and another issuer or serial number.
    IssuerSerialDiffers,
    /// What stands in the place of unsigned attributes is none.
    UnsignedAttributesMalformed,
}

/// Validates the signatures of `file`, in the order of the reading.
#[must_use]
pub fn validate(file: &[u8], reading: &Reading, context: &Context<'_>, budget: &mut Budget) -> Vec<Validated> {
    let store = Embedded::of_store(&reading.store, budget);
    let digests = reading.digests(file);
    let fields = reading.signatures.iter();
    let mut validated: Vec<Validated> =
        fields.map(|field| validate_one(&digests, field, &reading.oddities, (&store, context), budget)).collect();
    let grades = level::grade(reading, &validated);
    for (one, grade) in validated.iter_mut().zip(grades) {
        if let Some(level) = &mut one.level {
            level.grade = grade;
        }
    }
    validated
}

/// The building blocks of EN 319 102-1, 5.2, one after the other.
fn validate_one(
    file: &PrefixDigests<'_>,
    field: &SignatureField,
    oddities: &[Oddity],
    (store, context): (&Embedded, &Context<'_>),
    budget: &mut Budget,
) -> Validated {
    let checked = integrity::check(file, field, oddities, store.certificates(), context.changes_allowed, budget);
    let embedded = checked.cms().map_or_else(|| store.clone(), |cms| store.with(cms, budget));
    let trust = trust(&checked, &embedded, context, budget);
    let in_force = in_force(&trust, context.at);
    let lists = Lists { evidence: context.evidence, embedded: &embedded };
    let revocation = match &trust {
        Trust::Trusted(path) => Some(revocation_freshness::check(path, lists, context.at, context.known, budget)),
        _ => None,
    };
    let strong = strong(&checked, context);
    let conclusion = conclude(&checked.integrity, &trust, in_force, revocation, strong, context.at);
    let timestamps = match (&checked.timestamp, checked.cms()) {
        (Some(token), _) => vec![token.clone()],
        (None, Some(cms)) => Timestamp::of_signature(cms, store.certificates(), budget),
        (None, None) => Vec::new(),
    };
    let cms = checked.cms();
    let protected = checked
        .form
        .zip(checked.value.as_ref())
        .is_some_and(|(form, value)| signing_certificate::is_protected(form, value));
    Validated {
        field: field.field.clone(),
        is_timestamp: is_timestamp(field),
        sub_filter: field.sub_filter.to_string(),
        coverage: field.coverage,
        modification: field.modification,
        visible: !field.shown.is_empty(),
        ambiguous: ambiguous(field, oddities),
        claimed_time: cms.and_then(|cms| cms.signing_time().ok().flatten()).or(field.claimed_time),
        timestamped: cms.is_some_and(|cms| cms.timestamp_tokens().next().is_some()),
        algorithms: checked.value.as_ref().and_then(format_checking::Value::scheme).map(|scheme| scheme.to_string()),
        signer: checked.signer().cloned(),
        timestamps,
        level: Family::of(checked.form, protected).map(|family| Level { family, grade: level::Grade::B }),
        certificates: checked.certificates().to_vec(),
        notes: notes(&checked),
        embedded,
        integrity: checked.integrity,
        trust,
        in_force,
        revocation,
        strong,
        best_signature_time: context.at,
        time_source: TimeSource::Receipt,
        conclusion,
    }
}

/// What would have to be asked outside to decide about the signatures of `file`.
#[must_use]
pub fn needs(file: &[u8], reading: &Reading, context: &Context<'_>, budget: &mut Budget) -> Vec<Need> {
    let store = Embedded::of_store(&reading.store, budget);
    let mut needs = Vec::new();
    for field in &reading.signatures {
        let Ok((value, _)) = format_checking::read(file, field, store.certificates(), budget) else { continue };
        let form = Form::of(field);
        let checked = Checked { integrity: Integrity::Intact, form, value: Some(value), timestamp: None };
        // Only a path that has verified to an anchor may make the gateway ask anybody anything.
        if let Trust::Trusted(path) = trust(&checked, &store, context, budget) {
            needs.extend(revocation_freshness::needs(&path));
        }
    }
    needs
}

/// A token is a clock's, whatever the dictionary says of itself.
fn is_timestamp(field: &SignatureField) -> bool {
    field.kind == SignatureKind::DocumentTimestamp || field.sub_filter == SubFilter::EtsiRfc3161
}

fn notes(checked: &Checked) -> Vec<Note> {
    let Some(cms) = checked.cms() else { return Vec::new() };
    let found = [
        (cms.dropped_certificates() > 0, Note::CertificatesDropped),
        (cms.content_timestamps() > 0, Note::ContentTimestamp),
        (cms.issuer_serial_differs(), Note::IssuerSerialDiffers),
        (cms.unsigned_attributes_malformed(), Note::UnsignedAttributesMalformed),
    ];
    found.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
}

fn ambiguous(field: &SignatureField, oddities: &[Oddity]) -> bool {
    let signed_end = field.byte_range.as_ref().map_or(0, ByteRange::end);
    oddities.iter().any(|oddity| oddity.weight(signed_end) >= Weight::Ambiguous)
}

fn trust(checked: &Checked, embedded: &Embedded, context: &Context<'_>, budget: &mut Budget) -> Trust {
    let subject = Subject {
        signer: checked.signer(),
        is_timestamp: checked.form == Some(Form::Timestamp),
        pools: [checked.certificates(), embedded.certificates(), context.intermediates],
    };
    certificate_validation::follow(&subject, context.anchors, context.at, budget)
}

fn in_force(trust: &Trust, at: UnixTime) -> InForce {
    let Trust::Trusted(path) = trust else { return InForce::Unknown };
    match path.out_of_period(at) {
        None => InForce::Yes,
        Some((_, Within::Before)) => InForce::NotYet,
        Some((_, Within::After | Within::Inside)) => InForce::Ended,
    }
}
