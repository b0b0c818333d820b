//! Servers for tests, on this machine only.

pub mod web;
