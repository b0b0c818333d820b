//! Servers for tests, on this machine only.

#[path = "../../support/dns.rs"]
pub mod dns;
pub mod tsa;
pub mod web;
