//! What both sides agree on before the first message: version, changes that may be asked for, commands that are
//! sent, and commands that get no reply.

use std::ops::BitOr;

/// The newest version of the protocol (Sendmail 8.14).
pub const VERSION: u32 = 6;
/// Version 1 had no negotiation of steps; no MTA of this century speaks it.
pub const OLDEST_VERSION: u32 = 2;

/// Changes to the message that a filter may ask for (`SMFIF_*`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Actions(pub u32);

impl Actions {
    /// None: the filter only looks.
    pub const NONE: Self = Self(0);
    /// `SMFIF_ADDHDRS`: insert header fields.
    pub const ADD_HEADERS: Self = Self(0x1);
    /// `SMFIF_CHGHDRS`: change or delete header fields.
    pub const CHANGE_HEADERS: Self = Self(0x10);
    /// What putting on a stamp and removing older ones takes.
    pub const STAMP: Self = Self(Self::ADD_HEADERS.0 | Self::CHANGE_HEADERS.0);

    /// Whether all of `other` are among these.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Actions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Commands that are left out or not replied to, and abilities of the peer (`SMFIP_*`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Steps(pub u32);

impl Steps {
    /// Nothing is left out, everything is replied to.
    pub const NONE: Self = Self(0);
    /// `SMFIP_NR_HDR`.
    pub const NO_REPLY_HEADER: Self = Self(0x80);
    /// `SMFIP_NOUNKNOWN`: unknown SMTP commands are not told.
    pub const NO_UNKNOWN: Self = Self(0x100);
    /// `SMFIP_NODATA`: the DATA command is not told.
    pub const NO_DATA: Self = Self(0x200);
    /// `SMFIP_SKIP`: the reply "skip" is understood.
    pub const SKIP: Self = Self(0x400);
    /// `SMFIP_NR_CONN`.
    pub const NO_REPLY_CONNECT: Self = Self(0x1000);
    /// `SMFIP_NR_HELO`.
    pub const NO_REPLY_HELO: Self = Self(0x2000);
    /// `SMFIP_NR_MAIL`.
    pub const NO_REPLY_MAIL: Self = Self(0x4000);
    /// `SMFIP_NR_RCPT`.
    pub const NO_REPLY_RECIPIENT: Self = Self(0x8000);
    /// `SMFIP_NR_DATA`.
    pub const NO_REPLY_DATA: Self = Self(0x1_0000);
    /// `SMFIP_NR_UNKN`.
    pub const NO_REPLY_UNKNOWN: Self = Self(0x2_0000);
    /// `SMFIP_NR_EOH`.
    pub const NO_REPLY_END_OF_HEADER: Self = Self(0x4_0000);
    /// `SMFIP_NR_BODY`.
    pub const NO_REPLY_BODY: Self = Self(0x8_0000);
    /// `SMFIP_HDR_LEADSPC`: values of header fields keep their leading space, in both directions.
    pub const LEADING_SPACE: Self = Self(0x10_0000);
    /// Everything that a peer of version 6 can offer, without larger frames.
    pub const ALL: Self = Self(0x1f_ffff);

    const WANTED: Self = Self(
        Self::NO_UNKNOWN.0
            | Self::NO_DATA.0
            | Self::SKIP.0
            | Self::LEADING_SPACE.0
            | Self::NO_REPLY_HEADER.0
            | Self::NO_REPLY_CONNECT.0
            | Self::NO_REPLY_HELO.0
            | Self::NO_REPLY_MAIL.0
            | Self::NO_REPLY_RECIPIENT.0
            | Self::NO_REPLY_DATA.0
            | Self::NO_REPLY_UNKNOWN.0
            | Self::NO_REPLY_END_OF_HEADER.0
            | Self::NO_REPLY_BODY.0,
    );

    /// Whether all of `other` are among these.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Steps {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What one side says in `SMFIC_OPTNEG`, and what the other answers in the same form.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Offer {
    /// Version of the protocol.
    pub version: u32,
    /// Changes that are possible, or asked for.
    pub actions: Actions,
    /// Steps that may be left out, or are.
    pub steps: Steps,
}

impl Offer {
    /// Reads the three numbers. What may follow them, lists of macros, belongs to an action that is not used here.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let (version, rest) = payload.split_first_chunk::<4>()?;
        let (actions, rest) = rest.split_first_chunk::<4>()?;
        let steps = rest.first_chunk::<4>()?;
        Some(Self {
            version: u32::from_be_bytes(*version),
            actions: Actions(u32::from_be_bytes(*actions)),
            steps: Steps(u32::from_be_bytes(*steps)),
        })
    }

    pub(super) fn octets(self) -> [u8; 12] {
        let mut octets = [0; 12];
        octets[..4].copy_from_slice(&self.version.to_be_bytes());
        octets[4..8].copy_from_slice(&self.actions.0.to_be_bytes());
        octets[8..].copy_from_slice(&self.steps.0.to_be_bytes());
        octets
    }
}

/// Why there is no agreement.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Disagreement {
    /// The peer does not allow a change without which the filter is useless.
    #[error("the peer allows the changes {offered:#x}, needed are {needed:#x}")]
    Actions {
        /// What the peer allows.
        offered: u32,
        /// What is needed.
        needed: u32,
    },
    /// Older than [`OLDEST_VERSION`].
    #[error("the peer speaks version {0} of the milter protocol")]
    Version(u32),
}

/// What was agreed on for the life of a connection.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Terms(Offer);

impl Terms {
    /// Answers `offer`: exactly the actions `needed`, and of the wanted steps those that are offered.
    pub fn answer(offer: Offer, needed: Actions) -> Result<Self, Disagreement> {
        if offer.version < OLDEST_VERSION {
            return Err(Disagreement::Version(offer.version));
        }
        if !offer.actions.contains(needed) {
            return Err(Disagreement::Actions { offered: offer.actions.0, needed: needed.0 });
        }
        let mut steps = Steps(offer.steps.0 & Steps::WANTED.0);
        // "Skip" is a reply to a piece of body, so it can only be given where such a reply is awaited.
        if steps.contains(Steps::SKIP) {
            steps = Steps(steps.0 & !Steps::NO_REPLY_BODY.0);
        }
        Ok(Self(Offer { version: offer.version.min(VERSION), actions: needed, steps }))
    }

    /// As the other side reads them from the answer.
    pub(super) fn from_answer(answer: Offer) -> Self {
        Self(answer)
    }

    /// What is sent to the peer.
    pub fn offer(&self) -> Offer {
        self.0
    }

    /// Whether `steps` were agreed on.
    pub fn has(&self, steps: Steps) -> bool {
        self.0.steps.contains(steps)
    }

    /// Whether `actions` were agreed on.
    pub fn allows(&self, actions: Actions) -> bool {
        self.0.actions.contains(actions)
    }

    /// Whether values of header fields carry their leading space, in both directions.
    pub fn leading_space(&self) -> bool {
        self.has(Steps::LEADING_SPACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(version: u32, steps: Steps) -> Offer {
        Offer { version, actions: Actions(0x1ff), steps }
    }

    #[test]
    fn only_the_needed_actions_are_requested() {
        let terms = Terms::answer(offer(6, Steps::ALL), Actions::STAMP).unwrap();
        assert_eq!(terms.offer().actions, Actions(0x11));
        assert_eq!(Terms::answer(offer(6, Steps::ALL), Actions::NONE).unwrap().offer().actions, Actions::NONE);
    }

    #[test]
    fn no_step_is_taken_that_was_not_offered() {
        for bit in 0..32 {
            let offered = Steps(1 << bit);
            let terms = Terms::answer(offer(6, offered), Actions::STAMP).unwrap();
            assert_eq!(terms.offer().steps.0 & !offered.0, 0, "bit {bit}");
        }
    }

    #[test]
    fn needed_commands_are_never_declined() {
        let terms = Terms::answer(offer(6, Steps(u32::MAX)), Actions::STAMP).unwrap();
        // connect, helo, mail, rcpt, body, headers, end of header; rejected recipients; larger frames
        assert_eq!(terms.offer().steps.0 & (0x7f | 0x800 | 0x3000_0000), 0);
    }

    #[test]
    fn body_is_replied_to_where_the_reply_may_be_skip() {
        let both = Steps::SKIP | Steps::NO_REPLY_BODY;
        assert_eq!(Terms::answer(offer(6, both), Actions::NONE).unwrap().offer().steps, Steps::SKIP);
        let silent = Terms::answer(offer(6, Steps::NO_REPLY_BODY), Actions::NONE).unwrap();
        assert_eq!(silent.offer().steps, Steps::NO_REPLY_BODY);
    }

    #[test]
    fn older_versions_are_answered_in_their_own_and_newer_ones_in_ours() {
        for (theirs, ours) in [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 6), (u32::MAX, 6)] {
            assert_eq!(Terms::answer(offer(theirs, Steps::NONE), Actions::STAMP).unwrap().offer().version, ours);
        }
        for version in [0, 1] {
            let answer = Terms::answer(offer(version, Steps::NONE), Actions::STAMP);
            assert_eq!(answer, Err(Disagreement::Version(version)));
        }
    }

    #[test]
    fn a_peer_that_does_not_let_headers_be_deleted_is_refused() {
        let offer = Offer { version: 6, actions: Actions::ADD_HEADERS, steps: Steps::ALL };
        assert_eq!(Terms::answer(offer, Actions::STAMP), Err(Disagreement::Actions { offered: 1, needed: 0x11 }));
    }
}
