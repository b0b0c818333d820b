//! End to end: the real Postfix (Debian's package) with the real binary, mail read back from an SMTP sink; and a milter
//! peer that others wrote.
//!
//! Every test has a Postfix of its own in a folder of its own, so they run side by side. They need root, because Postfix
//! does; what else is missing is named by [`support::requirements`].

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod bad_input;
mod crash;
mod doctor;
mod foreign_peer;
mod load;
mod operation;
mod outage;
mod readers;
mod samples;
mod sender;
mod smuggling;
mod support;
