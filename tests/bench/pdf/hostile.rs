//! Files that were made to take time or memory: each ends in a conclusion, in a process of its own.

mod draft;
mod files;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use dieu7::budget::Budget;
use dieu7::pdf;

use crate::subject::Subject;

/// What any file of up to 64 MB may take (issue 3, "Bad input").
const TIME: Duration = Duration::from_secs(2);
const MEMORY_KB: u64 = 256 * 1024;

pub fn run() {
    let folder = tempfile::tempdir().unwrap();
    println!("\n## Hostile files, each in a process of its own\n");
    println!("| file | MB | seconds of processor | peak MB | conclusion | held |");
    println!("|---|--:|--:|--:|---|---|");
    for (name, make) in files::ALL {
        let octets = make();
        let file = folder.path().join("hostile.pdf");
        std::fs::write(&file, &octets).unwrap();
        let size = octets.len();
        drop(octets);
        let output = Command::new(std::env::current_exe().unwrap()).arg(crate::ONE).arg(&file).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let fields: Vec<&str> = text.trim().split('\t').collect();
        let [milliseconds, peak, conclusion] = fields.as_slice() else {
            println!("| {name} | {} | | | died: {} | NO |", size >> 20, output.status);
            continue;
        };
        let took = Duration::from_millis(milliseconds.parse().unwrap());
        let peak: u64 = peak.parse().unwrap();
        println!(
            "| {name} | {} | {:.2} | {} | {conclusion} | {} |",
            size >> 20,
            took.as_secs_f64(),
            peak >> 10,
            if took <= TIME && peak <= MEMORY_KB { "yes" } else { "NO" }
        );
    }
}

/// Reads and validates one file; prints milliseconds, the peak of resident memory in kB, and what came out.
pub fn one(file: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let subject = Subject::new(folder.path());
    let octets = std::fs::read(file).unwrap();
    let begun = on_processor();
    let validated = subject.validate(&octets);
    let took = on_processor().saturating_sub(begun);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|peak| peak.split_whitespace().next()?.parse().ok())
        .unwrap();
    let conclusion = match pdf::read(&octets, &mut Budget::for_message()) {
        Err(error) => error.to_string(),
        Ok(reading) => {
            format!(
                "{} oddities, {} of {} signatures read",
                reading.oddities.len(),
                validated.len(),
                reading.signatures.len()
            )
        }
    };
    println!("{}\t{peak}\t{conclusion}", took.as_millis());
}

/// What this thread has computed so far: other programs on the machine do not count.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}
