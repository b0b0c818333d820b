//! The one integration-test binary.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod attacks;
mod bad_input;
mod bundle;
mod cases;
mod corpora;
mod directory;
mod directory_commands;
mod dns;
mod evidence;
mod fetch;
mod gateway;
mod gather;
mod layers;
mod liars;
mod limits;
mod log;
mod ocsp;
mod online;
mod report;
mod sender_checks;
mod sender_matrix;
mod sender_verdicts;
mod signed_mail;
mod support;
mod timestamping;
mod tls;
mod trust;
mod worker;
