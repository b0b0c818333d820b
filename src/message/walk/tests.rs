use super::super::kind::{Archive, Editable};
use super::*;
use crate::budget::PARTS;
use crate::message::{Envelope, TextPlace};

fn walk_of(octets: impl Into<Vec<u8>>) -> Walk {
    walk(&Message::parse(Envelope::default(), octets.into()), &mut Budget::for_message())
}

fn mixed(parts: &[&str]) -> String {
    let parts = parts.iter().fold(String::new(), |all, part| all + "--b\r\n" + part + "\r\n");
    format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")
}

const BODY: &str = "Content-Type: text/plain\r\n\r\nKính gửi";
const PDF: &str =
    "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK";

fn kinds(walk: &Walk) -> Vec<FileKind> {
    walk.documents.iter().map(|document| document.kind).collect()
}

#[test]
fn the_text_of_the_mail_is_no_document_and_a_pdf_is_known_by_content() {
    let walk = walk_of(mixed(&[BODY, PDF]));
    assert_eq!(kinds(&walk), [FileKind::Pdf]);
    let pdf = &walk.documents[0];
    assert_eq!((pdf.index, pdf.name.as_str(), pdf.octets.as_slice()), (1, "a.bin", &b"%PDF-1.4\n"[..]));
    assert_eq!((pdf.ambiguity, pdf.nested, walk.structure, walk.stopped), (None, false, None, None));
    assert!(walk.foreign_texts.is_empty());
}

#[test]
fn attached_or_named_texts_are_editable_documents() {
    let walk = walk_of(mixed(&[
        "Content-Type: text/plain; name=a.txt\r\n\r\nx",
        "Content-Type: text/html\r\nContent-Disposition: unheard-of\r\n\r\n<p>",
        "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR",
        "Content-Type: text/csv\r\n\r\na,b",
        "\r\ntext without a header of its own",
    ]));
    let (text, html) = (FileKind::Editable(Editable::Text), FileKind::Editable(Editable::Html));
    assert_eq!(kinds(&walk), [text, html, FileKind::Calendar, text]);
}

#[test]
fn an_empty_attachment_is_a_document() {
    let walk = walk_of(mixed(&["Content-Type: application/pdf; name=a.pdf\r\n\r\n", "Content-Type: application/zip"]));
    assert_eq!(kinds(&walk), [FileKind::Empty, FileKind::Empty]);
    assert_eq!(walk.documents[1].index, 2);
}

#[test]
fn a_message_that_is_a_pdf_is_one_document() {
    let walk = walk_of("Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n");
    assert_eq!(kinds(&walk), [FileKind::Pdf]);
    assert_eq!(kinds(&walk_of("Subject: x\r\n\r\n%PDF-1.7\r\n")), [FileKind::Pdf]);
}

fn picture(id: &str, width: u8, octets: usize) -> String {
    let mut gif = vec![b'G', b'I', b'F', b'8', b'9', b'a', width, 1, 8, 0];
    gif.resize(octets, 0);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, gif);
    format!("Content-Type: image/gif\r\nContent-ID: <{id}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}")
}

#[test]
fn only_small_pictures_that_the_body_shows_are_no_documents() {
    let html = "Content-Type: text/html\r\n\r\n<img src=\"cid:shown\"><img src=cid:wide><img src=cid:heavy>";
    let parts = [
        picture("shown", 4, 100),   // 260 x 8
        picture("shown", 143, 100), // 399 x 8
        picture("wide", 144, 100),  // 400 x 8
        picture("heavy", 4, INLINE_OCTETS),
        picture("unseen", 4, 100),
    ];
    let parts: Vec<&str> = std::iter::once(html).chain(parts.iter().map(String::as_str)).collect();
    let walk = walk_of(mixed(&parts));
    assert_eq!(kinds(&walk), [FileKind::Image(Image::Gif); 3]);
    assert_eq!(walk.documents.iter().map(|d| d.index).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn documents_of_a_forwarded_message_are_nested() {
    let inner = format!(
        "Content-Type: message/rfc822\r\n\r\n{}",
        mixed(&[BODY, PDF]).replace("--b", "--c").replace("=b", "=c")
    );
    let walk = walk_of(mixed(&[BODY, &inner, PDF]));
    assert_eq!(
        walk.documents.iter().map(|d| (d.kind, d.nested)).collect::<Vec<_>>(),
        [(FileKind::Pdf, true), (FileKind::Pdf, false)]
    );
    assert_eq!(walk.structure, None);
}

#[test]
fn an_encoded_forwarded_message_is_walked_and_ambiguous() {
    let inner = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, mixed(&[PDF]));
    let walk =
        walk_of(mixed(&[&format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{inner}")]));
    let found: Vec<_> = walk.documents.iter().map(|d| (d.kind, d.nested, d.ambiguity)).collect();
    assert_eq!(found, [(FileKind::Pdf, true, Some(Ambiguity::EncodedContainer))]);
}

#[test]
fn the_signature_of_a_signed_message_is_no_document_of_its_own() {
    let signed = format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n\r\n--b\r\n{BODY}\r\n--b\r\n\
         Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--b--\r\n"
    );
    let walk = walk_of(signed);
    assert_eq!(
        walk.documents.iter().map(|d| (d.kind, d.role)).collect::<Vec<_>>(),
        [(FileKind::Pkcs7, Role::MessageSignature)]
    );
}

#[test]
fn archives_and_unknown_octets_are_documents() {
    let walk = walk_of(mixed(&[
        "Content-Type: application/x\r\n\r\nRar!\x1a\x07\x01",
        "Content-Type: application/x\r\n\r\n\x01\x02",
    ]));
    assert_eq!(kinds(&walk), [FileKind::Archive(Archive::Rar), FileKind::Unknown]);
}

#[test]
fn what_readers_see_differently_is_flagged_on_the_document() {
    use Ambiguity as A;
    let head = "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64";
    for (part, ambiguity) in [
        (format!("{head}\r\n\r\nJVBE*Ri0xLjQK"), A::Base64Junk),
        (format!("{head}\r\n\r\nJVBERi0=Zm9v"), A::Base64Junk),
        (format!("{head}\r\nContent-Type: text/plain\r\n\r\nJVBERi0xLjQK"), A::DoubledField),
        (format!("{head}\r\nContent-Transfer-Encoding: 8bit\r\n\r\nJVBERi0xLjQK"), A::DoubledField),
        (format!("{head}\r\nContent-Disposition : attachment\r\n\r\nJVBERi0xLjQK"), A::OddField),
        (format!("{head}\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nJVBERi0xLjQK"), A::TwoNames),
        (
            format!("{head}\r\nContent-Disposition: attachment; filename=\"a\u{202e}fdp.exe\"\r\n\r\nJVBERi0x"),
            A::DeceptiveName,
        ),
        (
            "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''a%00.pdf\r\n\r\n%PDF-"
                .into(),
            A::DeceptiveName,
        ),
        ("Content-Type: application/pdf\r\nContent-Transfer-Encoding: rot13\r\n\r\n%PDF-1".into(), A::UnknownEncoding),
        ("Content-Type: application/pdf\r\nContent-Transfer-Encoding: x-uue\r\n\r\n%PDF-1".into(), A::Uuencode),
        (
            "Content-Type: application/pdf\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%PDF-=1".into(),
            A::QuotedPrintableJunk,
        ),
        ("Content-Type: text/plain\r\n\r\nbegin 644 a.pdf\r\n#0V%T\r\n`\r\nend".into(), A::Uuencode),
        ("Content-Type: message/partial; id=x; number=1\r\n\r\nx".into(), A::Partial),
        ("Content-Type: message/external-body; access-type=url\r\n\r\nx".into(), A::External),
        ("Content-Type: pdf; name=a.pdf\r\n\r\n%PDF-1".into(), A::OddField),
        ("Content-Type: multipart/mixed\r\n\r\nx".into(), A::OddBoundary),
        ("Content-Type: multipart/mixed; boundary=absent\r\n\r\nx".into(), A::OddBoundary),
        ("Content-Type: multipart/mixed; boundary=c\r\n\r\nx\r\n--c--".into(), A::OddBoundary),
    ] {
        let walk = walk_of(mixed(&[&part]));
        assert_eq!(walk.documents.iter().map(|d| d.ambiguity).collect::<Vec<_>>(), [Some(ambiguity)], "{part}");
    }
}

#[test]
fn an_odd_structure_makes_every_document_ambiguous() {
    use Ambiguity as A;
    let good = mixed(&[PDF]);
    let outer = |boundary: &str| good.replace("boundary=b", boundary);
    for (message, ambiguity) in [
        (good.replace("--b--\r\n", ""), A::Unterminated),
        (format!("{good}epilogue"), A::Epilogue),
        (format!("{good}--b\r\n{PDF}\r\n--b--\r\n"), A::AfterClose),
        (good.replace("\r\n--b\r\n", "\r\n--b junk\r\n"), A::OddBoundary),
        (good.replace("--b--", "--b--x"), A::OddBoundary),
        (outer("boundary=b; boundary=c"), A::OddBoundary),
        (outer("boundary*0=b"), A::OddBoundary),
        (outer("boundary=\"b"), A::OddField),
        (format!("X: y\r\n \r\n{good}"), A::OddField),
        (good.replace("Content-Type: multipart", "Content-Type : multipart"), A::OddField),
        (format!("Content-Type: text/plain\r\n{good}"), A::DoubledField),
        (format!("Content-Transfer-Encoding: base64\r\n{good}"), A::EncodedContainer),
        (mixed(&["no field\r\nContent-Type: application/pdf\r\n\r\n%PDF-", PDF]), A::OddField),
        (
            mixed(&["Content-Type: text/plain\r\n\r\na\r--b\rContent-Type: application/pdf\r\r%PDF", PDF]),
            A::BareCarriageReturn,
        ),
        (mixed(&["Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--", PDF]), A::OddBoundary),
        (mixed(&["Content-Type: application/pdf\r\nContent-Type: text/plain\r\n\r\nx", PDF]), A::DoubledField),
        (mixed(&["Content-Type: multipart/mixed; boundary=c\r\n\r\n--c--", PDF]), A::OddBoundary),
    ] {
        let walk = walk_of(message.clone());
        assert_eq!(walk.structure, Some(ambiguity), "{message}");
        assert!(walk.documents.iter().all(|d| d.ambiguity.is_some()), "{message}");
        assert!(walk.documents.iter().any(|d| d.kind == FileKind::Pdf), "{message}");
    }
}

#[test]
fn a_blank_folded_line_in_the_header_of_a_document_is_ambiguous() {
    let walk = walk_of(mixed(&["Content-Type: application/pdf;\r\n \r\n name=a.pdf\r\n\r\n%PDF-"]));
    assert_eq!(walk.documents[0].ambiguity, Some(Ambiguity::OddField));
}

/// Cuts and flips of a message with everything in it: any octets end in an answer.
#[test]
fn damaged_messages_are_walked_without_panic() {
    let nested =
        format!("Content-Type: message/rfc822\r\n\r\n{}", mixed(&[PDF]).replace("--b", "--c").replace("=b", "=c"));
    let name =
        "Content-Disposition: attachment; filename*0*=utf-8''%E1%BA%AD; filename*1=\"b.pdf\"\r\n\r\n=?utf-8?q?x?=";
    let whole =
        format!("From: =?utf-8?b?w6k=?= <a@b.vn>\r\n{}", mixed(&[BODY, PDF, &nested, name, &picture("x", 4, 40)]));
    let mut seed = 1_u64;
    for round in 0..4_000_usize {
        let mut octets = whole.clone().into_bytes();
        for _ in 0..round % 7 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap() % octets.len();
            octets[at] = b"\r\n\0\"=;:-?*% ()<>\xff\\"[usize::try_from(seed >> 20 & 15).unwrap()];
        }
        octets.truncate(octets.len() - round % octets.len());
        let message = Message::parse(Envelope::default(), octets);
        let walk = walk(&message, &mut Budget::for_message());
        assert!(walk.documents.len() < 50);
        let _ = super::super::from::read(&message);
    }
}

#[test]
fn legacy_character_sets_are_told() {
    let octets = b"Subject: =?windows-1258?q?a?=\r\nContent-Type: text/plain\r\n\r\nV\xe3n".to_vec();
    let found: Vec<(TextPlace, String)> =
        walk_of(octets).foreign_texts.into_iter().map(|text| (text.place, text.charset)).collect();
    assert_eq!(found, [(TextPlace::Body, "unknown-8bit".into()), (TextPlace::Subject, "windows-1258".into())]);
}

#[test]
fn the_part_after_the_limit_stops_the_walk_and_says_so() {
    let limit = usize::try_from(PARTS).unwrap();
    let part = format!("--b\r\n{PDF}\r\n");
    let message =
        |parts: usize| format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(parts));
    let whole = walk_of(message(limit - 1));
    assert_eq!((whole.documents.len(), whole.stopped), (limit - 1, None));
    let cut = walk_of(message(limit + 5));
    assert_eq!((cut.documents.len(), cut.stopped), (limit - 1, Some(Exhausted(Resource::Parts))));
}

fn bomb(depth: usize, message: bool) -> String {
    let mut out = String::new();
    for n in 0..depth {
        if message {
            out.push_str("Content-Type: message/rfc822\r\n\r\n");
        } else {
            let boundary = format!("b{n}x");
            out.extend(["Content-Type: multipart/mixed; boundary=", &boundary, "\r\n\r\n--", &boundary, "\r\n"]);
        }
    }
    out.push_str(PDF);
    out
}

#[test]
fn nesting_beyond_the_limit_is_a_document_of_its_own_and_told() {
    for message in [false, true] {
        let walk = walk_of(bomb(50, message));
        assert_eq!((kinds(&walk), walk.stopped), (vec![FileKind::Pdf], None));
        let walk = walk_of(bomb(100_000, message));
        assert_eq!(walk.stopped, Some(Exhausted(Resource::Depth)));
        assert_eq!(walk.documents.len(), 1);
    }
}

#[test]
fn encoded_messages_in_each_other_end_at_the_limit() {
    let mut inner = PDF.to_owned();
    for _ in 0..80 {
        let encoded = inner.replace('=', "=3D");
        inner = format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}");
        assert!(inner.len() < 10_000_000);
    }
    assert_eq!(walk_of(inner).stopped, Some(Exhausted(Resource::Depth)));
}

#[test]
fn more_octets_than_the_limit_are_named_and_not_decoded() {
    let message = Message::parse(Envelope::default(), mixed(&[PDF, PDF]).into_bytes());
    let mut budget = Budget::for_message();
    budget.decoded(usize::try_from(budget.decoded_left()).unwrap() - 15).unwrap();
    let walk = walk(&message, &mut budget);
    assert_eq!(kinds(&walk), [FileKind::Pdf, FileKind::TooLarge]);
    assert_eq!(walk.stopped, Some(Exhausted(Resource::Decoded)));
}

#[test]
fn hostile_structures_take_linear_work() {
    let held = |octets: String| {
        let lines = octets.matches('\n').count() + 1;
        delimiter::work::take();
        let _ = walk_of(octets);
        let (work, most) = (delimiter::work::take(), lines * (DEPTH as usize + 2));
        assert!(work <= most, "{work} of {most}");
    };
    let openings = "--b\r\nContent-Type: multipart/mixed; boundary=absent\r\n\r\n".repeat(9_000);
    let dashes = "--\r\n".repeat(1_000_000);
    for body in [openings, dashes.clone(), format!("{}{dashes}", bomb(63, false))] {
        held(format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}"));
    }
    let header = format!("Content-Type: a/b;{}\r\n\r\n", " x=y;".repeat(12_000));
    held(header);
    held(format!("Content-Type: text/html\r\n\r\n{}", "cid:".repeat(1_000_000)));
}

fn corpora() -> Option<std::path::PathBuf> {
    let root = std::env::var_os("DIEU7_CORPORA")
        .map_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"), Into::into)
        .join("mail");
    if !root.is_dir() {
        eprintln!("left out: no corpora at {}", root.display());
        return None;
    }
    Some(root)
}

fn files_below(root: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let (mut folders, mut files) = (vec![root], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

fn walk_file(path: &std::path::Path) -> Walk {
    let message = Message::parse(Envelope::default(), std::fs::read(path).unwrap());
    let found = walk(&message, &mut Budget::for_message());
    let _ = super::super::from::read(&message);
    let _ = super::super::Claims::read(&message, &found.documents);
    let _ = super::super::stamps::stamps(&message, "X-");
    found
}

#[test]
fn messages_of_other_projects_are_walked_without_panic() {
    let Some(root) = corpora() else { return };
    let documents: Vec<usize> = files_below(root).iter().map(|path| walk_file(path).documents.len()).collect();
    assert!(documents.len() > 500 && documents.iter().sum::<usize>() > 150);
}

/// Where `mail-parser` counts otherwise in a message without ambiguity: it lists pictures that the body shows, and
/// every text after the first; it does not see a uuencoded file (legacy/049).
const COUNTED_OTHERWISE: [&str; 12] = [
    "legacy/018",
    "legacy/021",
    "legacy/024",
    "legacy/028",
    "legacy/035",
    "legacy/039",
    "legacy/049",
    "legacy/050",
    "thirdparty/002",
    "thirdparty/011",
    "thirdparty/016",
    "thirdparty/017",
];
/// One of its two pictures is shown by the body.
const ONE_SHOWN: [&str; 2] = ["thirdparty/018", "thirdparty/019"];

#[test]
fn attachments_are_as_many_as_mail_parser_finds_where_the_message_is_plain() {
    let Some(root) = corpora() else { return };
    let mut compared = 0;
    for path in files_below(root.join("mail-parser/resources/eml")) {
        let json = path.with_extension("json");
        if path.extension().is_none_or(|ending| ending != "eml") || !json.is_file() {
            continue;
        }
        let walk = walk_file(&path);
        let expected = attachments(&serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap());
        let name = path.with_extension("");
        let known = COUNTED_OTHERWISE.iter().chain(&ONE_SHOWN).any(|known| name.ends_with(known));
        if walk.structure.is_none() {
            assert_eq!(walk.documents.len() != expected, known, "{}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

fn attachments(message: &serde_json::Value) -> usize {
    let parts = message["attachments"].as_array().unwrap().iter();
    parts
        .map(|part| match &message["parts"][usize::try_from(part.as_u64().unwrap()).unwrap()]["body"]["Message"] {
            serde_json::Value::Null => 1,
            nested => attachments(nested),
        })
        .sum()
}
