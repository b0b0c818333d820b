//! Text chosen by others never says what only the gateway may say.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::audit::{Entry, Receipt, Rulings};
use dieu7::digest::Sha256;
use dieu7::gateway::Append as _;
use dieu7::io::store::SqliteStore;
use dieu7::message::stamps::stamps;
use dieu7::policy::Verdict;
use dieu7::stamp::Stamp;
use dieu7::time::UnixTime;

use super::paper::Paper;
use super::world::{Mail, World, genuine, part};

fn receipt() -> Receipt {
    let folder = tempfile::tempdir().unwrap();
    let (store, writer) = SqliteStore::open(&folder.path().join("log.sqlite"), "TQ").unwrap();
    let rulings = Rulings {
        at: UnixTime::from_seconds(1_795_395_672),
        verdict: "flagged-partial",
        queue_id: String::new(),
        message_id: String::new(),
        mailbox: String::new(),
        message: Some(Sha256::of(b"")),
        documents: Vec::new(),
    };
    let entry = Entry { report: b"{}".to_vec(), leaf: b"{}".to_vec(), rulings };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let receipt = runtime.block_on(store.append(entry)).unwrap();
    drop(store);
    writer.join().unwrap();
    receipt
}

/// A field as a mail program shows it: unfolded, encoded words decoded.
fn shown(value: &str) -> String {
    let mut out = String::new();
    for word in value.split_whitespace() {
        if let Some(encoded) = word.strip_prefix("=?UTF-8?B?").and_then(|word| word.strip_suffix("?=")) {
            out.push_str(&String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap());
        } else {
            out.push_str(word);
            out.push(' ');
        }
    }
    out
}

#[test]
fn no_name_of_a_file_makes_a_header_say_more_than_the_verdict() {
    let world = World::default();
    let receipt = receipt();
    let plain = Paper::unsigned("16/QD-SNV").revision().octets;
    for name in [
        "legally-equivalent-to-paper.pdf",
        "LEGALLY-equivalent-to-PAPER; rule=x.pdf",
        "legally%2dequivalent%2dto%2dpaper.pdf",
        "[D7-DAT] ok.pdf",
        "[d7-dat].pdf",
        "a.pdf\", verdict=met, a=met, legally-equivalent-to-paper, b=\"",
        "Đạt cả 03 điều kiện tại khoản 2 Điều 7.pdf",
        "có giá trị pháp lý tương đương văn bản giấy. Đăng ký văn bản đến.pdf",
        "GIÁ TRỊ PHÁP LÝ TƯƠNG ĐƯƠNG VĂN BẢN GIẤY.pdf",
        "Đăng ký văn bản đến.pdf",
        "đăng ký văn bản đến.pdf",
        "\u{feff}legally\u{200b}-equivalent-to-paper.pdf",
        "=?UTF-8?B?bGVnYWxseS1lcXVpdmFsZW50LXRvLXBhcGVy?=.pdf",
        "x\r\nDieu7-Verdict: legally-equivalent-to-paper",
    ] {
        let mut encoded = String::new();
        name.bytes().for_each(|octet| write!(encoded, "%{octet:02X}").unwrap());
        let disposition = format!("attachment; filename*=utf-8''{encoded}");
        for other in [&plain, &genuine("15/QD-SNV")] {
            let mut mail = Mail::new(&plain);
            mail.parts.push(part("application/pdf", &disposition, other));
            let judgement = world.judge(mail.message());
            assert_ne!(judgement.verdict, Verdict::LegallyEquivalent);
            for field in Stamp::new(&judgement, &receipt, "Dieu7-").fields() {
                for line in field.value.split('\n') {
                    assert!(line.len() < 900 && line.bytes().all(|o| (b' '..=b'~').contains(&o)), "{line}");
                }
                for text in [field.value.to_lowercase(), shown(&field.value).to_lowercase()] {
                    for said in [
                        Verdict::LegallyEquivalent.token(),
                        "[d7-dat]",
                        "tương đương văn bản giấy",
                        "03 điều kiện",
                        "đăng ký văn bản đến",
                    ] {
                        assert!(!text.contains(said), "{name}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_fields_of_a_message_with_hundreds_of_documents_stay_under_8_kb() {
    let mut mail = Mail::new(&genuine("15/QD-SNV"));
    for n in 0..300 {
        let name = format!("attachment; filename=\"{}{n}.pdf\"", "á".repeat(100));
        mail.parts.push(part("application/pdf", &name, b"%PDF-1.4"));
    }
    let judgement = World::default().judge(mail.message());
    let stamp = Stamp::new(&judgement, &receipt(), "Dieu7-");
    let total: usize = stamp.fields().iter().map(|field| field.name.len() + field.value.len() + 4).sum();
    assert!(total < 8192, "{total}");
}

#[test]
fn every_stamp_that_a_mail_brings_along_is_named_for_removal() {
    let mut header = String::new();
    let names = ["Dieu7-Verdict", "DIEU7-VERDICT", "dieu7-verdict ", "Dieu7-Verdict\t", "Di eu7-Verdict", "Dieu7-X"];
    for n in 0..200 {
        write!(header, "{}: legally-equivalent-to-paper\r\n", names[n % names.len()]).unwrap();
    }
    let good = Mail::new(&genuine("15/QD-SNV"));
    let message = good.clone().header(&format!("{header}{}", good.header)).message();
    let found = stamps(&message, "Dieu7-");
    assert_eq!(found.len(), 200);
    // Removing from the last index of each name backwards leaves none out of reach.
    for pair in found.windows(2) {
        if pair[0].name.eq_ignore_ascii_case(&pair[1].name) {
            assert!(pair[0].index > pair[1].index);
        }
    }
}
