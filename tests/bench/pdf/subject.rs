//! What is measured: octets in, a conclusion for each signature out.

use std::path::Path;

use dieu7::budget::Budget;
use dieu7::evidence::Evidence;
use dieu7::io::sources::DropFolder;
use dieu7::io::{clock, files, samples};
use dieu7::pdf;
use dieu7::policy::Rulebook;
use dieu7::settings::Settings;
use dieu7::signature::{self, Conclusion, Context, Known, Validated};
use dieu7::time::UnixTime;

/// The throw-away PKI of the samples, and when the documents are received.
pub struct Subject {
    settings: Settings,
    rulebook: Rulebook,
    crls: DropFolder,
    evidence: Evidence,
    at: UnixTime,
}

impl Subject {
    pub fn new(folder: &Path) -> Self {
        let file = samples::install(folder).unwrap();
        let settings = Settings::read(&std::fs::read_to_string(file).unwrap(), folder).unwrap();
        let rulebook = files::rulebook(&settings).unwrap();
        let crls = DropFolder::new(settings.crls.clone());
        Self { settings, rulebook, crls, evidence: Evidence::default(), at: clock::now() }
    }

    /// Forgets what the keys of the CAs have verified, as if the program had just started.
    pub fn forget(&mut self) {
        self.rulebook = files::rulebook(&self.settings).unwrap();
    }

    /// Gathers what the signatures of `file` need, as the gateway does before it judges.
    pub fn gather(&mut self, file: &[u8]) {
        let mut budget = Budget::for_message();
        let reading = pdf::read(file, &mut budget).unwrap();
        let known = self.rulebook.known();
        let needs = signature::needs(file, &reading, &self.context(&known), &mut budget);
        for (need, answer) in self.crls.answers(needs) {
            self.evidence.answer(need, answer);
        }
    }

    /// Reads and validates: what the gateway does with each document.
    pub fn validate(&self, file: &[u8]) -> Vec<Validated> {
        let mut budget = Budget::for_message();
        let Ok(reading) = pdf::read(file, &mut budget) else { return Vec::new() };
        let known = self.rulebook.known();
        let context = self.context(&known);
        signature::validate(file, &reading, &context, &mut budget)
    }

    /// How many signatures passed.
    pub fn passed(&self, file: &[u8]) -> usize {
        let validated = self.validate(file);
        validated.iter().filter(|signature| matches!(signature.conclusion, Conclusion::Passed(_))).count()
    }

    fn context<'a>(&'a self, known: &'a Known) -> Context<'a> {
        let parameters = &self.rulebook.policy(self.at).parameters;
        Context {
            anchors: self.rulebook.anchors(),
            intermediates: self.rulebook.intermediates(),
            evidence: &self.evidence,
            known,
            at: self.at,
            constraints: &parameters.constraints,
        }
    }
}
