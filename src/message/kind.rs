//! What kind of file some octets are: known by content first, by declared type or name only for text.

use serde::{Deserialize, Serialize};

use super::words::find;
use super::zip;

/// Kinds of file, as far as the rule tells them apart.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A container of other files that is not looked into.
    Archive(Archive),
    /// iCalendar (RFC 5545).
    Calendar,
    /// A file that its receiver can edit.
    Editable(Editable),
    /// No octets at all.
    Empty,
    /// A reference to content elsewhere (message/external-body, RFC 2046, 5.2.3).
    External,
    /// A picture that is no small inline picture of the body.
    Image(Image),
    /// One piece of a message that was cut up (message/partial, RFC 2046, 5.2.2).
    Partial,
    /// Has `%PDF-` in its first 1,024 octets (ISO 32000-1, annex H, implementation note 13).
    Pdf,
    /// CMS or PKCS #7: detached or enveloping S/MIME signatures, encrypted mail (RFC 8551).
    Pkcs7,
    /// winmail.dat (MS-OXTNEF).
    Tnef,
    /// Would have passed the limit on decoded octets or on depth, so it was not decoded.
    TooLarge,
    /// Anything else.
    Unknown,
}

/// Formats of archives and compressed files.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Archive {
    /// bzip2.
    Bzip2,
    /// Microsoft cabinet.
    Cabinet,
    /// gzip (RFC 1952).
    Gzip,
    /// RAR, version 1.5 to 5.
    Rar,
    /// 7z.
    SevenZip,
    /// POSIX tar.
    Tar,
    /// xz.
    Xz,
    /// ZIP that is no office document.
    Zip,
    /// Zstandard (RFC 8878).
    Zstandard,
}

/// Kinds of editable files.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Editable {
    /// HTML attached as a file.
    Html,
    /// Word, Excel, PowerPoint and their kin: OLE compound files, Office Open XML, OpenDocument, RTF.
    OfficeDocument,
    /// Text in any form, PostScript source included.
    Text,
    /// XML, SVG included.
    Xml,
}

/// Formats of pictures.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// GIF.
    Gif,
    /// JPEG.
    Jpeg,
    /// Something declared as a picture, or of another picture format.
    Other,
    /// PNG.
    Png,
}

/// Readers of PDF look for the header in the first 1,024 octets.
pub const PDF_WINDOW: usize = 1_024;
/// OLE compound file, MS-CFB 2.2.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// DER of the arc 1.2.840.113549.1.7 (PKCS #7), without the last number.
const PKCS7_ARC: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
/// UTF-8 and UTF-16 (Unicode 16, 23.8).
const BYTE_ORDER_MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
/// Text is recognised by its beginning.
const TEXT_WINDOW: usize = 4_096;

/// Whether a PDF begins in the octets.
#[must_use]
pub fn is_pdf(octets: &[u8]) -> bool {
    find(&octets[..octets.len().min(PDF_WINDOW)], b"%PDF-").is_some()
}

/// Recognises the octets; `declared` is the MIME type in lower case.
#[must_use]
pub fn recognise(octets: &[u8], declared: &str) -> FileKind {
    if octets.is_empty() {
        return FileKind::Empty;
    }
    if is_pdf(octets) {
        return FileKind::Pdf;
    }
    by_magic(octets).or_else(|| by_type(declared)).unwrap_or_else(|| by_text(octets, declared))
}

fn by_magic(octets: &[u8]) -> Option<FileKind> {
    let archives: [(&[u8], Archive); 8] = [
        (b"7z\xbc\xaf\x27\x1c", Archive::SevenZip),
        (b"BZh", Archive::Bzip2),
        (b"MSCF\0\0\0\0", Archive::Cabinet),
        (b"PK\x05\x06", Archive::Zip),
        (b"Rar!\x1a\x07", Archive::Rar),
        (b"\x1f\x8b", Archive::Gzip),
        (b"\x28\xb5\x2f\xfd", Archive::Zstandard),
        (b"\xfd7zXZ\0", Archive::Xz),
    ];
    let images: [(&[u8], Image); 6] = [
        (b"BM", Image::Other),
        (b"GIF8", Image::Gif),
        (b"II*\0", Image::Other),
        (b"MM\0*", Image::Other),
        (b"\x89PNG\r\n\x1a\n", Image::Png),
        (b"\xff\xd8\xff", Image::Jpeg),
    ];
    if octets.starts_with(b"PK\x03\x04") || octets.starts_with(b"PK\x07\x08") {
        return Some(if zip::is_office_document(octets) {
            FileKind::Editable(Editable::OfficeDocument)
        } else {
            FileKind::Archive(Archive::Zip)
        });
    }
    if octets.starts_with(OLE) || octets.starts_with(b"{\\rtf") {
        return Some(FileKind::Editable(Editable::OfficeDocument));
    }
    if octets.starts_with(b"\x78\x9f\x3e\x22") {
        return Some(FileKind::Tnef);
    }
    if octets.get(257..262) == Some(b"ustar") {
        return Some(FileKind::Archive(Archive::Tar));
    }
    if octets[0] == 0x30 && find(&octets[..octets.len().min(32)], PKCS7_ARC).is_some() {
        return Some(FileKind::Pkcs7);
    }
    if octets.starts_with(b"RIFF") && octets.get(8..12) == Some(b"WEBP") {
        return Some(FileKind::Image(Image::Other));
    }
    // `BM` alone would take a text for a bitmap.
    let image = images.iter().find(|(magic, _)| octets.starts_with(magic));
    if let Some((magic, kind)) = image
        && (*magic != b"BM" || octets.get(6..10) == Some(&[0; 4]))
    {
        return Some(FileKind::Image(*kind));
    }
    archives.iter().find(|(magic, _)| octets.starts_with(magic)).map(|(_, kind)| FileKind::Archive(*kind))
}

fn by_type(declared: &str) -> Option<FileKind> {
    match declared {
        "application/ics" | "text/calendar" => Some(FileKind::Calendar),
        "application/ms-tnef" | "application/vnd.ms-tnef" => Some(FileKind::Tnef),
        "application/pkcs7-mime"
        | "application/pkcs7-signature"
        | "application/x-pkcs7-mime"
        | "application/x-pkcs7-signature" => Some(FileKind::Pkcs7),
        _ => None,
    }
}

fn by_text(octets: &[u8], declared: &str) -> FileKind {
    let window = &octets[..octets.len().min(TEXT_WINDOW)];
    let mark = BYTE_ORDER_MARKS.iter().find_map(|mark| window.strip_prefix(*mark));
    let begin = mark.unwrap_or(window).trim_ascii_start();
    let starts = |text: &[u8]| begin.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text));
    if starts(b"BEGIN:VCALENDAR") {
        FileKind::Calendar
    } else if starts(b"-----BEGIN PKCS7") || starts(b"-----BEGIN CMS") {
        FileKind::Pkcs7
    } else if declared == "text/html" || starts(b"<!doctype html") || starts(b"<html") {
        FileKind::Editable(Editable::Html)
    } else if declared.ends_with("/xml") || declared.ends_with("+xml") || starts(b"<?xml") || starts(b"<svg") {
        FileKind::Editable(Editable::Xml)
    } else if declared.starts_with("image/") {
        FileKind::Image(Image::Other)
    } else if mark.is_some() || declared.starts_with("text/") || is_text(window) {
        FileKind::Editable(Editable::Text)
    } else {
        FileKind::Unknown
    }
}

/// No control octet but white space and escape: holds for ASCII, UTF-8 and the old Vietnamese 8-bit sets.
fn is_text(octets: &[u8]) -> bool {
    octets.iter().all(|o| !o.is_ascii_control() || o.is_ascii_whitespace() || *o == 0x1b)
}

/// Width and height in pixels, from the header of a PNG, GIF or JPEG.
#[must_use]
pub fn pixels(octets: &[u8]) -> Option<(u32, u32)> {
    if octets.starts_with(b"\x89PNG\r\n\x1a\n") {
        let size = octets.get(16..24)?;
        let (width, height) = size.split_first_chunk::<4>()?;
        return Some((u32::from_be_bytes(*width), u32::from_be_bytes(height.try_into().ok()?)));
    }
    if octets.starts_with(b"GIF8") {
        let side = |at: usize| Some(u32::from(u16::from_le_bytes(octets.get(at..at + 2)?.try_into().ok()?)));
        return Some((side(6)?, side(8)?));
    }
    octets.starts_with(b"\xff\xd8").then(|| jpeg_pixels(octets)).flatten()
}

/// Walks the marker segments up to the frame header (ITU-T T.81, B.2.2).
fn jpeg_pixels(octets: &[u8]) -> Option<(u32, u32)> {
    let word = |at: usize| Some(u16::from_be_bytes(octets.get(at..at.checked_add(2)?)?.try_into().ok()?));
    let mut at = 2;
    loop {
        if *octets.get(at)? != 0xff {
            return None;
        }
        match *octets.get(at + 1)? {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((u32::from(word(at + 7)?), u32::from(word(at + 5)?)));
            }
            _ => at = at.checked_add(2)?.checked_add(usize::from(word(at + 2)?.max(2)))?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_is_known_by_content_whatever_it_is_called() {
        assert_eq!(recognise(b"%PDF-1.4", "text/plain"), FileKind::Pdf);
        let mut late = vec![b' '; PDF_WINDOW - 5];
        late.extend_from_slice(b"%PDF-1.7");
        assert_eq!(recognise(&late, "image/png"), FileKind::Pdf);
        late.insert(0, b' ');
        assert_eq!(recognise(&late, "application/pdf"), FileKind::Editable(Editable::Text));
    }

    #[test]
    fn other_kinds_are_known_by_their_first_octets() {
        for (octets, kind) in [
            (&b""[..], FileKind::Empty),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", FileKind::Editable(Editable::OfficeDocument)),
            (b"{\\rtf1", FileKind::Editable(Editable::OfficeDocument)),
            (b"Rar!\x1a\x07\x00", FileKind::Archive(Archive::Rar)),
            (b"7z\xbc\xaf\x27\x1c", FileKind::Archive(Archive::SevenZip)),
            (b"\x1f\x8b\x08", FileKind::Archive(Archive::Gzip)),
            (b"PK\x05\x06", FileKind::Archive(Archive::Zip)),
            (b"\x78\x9f\x3e\x22", FileKind::Tnef),
            (b"BEGIN:VCALENDAR\r\n", FileKind::Calendar),
            (b"<?xml version='1.0'?>", FileKind::Editable(Editable::Xml)),
            (b"\xef\xbb\xbf <HTML>", FileKind::Editable(Editable::Html)),
            (b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", FileKind::Pkcs7),
            (b"BMW", FileKind::Editable(Editable::Text)),
            (b"\x01\x02\x03", FileKind::Unknown),
        ] {
            assert_eq!(recognise(octets, "application/octet-stream"), kind, "{octets:?}");
        }
    }

    #[test]
    fn sizes_of_pictures_are_read_from_their_headers() {
        assert_eq!(pixels(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x90\0\0\0\x10"), Some((400, 16)));
        assert_eq!(pixels(b"GIF89a\x10\0\x20\0"), Some((16, 32)));
        assert_eq!(pixels(b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x10"), Some((16, 32)));
        for broken in [&b"\xff\xd8"[..], b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\xff\xff", b"GIF8", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(pixels(broken), None);
        }
    }
}
