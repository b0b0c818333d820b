//! Everything that waits: sockets, files, the clock.
//!
//! What is decided about a message is decided elsewhere, by plain functions; here octets are moved, under deadlines.

pub mod milter;
