//! Every sample mail of `fixtures/cases`, from its octets to verdict and reasons, at a fixed time and without network.

use std::sync::Arc;

use dieu7::budget::Budget;
use dieu7::dossier::{self, Examined};
use dieu7::evidence::Evidence;
use dieu7::io::files;
use dieu7::io::samples::{self, Sample};
use dieu7::io::sources::DropFolder;
use dieu7::message::stamps::stamps;
use dieu7::policy::{Case, Condition, Judgement, Reason, Rulebook, Verdict, judge};
use dieu7::settings::Settings;
use dieu7::time::UnixTime;

/// When all samples are received.
pub const AT: &str = "2026-11-02T01:30:00Z";

/// Judges samples as the gateway does, without sockets and log.
pub struct Bench {
    rulebook: Arc<Rulebook>,
    crls: DropFolder,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = samples::install(folder.path()).unwrap();
        let settings = Settings::read(&std::fs::read_to_string(file).unwrap(), folder.path()).unwrap();
        let rulebook = Arc::new(files::rulebook(&settings).unwrap());
        Self { rulebook, crls: DropFolder::new(settings.crls), _folder: folder }
    }

    pub fn judge(&self, sample: &Sample) -> Judgement {
        self.judge_and_examined(sample).0
    }

    /// The judgement, and what the reader found.
    pub fn judge_and_examined(&self, sample: &Sample) -> (Judgement, Arc<Examined>) {
        let (judgement, examined, _) = self.judge_with_evidence(sample);
        (judgement, examined)
    }

    /// The judgement, what the reader found, and what the folder of lists said.
    pub fn judge_with_evidence(&self, sample: &Sample) -> (Judgement, Arc<Examined>, Evidence) {
        let message = sample.message();
        let stamped = !stamps(&message, "Dieu7-Demo-").is_empty();
        let examined = Arc::new(dossier::examine(&message, &mut Budget::for_message()));
        let case = Case {
            message: Some(Arc::new(message)),
            examined: Some(Arc::clone(&examined)),
            evidence: Evidence::default(),
            rulebook: Arc::clone(&self.rulebook),
            at: UnixTime::parse(AT).unwrap(),
            remarks: if stamped { vec![Reason::StampRemoved] } else { Vec::new() },
        }
        .gathered(|needs| self.crls.answers(needs));
        (judge(&case, &mut Budget::for_message()), examined, case.evidence)
    }
}

/// What is wrong with a judgement, seen from what its sample expects.
fn differences(sample: &Sample, judgement: &Judgement) -> Vec<String> {
    let mut wrong = Vec::new();
    let hold = |what: String, expected: &str, found: &str, wrong: &mut Vec<String>| {
        if expected != found {
            wrong.push(format!("{}: {what}: expected {expected}, found {found}", sample.id));
        }
    };
    hold("verdict".into(), &sample.expect.verdict, judgement.verdict.token(), &mut wrong);
    let count = sample.expect.document.len();
    hold("documents".into(), &count.to_string(), &judgement.documents.len().to_string(), &mut wrong);
    for (expected, found) in sample.expect.document.iter().zip(&judgement.documents) {
        let name = &expected.name;
        if !judgement.is_secret() {
            hold("name".into(), name, &found.name, &mut wrong);
        }
        hold(format!("{name}: result"), &expected.verdict, found.result.token(), &mut wrong);
        for (condition, wanted) in Condition::ALL.into_iter().zip([&expected.a, &expected.b, &expected.c]) {
            let Some(wanted) = wanted else { continue };
            let token = found.condition(condition).0.token();
            hold(format!("{name}: {}", condition.letter()), wanted, token, &mut wrong);
        }
        let reasons: Vec<&str> =
            found.reasons().iter().chain(&found.remarks).chain(&judgement.remarks).map(|r| r.code()).collect();
        for reason in &expected.reasons {
            if !reasons.contains(&reason.as_str()) {
                wrong.push(format!("{}: {name}: expected {reason} among {reasons:?}", sample.id));
            }
        }
    }
    for remark in &sample.expect.remarks {
        if !judgement.remarks.iter().any(|found| found.code() == remark) {
            wrong.push(format!("{}: expected the remark {remark} among {:?}", sample.id, judgement.remarks));
        }
    }
    wrong
}

#[test]
fn every_sample_mail_gets_the_verdict_and_the_reasons_that_it_names() {
    let bench = Bench::new();
    let samples = samples::all();
    let wrong: Vec<String> = samples.iter().flat_map(|sample| differences(sample, &bench.judge(sample))).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_samples_cover_every_verdict_that_the_gateway_can_give() {
    let samples = samples::all();
    for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::AwaitingClerk) {
        assert!(samples.iter().any(|sample| sample.expect.verdict == verdict.token()), "{verdict} has no sample");
    }
}

#[test]
fn a_sample_judged_twice_gives_the_same_report() {
    let bench = Bench::new();
    for sample in samples::all() {
        assert_eq!(bench.judge(&sample).report(), bench.judge(&sample).report(), "{}", sample.id);
    }
}
