//! Vietnamese or English, by `--lang` or the locale.

use clap::builder::{PossibleValuesParser, TypedValueParser};
pub use dieu7::report::Lang;

/// Reads the value of `--lang`.
pub fn parser() -> impl TypedValueParser<Value = Lang> {
    let tags = PossibleValuesParser::new(["en", "vi"]);
    tags.map(|tag| if tag == "en" { Lang::En } else { Lang::Vi })
}

/// The language of the locale (POSIX: LC_ALL, then LC_MESSAGES, then LANG): English when it says so, Vietnamese
/// otherwise, because clerks come first.
#[must_use]
pub fn from_locale() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    if locale.starts_with("en") { Lang::En } else { Lang::Vi }
}
