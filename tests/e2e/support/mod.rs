//! A mail site in a folder: Postfix before the gateway, a sink behind it, and a client that sends.

pub mod agency;
pub mod client;
#[expect(dead_code, reason = "the tests of the resolver use all of it")]
#[path = "../../support/dns.rs"]
pub mod dns;
pub mod gateway;
pub mod letters;
pub mod mail;
pub mod postfix;
pub mod requirements;
pub mod sink;
pub mod site;

use std::time::{Duration, Instant};

/// Nothing here takes this long on a machine that works; it is when a test gives up, never what it measures.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Asks again and again until there is an answer. Panics with `what` when patience ends.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
