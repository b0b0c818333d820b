//! Formats of files against the dated list of standard ones (Article 7.4): a remark, never a verdict.

use serde::{Deserialize, Serialize};

use crate::dossier::Document;
use crate::message::FileKind;
use crate::message::kind::{Archive, Editable, Image};

/// The list that a policy names.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Formats {
    /// Where the list stands, and of which day it is.
    pub source: String,
    /// The usual endings of its formats, in lower case.
    pub endings: Vec<String>,
}

impl Formats {
    /// The format of a document when it is not on the list; `None` where it is, or nothing is known of it.
    pub(super) fn outside(&self, document: &Document) -> Option<String> {
        let format = format(document.kind, ending(&document.name))?;
        (!self.endings.contains(&format)).then_some(format)
    }
}

/// The format as its usual ending: by the content where that tells, else by the name.
fn format(kind: FileKind, ending: Option<String>) -> Option<String> {
    let known = match kind {
        FileKind::Archive(Archive::Bzip2) => "bz2",
        FileKind::Archive(Archive::Cabinet) => "cab",
        FileKind::Archive(Archive::Gzip) => "gz",
        FileKind::Archive(Archive::Rar) => "rar",
        FileKind::Archive(Archive::SevenZip) => "7z",
        FileKind::Archive(Archive::Tar) => "tar",
        FileKind::Archive(Archive::Xz) => "xz",
        FileKind::Archive(Archive::Zip) => "zip",
        FileKind::Archive(Archive::Zstandard) => "zst",
        FileKind::Calendar => "ics",
        FileKind::Editable(Editable::Html) => "html",
        FileKind::Image(Image::Gif) => "gif",
        FileKind::Image(Image::Jpeg) => "jpg",
        FileKind::Image(Image::Png) => "png",
        FileKind::Pdf => "pdf",
        FileKind::Pkcs7 => "p7s",
        FileKind::Tnef => "winmail.dat",
        FileKind::Editable(Editable::OfficeDocument | Editable::Text | Editable::Xml)
        | FileKind::Image(Image::Other)
        | FileKind::Unknown => return ending,
        // Which format it is cannot be told.
        FileKind::Empty | FileKind::External | FileKind::Partial | FileKind::TooLarge => return None,
    };
    Some(known.to_owned())
}

/// The last part of a name, as far as it can be the ending of one.
fn ending(name: &str) -> Option<String> {
    let (_, ending) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    let plain = ending.len() <= 16 && ending.bytes().all(|o| o.is_ascii_alphanumeric());
    plain.then(|| ending.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_goes_before_the_name_and_the_name_decides_where_content_tells_nothing() {
        let of = |kind, name: &str| format(kind, ending(name));
        assert_eq!(of(FileKind::Pdf, "a.doc").as_deref(), Some("pdf"));
        assert_eq!(of(FileKind::Editable(Editable::OfficeDocument), "A.DOCM").as_deref(), Some("docm"));
        assert_eq!(of(FileKind::Unknown, "ban ve.dwg").as_deref(), Some("dwg"));
        assert_eq!(of(FileKind::Unknown, "khong ten"), None);
        assert_eq!(of(FileKind::Unknown, "Kính gửi. Ông A"), None);
        assert_eq!(of(FileKind::TooLarge, "a.dwg"), None);
    }
}
