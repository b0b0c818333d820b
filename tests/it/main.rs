//! The one integration-test binary.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

mod attacks;
mod cases;
mod layers;
mod log;
