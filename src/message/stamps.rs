//! Stamps that a message already bears when it arrives, to be removed before ours are added.

use serde::{Deserialize, Serialize};

use super::Message;
use super::entity::bare_name;

/// One field of the stamp family, as a milter asks to change it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StampField {
    /// Name as it stands, without white space around it. Postfix counts and compares names so: its `is_header()`
    /// leaves white space before the colon out of the name, and a request that carried it would match nothing.
    pub name: Vec<u8>,
    /// Place among the fields of the same name, whatever its case, from 1: what SMFIR_CHGHEADER counts.
    pub index: u32,
    /// Value as it stands.
    pub value: Vec<u8>,
}

/// Fields whose name begins with `prefix`, read as the most tolerant readers do: any case, white space and controls
/// inside the name dropped. From the last to the first: removing the other way shifts the later ones out of reach
/// (CVE-2022-48521).
#[must_use]
pub fn stamps(message: &Message, prefix: &str) -> Vec<StampField> {
    let prefix = prefix.to_ascii_lowercase().into_bytes();
    let mut counts = std::collections::HashMap::<Vec<u8>, u32>::new();
    let mut found = Vec::new();
    for (name, value) in message.headers() {
        if !bare_name(name).starts_with(&prefix) {
            continue;
        }
        let name = name.trim_ascii();
        let count = counts.entry(name.to_ascii_lowercase()).or_default();
        *count = count.saturating_add(1);
        found.push(StampField { name: name.to_vec(), index: *count, value: value.to_vec() });
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Envelope;

    #[test]
    fn forged_stamps_are_found_in_any_case_and_count_last_first() {
        let message = Message::parse(
            Envelope::default(),
            b"Dieu7-Verdict: a\r\nX: y\r\nDIEU7-VERDICT : b\r\ndieu7-verdict\t:c\r\nDieu7-Other: d\r\nDi eu7-X: e\r\nXDieu7-Y: f\r\n\r\n"
                .to_vec(),
        );
        let found: Vec<(Vec<u8>, u32)> =
            stamps(&message, "Dieu7-").into_iter().map(|stamp| (stamp.name, stamp.index)).collect();
        assert_eq!(
            found,
            [
                (b"Di eu7-X".to_vec(), 1),
                (b"Dieu7-Other".to_vec(), 1),
                (b"dieu7-verdict".to_vec(), 3),
                (b"DIEU7-VERDICT".to_vec(), 2),
                (b"Dieu7-Verdict".to_vec(), 1),
            ]
        );
    }
}
