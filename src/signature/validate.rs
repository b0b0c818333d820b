//! Runs the building blocks in order and concludes (EN 319 102-1, 5.3 to 5.6): first what the octets say, then the
//! document timestamps, the outermost first, because each is held against the time by which those around it prove it; then
//! the signatures.

use serde::Serialize;

use crate::budget::Budget;
use crate::pdf::{
    ByteRange, Coverage, Modification, Oddity, Reading, SignatureField, SignatureKind, SubFilter, Weight,
};
use crate::time::{UnixTime, Within};
use crate::x509::{Certificate, Path};

use super::acceptance::strong;
use super::best_signature_time::{Moments, Proven, doubt_of, is_shifted};
use super::certificate_validation::{self, Subject, Trust};
use super::conclusion::{Conclusion, Doubt, Found, Indeterminate, TimeSource, conclude};
use super::context::Context;
use super::embedded::Embedded;
use super::existence::Existence;
use super::format_checking::{self, Form};
use super::integrity::{self, Checked, Integrity};
use super::level::{self, Family, Level};
use super::revocation_freshness::{self, CertificateStanding, Revocation, standings};
use super::signing_certificate;
use super::standing::{Moment, SKEW};
use super::statements::Sources;
use super::timestamp::Timestamp;
use super::timestamp_validation::{self, Proof, Worthless};

/// Whether the certificates of the path were in force at the best signature time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InForce {
    /// One had ended by then; when the document was signed is not proven.
    Ended,
    /// The signer's had ended, and a timestamp over the content proves that the signature was made after that.
    Expired,
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
    /// The same of each certificate below the anchor, with what it rests on.
    pub standings: Vec<CertificateStanding>,
    /// The algorithms were secure at the best signature time.
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
    /// The tokens over the content among the signed attributes.
    pub content_timestamps: Vec<Timestamp>,
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
    /// It holds unless the authority was revoked, which is not known: it is told, and nothing rests on it.
    pub time_open: bool,
    /// The outcome.
    pub conclusion: Conclusion,
}

/// Something odd about a signature that decides nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Certificates that came along cannot be read.
    CertificatesDropped,
    /// It bears timestamps over the content.
    ContentTimestamp,
    /// The signing-certificate attribute has the right digest and another issuer or serial number.
    IssuerSerialDiffers,
    /// The time that the signer's program wrote is seven hours off from that of a timestamp.
    TimeShifted,
    /// A timestamp states a later time than the one at which it is proven to exist.
    TimestampsDisagree,
    /// What stands in the place of unsigned attributes is none.
    UnsignedAttributesMalformed,
}

/// Validates the signatures of `file`, in the order of the reading.
#[must_use]
pub fn validate(file: &[u8], reading: &Reading, context: &Context<'_>, budget: &mut Budget) -> Vec<Validated> {
    let store = Embedded::of_store(&reading.store, budget);
    let digests = reading.digests(file);
    let fields = reading.signatures.iter();
    let checked: Vec<Checked> =
        fields.map(|field| integrity::check(&digests, field, &reading.oddities, (&store, context), budget)).collect();
    let (clocks, existence) = clocks(reading, &checked, (&store, context), budget);
    let mut validated: Vec<Validated> = Vec::with_capacity(checked.len());
    for ((field, checked), clock) in reading.signatures.iter().zip(checked).zip(clocks) {
        let embedded = checked.cms().map_or_else(|| store.clone(), |cms| store.with(cms, budget));
        let judged = match clock {
            Some(clock) => clock,
            None => signature(field, &checked, (&store, &embedded, &existence), context, budget),
        };
        validated.push(told(field, checked, &reading.oddities, embedded, judged));
    }
    let grades = level::grade(reading, &validated);
    for (one, grade) in validated.iter_mut().zip(grades) {
        if let Some(level) = &mut one.level {
            level.grade = grade;
        }
    }
    validated
}

/// What the blocks after integrity find.
struct Judged {
    trust: Trust,
    in_force: InForce,
    revocation: Option<Revocation>,
    standings: Vec<CertificateStanding>,
    strong: bool,
    proven: Proven,
    open: bool,
    timestamps: Vec<Timestamp>,
    content_timestamps: Vec<Timestamp>,
    conclusion: Conclusion,
}

/// Document timestamps, and what they prove of the file (EN 319 102-1, 5.6.3).
fn clocks(
    reading: &Reading,
    checked: &[Checked],
    (store, context): (&Embedded, &Context<'_>),
    budget: &mut Budget,
) -> (Vec<Option<Judged>>, Existence) {
    let mut existence = Existence::default();
    let mut judged: Vec<Option<Judged>> = checked.iter().map(|_| None).collect();
    let tokens = reading.signatures.iter().zip(checked).zip(&mut judged);
    let mut tokens: Vec<_> = tokens.filter(|((_, checked), _)| checked.timestamp.is_some()).collect();
    tokens.sort_by_key(|((field, _), _)| std::cmp::Reverse(end(field)));
    for ((field, checked), place) in tokens {
        let Some(token) = &checked.timestamp else { continue };
        let end = end(field);
        let covered = end.and_then(|end| existence.proven(end.checked_add(1)?));
        let sources = Sources { context, embedded: store, existence: &existence, end, signed: None };
        let found = timestamp_validation::validate(token, covered, store.certificates(), (context, &sources), budget);
        let reach = end.filter(|_| field.coverage != Coverage::GapNotContents);
        let one = clock(checked, token, found, covered, context);
        // An authority's clock may be ahead of ours; what is received exists.
        if let (Some(reach), Some(time)) = (reach, token.latest().map(|time| time.min(context.at))) {
            match one.timestamps.first().map(Timestamp::proof) {
                Some(Proof::Sound) => existence.add(reach, time, true),
                Some(Proof::Open(_)) => existence.add(reach, time, false),
                Some(Proof::None(_)) | None => {}
            }
        }
        *place = Some(one);
    }
    (judged, existence)
}

/// The end of the validation of a document timestamp (EN 319 102-1, 5.4.4).
fn clock(
    checked: &Checked,
    token: &Timestamp,
    found: timestamp_validation::Validated,
    covered: Option<UnixTime>,
    context: &Context<'_>,
) -> Judged {
    let timestamp_validation::Validated { proof, trust, standings } = found;
    let known = covered.unwrap_or(context.at);
    let stated = token.latest().filter(|time| *time < known && !matches!(proof, Proof::None(_)));
    let revoked = standings.iter().any(|one| matches!(one.standing, super::Standing::Revoked { .. }));
    let revocation = match proof {
        Proof::Sound if revoked => Revocation::Later,
        Proof::Sound => Revocation::Clear,
        Proof::Open(Doubt::OnHold) => Revocation::OnHold,
        Proof::Open(Doubt::RevocationStale) => Revocation::Stale,
        Proof::None(Worthless::Revoked) => Revocation::Revoked,
        Proof::Open(_) | Proof::None(_) => Revocation::Unavailable,
    };
    let in_force = match &trust {
        // Its certificate had ended when nothing proved it yet.
        Trust::Trusted(_) if proof == Proof::Open(Doubt::Expired) => InForce::Ended,
        Trust::Trusted(path) => token.time().map_or(InForce::Unknown, |stated| in_force(path, stated, None)),
        _ => InForce::Unknown,
    };
    let revocation = matches!(trust, Trust::Trusted(_)).then_some(revocation);
    let strong = proof != Proof::None(Worthless::Weak);
    let out_of_order = proof == Proof::None(Worthless::Future);
    let proven = known.min(stated.unwrap_or(known));
    let conclusion = conclude(&Found {
        integrity: &checked.integrity,
        trust: &trust,
        in_force,
        revocation,
        strong,
        proven,
        out_of_order,
    });
    let source =
        if stated.is_some() || covered.is_some() { TimeSource::DocumentTimestamp } else { TimeSource::Receipt };
    Judged {
        trust,
        in_force,
        revocation,
        standings,
        strong,
        proven: Proven { time: proven, source },
        open: stated.is_some() && matches!(proof, Proof::Open(_)),
        timestamps: vec![token.clone().proving(proof)],
        content_timestamps: Vec::new(),
        conclusion,
    }
}

/// A signature, for the time that is proven for it.
fn signature(
    field: &SignatureField,
    checked: &Checked,
    (store, embedded, existence): (&Embedded, &Embedded, &Existence),
    context: &Context<'_>,
    budget: &mut Budget,
) -> Judged {
    let end = end(field);
    let sources = |signed| Sources { context, embedded, existence, end, signed };
    let pool: Vec<Certificate> = checked.certificates().iter().chain(embedded.certificates()).cloned().collect();
    let prove = |token: Timestamp, covered, budget: &mut Budget| {
        let found = timestamp_validation::validate(&token, covered, &pool, (context, &sources(None)), budget);
        token.proving(found.proof)
    };
    let covered = end.and_then(|end| existence.proven(end.checked_add(1)?));
    let tokens = checked.cms().map_or_else(Vec::new, |cms| Timestamp::of_signature(cms, store.certificates(), budget));
    let timestamps: Vec<_> = tokens.into_iter().map(|token| prove(token, covered, budget)).collect();
    let Moments { sound, open } = Moments::of(&timestamps, end, existence, context.at);
    // Held against the document alone: a token over the content that is later than one over the signature contradicts it,
    // and which of the two is wrong nobody knows.
    let by = sound.by_token().then_some(sound.time);
    let content_timestamps: Vec<_> =
        checked.content.iter().map(|token| prove(token.clone(), covered, budget)).collect();
    let proven = content_timestamps.iter().filter(|token| token.proof() == Proof::Sound);
    let made_after = proven.filter_map(Timestamp::earliest).max();

    let ask = Ask { checked, embedded, made_after, context };
    let first = ask.at(sound, &sources(by), budget);
    let judged = match open.filter(|_| matches!(first.conclusion, Conclusion::Indeterminate(_))) {
        Some(open) => ask.resting_on(open, doubt_of(&timestamps, open), &sources(by), budget).unwrap_or(first),
        None => first,
    };
    Judged { timestamps, content_timestamps, ..judged }
}

/// One signature, to be asked about at several times.
struct Ask<'a> {
    checked: &'a Checked,
    embedded: &'a Embedded,
    /// What a timestamp over its content proves.
    made_after: Option<UnixTime>,
    context: &'a Context<'a>,
}

impl Ask<'_> {
    /// Past signature validation (EN 319 102-1, 5.6.2): everything is asked for the time that is proven.
    fn at(&self, proven: Proven, sources: &Sources<'_>, budget: &mut Budget) -> Judged {
        let Self { checked, embedded, made_after, context } = self;
        let at = proven.time;
        let trust = trust(checked, embedded, at, context, budget);
        let moment =
            Moment { proven: at, by_token: proven.by_token(), at: context.at, grace: context.constraints.grace };
        let path = match &trust {
            Trust::Trusted(path) => Some(path),
            _ => None,
        };
        let in_force = path.map_or(InForce::Unknown, |path| in_force(path, at, *made_after));
        let standings = path.map_or_else(Vec::new, |path| standings(path, sources, &moment, budget));
        let revocation = path.map(|_| revocation_freshness::of_signature(&standings, &moment, *made_after));
        let strong = strong(&checked.means(), path, &context.constraints.algorithms, at);
        let out_of_order = made_after.is_some_and(|made_after| made_after > at.plus(SKEW));
        let conclusion = conclude(&Found {
            integrity: &checked.integrity,
            trust: &trust,
            in_force,
            revocation,
            strong,
            proven: at,
            out_of_order,
        });
        let (open, timestamps, content_timestamps) = (false, Vec::new(), Vec::new());
        Judged {
            trust,
            in_force,
            revocation,
            standings,
            strong,
            proven,
            open,
            timestamps,
            content_timestamps,
            conclusion,
        }
    }

    /// The same for a time that holds unless its authority was revoked. It can say what is missing and nothing more:
    /// what would pass by it waits, and what would fail by it does not count.
    fn resting_on(&self, open: Proven, doubt: Doubt, sources: &Sources<'_>, budget: &mut Budget) -> Option<Judged> {
        let judged = self.at(open, sources, budget);
        if matches!(judged.in_force, InForce::NotYet | InForce::Expired) {
            return None;
        }
        let conclusion = match judged.conclusion {
            Conclusion::Failed(_) => return None,
            Conclusion::Indeterminate(_) => judged.conclusion,
            Conclusion::Passed(_) => Conclusion::Indeterminate(Indeterminate::TryLater(doubt)),
        };
        Some(Judged { conclusion, open: true, ..judged })
    }
}

fn told(
    field: &SignatureField,
    checked: Checked,
    oddities: &[Oddity],
    embedded: Embedded,
    judged: Judged,
) -> Validated {
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
        level: Family::of(checked.form, protected).map(|family| Level { family, grade: level::Grade::B }),
        certificates: checked.certificates().to_vec(),
        notes: notes(field, &checked, &judged),
        embedded,
        integrity: checked.integrity,
        trust: judged.trust,
        in_force: judged.in_force,
        revocation: judged.revocation,
        standings: judged.standings,
        strong: judged.strong,
        timestamps: judged.timestamps,
        content_timestamps: judged.content_timestamps,
        best_signature_time: judged.proven.time,
        time_source: judged.proven.source,
        time_open: judged.open,
        conclusion: judged.conclusion,
    }
}

fn end(field: &SignatureField) -> Option<u64> {
    field.byte_range.as_ref().ok().map(ByteRange::end)
}

/// A token is a clock's, whatever the dictionary says of itself.
fn is_timestamp(field: &SignatureField) -> bool {
    field.kind == SignatureKind::DocumentTimestamp || field.sub_filter == SubFilter::EtsiRfc3161
}

fn notes(field: &SignatureField, checked: &Checked, judged: &Judged) -> Vec<Note> {
    let Some(cms) = checked.cms() else { return Vec::new() };
    let claimed = [cms.signing_time().ok().flatten(), field.claimed_time];
    let proving = judged.timestamps.iter().filter(|token| !matches!(token.proof(), Proof::None(_)));
    let stated: Vec<UnixTime> = proving.filter_map(Timestamp::time).collect();
    let mut shifts = claimed.into_iter().flatten().flat_map(|claimed| stated.iter().map(move |time| (claimed, *time)));
    let late = Proof::None(Worthless::Future);
    let found = [
        (cms.dropped_certificates() > 0, Note::CertificatesDropped),
        (cms.content_timestamp_tokens().next().is_some(), Note::ContentTimestamp),
        (cms.issuer_serial_differs(), Note::IssuerSerialDiffers),
        (shifts.any(|(claimed, stated)| is_shifted(claimed, stated)), Note::TimeShifted),
        (judged.timestamps.iter().any(|token| token.proof() == late), Note::TimestampsDisagree),
        (cms.unsigned_attributes_malformed(), Note::UnsignedAttributesMalformed),
    ];
    found.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
}

fn ambiguous(field: &SignatureField, oddities: &[Oddity]) -> bool {
    let signed_end = field.byte_range.as_ref().map_or(0, ByteRange::end);
    oddities.iter().any(|oddity| oddity.weight(signed_end) >= Weight::Ambiguous)
}

fn trust(checked: &Checked, embedded: &Embedded, at: UnixTime, context: &Context<'_>, budget: &mut Budget) -> Trust {
    let subject = Subject {
        signer: checked.signer(),
        is_timestamp: checked.form == Some(Form::Timestamp),
        pools: [checked.certificates(), embedded.certificates(), context.intermediates],
    };
    certificate_validation::follow(&subject, at, context, budget)
}

fn in_force(path: &Path, at: UnixTime, made_after: Option<UnixTime>) -> InForce {
    let signer = path.leaf().and_then(|leaf| leaf.validity().to());
    match path.out_of_period(at) {
        None => InForce::Yes,
        // A CA and an authority for timestamps have clocks of their own, and a certificate may be used at once.
        Some((_, Within::Before)) if path.out_of_period(at.plus(SKEW)).is_none() => InForce::Yes,
        Some((_, Within::Before)) => InForce::NotYet,
        Some(_) if signer.zip(made_after).is_some_and(|(end, made_after)| end < made_after) => InForce::Expired,
        Some((_, Within::After | Within::Inside)) => InForce::Ended,
    }
}
