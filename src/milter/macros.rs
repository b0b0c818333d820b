//! Macros: what the MTA tells beside a command, and how long it holds.
//!
//! They come before the command they belong to. Those of CONNECT and HELO hold for the client's connection, those of
//! MAIL and later for the message; each command ends what an earlier one of its kind, or of a later kind, had brought.

use super::command::Stage;

/// Postfix sends some hundred octets; a certificate's names make it a few thousand.
pub(super) const MACROS_MAX: usize = 64 * 1024;

/// What was told for the stages so far, and what was told for commands that have not come yet.
#[derive(Debug, Default)]
pub(super) struct Macros {
    holding: [Vec<u8>; Stage::ALL.len()],
    announced: [Vec<u8>; Stage::ALL.len()],
}

impl Macros {
    /// Keeps `definitions` until the command of `stage` comes; they say nothing about a message before that.
    pub(super) fn announce(&mut self, stage: Stage, definitions: &[u8]) {
        if let Some(slot) = self.announced.get_mut(place(stage)) {
            slot.clear();
            slot.extend_from_slice(definitions);
        }
    }

    /// The command of `stage` has come.
    pub(super) fn enter(&mut self, stage: Stage) {
        let stage = place(stage);
        for later in self.holding.iter_mut().skip(stage) {
            later.clear();
        }
        if let (Some(holding), Some(announced)) = (self.holding.get_mut(stage), self.announced.get_mut(stage)) {
            std::mem::swap(holding, announced);
        }
    }

    /// Nothing of `stage` or later holds any more, and nothing is announced for it.
    pub(super) fn expire(&mut self, stage: Stage) {
        let kinds = self.holding.iter_mut().zip(&mut self.announced);
        for (holding, announced) in kinds.skip(place(stage)) {
            holding.clear();
            announced.clear();
        }
    }

    /// The value that was told last; an empty one says as little as none.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        let stages = self.holding.iter().rev();
        let value = stages.flat_map(|holding| definitions(holding)).find(|(n, _)| bare(n) == name.as_bytes());
        value.map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}

fn place(stage: Stage) -> usize {
    stage as usize
}

fn definitions(octets: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut parts = octets.split(|octet| *octet == 0);
    std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
}

/// `{auth_authen}` and `auth_authen` are one name; so are `i` and `{i}`.
fn bare(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_say_nothing_before_their_command() {
        let mut macros = Macros::default();
        macros.announce(Stage::Mail, b"{auth_authen}\0an\0");
        assert_eq!(macros.value("auth_authen"), None);
        macros.enter(Stage::Mail);
        assert_eq!(macros.value("auth_authen"), Some(&b"an"[..]));
    }

    #[test]
    fn a_command_without_macros_ends_those_of_its_predecessor() {
        let mut macros = Macros::default();
        macros.announce(Stage::Connect, b"{daemon_name}\0smtpd\0");
        macros.enter(Stage::Connect);
        macros.announce(Stage::Mail, b"{auth_authen}\0an\0");
        macros.enter(Stage::Mail);
        macros.enter(Stage::Mail);
        assert_eq!(macros.value("auth_authen"), None);
        assert_eq!(macros.value("daemon_name"), Some(&b"smtpd"[..]));
    }

    #[test]
    fn what_was_told_last_wins_and_empty_is_none() {
        let mut macros = Macros::default();
        macros.announce(Stage::Mail, b"i\0one\0{mail_addr}\0\0");
        macros.enter(Stage::Mail);
        macros.announce(Stage::EndOfBody, b"{i}\0two\0");
        macros.enter(Stage::EndOfBody);
        assert_eq!(macros.value("i"), Some(&b"two"[..]));
        assert_eq!(macros.value("mail_addr"), None);
    }
}
