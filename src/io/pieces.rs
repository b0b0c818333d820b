//! Certificates, revocation lists and OCSP responses from files and folders, each piece alone: what cannot be read is
//! named and left out, and takes nothing with it. For files that an operator wants to know about; the trust folder and
//! settings are read whole or not at all.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cms;
use crate::x509::{Certificate, Crl, MAX_CRL, OcspResponse, pem};

use super::files::{FileError, is_in_use, octets};

/// More files than a folder of evidence has, and than one should wait for.
pub const MAX_FILES: usize = 10_000;
/// More pieces in one file are found in attacks only.
pub const MAX_BLOCKS: usize = 10_000;

/// What was read, and what was not.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// In the order of files and of their blocks.
    pub found: Vec<T>,
    /// What was left out, and why.
    pub left_out: Vec<FileError>,
}

impl<T> Default for Loaded<T> {
    fn default() -> Self {
        Self { found: Vec::new(), left_out: Vec::new() }
    }
}

impl<T> Loaded<T> {
    /// Both together.
    pub fn append(&mut self, other: Self) {
        self.found.extend(other.found);
        self.left_out.extend(other.left_out);
    }

    fn read(path: &Path, read: impl Fn(&[u8]) -> (Vec<T>, Vec<String>)) -> Result<Self, FileError> {
        let mut loaded = Self::default();
        let is_folder = path.is_dir();
        for file in files(path)? {
            let octets = match octets(&file) {
                Ok(octets) => octets,
                // A file that was named must open; one of a folder may not be for us.
                Err(error) if !is_folder => return Err(error),
                Err(error) => {
                    loaded.left_out.push(error);
                    continue;
                }
            };
            let (found, problems) = read(&octets);
            loaded.found.extend(found);
            if !problems.is_empty() {
                loaded.left_out.push(FileError { file, problems });
            }
        }
        Ok(loaded)
    }
}

/// Certificates: DER, any number in PEM, PKCS#7 bundles (RFC 5652 without signers, BER too).
pub fn certificates(path: &Path) -> Result<Loaded<Certificate>, FileError> {
    Loaded::read(path, certificates_in)
}

/// What tells of revocation.
#[derive(Clone, Debug)]
pub enum Tidings {
    /// A list.
    Crl(Box<Crl>),
    /// An OCSP response as it came; whoever judges it reads it.
    Ocsp(Vec<u8>),
}

/// Lists and OCSP responses: DER, any number in PEM, base64 alone, or PKCS#7 bundles of them. A sound piece is known by its
/// content, so that one which accuses is heard wherever it was put; what is neither is told of as a list.
pub fn crls(path: &Path) -> Result<Loaded<Tidings>, FileError> {
    Loaded::read(path, |octets| {
        tidings_in(octets, |der| match Crl::parse(der) {
            Ok(crl) => Ok(Tidings::Crl(Box::new(crl))),
            Err(_) if OcspResponse::parse(der).is_ok() => Ok(Tidings::Ocsp(der.to_vec())),
            Err(error) => Err(error.to_string()),
        })
    })
}

/// As [`crls`]; what is neither is told of as a response.
pub fn responses(path: &Path) -> Result<Loaded<Tidings>, FileError> {
    Loaded::read(path, |octets| {
        tidings_in(octets, |der| match (Crl::parse(der), der) {
            (Ok(crl), _) => Ok(Tidings::Crl(Box::new(crl))),
            (Err(_), [0x30, ..]) if der.len() <= MAX_CRL => Ok(Tidings::Ocsp(der.to_vec())),
            (Err(_), _) => Err("not an OCSP response".to_owned()),
        })
    })
}

fn tidings_in(octets: &[u8], parse: impl Fn(&[u8]) -> Result<Tidings, String>) -> (Vec<Tidings>, Vec<String>) {
    let bundled: Vec<Vec<u8>> = bundles(octets)
        .iter()
        .filter_map(|bundle| cms::read_bundled_revocation(bundle).ok())
        .flat_map(|values| [values.crls, values.ocsps].concat())
        .collect();
    let labelled = TIDINGS.iter().any(|label| !blocks(octets, label).is_empty());
    let (mut found, mut problems) = if bundled.is_empty() || labelled {
        parse_each(octets, &TIDINGS, &parse)
    } else {
        // That the bundle is no list itself is no news.
        (Vec::new(), Vec::new())
    };
    for piece in bundled {
        match parse(&piece) {
            Ok(piece) => found.push(piece),
            Err(error) => problems.push(format!("in the bundle: {error}")),
        }
    }
    (found, problems)
}

/// The PKCS#7 or CMS objects of a file: its blocks with these labels, else the whole where that is what it looks like.
fn bundles(octets: &[u8]) -> Vec<Vec<u8>> {
    let wrapped: Vec<Vec<u8>> = ["PKCS7", "CMS"].iter().flat_map(|label| blocks(octets, label)).flatten().collect();
    if !wrapped.is_empty() {
        return wrapped;
    }
    let whole = bare(octets).unwrap_or_else(|| octets.to_vec());
    // A list may have megabytes: whether it is a bundle stands at its beginning.
    let beginning = whole.get(..64).unwrap_or(&whole);
    if memchr::memmem::find(beginning, SIGNED_DATA).is_some() { vec![whole] } else { Vec::new() }
}

/// id-signedData (RFC 5652, 5.1), content of the OBJECT IDENTIFIER.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// Labels of lists (RFC 7468, section 6; the short one is in use too) and of responses.
const TIDINGS: [&str; 3] = ["X509 CRL", "CRL", "OCSP RESPONSE"];

/// The certificates in these octets, and what is wrong with those that are none.
#[must_use]
pub fn certificates_in(octets: &[u8]) -> (Vec<Certificate>, Vec<String>) {
    let (mut found, mut problems) = parse_each(octets, &["CERTIFICATE", "X509 CERTIFICATE"], |der| {
        Certificate::parse(der).map_err(|error| error.to_string())
    });
    let (mut unwrapped, mut odd) = (Vec::new(), 0_usize);
    for (certificates, left) in bundles(octets).iter().filter_map(|bundle| cms::read_bundle(bundle).ok()) {
        unwrapped.extend(certificates);
        odd = odd.saturating_add(left);
    }
    if unwrapped.is_empty() {
        return (found, problems);
    }
    if found.is_empty() && problems.iter().all(|problem| !problem.starts_with("block ")) {
        // That the bundle is no certificate itself is no news.
        problems.clear();
    }
    found.extend(unwrapped);
    problems.extend((odd > 0).then(|| format!("{odd} certificates of the bundle cannot be read")));
    (found, problems)
}

/// The file, or the files of a folder and of the folders in it, sorted.
fn files(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let wrong = |problem: String| FileError { file: path.to_owned(), problems: vec![problem] };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| wrong(error.to_string()))?.flatten() {
        let inner = entry.path();
        match std::fs::read_dir(&inner) {
            Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path()).filter(|file| file.is_file())),
            Err(_) => files.push(inner),
        }
        if files.len() > MAX_FILES {
            return Err(wrong(format!("more than {MAX_FILES} files")));
        }
    }
    files.retain(|file| file.is_file() && is_in_use(path, file));
    files.sort();
    Ok(files)
}

fn parse_each<T>(octets: &[u8], labels: &[&str], parse: impl Fn(&[u8]) -> Result<T, String>) -> (Vec<T>, Vec<String>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut take = |der: Option<&[u8]>, place: &str| match der.map(&parse) {
        Some(Ok(piece)) => found.push(piece),
        Some(Err(error)) => problems.push(format!("{place}{error}")),
        None => problems.push(format!("{place}not base64")),
    };
    let mut number = 0;
    for label in labels {
        for block in blocks(octets, label) {
            number += 1;
            take(block.as_deref(), &format!("block {number}: "));
        }
    }
    if number == 0 {
        take(Some(bare(octets).as_deref().unwrap_or(octets)), "");
    }
    (found, problems)
}

/// The contents of base64 without armour, as `.ors` files and browsers have it. DER has octets that no base64 has.
fn bare(octets: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = octets.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok().filter(|der| der.first() == Some(&0x30))
}

/// The blocks with this label (RFC 7468); `None` for one that is broken.
fn blocks(octets: &[u8], label: &str) -> Vec<Option<Vec<u8>>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut found = Vec::new();
    let mut rest = octets;
    while let Some(start) = memchr::memmem::find(rest, begin.as_bytes())
        && found.len() < MAX_BLOCKS
    {
        let from = rest.get(start..).unwrap_or_default();
        let Some(length) = memchr::memmem::find(from, end.as_bytes()) else {
            found.push(None);
            break;
        };
        let (block, after) = from.split_at(length.saturating_add(end.len()).min(from.len()));
        found.push(pem::decode(block, label).and_then(|blocks| blocks.into_iter().next()));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::files::{WITHDRAWN, files_below};

    fn der() -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki/anchors/gov-root.der")).unwrap()
    }

    fn pem_of(der: &[u8], label: &str) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    #[test]
    fn a_broken_block_takes_no_other_along() {
        let text = [
            pem_of(&der(), "CERTIFICATE"),
            "-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----\n".to_owned(),
            pem_of(b"\x30\x00", "CERTIFICATE"),
            pem_of(&der(), "X509 CERTIFICATE"),
            "-----BEGIN CERTIFICATE-----\nAAAA".to_owned(),
        ]
        .concat();
        let (found, problems) = certificates_in(text.as_bytes());
        assert_eq!((found.len(), problems.len()), (2, 3), "{problems:?}");
        assert_eq!(certificates_in(&der()).0.len(), 1);
        let (found, problems) = certificates_in(b"");
        assert_eq!((found.len(), problems.len()), (0, 1));
    }

    /// PKCS#7 as `openssl crl2pkcs7` makes it: nobody signs it, and a list is in it.
    fn bundle_of(list: &[u8]) -> Vec<u8> {
        use crate::asn1::{INTEGER, OID, SEQUENCE, SET, context, encode};
        let content = encode(SEQUENCE, &[&encode(OID, &[cms::DATA])]);
        let fields = [
            &encode(INTEGER, &[&[1]])[..],
            &encode(SET, &[]),
            &content,
            &encode(context(1), &[list]),
            &encode(SET, &[]),
        ];
        let signed = encode(context(0), &[&encode(SEQUENCE, &fields)]);
        encode(SEQUENCE, &[&encode(OID, &[SIGNED_DATA]), &signed])
    }

    #[test]
    fn a_list_inside_a_bundle_is_heard_and_a_bundle_without_one_is_named() {
        let list = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki/crls/gov-root.crl")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let read = |octets: &[u8]| {
            let file = folder.path().join("a");
            std::fs::write(&file, octets).unwrap();
            let loaded = crls(&file).unwrap();
            assert_eq!(responses(&file).unwrap().found.len(), loaded.found.len().max(1));
            (loaded.found.len(), loaded.left_out.len())
        };
        let bundle = bundle_of(&list);
        assert_eq!(read(&bundle), (1, 0));
        assert_eq!(read(pem_of(&bundle, "PKCS7").as_bytes()), (1, 0));
        let beside = [pem_of(&list, "X509 CRL"), pem_of(&bundle, "PKCS7")].concat();
        assert_eq!(read(beside.as_bytes()), (2, 0));
        assert_eq!(read(&bundle_of(b"")), (0, 1));
    }

    #[test]
    fn what_was_withdrawn_from_a_trust_folder_does_not_come_back_with_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for place in ["", WITHDRAWN, ".bundle-new"] {
            std::fs::create_dir_all(folder.path().join(place)).unwrap();
            std::fs::write(folder.path().join(place).join("a.der"), der()).unwrap();
        }
        let here = [folder.path().join("a.der")];
        assert_eq!(files(folder.path()).unwrap(), here);
        assert_eq!(files_below(folder.path()), here);
        let named = folder.path().join(WITHDRAWN).join("a.der");
        assert_eq!(certificates(&named).unwrap().found.len(), 1, "whoever names it wants it");
    }

    #[test]
    fn a_file_that_is_named_must_open_and_one_of_a_folder_need_not_be_readable() {
        let folder = tempfile::tempdir().unwrap();
        assert!(certificates(&folder.path().join("none.der")).is_err());
        std::fs::write(folder.path().join("a.der"), der()).unwrap();
        std::fs::write(folder.path().join("b.txt"), "nothing").unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("inner/c.crt"), pem_of(&der(), "CERTIFICATE")).unwrap();
        let loaded = certificates(folder.path()).unwrap();
        assert_eq!((loaded.found.len(), loaded.left_out.len()), (2, 1));
        let none = crls(&folder.path().join("a.der")).unwrap();
        assert_eq!((none.found.len(), none.left_out.len()), (0, 1));
        assert!(responses(&folder.path().join("b.txt")).unwrap().found.is_empty());
    }
}
