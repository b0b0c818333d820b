//! Replays the seeds, and everything that fuzzers found, through the targets.

use std::fs;
use std::path::{Path, PathBuf};

use super::TARGETS;
use crate::algorithm::DigestAlgorithm::Sha256;
use crate::asn1::encode;
use crate::budget::Budget;
use crate::cms::to_der;
use crate::dossier::{self, Content};
use crate::io::samples;
use crate::pdf::contents_octets;
use crate::pdf::fuzz::{SIGNED, written};
use crate::x509::ocsp::testing::*;
use crate::x509::testing::{Draft, Party, root};

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds")
}

fn replay(target: &str) {
    let (name, run) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(seeds().join(name)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no seeds");
    // All of them, so that one that breaks a rule does not hide another; what it broke is printed by its panic.
    let broken: Vec<PathBuf> = files
        .into_iter()
        .filter(|file| {
            let octets = fs::read(file).unwrap();
            std::panic::catch_unwind(|| run(&octets)).is_err()
        })
        .collect();
    assert_eq!(broken, Vec::<PathBuf>::new(), "seeds of {target} that break a rule");
}

macro_rules! replays {
    ($($target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn every_target_is_replayed_and_built() {
            let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($target)),*]);
            for name in names {
                let file = seeds().join(format!("../targets/{name}.rs"));
                assert!(fs::read_to_string(file).unwrap().contains(&format!("run(\"{name}\"")));
            }
        }
    };
}

replays!(byte_range change cms examine intake lexer ocsp x509 xref);

/// Where a seed belongs, and its octets.
type Seeds = Vec<(PathBuf, Vec<u8>)>;

#[test]
#[ignore = "writes into the folder of the seeds"]
fn seeds_are_written_anew() {
    for (file, octets) in made() {
        fs::write(file, octets).unwrap();
    }
}

#[test]
fn seeds_are_of_the_papers_and_samples_as_they_are_now() {
    let stale: Vec<PathBuf> = made()
        .into_iter()
        .filter(|(file, octets)| fs::read(file).ok().as_ref() != Some(octets))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(stale, Vec::<PathBuf>::new(), "tests/fuzz/README.md says how they are written anew");
}

/// Seeds that others than an editor make. They are committed, because a seed that changes no longer shows what it did.
fn made() -> Seeds {
    let mut made = responses();
    let mut keep =
        |target: &str, name: &str, octets: &[u8]| made.push((seeds().join(target).join(name), octets.to_vec()));
    for paper in 0..SIGNED.len() {
        keep("xref", &format!("paper-{paper}.pdf"), &written(paper.to_string().as_bytes()));
    }
    for script in ["further-signature", "further-signature-packed", "validation-data-grows", "hybrid", "freed"] {
        let octets = fs::read(seeds().join(format!("change/{script}.txt"))).unwrap();
        keep("xref", &format!("{script}.pdf"), &written(&octets));
    }
    for sample in samples::all() {
        let wanted = ["01", "02", "03", "26", "30", "36"].iter().any(|id| sample.id.starts_with(id));
        if !wanted {
            continue;
        }
        let examined = dossier::examine(&sample.message(), &mut Budget::for_message());
        let (document, octets) = (&examined.dossier.documents[0], &examined.octets[0]);
        let Content::Pdf(Ok(reading)) = &document.content else { panic!("a sample reads") };
        for (index, signature) in (0..).zip(&reading.signatures) {
            let cms = contents_octets(octets, signature.contents.unwrap()).unwrap();
            let end = to_der(&cms).unwrap().consumed();
            keep("cms", &format!("{}-{index}.cms", sample.id), &cms[..end]);
        }
        if sample.id.starts_with("30") || sample.id.starts_with("03") {
            keep("examine", &format!("{}.pdf", sample.id), octets);
        }
    }
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki").join(name);
    for file in ["certificates/noivu.der", "anchors/gov-root.der", "crls/gov-issuing.crl", "crls/gov-root.crl"] {
        let octets = fs::read(folder(file)).unwrap();
        keep("x509", file.rsplit('/').next().unwrap(), &octets);
    }
    made
}

fn responses() -> Seeds {
    let (top, helper) = (Party::new("Root", 1), Party::new("Responder", 4));
    let issuer = root(&top);
    let leaf = Draft::leaf(&Party::new("Person", 3), &top).certificate();
    let delegate = Draft { serial: 9, extensions: responder_extensions(), ..Draft::leaf(&helper, &top) }.certificate();
    let good = AnswerDraft::good(&leaf, &issuer);
    let nonce = extension(&ocsp_oid(2), false, &[4, 4, 1, 2, 3, 4]);
    let cutoff = extension(&ocsp_oid(6), false, &encode(0x18, &[b"20200101000000.5Z"]));
    let delegated = AnswerDraft { extensions: vec![cutoff], ..AnswerDraft::called(&leaf, &issuer, Sha256) };
    let delegated = OcspDraft { responder: by_key(&helper), ..OcspDraft::delegated(&helper, &delegate, delegated) };
    let direct = OcspDraft::new(&top, good.clone());
    let answers = [Some(1), Some(4)].map(|reason| good.clone().saying(&revoked("20260601000000Z", reason)));
    let twice = OcspDraft { answers: answers.to_vec(), ..direct.clone() };
    let unknown = OcspDraft { extensions: vec![nonce], ..OcspDraft::new(&top, good.saying(&UNKNOWN)) };
    let made = [
        ("issuer.der", issuer.der().to_vec()),
        ("leaf.der", leaf.der().to_vec()),
        ("delegated.der", delegated.der()),
        ("direct.der", direct.der()),
        ("direct-basic.der", direct.basic()),
        ("revoked-twice.der", twice.der()),
        ("try-later.der", vec![0x30, 3, 10, 1, 3]),
        ("unknown.der", unknown.der()),
    ];
    made.into_iter().map(|(name, octets)| (seeds().join("ocsp").join(name), octets)).collect()
}
