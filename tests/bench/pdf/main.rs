//! How long one signed PDF takes in this process, beside the tools that others use, on the same files in one run.
//!
//! `cargo bench --bench pdf` prints both tables; `-- speed` and `-- hostile` one of them, `quick` a short run.
//! Every measured signature must pass, else the run fails: no error is measured. Peers that are not installed are
//! left out, and said so.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

mod documents;
#[path = "../figures.rs"]
mod figures;
mod hostile;
mod peers;
mod speed;
mod subject;
#[path = "../../support"]
mod support {
    #[expect(dead_code, reason = "the attacks use all of it, the benchmark one signer")]
    pub mod forge;
    pub mod pdf;
}

/// Argument by which this program starts itself for one hostile file, so that its memory is that file's alone.
const ONE: &str = "--one";
/// Argument for a profiler: validates one file so many times and nothing else.
const AGAIN: &str = "--again";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [one, file] = arguments.as_slice()
        && one == ONE
    {
        hostile::one(file.as_ref());
        return;
    }
    if let [again, file, runs] = arguments.as_slice()
        && again == AGAIN
    {
        speed::again(file.as_ref(), runs.parse().unwrap());
        return;
    }
    let wanted: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let quick = wanted.contains(&"quick");
    let all = wanted.iter().all(|word| *word == "quick");
    if all || wanted.contains(&"speed") {
        speed::run(quick);
    }
    if all || wanted.contains(&"hostile") {
        hostile::run();
    }
}
