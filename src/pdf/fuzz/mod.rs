//! Targets that reach what the module keeps to itself; see `crate::fuzz`.

mod change;
mod lexer;
mod paper;
mod script;
mod view;
mod xref;

pub(crate) use change::change;
#[cfg(test)]
pub(crate) use change::{SIGNED, written};
pub(crate) use lexer::lexer;
pub(crate) use xref::{consistent, stands, truthful, xref};
