//! Vietnamese or English, by `--lang` or the locale.

use clap::ValueEnum;

/// The language of reports and messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Lang {
    /// English.
    En,
    /// Vietnamese.
    Vi,
}

impl Lang {
    /// The language of the locale (POSIX: LC_ALL, then LC_MESSAGES, then LANG): English when it says so, Vietnamese
    /// otherwise, because clerks come first.
    #[must_use]
    pub fn from_locale() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .unwrap_or_default();
        if locale.starts_with("en") { Self::En } else { Self::Vi }
    }

    /// The language of a report.
    #[must_use]
    pub const fn of_report(self) -> dieu7::report::Lang {
        match self {
            Self::En => dieu7::report::Lang::En,
            Self::Vi => dieu7::report::Lang::Vi,
        }
    }

    /// The text in this language.
    #[must_use]
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Vi => vi,
        }
    }
}
