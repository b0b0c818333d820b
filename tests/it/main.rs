//! The one integration-test binary.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod attacks;
mod cases;
mod gateway;
mod layers;
mod limits;
mod log;
