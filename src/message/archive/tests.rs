use super::testing::{CENTRAL, END, LOCAL, stored, with, zip_of};
use super::*;
use crate::budget::{DECODED, Unpacking};

/// Written by Python's `zipfile`: a folder, a deflated and a stored file; and the same into a stream.
const PYTHON: [&str; 2] = [
    "504b03041400000800000040775d0000000000000000000000000c0000007068e1bba5206ce1bba5632f504b030414000008\
     08000040775d29bd981f060000003c000000110000007068e1bba5206ce1bba5632f612e7478744b4c241f0000504b030414\
     00000000000040775ded9de60a090000000900000005000000622e706466255044462d312e340a504b010214031400000800\
     000040775d0000000000000000000000000c0000000000000000001000ed41000000007068e1bba5206ce1bba5632f504b01\
     0214031400000808000040775d29bd981f060000003c000000110000000000000000000000a4812a0000007068e1bba5206c\
     e1bba5632f612e747874504b010214031400000000000040775ded9de60a0900000009000000050000000000000000000000\
     a4815f000000622e706466504b05060000000003000300ac0000008b0000000000",
    "504b03041400080800000040775d0000000000000000000000000c0000007068e1bba5206ce1bba5632f504b070800000000\
     0000000000000000504b03041400080808000040775d000000000000000000000000110000007068e1bba5206ce1bba5632f\
     612e7478744b4c241f0000504b070829bd981f060000003c000000504b03041400080008000040775d000000000000000000\
     00000005000000622e706466530d7071d335d433e10200504b0708ed9de60a0b00000009000000504b010214031400080800\
     000040775d0000000000000000000000000c0000000000000000001000ed41000000007068e1bba5206ce1bba5632f504b01\
     0214031400080808000040775d29bd981f060000003c000000110000000000000000000000a4813a0000007068e1bba5206c\
     e1bba5632f612e747874504b010214031400080008000040775ded9de60a0b00000009000000050000000000000000000000\
     a4817f000000622e706466504b05060000000003000300ac000000bd0000000000",
];

fn budget() -> Budget {
    Budget::for_message().unpacking(Unpacking::Zip)
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

type File = (String, Option<Vec<u8>>);

fn files(octets: &[u8]) -> Result<Vec<File>, Refused> {
    let budget = &mut budget();
    Ok(entries(octets)?.iter().map(|one| (one.name.to_owned(), one.unpack(budget).unwrap())).collect())
}

/// One file, deflated: long enough that packing it makes it shorter.
fn one() -> Vec<u8> {
    zip_of(&[("a.txt", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")])
}

/// Nothing comes of it: refused as a whole, or the entry is not what the records promise.
fn is_odd(octets: &[u8]) -> bool {
    files(octets).map_or_else(|refused| refused == Refused::Odd, |files| files.iter().any(|(_, file)| file.is_none()))
}

#[test]
fn what_programs_write_is_unpacked() {
    for archive in PYTHON {
        let found = files(&unhex(archive)).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["phụ lục/", "phụ lục/a.txt", "b.pdf"]);
        assert_eq!(found[1].1, Some(vec![b'a'; 60]));
        assert_eq!(found[2].1.as_deref(), Some(&b"%PDF-1.4\n"[..]));
    }
    assert!(!is_odd(&one()));
    assert_eq!(files(&stored(&[("a", b"b"), ("c", b"")])).unwrap().len(), 2);
}

#[test]
fn octets_before_between_or_after_the_entries_make_it_odd() {
    let sound = one();
    assert!(is_odd(&[b"MZ", &sound[..]].concat()));
    assert!(is_odd(&[&sound[..], b"\0"].concat()));
    assert!(is_odd(&with([&sound[..], b"x"].concat(), END, 20, &[1, 0])), "a comment");
    let two = stored(&[("a", b"1"), ("b", b"2")]);
    let second = 30 + 1 + 1;
    let mut gap = two.clone();
    gap.insert(second, b'x');
    let central = gap.len() - 22 - 2 * 47;
    let start = u32::try_from(central).unwrap().to_le_bytes();
    let end = gap.len() - 22;
    gap[end + 16..end + 20].copy_from_slice(&start);
    gap[central + 47 + 42] += 1;
    assert!(is_odd(&gap), "a gap that the directory steps over");
    let mut overlapping = two.clone();
    let central = two.len() - 22 - 47;
    overlapping[central + 42] = 0;
    assert!(is_odd(&overlapping), "two records for the same octets");
    assert!(!is_odd(&two));
    for cut in 0..sound.len() {
        assert_eq!(entries(&sound[..cut]).unwrap_err(), Refused::Odd);
    }
}

#[test]
fn records_that_differ_make_it_odd() {
    for (field, value) in [(6, &b"\x02\x08"[..]), (8, b"\0"), (14, b"1234"), (18, b"\x07"), (22, b"\x07"), (30, b"b")] {
        assert!(is_odd(&with(one(), LOCAL, field, value)), "local {field}");
    }
    for (field, value) in [(16, &b"1234"[..]), (20, b"\x07"), (24, b"\x07"), (42, b"\x01"), (46, b"b"), (32, b"\x01")] {
        assert!(is_odd(&with(one(), CENTRAL, field, value)), "central {field}");
    }
    for (field, value) in [(4, 1), (6, 1), (8, 2), (10, 2), (12, 1), (16, 1)] {
        assert!(is_odd(&with(one(), END, field, &[value])), "end {field}");
    }
}

#[test]
fn a_checksum_that_both_records_promise_and_no_octets_have_makes_it_odd() {
    let archive = with(with(one(), LOCAL, 14, b"1234"), CENTRAL, 16, b"1234");
    assert_eq!(files(&archive).unwrap()[0].1, None);
    let damaged = with(stored(&[("a", b"genuine")]), LOCAL, 31, b"G");
    assert_eq!(files(&damaged).unwrap()[0].1, None);
}

#[test]
fn encrypted_entries_other_methods_and_zip64_make_it_odd() {
    let flags = |flags: &[u8]| with(with(one(), LOCAL, 6, flags), CENTRAL, 8, flags);
    assert!(!is_odd(&flags(b"\x02\x08")));
    for odd in [&b"\x01\x08"[..], b"\x20\x08", b"\x40\x08", b"\x00\x28"] {
        assert!(is_odd(&flags(odd)), "{odd:?}");
    }
    for method in [1, 9, 12, 14, 99] {
        assert!(is_odd(&with(with(one(), LOCAL, 8, &[method]), CENTRAL, 10, &[method])), "{method}");
    }
    assert!(is_odd(&with(one(), CENTRAL, 24, &[0xff; 4])));
    assert!(is_odd(&with(one(), END, 8, &[0xff; 4])));
    assert!(is_odd(&with(one(), CENTRAL, 40, &[0xff, 0xa1])), "a link");
    for id in ODD_EXTRAS {
        assert!(!extras_are_plain(&[&id.to_le_bytes()[..], &[1, 0, 7]].concat()), "{id:x}");
    }
    assert!(extras_are_plain(b"UT\x01\0x") && !extras_are_plain(b"UT\x02\0x") && !extras_are_plain(b"UT\0"));
}

#[test]
fn a_stream_that_ends_early_or_is_followed_by_more_makes_it_odd() {
    let sound = one();
    let packed = usize::from(sound[18]);
    let fault = |change: i8, stream: Vec<u8>| {
        let length = [sound[18].wrapping_add_signed(change)];
        let tail = sound.len() - (35 + packed);
        let archive = [&sound[..35], &stream, &sound[sound.len() - tail..]].concat();
        let end = archive.len() - 22;
        let start = archive[end + 16].wrapping_add_signed(change);
        with(with(with(archive, LOCAL, 18, &length), CENTRAL, 20, &length), END, 16, &[start])
    };
    let stream = sound[35..35 + packed].to_vec();
    assert!(!is_odd(&fault(0, stream.clone())));
    let mut longer = stream.clone();
    longer.push(0);
    assert!(is_odd(&fault(1, longer)));
    assert!(is_odd(&fault(-1, stream[..packed - 1].to_vec())));
}

#[test]
fn names_that_lead_elsewhere_or_to_the_same_place_make_it_odd() {
    for name in
        ["", "/a", "../a", "a/../b", "a/./b", "a//b", "a\\b", "c:a", "a\0b", "a\u{202e}fdp.exe", "a.", "a ", "a/ /b"]
    {
        assert!(is_odd(&stored(&[(name, b"x")])), "{name:?}");
    }
    assert!(!is_odd(&stored(&[("phụ lục/Tờ trình số 5 (bản ký).pdf", b"x")])));
    for pair in [["a", "a"], ["a.pdf", "A.PDF"], ["\u{1ee5}", "u\u{323}"], ["a", "a/b"], ["A", "a/b"]] {
        assert!(is_odd(&stored(&[(pair[0], b"x"), (pair[1], b"y")])), "{pair:?}");
    }
    assert!(!is_odd(&stored(&[("a/", b""), ("a/b", b"y")])));
    assert!(is_odd(&stored(&[("a/", b"x")])), "a folder that holds octets itself");
    let mut latin = stored(&[("ab", b"x")]);
    latin = with(with(latin, LOCAL, 30, b"\xe3"), CENTRAL, 46, b"\xe3");
    assert!(is_odd(&latin), "a name in an unknown character set");
}

#[test]
fn bombs_and_crowds_are_not_unpacked() {
    assert!(is_odd(&zip_of(&[("a", &vec![0; 1 << 20])])), "a thousand times its size");
    let name = |n: u64| format!("{n}.txt");
    let crowd = |count: u64| {
        let names: Vec<String> = (0..count).map(name).collect();
        stored(&names.iter().map(|name| (name.as_str(), &b"x"[..])).collect::<Vec<_>>())
    };
    assert_eq!(entries(&crowd(ENTRIES)).unwrap().len() as u64, ENTRIES);
    assert_eq!(entries(&crowd(ENTRIES + 1)).unwrap_err(), Refused::Many);
    let mut poor = budget();
    poor.decoded(usize::try_from(DECODED).unwrap() - 29).unwrap();
    assert!(entries(&one()).unwrap()[0].unpack(&mut poor).is_err());
}

#[test]
fn an_entry_is_taken_by_its_place_only_where_archives_are_looked_into() {
    let archive = zip_of(&[("a/", b""), ("b", b"%PDF-1.7")]);
    assert_eq!(take(&archive, 1, &mut budget()), Ok(Some(b"%PDF-1.7".to_vec())));
    for n in [0, 2, u16::MAX] {
        assert_eq!(take(&archive, n, &mut budget()), Ok(None), "{n}");
    }
    assert_eq!(take(b"%PDF-1.7", 0, &mut budget()), Ok(None));
    assert!(take(&archive, 1, &mut Budget::for_message()).is_err());
}
