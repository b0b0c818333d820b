//! How fast the gateway answers at its milter socket, where the time goes, and how much memory it takes.
//!
//! `cargo bench --bench milter` runs everything; `-- socket`, `-- stages`, `-- handover`, `-- memory` one part, `quick` a short run.
//! Every measured message must come back with the verdict it deserves, else the run fails: no error is measured.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

mod disk;
mod figures;
mod handover;
mod load;
mod memory;
mod server;
mod socket;
mod stages;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

/// Argument by which this program starts itself as the echoing milter, so that it too is a process of its own.
const ECHO: &str = "--echo";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [echo, socket] = arguments.as_slice()
        && echo == ECHO
    {
        server::echo(Path::new(socket));
        return;
    }
    let wanted: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let quick = wanted.contains(&"quick");
    let all = wanted.iter().all(|word| *word == "quick");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if all || wanted.contains(&"socket") {
        runtime.block_on(socket::run(quick));
    }
    if all || wanted.contains(&"stages") {
        runtime.block_on(stages::run(quick));
    }
    if all || wanted.contains(&"handover") {
        handover::run(&runtime, quick);
    }
    if all || wanted.contains(&"memory") {
        runtime.block_on(memory::run());
    }
}
