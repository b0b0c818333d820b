//! Sound documents: how long each takes, and how that compares.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::documents::{Document, Signer};
use crate::figures::{Figures, milliseconds};
use crate::peers;
use crate::subject::Subject;

/// Medians for one document.
struct Row {
    name: &'static str,
    ours: Duration,
    /// When the keys of the CAs have verified nothing yet: the first mail after a start.
    first: Duration,
    read_and_digest: Duration,
    lopdf: Duration,
    hayro: Duration,
    pdfsig: Option<Duration>,
    pyhanko: Option<Duration>,
}

pub fn run(quick: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut subject = Subject::new(folder.path());
    let signer = Signer::new();
    let documents = [
        signer.scan("100 kB", 100_000),
        signer.scan("1 MB", 1_000_000),
        signer.signed_often("1 MB, 20 signatures", 1_000_000, 20),
        signer.scan("10 MB, few objects", 10_000_000),
        signer.signed_often("10 MB, 20 signatures", 10_000_000, 20),
        signer.of_objects("10 MB, 50,000 objects", 10_000_000, 50_000),
    ];
    let mut rows = Vec::new();
    for document in &documents {
        subject.gather(&document.octets);
        rows.push(measure(document, &mut subject, folder.path(), quick));
    }
    print(&rows);
}

/// One file many times, for a profiler.
pub fn again(file: &std::path::Path, runs: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut subject = Subject::new(folder.path());
    let octets = std::fs::read(file).unwrap();
    subject.gather(&octets);
    println!("{} ms, median of {runs}", milliseconds(median(runs, || drop(black_box(subject.validate(&octets))))));
}

fn measure(document: &Document, subject: &mut Subject, folder: &std::path::Path, quick: bool) -> Row {
    let octets = &document.octets;
    assert_eq!(subject.passed(octets), document.signatures, "not what was to be measured: {}", document.name);
    let file = folder.join("document.pdf");
    std::fs::write(&file, octets).unwrap();
    let runs = if quick { 5 } else { 30 };
    let peer_runs = if quick { 2 } else { 7 };
    let firsts = (0..runs).map(|_| {
        subject.forget();
        let begun = Instant::now();
        drop(black_box(subject.validate(octets)));
        begun.elapsed()
    });
    let first = Figures::new(firsts.collect()).median();
    Row {
        name: document.name,
        first,
        ours: median(runs, || drop(black_box(subject.validate(octets)))),
        read_and_digest: median(runs, || peers::read_and_digest(&file)),
        lopdf: median(runs, || peers::lopdf(octets)),
        hayro: median(runs, || peers::hayro(octets)),
        pdfsig: peers::pdfsig(&file, peer_runs),
        pyhanko: peers::pyhanko(&file, peer_runs),
    }
}

fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    work();
    let took = (0..runs).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    });
    Figures::new(took.collect()).median()
}

fn print(rows: &[Row]) {
    println!("\n## One signed PDF, medians in milliseconds\n");
    println!(
        "| file | ours | first after a start | read + SHA-256 | lopdf load | hayro pass | pdfsig, process | pyHanko, call |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            milliseconds(row.ours),
            milliseconds(row.first),
            milliseconds(row.read_and_digest),
            milliseconds(row.lopdf),
            milliseconds(row.hayro),
            peer(row.pdfsig, row.ours),
            peer(row.pyhanko, row.ours)
        );
    }
    println!("\n| target (issue 3) | figure | held |\n|---|--:|---|");
    let [small, medium, often, few, few_often, many] = rows else { return };
    for (row, pdfsig, pyhanko) in [(small, 5.0, 50.0), (medium, 10.0, 20.0)] {
        faster(&format!("{}: {pdfsig} x faster than pdfsig", row.name), row.pdfsig, row.ours, pdfsig);
        faster(&format!("{}: {pyhanko} x faster than pyHanko", row.name), row.pyhanko, row.ours, pyhanko);
    }
    for (often, once) in [(often, medium), (few_often, few)] {
        at_most(&format!("{}: 4 x one in a file of the same size", often.name), often.ours, once.ours * 4);
    }
    at_most("10 MB, few objects: 2 x (read + SHA-256) + 5 ms", few.ours, few.read_and_digest * 2 + FEW);
    let bound = (many.read_and_digest + many.lopdf + many.hayro) * 2;
    at_most("10 MB, many objects: 2 x (read + SHA-256 + lopdf + hayro)", many.ours, bound);
}

/// What everything but reading and digesting may take for a file of few objects.
const FEW: Duration = Duration::from_millis(5);

fn peer(took: Option<Duration>, ours: Duration) -> String {
    took.map_or("not installed".to_owned(), |took| {
        format!("{} ({:.0} x)", milliseconds(took), took.as_secs_f64() / ours.as_secs_f64())
    })
}

fn faster(target: &str, peer: Option<Duration>, ours: Duration, times: f64) {
    let Some(peer) = peer else { return println!("| {target} | left out: not installed | |") };
    let figure = peer.as_secs_f64() / ours.as_secs_f64();
    println!("| {target} | {figure:.1} x | {} |", if figure >= times { "yes" } else { "NO" });
}

fn at_most(target: &str, ours: Duration, bound: Duration) {
    println!(
        "| {target} | {} of {} ms | {} |",
        milliseconds(ours),
        milliseconds(bound),
        if ours <= bound { "yes" } else { "NO" }
    );
}
