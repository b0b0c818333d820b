//! What the first sealer of an ARC chain saw (RFC 8617): for mail that a forwarder changed on its way.
//!
//! A chain that holds says who sealed, not whether they are honest: whoever seals last can change all but what was
//! sealed before. So every sealer must be one that the operator trusts; else the chain is ignored. And whoever has a sealed
//! message can change what the last sealer did not sign: another From, or DKIM signatures with another value and time, by
//! which the log would not know the message again. So what tells one message from another must be signed.

use super::border_host::Says;
use crate::message::Mailbox;
use crate::sender::checks::AuthResult;
use crate::sender::provenance::Question;
use crate::sender::results::Results;

/// The first sealer, where the whole chain is trusted and it saw a signature of the From domain hold.
pub(super) fn sealer<'a>(question: &Question<'a>, from: &Mailbox) -> Option<&'a str> {
    let chain = &question.checks.arc;
    let first = chain.sealers.first()?;
    let trusted = |sealer: &String| question.settings.trusted_sealers.iter().any(|known| known.as_str() == sealer);
    if chain.result != AuthResult::Pass || !chain.sealers.iter().all(trusted) {
        return None;
    }
    let mut seen = question.message.values("ARC-Authentication-Results").filter_map(of_the_first_hop);
    let (field, None) = (seen.next()?, seen.next()) else { return None };
    let says = Says::of(vec![Results::read(field)?], from);
    let holds = says.that("dkim", "header.d", "pass");
    (holds && !says.that("dkim", "header.d", "fail") && !says.that("dmarc", "header.from", "fail")).then_some(first)
}

/// Whether nobody can have changed since the last seal what tells the message from another.
pub(super) fn covers(question: &Question<'_>) -> bool {
    question.checks.arc.covers
}

/// What follows `i=1;` (RFC 8617, 4.1.1).
fn of_the_first_hop(value: &[u8]) -> Option<&[u8]> {
    let rest = value.trim_ascii_start().strip_prefix(b"i")?.trim_ascii_start().strip_prefix(b"=")?;
    rest.trim_ascii_start().strip_prefix(b"1")?.trim_ascii_start().strip_prefix(b";")
}
