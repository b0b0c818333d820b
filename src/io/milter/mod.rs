//! The milter protocol on sockets: the server that Postfix connects to, and a client that acts as Postfix.
//!
//! The protocol itself, with everything that can be said without waiting, is in [`crate::milter`].

mod allow;
mod client;
mod connection;
mod listener;
mod server;
mod stream;

pub use allow::{AllowError, AllowList};
pub use client::{Delivered, MtaClient, MtaError};
pub use listener::{ListenError, Listener, UnixSocket};
pub use server::{Handler, Settings, Stopped, serve};

#[cfg(test)]
mod tests;
