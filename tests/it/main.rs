//! The one integration-test binary.

mod cases;
mod layers;
mod log;
