//! The files, each 64 MB or what it takes to cost most.

use super::draft::{Draft, bomb, deflated};
use crate::documents::Signer;

/// As much as is examined.
const SIZE: usize = 64 << 20;

type Make = fn() -> Vec<u8>;

pub const ALL: &[(&str, Make)] = &[
    ("no startxref", || header(&b"x".repeat(SIZE))),
    ("almost startxref, everywhere", || header(&b"startxre ".repeat(SIZE / 9))),
    ("zeros", || header(&vec![0; SIZE])),
    ("1 0 obj, everywhere", || Draft::page().raw(&b"1 0 obj\n".repeat(SIZE / 8)).table()),
    ("1 0 obj( in a stream, and a page that only we can read", only_ours),
    ("1 0 obj( in a string", || unclosed("(", "1 0 obj(", ")")),
    ("<<", || unclosed("", "<<", "")),
    ("[", || unclosed("", "[", "")),
    ("(", || unclosed("", "(", "")),
    ("% in an array", || unclosed("[", "%\n", "]")),
    ("400,000 values, many times", many_values),
    ("a million keys", || unclosed("<<", "/A 1", ">>")),
    ("table of 3 million entries", || entries(3_000_000)),
    ("table of 900,000 entries for one place", || entries(900_000)),
    ("900,000 objects", many_objects),
    ("900,000 objects in an object stream", many_in_stream),
    ("object stream of 1 GB", || object_stream("/Filter/FlateDecode", &bomb(b' ', 1_024))),
    ("object stream of 120 MB", || object_stream("/Filter/FlateDecode", &bomb(b' ', 120))),
    ("object stream of 120 MB, predicted", || {
        object_stream("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1>>", &bomb(2, 120))
    }),
    ("object stream, LZW", || object_stream("/Filter/LZWDecode", &lzw(SIZE / 4))),
    ("object stream, run length", || object_stream("/Filter/RunLengthDecode", &[129, b' '].repeat(SIZE / 4))),
    ("object stream, bomb in bombs", || {
        object_stream("/Filter[/FlateDecode/FlateDecode]", &deflated(&bomb(b' ', 8_192)))
    }),
    ("1,000 pages of 8 MB content each", || contents(&bomb(b' ', 8))),
    ("1,000 pages of LZW", || contents(&lzw(8_000))),
    ("100,000 pages that share 1 MB of resources", shared_resources),
    ("10,000 pages that share 100,000 contents", shared_contents),
    ("100,000 fields", many_fields),
    ("4,000 sections", many_sections),
    ("300 signatures over 64 MB", || Signer::new().signed_often("", SIZE, 300).octets),
];

fn header(octets: &[u8]) -> Vec<u8> {
    [b"%PDF-1.7\n".as_slice(), octets].concat()
}

/// An object that begins, goes on and ends so.
fn unclosed(start: &str, middle: &str, end: &str) -> Vec<u8> {
    let draft = Draft::page();
    let at = draft.length();
    draft
        .raw(format!("9 0 obj\n{start}").as_bytes())
        .raw(&middle.as_bytes().repeat((SIZE - 2_048) / middle.len()))
        .raw(format!("{end}\nendobj\n").as_bytes())
        .entry(9, at)
        .table()
}

fn only_ours() -> Vec<u8> {
    Draft::page()
        .object(5, "[1..5 --3 +-4]")
        .object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Odd 1.2.3/Rotate 5 0 R>>")
        .stream(6, "", &b"1 0 obj(".repeat(SIZE / 8))
        .table()
}

fn many_values() -> Vec<u8> {
    let values = format!("[{}]", "1 ".repeat(399_000));
    (10..u32::try_from(SIZE / values.len()).unwrap())
        .fold(Draft::page(), |draft, number| draft.object(number, &values))
        .table()
}

fn entries(count: u32) -> Vec<u8> {
    (10..count).fold(Draft::page(), |draft, number| draft.entry(number, 15)).table()
}

fn many_objects() -> Vec<u8> {
    (10..900_000).fold(Draft::page(), |draft, number| draft.object(number, "<</K[1 2 3]/V 4 0 R>>")).table()
}

fn many_in_stream() -> Vec<u8> {
    let heads = (0..900_000_u32).map(|index| format!("{} {} ", 10 + index, index * 8)).collect::<Vec<_>>().concat();
    let data = deflated(format!("{heads}{}", "<</A 1>>".repeat(900_000)).as_bytes());
    let keys = format!("/Type/ObjStm/N 900000/First {}/Filter/FlateDecode", heads.len());
    let draft = Draft::page().stream(5, &keys, &data);
    (0..900_000).fold(draft, |draft, index| draft.in_stream(10 + index, 5, index as usize)).cross_reference_stream()
}

fn object_stream(keys: &str, data: &[u8]) -> Vec<u8> {
    Draft::page()
        .stream(5, &format!("/Type/ObjStm/N 1/First 4{keys}"), data)
        .in_stream(10, 5, 0)
        .cross_reference_stream()
}

/// Codes that each stand for one octet more than the one before, again and again.
fn lzw(octets: usize) -> Vec<u8> {
    let (mut data, mut held, mut count) = (Vec::new(), 0_u64, 0);
    while data.len() < octets {
        for code in std::iter::once(256_u64).chain(std::iter::once(32)).chain(258..4_094) {
            let width = if code >= 2_047 {
                12
            } else if code >= 1_023 {
                11
            } else if code >= 511 {
                10
            } else {
                9
            };
            held = held << width | code;
            count += width;
            while count >= 8 {
                count -= 8;
                data.push((held >> count & 0xFF) as u8);
            }
        }
    }
    data
}

fn contents(data: &[u8]) -> Vec<u8> {
    let filter = if data.first() == Some(&0x78) { "/Filter/FlateDecode" } else { "/Filter/LZWDecode" };
    let kids = (0..1_000).map(|index| format!("{} 0 R ", 10 + 2 * index)).collect::<Vec<_>>().concat();
    let draft = Draft::new()
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(2, &format!("<</Type/Pages/Kids[{kids}]/Count 1000>>"));
    (0..1_000)
        .fold(draft, |draft, index| {
            let number = 10 + 2 * index;
            draft.object(number, &format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", number + 1)).stream(
                number + 1,
                filter,
                data,
            )
        })
        .table()
}

fn pages(count: u32, page: &str, draft: Draft) -> Vec<u8> {
    let kids = (0..count).map(|index| format!("{} 0 R ", 10 + index)).collect::<Vec<_>>().concat();
    let draft = draft
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(2, &format!("<</Type/Pages/Kids[{kids}]/Count {count}>>"));
    (0..count).fold(draft, |draft, index| draft.object(10 + index, page)).table()
}

fn shared_resources() -> Vec<u8> {
    let fonts = (0..70_000).map(|index| format!("/F{index} 4 0 R")).collect::<Vec<_>>().concat();
    pages(
        100_000,
        "<</Type/Page/Parent 2 0 R/Resources 5 0 R>>",
        Draft::new().object(5, &format!("<</Font<<{fonts}>>>>")),
    )
}

fn shared_contents() -> Vec<u8> {
    let contents = "4 0 R ".repeat(100_000);
    let draft = Draft::new().stream(4, "", b"BT ET").object(5, &format!("[{contents}]"));
    pages(10_000, "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>", draft)
}

fn many_fields() -> Vec<u8> {
    let fields = (0..100_000).map(|index| format!("{} 0 R ", 10 + index)).collect::<Vec<_>>().concat();
    let draft = Draft::new()
        .object(1, &format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]>>>>"))
        .object(2, "<</Type/Pages/Kids[]/Count 0>>");
    (0..100_000).fold(draft, |draft, index| draft.object(10 + index, "<</FT/Sig/T(a)/Rect[0 0 9 9]>>")).table()
}

/// Each section of a chain names the one before it, and has entries of its own.
fn many_sections() -> Vec<u8> {
    let mut file = Draft::page().table();
    for _ in 0..4_000 {
        let prev = String::from_utf8_lossy(&file[file.len() - 20..]).lines().rev().nth(1).unwrap().to_owned();
        let at = file.len();
        let entries = "0000000015 00000 n \n".repeat(240);
        let section =
            format!("xref\n100 240\n{entries}trailer\n<</Size 340/Root 1 0 R/Prev {prev}>>\nstartxref\n{at}\n%%EOF\n");
        file.extend_from_slice(section.as_bytes());
    }
    file
}
