use super::*;
use crate::x509::testing::{Party, root};

fn now() -> UnixTime {
    UnixTime::from_seconds(1_800_000_000)
}

fn key() -> BundleKey {
    BundleKey::of(&[7; 32])
}

fn items() -> Vec<Item> {
    let certificate = root(&Party::new("Root", 1));
    vec![
        Item { kind: Kind::Directory { toml: false }, octets: b"mailbox\n".to_vec() },
        Item { kind: Kind::Certificate, octets: certificate.der().to_vec() },
        Item { kind: Kind::Anchor("a".to_owned()), octets: b"x".to_vec() },
        Item { kind: Kind::Crl, octets: b"list".to_vec() },
    ]
}

fn packed() -> Vec<u8> {
    Bundle::pack(items(), "gateway-1", now(), 30, &key()).unwrap()
}

/// As [`Bundle::pack`] does it, with any files after a manifest that the key signed.
fn forged(change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let whole = packed();
    let mut files: Vec<(String, Vec<u8>)> =
        archive::read(&whole).unwrap().iter().map(|(name, octets)| ((*name).to_owned(), octets.to_vec())).collect();
    change(&mut files);
    files[1].1 = key().sign(&files[0].1);
    archive::write(&files).unwrap()
}

fn manifest_fault(octets: &[u8]) -> ManifestFault {
    match Bundle::read(octets) {
        Err(BundleFault::Manifest(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_packed_comes_out_with_its_maker_and_its_day() {
    let bundle = Bundle::read(&packed()).unwrap();
    assert_eq!(bundle.items().len(), 4);
    assert_eq!((bundle.manifest().gateway(), bundle.manifest().made()), ("gateway-1", now()));
    assert_eq!(bundle.manifest().fresh_until(), now().plus(30 * 86_400));
    assert_eq!(bundle.manifest().fingerprint(), fingerprint(&key().spki()));
    assert_eq!(packed(), packed(), "the same files at the same time are the same octets");
}

#[test]
fn any_changed_octet_is_noticed() {
    let whole = packed();
    for at in (0..whole.len()).step_by(7) {
        let mut bent = whole.clone();
        bent[at] ^= 1;
        assert!(Bundle::read(&bent).is_err(), "{at}");
    }
    for length in (0..whole.len()).step_by(511) {
        assert!(Bundle::read(&whole[..length]).is_err(), "{length}");
    }
    assert!(Bundle::read(&[&whole[..], &[0; 512]].concat()).is_err());
}

#[test]
fn a_bundle_signed_by_another_key_than_it_names_is_refused() {
    let whole = packed();
    let files = archive::read(&whole).unwrap();
    let other = BundleKey::of(&[8; 32]);
    let mut files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, octets)| ((*name).to_owned(), octets.to_vec())).collect();
    files[1].1 = other.sign(&files[0].1);
    assert_eq!(Bundle::read(&archive::write(&files).unwrap()).unwrap_err(), BundleFault::Signature);
}

#[test]
fn files_missing_added_exchanged_or_out_of_order_are_refused() {
    assert!(Bundle::read(&forged(|_| {})).is_ok());
    assert!(matches!(manifest_fault(&forged(|files| drop(files.pop()))), ManifestFault::File { .. }));
    let added = forged(|files| files.push(("directory.toml".to_owned(), Vec::new())));
    assert!(matches!(manifest_fault(&added), ManifestFault::File { .. }));
    assert!(matches!(manifest_fault(&forged(|files| files.swap(2, 3))), ManifestFault::File { .. }));
    let exchanged = forged(|files| files[2].1.push(b' '));
    assert!(matches!(manifest_fault(&exchanged), ManifestFault::File { .. }));
    assert_eq!(manifest_fault(&forged(|files| drop(files.remove(0)))), ManifestFault::Missing);
}

#[test]
fn a_manifest_names_only_what_a_bundle_has_and_each_once() {
    let renamed = |from: &str, to: &str| {
        forged(|files| files[0].1 = String::from_utf8(files[0].1.clone()).unwrap().replace(from, to).into_bytes())
    };
    for name in ["../a.toml", "anchors/../a.toml", "anchors/.a.toml", "crls/x.exe", "/etc/passwd"] {
        let fault = manifest_fault(&renamed("anchors/a.toml", name));
        assert!(matches!(fault, ManifestFault::Name(_)), "{name}: {fault:?}");
    }
    assert!(matches!(manifest_fault(&renamed("directory.csv", "anchors/a.toml")), ManifestFault::Name(_)));
    assert_eq!(manifest_fault(&renamed("\"dieu7-bundle\": 1", "\"dieu7-bundle\": 2")), ManifestFault::Format(2));
    assert!(matches!(manifest_fault(&renamed("\"gateway\"", "\"x\": 1, \"gateway\"")), ManifestFault::Syntax(_)));
    let deep = forged(|files| files[0].1 = b"[".repeat(1 << 20));
    assert!(matches!(manifest_fault(&deep), ManifestFault::Syntax(_)));
}

#[test]
fn an_archive_of_anything_but_plain_files_is_refused() {
    let good = archive::write(&[("a".to_owned(), b"x".to_vec())]).unwrap();
    assert_eq!(archive::read(&good).unwrap(), [("a", &b"x"[..])]);
    let with = |at: usize, value: &[u8]| {
        let mut bent = good.clone();
        bent[at..at + value.len()].copy_from_slice(value);
        bent[148..156].copy_from_slice(b"        ");
        let sum: u32 = bent[..512].iter().map(|octet| u32::from(*octet)).sum();
        bent[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive::read(&bent).map(|files| files.len())
    };
    assert_eq!(with(0, b"b"), Ok(1));
    // A link, a symbolic link, a device, a folder, an extended header, a long name, another mode, an owner, a prefix.
    for kind in [b"1", b"2", b"3", b"5", b"x", b"L", b"\0", b"S"] {
        assert!(with(156, kind).is_err(), "{kind:?}");
    }
    for (at, value) in [(100, &b"0004755"[..]), (108, b"0001"), (157, b"/etc/passwd"), (345, b"../.."), (500, b"x")] {
        assert_eq!(with(at, value), Err(ArchiveFault::Header { at: 0 }), "{at}");
    }
    for name in [&b"/a"[..], b"../a", b"a/../b", b".a", b"a/b/c", b"-a", b"a\\b", b"a\nb", &[b'a'; 100]] {
        assert_eq!(with(0, name), Err(ArchiveFault::Name { at: 0 }), "{name:?}");
    }
    // A length that the archive does not have, up to the largest that the field holds.
    for size in [b"00000010000", b"77777777777", b"-0000000001", b"+0000000001"] {
        assert!(with(124, size).is_err(), "{size:?}");
    }
    let twice = [&good[..1024], &good[..]].concat();
    assert_eq!(archive::read(&twice), Err(ArchiveFault::Duplicate { at: 1024 }));
    let many: Vec<(String, Vec<u8>)> = (0..=MAX_FILES).map(|number| (format!("a{number}"), Vec::new())).collect();
    assert_eq!(archive::write(&many), Err(ArchiveFault::TooMany));
    assert_eq!(archive::read(&[]), Err(ArchiveFault::Truncated));
}

#[test]
fn a_key_is_made_once_and_nobody_else_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inner/bundle.key");
    let (first, new) = BundleKey::open(&file).unwrap();
    assert!(new);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (second, new) = BundleKey::open(&file).unwrap();
    assert!(!new);
    assert_eq!(first.spki(), second.spki());
    std::fs::write(&file, "short").unwrap();
    assert!(BundleKey::open(&file).is_err());
}
