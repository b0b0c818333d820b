//! Mail as an attacker, or a broken program, would send it: delivered with a verdict, or it waits.

use crate::support::client::Client;
use crate::support::letters::{Letter, header};
use crate::support::site::{Site, Wish};

#[test]
fn mail_over_the_size_limit_is_delivered_flagged_as_unchecked_and_loses_its_forged_stamps() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let mut octets = b"Dieu7-Verdict: legally-equivalent-to-paper; id=\"GIA-1\"\r\n".to_vec();
    let sent = huge("qua-lon", 66 << 20);
    octets.extend_from_slice(&sent);
    let mail = site.deliver(&Letter::new(octets));
    assert_eq!(mail.verdict().token, "flagged-unchecked");
    assert!(mail.without_top() == sent, "the mail was changed");
    assert_eq!(site.records().len(), 1);
    // And the connection that carried it is good for the next.
    site.deliver(&Letter::plain("sau-thu-lon"));
}

#[test]
fn mail_over_the_size_limit_waits_where_the_settings_say_so() {
    let wish = Wish { milter: "message-megabytes = 1\ntoo-large = \"tempfail\"", ..Wish::default() };
    let Some(site) = Site::new(wish) else { return };
    let _gateway = site.start_gateway();
    let mut client = Client::connect(site.postfix.inbound).unwrap();
    let reply = client.send(&Letter::new(huge("qua-lon", 2 << 20))).unwrap();
    assert_eq!((reply.code, reply.text.get(..5)), (451, Some("4.3.0")), "{reply:?}");
    assert_eq!(client.send(&Letter::plain("cung-ket-noi")).unwrap().code, 250);
    let mails = site.sink.wait_for(1);
    assert_eq!(mails.len(), 1);
    site.assert_stamped_and_recorded(&mails);
}

#[test]
fn odd_mail_is_delivered_with_a_verdict() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let odd = odd();
    let mut seen = Vec::new();
    for (sent, (name, octets, verdicts)) in odd.iter().enumerate() {
        let reply = site.send(&Letter::new(octets.clone()));
        assert_eq!(reply.code, 250, "{name}: {reply:?}");
        let mail = site.sink.wait_for(sent + 1).pop().unwrap();
        let token = mail.verdict().token;
        if !verdicts.contains(&token.as_str()) {
            seen.push(format!("{name}: {token}, expected one of {verdicts:?}"));
        }
    }
    assert!(seen.is_empty(), "\n{}", seen.join("\n"));
    assert_eq!(site.records().len(), odd.len());
}

#[test]
fn a_header_of_more_fields_than_are_examined_is_flagged_and_loses_its_forged_stamp() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let fields = "X-A: b\r\n".repeat(8_000);
    let forged = "Dieu7-Verdict: legally-equivalent-to-paper\r\n";
    let letter = format!("{}{fields}{forged}\r\nthan thu\r\n", header("qua-nhieu-dong", "text/plain"));
    assert_eq!(site.send(&Letter::new(letter)).code, 250);
    let mail = site.sink.wait_for(1).pop().unwrap();
    assert_eq!(mail.verdict().token, "flagged-unchecked");
    site.assert_stamped_and_recorded(&[mail]);
}

type Odd = (&'static str, Vec<u8>, &'static [&'static str]);

fn odd() -> Vec<Odd> {
    let multipart = "multipart/mixed; boundary=\"b\"";
    let pdf = "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n";
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nphan\r\n".repeat(10_000);
    let nested = {
        let level = |n| format!("Content-Type: multipart/mixed; boundary=\"x{n}\"\r\n\r\n--x{n}\r\n");
        let open = (0..2_000).map(level).collect::<Vec<_>>().concat();
        format!("{}\r\n--b\r\n{open}", header("long-nhau", multipart))
    };
    let mut nul = header("nul", "text/plain").into_bytes();
    nul.extend_from_slice(b"X-Nul: a\0b\r\n\r\nxin ch\0ao\r\n");
    let mut high = header("tam-bit", "text/plain").into_bytes();
    high.extend_from_slice(b"X-Raw: \xff\xfe\xc3\r\n\r\n\xff\xfe\r\n");
    vec![
        (
            "ten thousand parts",
            format!("{}\r\n{parts}--b--\r\n", header("nhieu-phan", multipart)).into_bytes(),
            FLAGGED,
        ),
        ("two thousand levels", nested.into_bytes(), FLAGGED),
        (
            "a header of 60 kB",
            format!("{}X-Long: {}\r\n\r\nthan thu\r\n", header("dau-dai", "text/plain"), "a".repeat(60_000))
                .into_bytes(),
            &["not-applicable"],
        ),
        (
            "a header of 60 kB in many fields",
            format!("{}{}\r\nthan thu\r\n", header("nhieu-dong", "text/plain"), long_fields()).into_bytes(),
            &["not-applicable"],
        ),
        ("NUL in header and body", nul, &["not-applicable"]),
        ("octets that are not UTF-8", high, &["not-applicable"]),
        (
            "a multipart that never closes",
            format!("{}\r\n--b\r\n{pdf}\r\n%PDF-1.4\r\n", header("khong-dong", multipart)).into_bytes(),
            FLAGGED,
        ),
        (
            "an attachment of no octets",
            format!("{}\r\n--b\r\n{pdf}\r\n\r\n--b--\r\n", header("rong", multipart)).into_bytes(),
            FLAGGED,
        ),
        (
            "base64 that is none",
            format!(
                "{}\r\n--b\r\n{pdf}Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK!!!!\r\n=\r\n--b--\r\n",
                header("base64", multipart)
            )
            .into_bytes(),
            FLAGGED,
        ),
        ("no header at all", b"\r\nchi co than\r\n".to_vec(), &["not-applicable"]),
        ("nothing at all", b"".to_vec(), &["not-applicable"]),
    ]
}

/// Everything but yes and "nothing to judge".
const FLAGGED: &[&str] = &["flagged-unchecked", "flagged-undetermined", "flagged-condition-unmet", "flagged-unsigned"];

fn long_fields() -> String {
    format!("X-A: {}\r\n", "b".repeat(60)).repeat(900)
}

fn huge(name: &str, octets: usize) -> Vec<u8> {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
    format!("{}\r\n{}", header(name, "text/plain"), line.repeat(octets / line.len() + 1)).into_bytes()
}
