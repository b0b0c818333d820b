//! The report of one document: what it says, in both languages, and what hostile names cannot make it say.

mod markup;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use dieu7::dossier::Dossier;
use dieu7::io::samples;
use dieu7::policy::{Judgement, Verdict};
use dieu7::report::{Block, Judged, Lang, Mark, Piece, Report, Said, Section, Subject, html, json};

use crate::attacks::forge::{self, Draft, Key, certificate};
use crate::attacks::paper::{self, Paper, value};
use crate::attacks::world::{Mail, World, genuine, part};
use crate::cases::{AT, Bench};

fn judged<'a>(name: &'a str, judgement: &'a Judgement, dossier: &'a Dossier) -> Judged<'a> {
    Judged { name, subject: Subject::Message, judgement, dossier: Some(dossier), evidence: None, assumed: &[] }
}

/// The report of a mail, in one language.
fn report_of(mail: &Mail, lang: Lang) -> Report {
    let (judgement, examined) = World::default().judge_and_examined(mail.message(), AT);
    Report::new(&judged("thu.eml", &judgement, &examined.dossier), lang)
}

/// Every sample with its report.
fn samples(lang: Lang) -> Vec<(String, Judgement, Report)> {
    let bench = Bench::new();
    let all = samples::all().into_iter().map(|sample| {
        let (judgement, examined, evidence) = bench.judge_with_evidence(&sample);
        let judged = Judged { evidence: Some(&evidence), ..judged(&sample.id, &judgement, &examined.dossier) };
        let report = Report::new(&judged, lang);
        (sample.id, judgement, report)
    });
    all.collect()
}

/// Our own words in a report: labels, sentences, headings.
fn own_words(report: &Report) -> Vec<String> {
    fn own(said: &Said, words: &mut Vec<String>) {
        words.extend(said.pieces().iter().filter_map(|piece| match piece {
            Piece::Own(own) => Some(own.clone()),
            Piece::Other(_) => None,
        }));
    }
    fn section(one: &Section, words: &mut Vec<String>) {
        own(&one.heading, words);
        for block in &one.blocks {
            match block {
                Block::Lines(lines) => lines.iter().for_each(|line| {
                    own(&line.said, words);
                    words.extend(line.advice.map(str::to_owned));
                }),
                Block::Rows(rows) => rows.iter().for_each(|row| {
                    words.push(row.label.to_owned());
                    own(&row.value, words);
                }),
                Block::Section(inner) => section(inner, words),
                Block::Table(table) => {
                    words.push(table.caption.to_owned());
                    words.extend(table.head.iter().map(|head| (*head).to_owned()));
                    table.rows.iter().flatten().for_each(|cell| own(cell, words));
                }
            }
        }
    }
    let mut words = vec![report.bottom.short.to_owned()];
    own(&report.bottom.action, &mut words);
    own(&report.bottom.sentence, &mut words);
    report.summary.iter().chain(&report.details).for_each(|one| section(one, &mut words));
    words
}

#[test]
fn only_a_mail_that_is_equivalent_is_marked_good() {
    for (id, judgement, report) in samples(Lang::En) {
        let good = judgement.verdict == Verdict::LegallyEquivalent && !judgement.is_secret();
        assert_eq!(report.bottom.mark == Mark::Good, good, "{id}");
        assert_eq!(
            html::page(&[report]).contains("equivalent to the paper document"),
            judgement.verdict == Verdict::LegallyEquivalent,
            "{id}"
        );
    }
}

#[test]
fn every_sample_gives_a_sound_page_in_both_languages() {
    for lang in Lang::ALL {
        let mut reports = Vec::new();
        for (id, _, report) in samples(lang) {
            let page = html::page(std::slice::from_ref(&report));
            markup::check(&page).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(page.contains(&format!("<html lang=\"{}\">", lang.tag())));
            reports.push(report);
        }
        markup::check(&html::page(&reports)).unwrap();
    }
}

#[test]
fn an_english_report_has_no_vietnamese_words_of_ours_and_the_other_way_round() {
    // Short names that are the same in both, and what is no word.
    const SAME: &[&str] = &["PDF", "SHA-256", "CA", "winmail.dat"];
    for ((id, _, vi), (_, _, en)) in samples(Lang::Vi).into_iter().zip(samples(Lang::En)) {
        let (vi, en) = (own_words(&vi), own_words(&en));
        for words in &en {
            let plain = words.replace("QĐ-UBND", "").replace("NĐ-CP", "");
            let signs = "✓▲✗•→…“” ";
            assert!(plain.chars().all(|c| c.is_ascii() || signs.contains(c)), "{id}: {words}");
        }
        assert_eq!(vi.len(), en.len(), "{id}");
        for (vi, en) in vi.iter().zip(&en) {
            let is_word = en.split(' ').any(|word| word.len() > 3 && word.chars().all(|c| c.is_ascii_lowercase()));
            assert!(vi != en || !is_word || SAME.contains(&vi.as_str()), "{id}: {vi}");
        }
    }
}

#[test]
fn no_reason_stands_without_its_sentence_and_what_to_do() {
    for (id, judgement, report) in samples(Lang::En) {
        let text = report.text();
        let reasons = judgement.documents.iter().flat_map(|one| one.reasons().into_iter().chain(one.remarks.clone()));
        for reason in reasons.chain(judgement.remarks.clone()) {
            assert!(text.contains(&format!("{} [{reason}]", reason.en())), "{id}: {reason}");
        }
        assert_eq!(text.matches(" [").count(), text.matches("→ ").count(), "{id}");
    }
}

#[test]
fn a_few_samples_read_as_they_were_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/report");
    for lang in Lang::ALL {
        for (id, _, report) in samples(lang) {
            let file = folder.join(format!("{id}.{}.txt", lang.tag()));
            if !["01-met", "04-partial", "06-changed-after-signing", "24-secrecy-mark", "27-person-only"]
                .contains(&id.as_str())
            {
                continue;
            }
            let text = report.summary_text();
            if std::env::var_os("DIEU7_REVIEW").is_some() {
                std::fs::write(&file, &text).unwrap();
            }
            let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(
                reviewed == text,
                "{} differs; write it anew with DIEU7_REVIEW=1 and read it:\n{text}",
                file.display()
            );
        }
    }
}

/// What a stranger would like to see on the page, as a file name.
const BOASTS: &[&str] = &[
    "<script>alert(1)</script>.pdf",
    "\"><img src=x onerror=alert(1)>.pdf",
    "' onmouseover='alert(1).pdf",
    "</bdi></h2></section><section class=bottom good>có giá trị pháp lý tương đương văn bản giấy.pdf",
    "có giá trị pháp lý tương đương văn bản giấy. Đăng ký văn bản đến.pdf",
    "a” ✓ Tương đương văn bản giấy “.pdf",
    "\u{202e}fdp.exe",
    "&lt;b&gt;&amp;#60;.pdf",
    "<!-- x --><![CDATA[.pdf",
];

#[test]
fn a_file_name_is_never_more_than_a_name() {
    for name in BOASTS {
        let disposition = format!("attachment; filename*=UTF-8''{}", percent(name));
        let mail = Mail { parts: vec![part("application/pdf", &disposition, b"%PDF-1.7\n")], ..Mail::new(b"") };
        for lang in Lang::ALL {
            let report = report_of(&mail, lang);
            assert_ne!(report.bottom.mark, Mark::Good);
            let page = html::page(std::slice::from_ref(&report));
            markup::check(&page).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(page.matches("class=\"bottom ").count(), 1, "{name}");
            assert!(markup::headings(&page).iter().all(|heading| !heading.contains("<bdi")), "{name}");
            let outside = markup::without_names(&page);
            assert!(!outside.contains("tương đương") && !outside.contains("Tương đương"), "{name}: {outside}");
            for line in report.text().lines().filter(|line| line.contains("ương đương")) {
                let start = line.find('“').unwrap();
                let end = line.find('”').unwrap();
                assert!(line.find("ương đương").is_some_and(|at| start < at && at < end), "{line}");
                assert_eq!(line.matches('”').count(), line.matches('“').count(), "{line}");
            }
        }
    }
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, octet| {
        write!(out, "%{octet:02X}").unwrap();
        out
    })
}

#[test]
fn a_certificate_that_names_a_verdict_or_markup_is_quoted() {
    let (key, issuing) = (Key::of("noivu"), certificate("intermediates/gov-issuing"));
    let name = "<b>có giá trị pháp lý tương đương văn bản giấy</b> CCCD:012345678901";
    let text = dieu7::asn1::encode(0x0c, &[name.as_bytes()]);
    let attribute = dieu7::asn1::encode(dieu7::asn1::SEQUENCE, &[&[6, 3, 0x55, 4, 3], &text]);
    let subject = dieu7::asn1::encode(dieu7::asn1::SEQUENCE, &[&dieu7::asn1::encode(dieu7::asn1::SET, &[&attribute])]);
    let department = certificate("certificates/noivu");
    let draft = Draft { subject: &subject, ..Draft::of_department(&department, &issuing, &key) };
    let signer = draft.issue(&Key::of("gov-issuing"));
    let pdf = paper::sign(Paper::unsigned("x").field().revision(), |signed| {
        forge::cms(signed, &key, &signer, &[&signer], false)
    });
    let report = report_of(&Mail::new(&pdf), Lang::Vi);
    let page = html::page(std::slice::from_ref(&report));
    markup::check(&page).unwrap();
    assert!(page.contains("pháp lý tương đương") && !markup::without_names(&page).contains("tương đương"));
    assert!(markup::headings(&page).iter().all(|heading| !heading.contains("<bdi")));
    assert!(!page.contains("012345678901"), "a personal number is shown");
}

/// A paper with `count` signatures, one a revision.
fn signed_often(count: u32) -> Vec<u8> {
    let signer = certificate("certificates/noivu");
    let sign = |paper| paper::sign(paper, |signed| forge::cms(signed, &Key::of("noivu"), &signer, &[&signer], false));
    let mut octets = genuine("x");
    let mut fields = String::from("5 0 R");
    for number in (0..count - 1).map(|n| 100 + 2 * n) {
        write!(fields, " {number} 0 R").unwrap();
        let catalog = format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> >>");
        let page =
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [{fields}] >>");
        let field = format!(
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (f{number}) /Rect [0 0 0 0] /F 132 /P 3 0 R /V {} 0 R >>",
            number + 1
        );
        let paper = Paper::after(&octets).object(1, &catalog).object(3, &page).object(number, &field);
        octets = sign(paper.object(number + 1, &value("")).revision());
    }
    octets
}

#[test]
fn twenty_signatures_are_a_table_for_the_clerk_and_a_section_each_for_the_auditor() {
    let report = report_of(&Mail::new(&signed_often(20)), Lang::En);
    assert_eq!(report.bottom.mark, Mark::Good, "{}", report.text());
    let text = report.text();
    assert_eq!(text.matches("Signature field:").count(), 20);
    assert!(report.summary_text().contains(" 20 | "), "{text}");
    markup::check(&html::page(&[report])).unwrap();
}

#[test]
fn json_says_who_signed_each_revision_and_what_nothing_explains() {
    let bench = Bench::new();
    let sample = samples::all().into_iter().find(|sample| sample.id == "06-changed-after-signing").unwrap();
    let (judgement, examined) = bench.judge_and_examined(&sample);
    let value = json::report(&judged("a.eml", &judgement, &examined.dossier));
    let revisions = value["documents"][0]["revisions"].as_array().unwrap();
    assert_eq!(revisions.len(), 3);
    assert_eq!(revisions[1]["signed_by"][0], "Signature1");
    assert_eq!(revisions[2]["level"], "other");
    assert!(revisions[2]["unexplained"][0]["vi"].as_str().unwrap().contains("đối tượng"));
    assert_eq!(value["fine"], false);
}

#[test]
fn a_secrecy_mark_keeps_names_and_structure_out() {
    let (_, judgement, report) = samples(Lang::Vi).into_iter().find(|(id, ..)| id == "24-secrecy-mark").unwrap();
    assert!(judgement.is_secret() && !report.bottom.is_fine());
    let text = report.text();
    assert!(!text.contains(".pdf") && !text.contains("SHA-256") && !text.contains("Trường chữ ký"), "{text}");
}

fn verify(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dieu7"))
        .args(["verify", "--lang", "en", "--config", "dieu7.toml", "--at", "2026-11-02"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn verify_writes_reports_whole_and_replaces_none_unless_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    samples::install(path).unwrap();
    std::fs::write(path.join("a.pdf"), genuine("x")).unwrap();
    std::fs::write(path.join("b.pdf"), signed_often(2)).unwrap();

    let (code, page, _) = verify(path, &["--report", "html", "a.pdf"]);
    assert_eq!(code, 0);
    markup::check(&page).unwrap();
    let (code, text, _) = verify(path, &["--report", "text", "a.pdf"]);
    assert!(code == 0 && text.contains("Revisions of the file") && text.starts_with("TRIAL"));
    let (_, json, _) = verify(path, &["--report", "json", "a.pdf"]);
    assert_eq!(json, verify(path, &["--json", "a.pdf"]).1);
    assert_eq!(verify(path, &["--json", "--report", "html", "a.pdf"]).0, 2);

    assert_eq!(verify(path, &["--report", "html", "--out", "r.html", "a.pdf", "b.pdf"]).0, 0);
    let (code, _, error) = verify(path, &["--report", "html", "--out", "r.html", "a.pdf"]);
    assert!(code == 2 && error.contains("--force"), "{error}");
    assert!(std::fs::read_to_string(path.join("r.html")).unwrap().contains("b.pdf"));
    assert_eq!(verify(path, &["--report", "html", "--out", "r.html", "--force", "a.pdf"]).0, 0);
    assert!(!std::fs::read_to_string(path.join("r.html")).unwrap().contains("b.pdf"));

    assert_eq!(verify(path, &["--report", "html", "--out", "reports/", "a.pdf", "b.pdf", "missing.pdf"]).0, 3);
    let mut written: Vec<_> =
        std::fs::read_dir(path.join("reports")).unwrap().map(|e| e.unwrap().file_name()).collect();
    written.sort();
    assert_eq!(written, ["a.pdf.html", "b.pdf.html"]);
}
