//! The header of one MIME entity: fields located, and the four Content fields read (RFC 2045, RFC 2183).

use std::ops::Range;

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::{Ambiguity, FileName, name, words};

/// What the Content fields of an entity say.
#[derive(Debug)]
pub(super) struct Entity {
    /// `type/subtype` in lower case.
    pub media_type: String,
    pub content_type: Parameters,
    pub disposition: Parameters,
    pub encoding: Encoding,
    /// Without angle brackets.
    pub content_id: Option<String>,
    pub ambiguity: Option<Ambiguity>,
}

/// Content-Transfer-Encoding (RFC 2045, 6.1).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Encoding {
    Base64,
    Identity,
    QuotedPrintable,
    /// No transfer encoding: the content inside a CMS object (RFC 8551, 3.5.2).
    Signed,
    Unknown,
    Uuencode,
    /// No transfer encoding: the file at this place in a ZIP archive (APPNOTE.TXT 6.3.10).
    ZipEntry(u16),
}

impl Entity {
    /// Reads the fields; `default_type` is what holds without Content-Type (RFC 2046, 5.1.5 for digests).
    pub fn read<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>, default_type: &str) -> Self {
        let mut ambiguity = None;
        let (mut content_type, mut disposition, mut encoding, mut content_id) = (None, None, None, None);
        for (field, value) in fields {
            // A folded line of white space alone ends the header for some readers (RFC 5322, 3.2.2 forbids it).
            if value.split(|o| *o == b'\n').skip(1).any(|line| line.trim_ascii().is_empty()) || has_bare_return(value) {
                ambiguity.get_or_insert(Ambiguity::OddField);
            }
            let bare = bare_name(field);
            let slot = match bare.as_slice() {
                b"content-disposition" => &mut disposition,
                b"content-id" => &mut content_id,
                b"content-transfer-encoding" => &mut encoding,
                b"content-type" => &mut content_type,
                _ => continue,
            };
            if bare.len() != field.len() {
                ambiguity.get_or_insert(Ambiguity::OddField);
            }
            if slot.replace(value).is_some() && bare != b"content-id" {
                ambiguity = Some(Ambiguity::DoubledField);
            }
        }
        let content_type = content_type.map(Parameters::read);
        let disposition = disposition.map(Parameters::read).unwrap_or_default();
        let bare = encoding.is_none_or(is_bare_token);
        let encoding = encoding.map(Parameters::read);
        let gaps = disposition.has_gap("filename") || content_type.as_ref().is_some_and(|read| read.has_gap("name"));
        let odd = [&content_type, &encoding].into_iter().flatten().chain([&disposition]).any(|read| read.odd);
        if odd || gaps || !bare {
            ambiguity.get_or_insert(Ambiguity::OddField);
        }
        let media_type = match &content_type {
            None => default_type.to_owned(),
            Some(read) if is_media_type(&read.value) => read.value.clone(),
            Some(_) => {
                ambiguity.get_or_insert(Ambiguity::OddField);
                "text/plain".to_owned() // RFC 2045, 5.2
            }
        };
        Self {
            media_type,
            content_type: content_type.unwrap_or_default(),
            disposition,
            encoding: encoding.map_or(Encoding::Identity, |read| Encoding::named(&read.value)),
            content_id: content_id.map(|id| {
                let text = String::from_utf8_lossy(id);
                text.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
            }),
            ambiguity,
        }
    }

    /// The name that most readers show, and whether another reading ends differently. Content-Disposition goes before
    /// Content-Type, and the RFC 2231 form before the plain one, as RFC 6266, 4.3 has it for the same syntax.
    pub fn name(&self) -> (FileName, Option<Ambiguity>) {
        let mut readings = self.disposition.readings("filename");
        readings.extend(self.content_type.readings("name"));
        let names: Vec<FileName> = readings.iter().filter(|r| !r.is_empty()).map(|r| FileName::new(r)).collect();
        let cut = self.disposition.cut("filename").chain(self.content_type.cut("name")).map(words::decode);
        let cut_otherwise = cut
            .map(|text| FileName::new(&text).ending())
            .any(|ending| ending.is_some() && names.first().is_none_or(|name| name.ending() != ending));
        let ambiguity = if names.iter().any(FileName::is_deceptive) {
            Some(Ambiguity::DeceptiveName)
        } else if cut_otherwise || names.windows(2).any(|pair| pair[0].ending() != pair[1].ending()) {
            Some(Ambiguity::TwoNames)
        } else {
            None
        };
        (names.into_iter().next().unwrap_or_default(), ambiguity)
    }

    /// Whether a system goes by the ending of `name`, or a reader by the declared type, and takes a PDF for something else.
    pub fn is_opened_otherwise(&self, name: &FileName) -> bool {
        let opens = |ending: &str| OPENED.contains(&ending);
        name.opened_ending().is_some_and(|ending| opens(&ending))
            || matches!(self.media_type.as_str(), "application/xhtml+xml" | "image/svg+xml" | "text/html" | "text/xml")
    }

    /// Shown in place. A disposition that is not known means attachment (RFC 2183, 2.8).
    pub fn is_inline(&self) -> bool {
        matches!(self.disposition.value.as_str(), "" | "inline")
    }

    /// Whether the part is shown as the text of the mail rather than offered as a file.
    pub fn is_body(&self) -> bool {
        matches!(self.media_type.as_str(), "text/html" | "text/plain")
            && self.is_inline()
            && self
                .disposition
                .readings("filename")
                .iter()
                .chain(&self.content_type.readings("name"))
                .all(String::is_empty)
    }
}

impl Encoding {
    fn named(name: &str) -> Self {
        match name {
            "" | "7bit" | "8bit" | "binary" => Self::Identity,
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uue" | "x-uu" | "x-uuencode" | "uuencode" => Self::Uuencode,
            _ => Self::Unknown,
        }
    }
}

/// Endings of names by which systems choose a program that is no reader of PDF: browsers, interpreters, office programs,
/// mail readers, viewers of pictures and archives.
const OPENED: [&str; 62] = [
    "7z", "app", "apk", "bat", "bmp", "cab", "cmd", "com", "cpl", "csv", "dll", "doc", "docm", "docx", "eml", "exe",
    "gif", "gz", "hta", "htm", "html", "ics", "iso", "jar", "jpeg", "jpg", "js", "jse", "lnk", "mht", "mhtml", "msg",
    "msi", "odp", "ods", "odt", "one", "pif", "png", "ppt", "pptx", "ps1", "rar", "reg", "rtf", "scr", "sh", "svg",
    "tif", "tiff", "txt", "url", "vbe", "vbs", "wsf", "xht", "xhtml", "xls", "xlsm", "xlsx", "xml", "zip",
];

/// A carriage return that ends no line: some readers begin a new field there.
fn has_bare_return(value: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', value).any(|at| value.get(at + 1).is_some_and(|next| *next != b'\n'))
}

/// Nothing stands beside the token: readers that compare the whole value know no encoding with a comment (RFC 2045, 6.1).
fn is_bare_token(value: &[u8]) -> bool {
    value.trim_ascii().iter().all(|o| !b"();\"".contains(o))
}

fn is_media_type(value: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|o| o.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&o))
    };
    value.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// A field name as the most tolerant readers see it: lower case, without white space and controls.
pub(super) fn bare_name(field: &[u8]) -> Vec<u8> {
    field.iter().filter(|o| !o.is_ascii_whitespace() && !o.is_ascii_control()).map(u8::to_ascii_lowercase).collect()
}

/// The fields of a part's header, and where its body begins.
pub(super) struct HeaderBlock {
    pub fields: Vec<(Range<usize>, Range<usize>)>,
    pub body: usize,
    /// The header ended at a line that is no field.
    pub junk: bool,
}

impl HeaderBlock {
    /// Reads from `start` to the empty line; a line for which `is_delimiter` holds ends the header too.
    pub fn read(octets: &[u8], start: usize, is_delimiter: impl Fn(&[u8]) -> bool) -> Self {
        let mut fields: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        let mut at = start;
        while let Some(line) = octets.get(at..).filter(|rest| !rest.is_empty()) {
            let next = memchr(b'\n', line).map_or(octets.len(), |n| at + n + 1);
            let text = trim_line_end(&octets[at..next]);
            if text.is_empty() {
                return Self { fields, body: next, junk: false };
            }
            if is_delimiter(text) {
                return Self { fields, body: at, junk: false };
            }
            match (text[0], fields.last_mut(), text.iter().position(|o| *o == b':')) {
                (b' ' | b'\t', Some((_, value)), _) => value.end = at + text.len(),
                (_, _, Some(colon)) => fields.push((at..at + colon, at + colon + 1..at + text.len())),
                _ => return Self { fields, body: at, junk: true },
            }
            at = next;
        }
        Self { fields, body: octets.len(), junk: false }
    }
}

/// A line without its CRLF or LF.
pub(super) fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A declared type as it may be shown.
pub(super) fn shown_type(media_type: &str) -> String {
    name::clean(media_type, 128)
}
