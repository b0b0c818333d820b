//! What a time-stamping authority signs: TSTInfo (RFC 3161, 2.4.2).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ber::{self, BerError};
use crate::algorithm::DigestAlgorithm;
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};
use crate::time::UnixTime;

/// The facts of a token. That somebody signed them is for [`SignedData`](super::SignedData) to say.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TstInfo {
    policy: String,
    imprint_algorithm: Option<DigestAlgorithm>,
    imprint: Vec<u8>,
    serial: Vec<u8>,
    time: UnixTime,
    accuracy: Option<Accuracy>,
    ordering: bool,
    nonce: Option<Vec<u8>>,
}

/// How far the clock may be off, both ways (RFC 3161, 2.4.2).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Accuracy {
    /// Whole seconds.
    pub seconds: u32,
    /// Thousandths, 1 to 999.
    pub millis: u16,
    /// Millionths, 1 to 999.
    pub micros: u16,
}

/// Why octets are not a TSTInfo that could be relied on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum TstInfoError {
    /// Not BER.
    Ber(BerError),
    /// A critical extension; none is known here (RFC 3161, 2.4.2).
    CriticalExtension,
    /// Not the structure of RFC 3161.
    Malformed(Asn1Error),
    /// Another version than 1.
    Version,
}

impl fmt::Display for TstInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ber(error) => error.fmt(f),
            Self::CriticalExtension => f.write_str("timestamp has a critical extension that is not known"),
            Self::Malformed(error) => write!(f, "not a TSTInfo: {error}"),
            Self::Version => f.write_str("timestamp of another version than 1"),
        }
    }
}

impl std::error::Error for TstInfoError {}

impl From<Asn1Error> for TstInfoError {
    fn from(error: Asn1Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<BerError> for TstInfoError {
    fn from(error: BerError) -> Self {
        Self::Ber(error)
    }
}

impl TstInfo {
    /// Reads the content of a token. Nothing may follow.
    pub fn parse(octets: &[u8]) -> Result<Self, TstInfoError> {
        let der = ber::to_der(octets)?;
        if der.consumed() != octets.len() {
            return Err(Asn1Error::Trailing.into());
        }
        let mut fields = Value::only(der.octets())?.inside(asn1::SEQUENCE)?;
        if fields.expect(asn1::INTEGER)? != [1] {
            return Err(TstInfoError::Version);
        }
        let policy = asn1::dotted(fields.expect(asn1::OID)?);
        let mut imprint = fields.inside(asn1::SEQUENCE)?;
        let imprint_algorithm = DigestAlgorithm::from_identifier(imprint.inside(asn1::SEQUENCE)?)?;
        let hashed = imprint.expect(asn1::OCTET_STRING)?.to_vec();
        imprint.finish()?;
        let serial = fields.expect(asn1::INTEGER)?.to_vec();
        let time = rounded_up(&fields.value(asn1::GENERALIZED_TIME)?)?;
        let accuracy = fields.optional(asn1::SEQUENCE)?.map(|value| Accuracy::read(value.content)).transpose()?;
        let ordering = fields.optional(asn1::BOOLEAN)?.is_some_and(|value| value.content != [0]);
        let nonce = fields.optional(asn1::INTEGER)?.map(|value| value.content.to_vec());
        fields.optional(context(0))?;
        if let Some(extensions) = fields.optional(context(1))? {
            refuse_critical(extensions.content)?;
        }
        fields.finish()?;
        Ok(Self { policy, imprint_algorithm, imprint: hashed, serial, time, accuracy, ordering, nonce })
    }

    /// The policy of the authority, dotted.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// With what the imprint was made; `None` for what is not known here.
    #[must_use]
    pub fn imprint_algorithm(&self) -> Option<DigestAlgorithm> {
        self.imprint_algorithm
    }

    /// Whether the imprint is that of octets with this digest; `None` when it cannot be computed.
    #[must_use]
    pub fn covers(&self, digest: impl FnOnce(DigestAlgorithm) -> Option<Vec<u8>>) -> Option<bool> {
        Some(digest(self.imprint_algorithm?)? == self.imprint)
    }

    /// Content octets of the serial number.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// When the authority saw the imprint: what it covers existed then. A fraction is rounded up, because the moment
    /// is an upper bound of the age of something.
    #[must_use]
    pub fn time(&self) -> UnixTime {
        self.time
    }

    /// How far the clock may be off; the authority need not say.
    #[must_use]
    pub fn accuracy(&self) -> Option<Accuracy> {
        self.accuracy
    }

    /// Whether two tokens of the authority may be ordered by their times alone.
    #[must_use]
    pub fn ordering(&self) -> bool {
        self.ordering
    }

    /// Content octets of the nonce, which only the requester can hold against anything.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

impl Accuracy {
    /// In whole seconds, no less than it is.
    #[must_use]
    pub fn ceiling(self) -> i64 {
        i64::from(self.seconds) + i64::from(self.millis > 0 || self.micros > 0)
    }

    fn read(content: &[u8]) -> Result<Self, Asn1Error> {
        let mut fields = Reader::new(content);
        let mut part = |tag, least, most| match fields.optional(tag)? {
            Some(value) => unsigned(value.content).filter(|n| (least..=most).contains(n)).ok_or(Asn1Error::Value),
            None => Ok(0),
        };
        let seconds = part(asn1::INTEGER, 0, u32::MAX)?;
        // Authorities write 0 where RFC 3161 begins with 1; it says the same as nothing.
        let millis = part(context_primitive(0), 0, 999)?;
        let micros = part(context_primitive(1), 0, 999)?;
        fields.finish()?;
        let small = |value: u32| u16::try_from(value).map_err(|_| Asn1Error::Value);
        Ok(Self { seconds, millis: small(millis)?, micros: small(micros)? })
    }
}

fn unsigned(content: &[u8]) -> Option<u32> {
    let digits = match content {
        [] => return None,
        [0, rest @ ..] => rest,
        [first, ..] if *first >= 0x80 => return None,
        digits => digits,
    };
    (digits.len() <= 4).then(|| digits.iter().fold(0, |value, digit| value << 8 | u32::from(*digit)))
}

fn rounded_up(value: &Value<'_>) -> Result<UnixTime, Asn1Error> {
    let (time, billionths) = value.moment()?;
    Ok(UnixTime::from_seconds(time.seconds().saturating_add(i64::from(billionths > 0))))
}

fn refuse_critical(content: &[u8]) -> Result<(), TstInfoError> {
    let mut extensions = Reader::new(content);
    while !extensions.is_empty() {
        let mut extension = extensions.inside(asn1::SEQUENCE)?;
        extension.expect(asn1::OID)?;
        if extension.optional(asn1::BOOLEAN)?.is_some_and(|critical| critical.content != [0]) {
            return Err(TstInfoError::CriticalExtension);
        }
        extension.expect(asn1::OCTET_STRING)?;
        extension.finish()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::encode;
    use crate::x509::testing::mutations;

    const SHA256: &[u8] = &[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

    fn info(version: u8, algorithm: &[u8], time: &str, rest: &[&[u8]]) -> Vec<u8> {
        let digest = DigestAlgorithm::Sha256.digest(&[b"content"]).unwrap();
        let imprint = encode(asn1::SEQUENCE, &[algorithm, &encode(asn1::OCTET_STRING, &[&digest])]);
        let time = encode(asn1::GENERALIZED_TIME, &[time.as_bytes()]);
        encode(asn1::SEQUENCE, &[&[2, 1, version], &[6, 3, 0x2a, 3, 4], &imprint, &[2, 2, 1, 2], &time, &rest.concat()])
    }

    #[test]
    fn the_facts_of_a_token_are_read_with_all_that_may_be_left_out() {
        let plain = TstInfo::parse(&info(1, SHA256, "20180913090748Z", &[])).unwrap();
        assert_eq!((plain.time().to_string().as_str(), plain.policy()), ("2018-09-13T09:07:48Z", "1.2.3.4"));
        assert_eq!((plain.accuracy(), plain.nonce(), plain.ordering()), (None, None, false));
        assert_eq!(plain.covers(|algorithm| algorithm.digest(&[b"con", b"tent"])), Some(true));
        assert_eq!(plain.covers(|algorithm| algorithm.digest(&[b"other"])), Some(false));
        let accuracy = &[0x30, 10, 2, 1, 5, 0x80, 2, 1, 0xf4, 0x81, 1, 7];
        let rest: [&[u8]; 5] = [accuracy, &[1, 1, 0xff], &[2, 2, 0, 0xff], &[0xa0, 2, 0x82, 0], &[0xa1, 0]];
        let full = TstInfo::parse(&info(1, SHA256, "20180913090748Z", &rest)).unwrap();
        assert_eq!(full.accuracy(), Some(Accuracy { seconds: 5, millis: 500, micros: 7 }));
        assert_eq!((full.nonce(), full.ordering(), full.serial()), (Some(&[0, 0xff][..]), true, &[1, 2][..]));
    }

    #[test]
    fn a_fraction_of_a_second_never_makes_a_timestamp_older() {
        let at = |time: &str| TstInfo::parse(&info(1, SHA256, time, &[])).unwrap().time().to_string();
        assert_eq!(at("20180913090748.0Z"), "2018-09-13T09:07:48Z");
        assert_eq!(at("20180913090748.001Z"), "2018-09-13T09:07:49Z");
    }

    #[test]
    fn an_imprint_by_an_unknown_algorithm_covers_nothing_for_sure() {
        let odd = TstInfo::parse(&info(1, &[0x30, 4, 6, 2, 0x2a, 3], "20180913090748Z", &[])).unwrap();
        assert_eq!((odd.imprint_algorithm(), odd.covers(|algorithm| algorithm.digest(&[b"content"]))), (None, None));
    }

    #[test]
    fn other_versions_critical_extensions_and_odd_values_are_refused() {
        let parse = |version, time: &str, rest: &[&[u8]]| TstInfo::parse(&info(version, SHA256, time, rest));
        assert_eq!(parse(2, "20180913090748Z", &[]), Err(TstInfoError::Version));
        let critical: &[u8] = &[0xa1, 12, 0x30, 10, 6, 2, 0x2a, 3, 1, 1, 0xff, 4, 1, 0];
        assert_eq!(parse(1, "20180913090748Z", &[critical]), Err(TstInfoError::CriticalExtension));
        let harmless: &[u8] = &[0xa1, 9, 0x30, 7, 6, 2, 0x2a, 3, 4, 1, 0];
        assert!(parse(1, "20180913090748Z", &[harmless]).is_ok());
        for time in ["20180913090748", "20181313090748Z", ""] {
            assert!(matches!(parse(1, time, &[]), Err(TstInfoError::Malformed(_))), "{time}");
        }
        let negative: &[u8] = &[0x30, 3, 2, 1, 0xff];
        let thousand: &[u8] = &[0x30, 4, 0x80, 2, 3, 0xe8];
        for odd in [negative, thousand, &[0x30, 2, 2, 0], &[5, 0]] {
            assert!(parse(1, "20180913090748Z", &[odd]).is_err(), "{odd:?}");
        }
        let trailing = [info(1, SHA256, "20180913090748Z", &[]), vec![0]].concat();
        assert!(TstInfo::parse(&trailing).is_err());
    }

    #[test]
    fn bent_tokens_never_panic() {
        for bent in mutations(&info(1, SHA256, "20180913090748.5Z", &[&[0x30, 3, 2, 1, 5]]), 3_000) {
            let _ = TstInfo::parse(&bent);
        }
    }
}
