//! Names in the central directory of a ZIP file (APPNOTE.TXT 6.3.10, 4.3.12), to tell office documents from archives.
//!
//! Nothing is unpacked.

/// Names looked at for secrecy marks: more than a person packs, and soon done.
const LOOKED_AT: usize = 1_000;
/// Office documents have a few dozen entries; this is enough for any and bounds the walk.
const ENTRIES: usize = 10_000;
/// The end record stands before a comment of at most 65,535 octets (4.3.16).
const END_WINDOW: usize = 65_557;

/// Whether the names say Office Open XML (ECMA-376 part 2) or OpenDocument (ISO/IEC 26300-3).
pub(super) fn is_office_document(octets: &[u8]) -> bool {
    let first = octets.get(30..).and_then(|rest| {
        let len = u16::from_le_bytes(octets.get(26..28)?.try_into().ok()?);
        rest.get(..usize::from(len))
    });
    if first == Some(b"mimetype") {
        let content = octets.get(38..).unwrap_or_default();
        return content.starts_with(b"application/vnd.oasis.opendocument");
    }
    let mut names = Names::of(octets);
    names.any(|name| name == b"[Content_Types].xml") || first == Some(b"[Content_Types].xml")
}

/// The names in the directory, of which nothing else is believed.
pub(super) fn names(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    Names::of(octets).take(LOOKED_AT)
}

struct Names<'a> {
    octets: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Names<'a> {
    fn of(octets: &'a [u8]) -> Self {
        let from = octets.len().saturating_sub(END_WINDOW);
        let end = octets[from..].windows(4).rposition(|four| four == b"PK\x05\x06").map(|at| from + at);
        let start = end.and_then(|end| long(octets, end.checked_add(16)?));
        Self { octets, at: start.unwrap_or(octets.len()), left: ENTRIES }
    }
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let entry = self.octets.get(self.at..)?;
        if !entry.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (name, extra, comment) = (short(entry, 28)?, short(entry, 30)?, short(entry, 32)?);
        self.at = self.at.checked_add(46 + name + extra + comment)?;
        entry.get(46..46 + name)
    }
}

fn short(octets: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(octets.get(at..at + 2)?.try_into().ok()?)))
}

fn long(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(octets.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip_of(names: &[&str]) -> Vec<u8> {
        let mut octets = Vec::new();
        let mut directory = Vec::new();
        for name in names {
            let len = u16::try_from(name.len()).unwrap().to_le_bytes();
            octets.extend_from_slice(b"PK\x03\x04");
            octets.extend_from_slice(&[0; 22]);
            octets.extend_from_slice(&len);
            octets.extend_from_slice(&[0; 2]);
            octets.extend_from_slice(name.as_bytes());
            directory.extend_from_slice(b"PK\x01\x02");
            directory.extend_from_slice(&[0; 24]);
            directory.extend_from_slice(&len);
            directory.extend_from_slice(&[0; 16]);
            directory.extend_from_slice(name.as_bytes());
        }
        let start = u32::try_from(octets.len()).unwrap();
        octets.extend_from_slice(&directory);
        octets.extend_from_slice(b"PK\x05\x06");
        octets.extend_from_slice(&[0; 12]);
        octets.extend_from_slice(&start.to_le_bytes());
        octets.extend_from_slice(&[0; 2]);
        octets
    }

    #[test]
    fn only_the_directory_makes_an_office_document() {
        assert!(is_office_document(&zip_of(&["word/document.xml", "[Content_Types].xml"])));
        assert!(!is_office_document(&zip_of(&["a/[Content_Types].xml", "van-ban.docx"])));
        assert!(!is_office_document(b"PK\x03\x04"));
    }

    #[test]
    fn a_directory_that_points_anywhere_is_read_without_panic() {
        let mut octets = zip_of(&["a"]);
        let len = octets.len();
        for start in [0_u32, u32::MAX, u32::try_from(len - 3).unwrap()] {
            octets[len - 6..len - 2].copy_from_slice(&start.to_le_bytes());
            assert!(!is_office_document(&octets));
        }
    }
}
