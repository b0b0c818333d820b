//! Attempts to have a mail called equivalent to paper that is not. Each must fail, and the genuine paper beside it must
//! not.

mod certificates;
pub mod composition;
#[path = "../support/dkim.rs"]
pub mod dkim;
mod documents;
pub mod domain_signatures;
mod embedded;
#[path = "../support/forge.rs"]
pub mod forge;
pub mod forms;
mod hierarchy;
mod mails;
mod mime;
mod mutations;
pub mod paper;
mod proofs;
mod responders;
mod signers;
mod stamps;
mod times;
mod timestamps;
#[path = "../support/tokens.rs"]
pub mod tokens;
mod words;
pub mod world;

use dieu7::policy::Verdict;

use self::world::{Mail, World, genuine};

#[test]
fn the_genuine_paper_of_the_forgers_own_tools_is_equivalent() {
    assert_eq!(World::default().verdict(&Mail::new(&genuine("15/QD-SNV"))), Verdict::LegallyEquivalent);
}
