//! What would have to be asked outside to decide about signatures. Only a path that has verified to an anchor may make the
//! gateway ask anybody anything, and lists come first: a responder learns whose mail is read.

use crate::budget::Budget;
use crate::evidence::Need;
use crate::pdf::{Reading, SignatureField};
use crate::time::UnixTime;
use crate::x509::{AnchorStore, Certificate, Path};

use super::certificate_validation::{self, Subject, Trust};
use super::context::Context;
use super::embedded::Embedded;
use super::existence::Existence;
use super::format_checking::{self, Form, Value};
use super::revocation_freshness::standing;
use super::standing::{Moment, Standing};
use super::statements::{Sources, lists_of, response_at_hand, response_on};
use super::timestamp::Timestamp;

/// What would have to be asked about the signatures of `file`, by what was answered so far.
#[must_use]
pub fn needs(file: &[u8], reading: &Reading, context: &Context<'_>, budget: &mut Budget) -> Vec<Need> {
    let store = Embedded::of_store(&reading.store, budget);
    reading.signatures.iter().flat_map(|field| of_field(file, field, (&store, context), budget)).collect()
}

fn of_field(
    file: &[u8],
    field: &SignatureField,
    (store, context): (&Embedded, &Context<'_>),
    budget: &mut Budget,
) -> Vec<Need> {
    let Ok((value, _)) = format_checking::read(file, field, (store, context.known), budget) else { return Vec::new() };
    let embedded = value.cms().map_or_else(|| store.clone(), |cms| store.with(cms, budget));
    let asking = Asking { context, embedded: &embedded };
    let mut needs = Vec::new();
    if Form::of(field) == Some(Form::Timestamp) {
        // Whether it covers these octets is asked by the judge; whose clock it is, is all that matters here.
        let Value::Cms(cms) = &value else { return needs };
        let token = Timestamp::of(super::TimestampKind::Document, cms, |_| None);
        needs.extend(asking.of_token(&token, budget));
        return needs;
    }
    let mut times = vec![context.at];
    if let Some(cms) = value.cms() {
        let tokens = Timestamp::of_signature(cms, store.certificates(), budget);
        let before = Timestamp::of_content(cms, &|_, _| None, budget);
        for token in tokens.iter().chain(&before) {
            needs.extend(asking.of_token(token, budget));
        }
        times.extend(tokens.iter().filter(|token| token.is_intact()).filter_map(Timestamp::latest).min());
    }
    let signer = super::signing_certificate::identify(&value);
    let paths: Vec<(UnixTime, Path)> = times
        .into_iter()
        .filter_map(|at| Some((at, asking.path(signer, value.certificates(), at, false, budget)?)))
        .collect();
    needs.extend(asking.of_paths(&paths, budget));
    needs
}

/// What is asked of every certificate of a path: the lists of its issuers, and what lies at hand of responders.
#[must_use]
pub fn needs_of_path(path: &Path, anchors: &AnchorStore) -> Vec<Need> {
    path.issuers().flat_map(|(one, issuer)| [lists_of(one, issuer, anchors), response_at_hand(one, issuer)]).collect()
}

struct Asking<'a> {
    context: &'a Context<'a>,
    embedded: &'a Embedded,
}

impl Asking<'_> {
    fn path(
        &self,
        signer: Option<&Certificate>,
        beside: &[Certificate],
        at: UnixTime,
        is_timestamp: bool,
        budget: &mut Budget,
    ) -> Option<Path> {
        let pools = [beside, self.embedded.certificates(), self.context.intermediates];
        let subject = Subject { signer, is_timestamp, pools };
        match certificate_validation::follow(&subject, at, self.context, budget) {
            Trust::Trusted(path) => Some(path),
            _ => None,
        }
    }

    fn of_token(&self, token: &Timestamp, budget: &mut Budget) -> Vec<Need> {
        let Some(stated) = token.time() else { return Vec::new() };
        let path = self.path(token.signer(), token.certificates(), stated, true, budget);
        // Of an authority the newest word is wanted, whenever it made the token.
        self.of_paths(&path.map(|path| (self.context.at, path)).into_iter().collect::<Vec<_>>(), budget)
    }

    /// For paths of one certificate, each with the time for which it is asked. One time that is answered is enough.
    fn of_paths(&self, paths: &[(UnixTime, Path)], budget: &mut Budget) -> Vec<Need> {
        let pairs = paths.iter().flat_map(|(_, path)| path.issuers());
        let lists: Vec<Need> = pairs
            .flat_map(|(one, issuer)| [lists_of(one, issuer, self.context.anchors), response_at_hand(one, issuer)])
            .collect();
        if !lists.iter().all(|need| self.context.evidence.holds(need)) {
            return lists;
        }
        let mut open: Vec<Vec<Need>> = paths.iter().map(|(at, path)| self.unanswered(path, *at, budget)).collect();
        open.sort_by_key(Vec::len);
        let responders = open.into_iter().next().unwrap_or_default();
        lists.into_iter().chain(responders).collect()
    }

    /// Responders of those certificates of which the lists at hand say nothing fresh.
    fn unanswered(&self, path: &Path, at: UnixTime, budget: &mut Budget) -> Vec<Need> {
        let existence = Existence::default();
        let context = self.context;
        let sources = Sources { context, embedded: self.embedded, existence: &existence, end: None, signed: None };
        let grace = context.constraints.grace;
        let moment = Moment { proven: at, by_token: at < context.at, at: context.at, grace };
        let asked = path.issuers().filter(|(one, _)| !one.ocsp_urls().is_empty()).filter(|(one, issuer)| {
            let found = standing(one, issuer, &sources, &moment, budget).standing;
            !matches!(found, Standing::Good { .. } | Standing::Revoked { .. })
        });
        asked.map(|(one, issuer)| response_on(one, issuer)).collect()
    }
}
