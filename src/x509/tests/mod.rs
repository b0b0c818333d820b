//! Paths, lists and the data of others, each in a file of its own.

mod corpora;
mod crl;
mod crl_hostile;
mod crl_search;
mod crl_signer;
mod path;
mod path_attacks;

use super::testing::NOW;
use super::{AnchorStore, Certificate, Path, PathError, PathSearch, Purpose};
use crate::budget::Budget;

fn budget() -> Budget {
    Budget::for_message()
}

fn build(leaf: &Certificate, pool: &[Certificate], anchors: &AnchorStore) -> Result<Path, PathError> {
    PathSearch { pool, anchors, purposes: &Purpose::ALL, at: NOW }.build(leaf, &mut budget())
}
