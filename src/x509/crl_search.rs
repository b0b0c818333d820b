//! Everything that the lists at hand say of one certificate (RFC 5280, 6.3.3): which speak of it, who signed them, what
//! a delta list changes, which lists of some reasons make up a whole.
//!
//! A revocation that a believed list has always speaks. "Good" is said only for all reasons, and only while no newer
//! delta list is at hand that cannot be applied.

use std::collections::{HashMap, HashSet};

use super::certificate::Certificate;
use super::crl::{Crl, CrlFault};
use super::crl_entry::Listed;
use super::crl_scope::Reasons;
use super::crl_set::CrlSet;
use super::name::Name;
use super::path::PathError;
use super::revocation::{RevocationStatus, Unusable};
use super::statement::{Question, Said, Silence, Statement, StatementKind};
use crate::budget::Budget;
use crate::digest::Sha256;
use crate::time::UnixTime;

/// Signers in a row on whose certificates lists are asked for: the signer of a list, and that of the list about him. Ten
/// keys of one CA that speak of each other then stay within [`MAX_LISTS`].
pub const MAX_SIGNERS: usize = 2;
/// Lists looked into for one question, those about signers included. Real evidence has some ten; what is beyond says
/// nothing, so that a thousand deltas in a message cost a second and no more.
pub const MAX_LISTS: u32 = 2_000;

impl CrlSet {
    /// What the lists say of the certificate of `question`, and which say nothing and why.
    pub fn statements(&self, question: &Question<'_>, budget: &mut Budget) -> Said {
        let mut inquiry = Inquiry {
            set: self,
            question: *question,
            by_subject: None,
            anchor: None,
            open: Vec::new(),
            signers: HashMap::new(),
            left: MAX_LISTS,
        };
        inquiry.ask(question.certificate, question.issuer, budget)
    }
}

struct Inquiry<'a> {
    set: &'a CrlSet,
    question: Question<'a>,
    /// Who may have signed a list, by name; made when a list is not from the issuer's own key.
    by_subject: Option<HashMap<&'a Name, Vec<&'a Certificate>>>,
    /// The anchor of the certificate in question.
    anchor: Option<Result<String, CrlFault>>,
    /// Signers whose certificates are being asked for: nobody vouches for himself.
    open: Vec<Sha256>,
    /// What was found of signers, at the times of their lists.
    signers: HashMap<(Sha256, UnixTime), Result<(), CrlFault>>,
    left: u32,
}

/// A believed list that speaks of the certificate.
struct Heard<'a> {
    crl: &'a Crl,
    reasons: Reasons,
    listed: Listed,
    signer: Certificate,
}

impl<'a> Inquiry<'a> {
    fn ask(&mut self, certificate: &Certificate, issuer: &Certificate, budget: &mut Budget) -> Said {
        let mut said = Said::default();
        let (mut complete, mut deltas) = (Vec::new(), Vec::new());
        for crl in self.lists_for(certificate) {
            match self.hear(crl, certificate, issuer, budget) {
                Err(why) => said.silent.push((crl.fingerprint(), why)),
                Ok(heard) if crl.is_delta() => deltas.push(heard),
                Ok(heard) => match crl.unusable() {
                    Some(why) => said.silent.push((crl.fingerprint(), Silence::Unusable(why.clone()))),
                    None => complete.push(heard),
                },
            }
        }
        combine(&complete, &deltas, &mut said);
        said
    }

    /// Lists of the issuer, and of those whom its distribution points name.
    fn lists_for(&self, certificate: &Certificate) -> Vec<&'a Crl> {
        let issuers: HashSet<&Name> = certificate.crl_issuers().collect();
        let mut lists: Vec<&Crl> = issuers.into_iter().flat_map(|issuer| self.set.issued_by(issuer)).collect();
        // The newest first, so that a limit strikes the oldest; and in one order on every machine.
        lists.sort_by_cached_key(|crl| (std::cmp::Reverse(crl.this_update()), *crl.fingerprint().as_bytes()));
        lists
    }

    /// Whether a list speaks of the certificate and is to be believed. The cheap questions come first.
    fn hear(
        &mut self,
        crl: &'a Crl,
        certificate: &Certificate,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Heard<'a>, Silence> {
        self.left = self.left.checked_sub(1).ok_or(Silence::Fault(CrlFault::Exhausted))?;
        let reasons = crl.reach(certificate).map_err(Silence::Unusable)?;
        let signer = self.signer(crl, issuer, budget).map_err(Silence::Fault)?;
        Ok(Heard { crl, reasons, listed: crl.look_up(certificate), signer })
    }

    /// Whose key signed the list: the issuer's, or that of another certificate with the name of the list's issuer, which
    /// needs a proof of its own (RFC 5280, 6.3.3 f and g).
    fn signer(&mut self, crl: &Crl, issuer: &Certificate, budget: &mut Budget) -> Result<Certificate, CrlFault> {
        let verified = self.question.verified;
        let mut fault = match crl.signed_by_knowing(verified, issuer, budget) {
            Ok(()) => return Ok(issuer.clone()),
            Err(fault) => fault,
        };
        for candidate in self.candidates(crl.issuer()) {
            match crl.signed_by_knowing(verified, candidate, budget) {
                Ok(()) => match self.prove(candidate, crl.this_update(), budget) {
                    Ok(()) => return Ok(candidate.clone()),
                    Err(unproven) => fault = unproven,
                },
                // What is wrong with a stranger of the same name says less than what was found so far.
                Err(other) if fault == CrlFault::OtherIssuer || other == CrlFault::Exhausted => fault = other,
                Err(_) => {}
            }
        }
        Err(fault)
    }

    fn candidates(&mut self, name: &Name) -> Vec<&'a Certificate> {
        let search = self.question.search;
        let by_subject = self.by_subject.get_or_insert_with(|| {
            let mut by_subject: HashMap<&Name, Vec<&Certificate>> = HashMap::new();
            for certificate in search.pool {
                by_subject.entry(certificate.subject()).or_default().push(certificate);
            }
            by_subject
        });
        let pool = by_subject.get(name).map_or(&[][..], Vec::as_slice);
        search.anchors.named(name).chain(pool.iter().copied()).collect()
    }

    /// Whether the certificate of a signer leads to the anchor of the certificate in question, held when the list was
    /// issued, and is itself not listed as revoked, as far as the lists go.
    fn prove(&mut self, signer: &Certificate, when: UnixTime, budget: &mut Budget) -> Result<(), CrlFault> {
        let known = (signer.fingerprint(), when);
        if let Some(outcome) = self.signers.get(&known) {
            return outcome.clone();
        }
        if self.open.contains(&known.0) || self.open.len() == MAX_SIGNERS {
            return Err(CrlFault::SignerUnproven);
        }
        self.open.push(known.0);
        let outcome = self.follow(signer, when, budget);
        self.open.pop();
        // Below another signer the answer may rest on whom that one is; it is kept only where it rests on nobody.
        if self.open.is_empty() {
            self.signers.insert(known, outcome.clone());
        }
        outcome
    }

    fn follow(&mut self, signer: &Certificate, when: UnixTime, budget: &mut Budget) -> Result<(), CrlFault> {
        let mut search = self.question.search;
        search.at = when;
        let path = search.build_knowing(self.question.verified, signer, budget).map_err(|error| unproven(&error))?;
        if path.out_of_period(when).is_some() || path.anchor() != self.anchor(budget)? {
            return Err(CrlFault::SignerUnproven);
        }
        for (certificate, issuer) in path.issuers() {
            if accuses(&self.ask(certificate, issuer, budget).statements) {
                return Err(CrlFault::SignerRevoked);
            }
        }
        Ok(())
    }

    /// RFC 5280, 6.3.3 f: the signer's path must end where that of the certificate does, lest a CA elsewhere take its
    /// name.
    fn anchor(&mut self, budget: &mut Budget) -> Result<String, CrlFault> {
        let question = self.question;
        self.anchor
            .get_or_insert_with(|| {
                let path = question.search.build_knowing(question.verified, question.certificate, budget);
                path.map(|path| path.anchor().to_owned()).map_err(|error| unproven(&error))
            })
            .clone()
    }
}

/// Whether the certificate of a signer is revoked, or suspended without a newer list that lifts that. Whether lists about
/// signers are fresh is not asked: nothing said accuses nobody.
fn accuses(statements: &[Statement]) -> bool {
    let good = statements.iter().filter(|statement| statement.status == RevocationStatus::Good);
    let newest_good = good.map(|statement| statement.this_update).max();
    statements.iter().any(|statement| match statement.status {
        RevocationStatus::Good => false,
        RevocationStatus::Hold { .. } => newest_good.is_none_or(|good| good <= statement.this_update),
        RevocationStatus::Revoked { .. } => true,
    })
}

fn unproven(error: &PathError) -> CrlFault {
    if *error == PathError::Exhausted { CrlFault::Exhausted } else { CrlFault::SignerUnproven }
}

/// Makes statements of what was heard.
fn combine(complete: &[Heard<'_>], deltas: &[Heard<'_>], said: &mut Said) {
    let mut applied = HashSet::new();
    let mut partial: Vec<(Reasons, Statement)> = Vec::new();
    for base in complete {
        let delta = newest_applicable(base, deltas);
        let statement = base.with(delta);
        applied.extend(delta.map(|delta| delta.crl.fingerprint()));
        if statement.status != RevocationStatus::Good {
            said.statements.push(statement);
        } else if deltas.iter().any(|newer| newer.outdates(base, delta)) {
            said.silent.push((base.crl.fingerprint(), Silence::Unusable(Unusable::NewerDelta)));
        } else if base.reasons.is_all() {
            said.statements.push(statement);
        } else {
            partial.push((base.reasons, statement));
        }
    }
    for delta in deltas {
        let fingerprint = delta.crl.fingerprint();
        match (delta.crl.unusable(), delta.listed.status) {
            (Some(why), _) => said.silent.push((fingerprint, Silence::Unusable(why.clone()))),
            (None, RevocationStatus::Good) if !applied.contains(&fingerprint) => {
                said.silent.push((fingerprint, Silence::Unusable(Unusable::Delta)));
            }
            (None, RevocationStatus::Good) => {}
            (None, _) if applied.contains(&fingerprint) => {}
            // What it lists it lists, whatever the list was that it changes.
            (None, _) => said.statements.push(delta.with(None)),
        }
    }
    match whole(&partial) {
        Some(statement) => said.statements.push(statement),
        None => said.silent.extend(
            partial
                .iter()
                .flat_map(|(_, statement)| &statement.pieces)
                .map(|piece| (*piece, Silence::Unusable(Unusable::SomeReasons))),
        ),
    }
}

/// Of the delta lists that change this complete one, the newest: it has all changes since its base.
fn newest_applicable<'a, 'b>(base: &Heard<'_>, deltas: &'b [Heard<'a>]) -> Option<&'b Heard<'a>> {
    let applicable = deltas.iter().filter(|delta| delta.crl.unusable().is_none() && delta.changes(base));
    applicable.max_by(|one, two| one.crl.number().cmp(&two.crl.number()))
}

impl Heard<'_> {
    /// RFC 5280, 5.2.4 and 6.3.3 c: same issuer, scope and key, and a number between which nothing is missing.
    fn changes(&self, base: &Self) -> bool {
        let (Some(from), Some(number), Some(complete)) = (self.crl.base(), self.crl.number(), base.crl.number()) else {
            return false;
        };
        self.crl.is_alike(base.crl) && !self.crl.names_other_key(base.crl) && complete >= from && complete < number
    }

    /// Whether this delta list is newer than the complete one, and than the delta that was applied to it.
    fn outdates(&self, base: &Self, applied: Option<&Self>) -> bool {
        let latest = applied.unwrap_or(base);
        let later = self.crl.this_update() > latest.crl.this_update();
        let newer = match (self.crl.number(), latest.crl.number()) {
            // Two lists of one number and of different days must not be (RFC 5280, 5.2.3): the later one is not explained.
            (Some(own), Some(other)) => own > other || (own == other && later),
            _ => later,
        };
        newer && self.crl.is_alike(base.crl)
    }

    /// The list as a statement, with the changes of a delta, which together are the complete list of the delta's day.
    fn with(&self, delta: Option<&Self>) -> Statement {
        let latest = delta.unwrap_or(self);
        let status = match (self.listed.status, delta.map(|delta| delta.listed)) {
            // Only a suspension is lifted. A revoked certificate leaves the list when it ends, and stays revoked.
            (RevocationStatus::Hold { .. }, Some(Listed { status: RevocationStatus::Good, removed: true })) => {
                RevocationStatus::Good
            }
            (status, Some(changed)) => status.worse(changed.status),
            (status, None) => status,
        };
        Statement {
            status,
            kind: StatementKind::Crl,
            pieces: [Some(self), delta].into_iter().flatten().map(|heard| heard.crl.fingerprint()).collect(),
            this_update: latest.crl.this_update(),
            next_update: latest.crl.next_update(),
            signer: latest.signer.clone(),
            vouches_since: self.crl.expired_since(),
        }
    }
}

/// "Good" of lists that cover all reasons together: the newest of each kind, with the earliest dates.
fn whole(partial: &[(Reasons, Statement)]) -> Option<Statement> {
    let mut newest: HashMap<Reasons, &Statement> = HashMap::new();
    for (reasons, statement) in partial {
        let held = newest.entry(*reasons).or_insert(statement);
        if statement.this_update > held.this_update {
            *held = statement;
        }
    }
    let mut parts: Vec<(Reasons, &Statement)> = newest.into_iter().collect();
    parts.sort_by_key(|(reasons, statement)| (std::cmp::Reverse(statement.this_update), *reasons));
    let mut covered = Reasons::NONE;
    let mut together: Option<Statement> = None;
    for (reasons, part) in parts {
        if covered.or(reasons) == covered {
            continue;
        }
        covered = covered.or(reasons);
        together = Some(match together {
            None => part.clone(),
            Some(before) => Statement {
                pieces: [&before.pieces[..], &part.pieces[..]].concat(),
                this_update: before.this_update.min(part.this_update),
                next_update: before.next_update.zip(part.next_update).map(|(one, two)| one.min(two)),
                vouches_since: before.vouches_since.zip(part.vouches_since).map(|(one, two)| one.max(two)),
                ..before
            },
        });
    }
    together.filter(|_| covered.is_all())
}
