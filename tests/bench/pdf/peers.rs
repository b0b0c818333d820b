//! What others do with the same files, and the least that anybody must do with them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sha2::Digest as _;

use crate::figures::Figures;
use crate::support::forge;

/// pdfsig as a whole process; it asks nobody about revocation.
pub fn pdfsig(file: &Path, runs: usize) -> Option<Duration> {
    let run = || {
        let begun = Instant::now();
        let output = Command::new("pdfsig").arg("-nocert").arg(file).stderr(Stdio::null()).output().ok()?;
        let took = begun.elapsed();
        let valid = String::from_utf8_lossy(&output.stdout).contains("Signature is Valid");
        assert!(valid, "not what was to be measured");
        Some(took)
    };
    run()?;
    Some(Figures::new((0..runs).map_while(|_| run()).collect()).median())
}

/// pyHanko's validation calls in one warm process; starting Python and importing is not counted.
pub fn pyhanko(file: &Path, runs: usize) -> Option<Duration> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/pyhanko_pdf.py");
    let pki = forge::fixtures().join("pki");
    let output = Command::new("python3").arg(script).arg(runs.to_string()).arg(pki).arg(file).output().ok()?;
    let seconds = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds))
}

/// Reading the file and digesting it once.
pub fn read_and_digest(file: &Path) {
    let octets = std::fs::read(file).unwrap();
    std::hint::black_box(sha2::Sha256::digest(octets));
}

/// One lopdf load of the whole file.
pub fn lopdf(octets: &[u8]) {
    let options = lopdf::LoadOptions { strict: true, ..lopdf::LoadOptions::default() };
    std::hint::black_box(lopdf::Document::load_mem_with_options(octets, options).unwrap());
}

/// One pass of hayro-syntax: its pages and what each draws.
pub fn hayro(octets: &[u8]) {
    let pdf = hayro_syntax::Pdf::new(octets.to_vec()).ok().unwrap();
    for page in pdf.pages().iter() {
        std::hint::black_box(page.page_stream());
    }
}
