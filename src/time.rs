//! Points and periods of time: `UnixTime`, `Period`, and the ways in which mail, ASN.1, PDF and people write them.
//!
//! Nothing here reads a clock; the time of a decision comes in as an argument.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Seconds since 1970-01-01T00:00:00Z; may be before it. Shown as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct UnixTime(i64);

/// Asia/Ho_Chi_Minh has had this offset, without daylight saving, since 1975.
const VIETNAM: UtcOffset = time::macros::offset!(+7);

impl UnixTime {
    /// The point `seconds` after the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Reads RFC 3339, or a bare date (`2013-08-01`), which means its midnight in Vietnam.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
            return Some(Self(moment.unix_timestamp()));
        }
        let date = Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()?;
        Some(Self(PrimitiveDateTime::new(date, Time::MIDNIGHT).assume_offset(VIETNAM).unix_timestamp()))
    }

    /// Reads the value of a `Date` field (RFC 5322, 3.3); `None` where it strays from the grammar.
    #[must_use]
    pub fn parse_mail_date(text: &str) -> Option<Self> {
        // A trailing comment with the zone's name is common: "Mon, 2 Nov 2026 08:00:00 +0700 (ICT)".
        let bare = text.split('(').next()?.trim();
        Some(Self(OffsetDateTime::parse(bare, &Rfc2822).ok()?.unix_timestamp()))
    }

    /// Reads a PDF date, `D:YYYYMMDDHHmmSSOHH'mm'` (ISO 32000-2, 7.9.4); what follows the year is optional.
    /// Without an offset the moment is taken as UTC.
    #[must_use]
    pub fn parse_pdf_date(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("D:").unwrap_or(text);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (stamp, zone) = rest.split_at(digits);
        let field = |range: std::ops::Range<usize>, default: u8| match stamp.get(range) {
            Some(text) => text.parse::<u8>().ok(),
            None => Some(default),
        };
        let year: i32 = stamp.get(0..4)?.parse().ok()?;
        let month = Month::try_from(field(4..6, 1)?).ok()?;
        let date = Date::from_calendar_date(year, month, field(6..8, 1)?).ok()?;
        let clock = Time::from_hms(field(8..10, 0)?, field(10..12, 0)?, field(12..14, 0)?).ok()?;
        let offset = parse_pdf_offset(zone)?;
        Some(Self(PrimitiveDateTime::new(date, clock).assume_offset(offset).unix_timestamp()))
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The point `seconds` later (earlier when negative), at the ends of the range where it would leave it.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// `dd/MM/yyyy HH:mm` in Vietnam, as clerks read it.
    #[must_use]
    pub fn vietnamese(self) -> String {
        self.moment(VIETNAM).map_or_else(
            || self.0.to_string(),
            |moment| {
                moment
                    .format(time::macros::format_description!("[day]/[month]/[year] [hour]:[minute]"))
                    .unwrap_or_default()
            },
        )
    }

    /// `yyyymmdd` of the day in Vietnam, for look-up codes.
    #[must_use]
    pub fn vietnamese_day(self) -> String {
        self.moment(VIETNAM).map_or_else(
            || self.0.to_string(),
            |moment| moment.format(time::macros::format_description!("[year][month][day]")).unwrap_or_default(),
        )
    }

    /// The value of a `Date` field (RFC 5322, 3.3), in Vietnam.
    #[must_use]
    pub fn mail_date(self) -> String {
        self.moment(VIETNAM).and_then(|moment| moment.format(&Rfc2822).ok()).unwrap_or_default()
    }

    fn moment(self, offset: UtcOffset) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.0).ok()?.checked_to_offset(offset)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.moment(UtcOffset::UTC).and_then(|moment| moment.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            None => write!(f, "@{}", self.0),
        }
    }
}

fn parse_pdf_offset(zone: &str) -> Option<UtcOffset> {
    let sign = match zone.bytes().next() {
        None | Some(b'Z' | b'\'') => return Some(UtcOffset::UTC),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let part = |at: usize| zone.get(at..at + 2).and_then(|text| text.parse::<i8>().ok());
    let hours = part(1)?;
    let minutes = part(4).unwrap_or(0);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

/// From `from` to `to`, both included; an open end has no bound.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Period {
    from: Option<UnixTime>,
    to: Option<UnixTime>,
}

/// Where a moment lies, seen from a period.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Within {
    /// Before the period begins.
    Before,
    /// Inside it.
    Inside,
    /// After it has ended.
    After,
}

impl Period {
    /// Without a bound on either side.
    pub const ALWAYS: Self = Self { from: None, to: None };

    /// The period between the two moments; `None` when it would end before it begins.
    #[must_use]
    pub fn new(from: Option<UnixTime>, to: Option<UnixTime>) -> Option<Self> {
        match (from, to) {
            (Some(from), Some(to)) if to < from => None,
            _ => Some(Self { from, to }),
        }
    }

    /// Where `at` lies.
    #[must_use]
    pub fn place(&self, at: UnixTime) -> Within {
        if self.from.is_some_and(|from| at < from) {
            Within::Before
        } else if self.to.is_some_and(|to| at > to) {
            Within::After
        } else {
            Within::Inside
        }
    }

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(&self, at: UnixTime) -> bool {
        self.place(at) == Within::Inside
    }

    /// When it begins.
    #[must_use]
    pub fn from(&self) -> Option<UnixTime> {
        self.from
    }

    /// When it ends.
    #[must_use]
    pub fn to(&self) -> Option<UnixTime> {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_date_is_midnight_in_vietnam() {
        assert_eq!(UnixTime::parse("2013-08-01").unwrap().to_string(), "2013-07-31T17:00:00Z");
        assert_eq!(UnixTime::parse("2013-08-01T00:00:00+07:00"), UnixTime::parse("2013-08-01"));
        assert_eq!(UnixTime::parse("1/8/2013"), None);
    }

    #[test]
    fn pdf_dates_are_read_with_and_without_their_optional_fields() {
        let read = |text| UnixTime::parse_pdf_date(text).map(|time| time.to_string());
        assert_eq!(read("D:20180913160748+07'00'").unwrap(), "2018-09-13T09:07:48Z");
        assert_eq!(read("D:2018").unwrap(), "2018-01-01T00:00:00Z");
        assert_eq!(read("D:20180913160748Z").unwrap(), "2018-09-13T16:07:48Z");
        for odd in ["", "D:", "D:20181399", "D:20180913160748*07'00'", "D:2018091316074é", "+1"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn mail_dates_may_end_in_a_comment() {
        assert_eq!(
            UnixTime::parse_mail_date("Mon, 2 Nov 2026 08:00:00 +0700 (ICT)").unwrap().to_string(),
            "2026-11-02T01:00:00Z"
        );
        assert_eq!(UnixTime::parse_mail_date("yesterday"), None);
    }

    #[test]
    fn a_period_includes_both_its_ends_and_never_runs_backwards() {
        let at = UnixTime::from_seconds;
        let period = Period::new(Some(at(10)), Some(at(20))).unwrap();
        assert_eq!(period.place(at(9)), Within::Before);
        assert!(period.contains(at(10)) && period.contains(at(20)));
        assert_eq!(period.place(at(21)), Within::After);
        assert_eq!(Period::new(Some(at(20)), Some(at(10))), None);
    }

    #[test]
    fn times_outside_the_calendar_are_still_shown() {
        assert_eq!(UnixTime::from_seconds(i64::MAX).to_string(), format!("@{}", i64::MAX));
        assert_eq!(UnixTime::from_seconds(1_795_395_672).vietnamese(), "23/11/2026 08:01".to_owned());
    }
}
