//! What the fuzzers call and what the tests replay: one function a target, each holding rules that any octets at all must
//! keep. Compiled for tests and fuzzers only; `tests/fuzz` says how to run them.
//!
//! "No panic, no endless loop" is the least of these rules. The others state what a forger must not reach: that a reader
//! and an independent one see different papers under one standing signature, or that an equivalent verdict rests on octets
//! that no agency signed.

mod byte_range;
mod cms;
mod examine;
mod intake;
mod mime;
mod ocsp;
mod sender;
#[cfg(test)]
mod tests;
mod x509;

/// What holds rules to octets.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("byte_range", byte_range::byte_range),
    ("change", crate::pdf::fuzz::change),
    ("cms", cms::cms),
    ("examine", examine::examine),
    ("intake", intake::intake),
    ("lexer", crate::pdf::fuzz::lexer),
    ("mime", mime::mime),
    ("ocsp", ocsp::ocsp),
    ("sender", sender::sender),
    ("x509", x509::x509),
    ("xref", crate::pdf::fuzz::xref),
];

/// Gives `octets` to the target `name`.
///
/// # Panics
/// Where a rule does not hold: that is what a fuzzer looks for.
pub fn run(name: &str, octets: &[u8]) {
    let target = TARGETS.iter().find(|(target, _)| *target == name);
    target.expect("the name is one of the list").1(octets);
}
