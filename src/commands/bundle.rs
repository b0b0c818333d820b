//! `dieu7 bundle`.

use super::cli::BundleArguments;
use super::failure::Failure;
use super::lang::Lang;

pub fn run(_: &BundleArguments, _: Lang) -> Result<u8, Failure> {
    Err(super::failure::settings("bundle"))
}
