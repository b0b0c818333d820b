//! Times and digests as text, for serde: what a record holds is read by people and by other programs.

pub(super) mod moment {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::time::UnixTime;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(in crate::evidence::record) fn serialize<S: Serializer>(
        time: &UnixTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(in crate::evidence::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UnixTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| de::Error::custom(format_args!("no time: {text}")))
    }

    /// A time that RFC 3339 cannot write is shown in seconds.
    pub(in crate::evidence::record) fn read(text: &str) -> Option<UnixTime> {
        match text.strip_prefix('@') {
            Some(seconds) => seconds.parse().ok().map(UnixTime::from_seconds),
            None => UnixTime::parse(text),
        }
    }
}

pub(super) mod moment_or_none {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de};

    use crate::time::UnixTime;

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(in crate::evidence::record) fn serialize<S: Serializer>(
        time: &Option<UnixTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(serializer)
    }

    pub(in crate::evidence::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<UnixTime>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        super::moment::read(&text).map(Some).ok_or_else(|| de::Error::custom(format_args!("no time: {text}")))
    }
}

pub(super) mod digest {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::digest::Sha256;

    pub(in crate::evidence::record) fn serialize<S: Serializer>(
        digest: &Sha256,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub(in crate::evidence::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Sha256, D::Error> {
        let text = String::deserialize(deserializer)?;
        Sha256::from_hex(&text).ok_or_else(|| de::Error::custom(format_args!("no SHA-256: {text}")))
    }
}

pub(super) mod digests {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::digest::Sha256;

    pub(in crate::evidence::record) fn serialize<S: Serializer>(
        digests: &[Sha256],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(digests.iter().map(ToString::to_string))
    }

    pub(in crate::evidence::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Sha256>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let read =
            |text: &String| Sha256::from_hex(text).ok_or_else(|| de::Error::custom(format_args!("no SHA-256: {text}")));
        texts.iter().map(read).collect()
    }
}
