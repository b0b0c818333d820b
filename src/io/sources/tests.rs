use std::fs;
use std::os::unix::fs::symlink;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::asn1::{self, context, encode};
use crate::x509::testing::{CrlDraft, Draft, Party, extension};

fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, DropFolder) {
    let folder = tempfile::tempdir().unwrap();
    for (name, octets) in files {
        fs::write(folder.path().join(name), octets).unwrap();
    }
    let crls = DropFolder::new(folder.path().to_owned());
    (folder, crls)
}

fn need_of(issuer: &Party) -> Need {
    let name = Name::from_text(&issuer.name).unwrap();
    Need::Crl { issuer: name.der().to_vec(), key: issuer.spki(), points: Vec::new() }
}

fn need_ocsp(serial: &[u8]) -> Need {
    Need::Ocsp { issuer: Vec::new(), key: Vec::new(), serial: serial.to_vec(), responders: Vec::new() }
}

/// The outer form of a response with a serial number in it.
fn response(serial: &[u8]) -> Vec<u8> {
    let inside = encode(asn1::SEQUENCE, &[&encode(asn1::INTEGER, &[serial])]);
    encode(asn1::SEQUENCE, &[&[asn1::ENUMERATED, 1, 0], &encode(context(0), &[&inside])])
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

fn sources(crls: &DropFolder, need: &Need) -> Vec<String> {
    let [(_, answer)] = &crls.answers(vec![need.clone()])[..] else { panic!("one answer to one need") };
    assert_eq!(answer.tried.len(), usize::from(answer.pieces.is_empty()), "what was tried is said");
    let mut sources: Vec<_> = answer.pieces.iter().map(|piece| piece.source.clone()).collect();
    sources.sort();
    sources
}

#[test]
fn lists_and_responses_are_known_by_content_whatever_their_name() {
    let (one, other) = (Party::new("One", 1), Party::new("Other", 2));
    let (first, second) = (CrlDraft::new(&one).der(), CrlDraft::new(&other).der());
    let bundle = format!("# lists\n{}{}", pem("X509 CRL", &first), pem("X509 CRL", &second));
    let (_folder, crls) = folder(&[
        ("a.crl", &first),
        ("b", pem("X509 CRL", &first).as_bytes()),
        ("c.ocsp", &second),
        ("d.pem", bundle.as_bytes()),
        ("e.crl", &response(&[9, 8, 7])),
        ("f.pem", pem("OCSP RESPONSE", &response(&[9, 8, 6])).as_bytes()),
    ]);
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl", "b", "d.pem (1)"]);
    assert_eq!(sources(&crls, &need_of(&other)), ["c.ocsp", "d.pem (2)"]);
    assert!(sources(&crls, &need_of(&Party::new("Nobody", 3))).is_empty());
    assert_eq!(sources(&crls, &need_ocsp(&[9, 8, 7])), ["e.crl"]);
    assert_eq!(sources(&crls, &need_ocsp(&[9, 8, 6])), ["f.pem"]);
    assert!(sources(&crls, &need_ocsp(&[9, 8, 5])).is_empty());
    assert!(sources(&crls, &need_ocsp(&[])).is_empty());
}

#[test]
fn an_indirect_list_is_offered_to_every_question_once() {
    let (one, other) = (Party::new("One", 1), Party::new("Other", 2));
    let point = encode(asn1::SEQUENCE, &[&encode(asn1::context_primitive(4), &[&[0xff]])]);
    let indirect = CrlDraft { extensions: vec![extension(28, true, &point)], ..CrlDraft::new(&other) }.der();
    let point = encode(asn1::SEQUENCE, &[&encode(asn1::context_primitive(1), &[&[0xff]])]);
    let plain = CrlDraft { extensions: vec![extension(28, true, &point)], ..CrlDraft::new(&other) }.der();
    let (_folder, crls) = folder(&[("indirect.crl", &indirect), ("plain.crl", &plain)]);
    assert_eq!(sources(&crls, &need_of(&one)), ["indirect.crl"]);
    assert_eq!(sources(&crls, &need_of(&other)), ["indirect.crl", "plain.crl"]);
}

#[test]
fn a_piece_is_as_old_as_its_file() {
    let one = Party::new("One", 1);
    let (folder, crls) = folder(&[("a.crl", &CrlDraft::new(&one).der())]);
    let then = std::time::SystemTime::UNIX_EPOCH + Duration::from_mins(25_000_000);
    fs::File::options().write(true).open(folder.path().join("a.crl")).unwrap().set_modified(then).unwrap();
    let answers = crls.answers(vec![need_of(&one)]);
    assert_eq!(answers[0].1.pieces[0].taken.map(crate::time::UnixTime::seconds), Some(1_500_000_000));
}

#[test]
fn what_is_neither_is_named_and_takes_nothing_from_the_rest() {
    let one = Party::new("One", 1);
    let list = CrlDraft::new(&one).der();
    let certificate = Draft::leaf(&Party::new("Person", 3), &one).der();
    let (folder, crls) = folder(&[
        ("a.crl", &list),
        ("certificate.crl", &certificate),
        ("cut.crl", &list[..list.len() - 3]),
        ("empty.crl", b""),
        ("note.txt", b"lists of 2026"),
        ("certificate.pem", pem("CERTIFICATE", &certificate).as_bytes()),
        (".being-written.crl", &list),
    ]);
    fs::File::create(folder.path().join("large.crl")).unwrap().set_len(100 << 20).unwrap();
    symlink("nowhere", folder.path().join("broken-link.crl")).unwrap();
    symlink("a.crl", folder.path().join("link.crl")).unwrap();
    symlink(".", folder.path().join("loop")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.crl")).status().unwrap();
    assert!(pipe.success());
    let listed = crls.list();
    let bad: Vec<_> = listed.iter().filter(|one| one.content.is_err()).map(|one| one.file.file_name()).collect();
    for name in
        ["broken-link.crl", "certificate.crl", "certificate.pem", "cut.crl", "empty.crl", "large.crl", "note.txt"]
    {
        assert!(bad.contains(&Some(name.as_ref())), "{name}: {bad:?}");
    }
    // The link to the folder itself shows every file once more, and ends there.
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl", "a.crl", "link.crl", "link.crl"]);
}

#[test]
fn a_newer_file_is_seen_and_a_removed_one_forgotten() {
    let one = Party::new("One", 1);
    let (folder, crls) = folder(&[("a.crl", &CrlDraft::new(&one).der())]);
    let again = || crls.state.lock().unwrap().looked = None;
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl"]);
    fs::write(folder.path().join("b.crl"), CrlDraft::new(&one).der()).unwrap();
    again();
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl", "b.crl"]);
    fs::write(folder.path().join("a.crl"), b"no list any more").unwrap();
    again();
    assert_eq!(sources(&crls, &need_of(&one)), ["b.crl"]);
    fs::remove_file(folder.path().join("b.crl")).unwrap();
    again();
    assert!(sources(&crls, &need_of(&one)).is_empty());
    assert!(DropFolder::new(folder.path().join("no-such-folder")).list().is_empty());
}

#[test]
fn a_folder_of_many_files_offers_the_newest_and_no_more_than_is_worth_reading() {
    let one = Party::new("One", 1);
    let list = CrlDraft::new(&one).der();
    let folder = tempfile::tempdir().unwrap();
    for n in 0..1_100_u64 {
        let file = folder.path().join(format!("{n:04}.crl"));
        fs::write(&file, &list).unwrap();
        let then = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000 + n);
        fs::File::options().write(true).open(&file).unwrap().set_modified(then).unwrap();
    }
    let crls = DropFolder::new(folder.path().to_owned());
    let offered = sources(&crls, &need_of(&one));
    assert_eq!(offered.len(), OFFERED);
    // The names of files that carry a date go up.
    assert_eq!((offered.first().unwrap().as_str(), offered.last().unwrap().as_str()), ("1036.crl", "1099.crl"));
    let listed = crls.list();
    let name = |one: &Listed| one.file.file_name().unwrap().to_owned();
    assert_eq!((listed.len(), name(&listed[0]), name(&listed[999])), (1_000, "0100.crl".into(), "1099.crl".into()));
}

#[test]
fn a_newer_list_of_the_same_length_and_time_is_seen() {
    let one = Party::new("One", 1);
    let (folder, crls) = folder(&[("a.crl", &CrlDraft::new(&one).der())]);
    let octets = || crls.answers(vec![need_of(&one)])[0].1.pieces[0].octets.to_vec();
    let (file, new) = (folder.path().join("a.crl"), folder.path().join(".new"));
    let then = fs::metadata(&file).unwrap().modified().unwrap();
    let length = octets().len();
    let days = (2..30).map(|day| format!("202501{day:02}000000Z"));
    // Signatures differ in their length by an octet or two.
    let newer = days
        .map(|day| CrlDraft { this_update: &day, ..CrlDraft::new(&one) }.der())
        .find(|list| list.len() == length)
        .unwrap();
    // As `curl -R` and `rsync -t` do.
    fs::write(&new, &newer).unwrap();
    fs::File::options().write(true).open(&new).unwrap().set_modified(then).unwrap();
    fs::rename(&new, &file).unwrap();
    crls.state.lock().unwrap().looked = None;
    assert_eq!(octets(), newer);
}

#[test]
fn a_folder_that_cannot_be_read_for_a_moment_still_offers_what_was_read() {
    let one = Party::new("One", 1);
    let (folder, crls) = folder(&[("a.crl", &CrlDraft::new(&one).der())]);
    let again = || crls.state.lock().unwrap().looked = None;
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl"]);
    let aside = folder.path().with_extension("aside");
    fs::rename(folder.path(), &aside).unwrap();
    // Not a folder: one of the errors that are none of "it is not there".
    fs::write(folder.path(), b"").unwrap();
    again();
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl"]);
    fs::remove_file(folder.path()).unwrap();
    again();
    assert!(sources(&crls, &need_of(&one)).is_empty());
    fs::rename(&aside, folder.path()).unwrap();
    again();
    assert_eq!(sources(&crls, &need_of(&one)), ["a.crl"]);
}
