//! The command line of dieu7.

fn main() {}
