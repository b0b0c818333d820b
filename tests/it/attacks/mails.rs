//! Mails that look as if the official mailbox had sent the document.

use dieu7::message::Message;
use dieu7::policy::{Reason, Verdict};

use super::paper::Paper;
use super::world::{FROM, Mail, World, genuine, part};

fn good() -> Mail {
    Mail::new(&genuine("15/QD-SNV"))
}

fn refused(mail: &Mail, what: &str) {
    octets_refused(mail, mail.octets(), what);
}

fn octets_refused(mail: &Mail, octets: Vec<u8>, what: &str) {
    let judgement = World::default().judge(Message::parse(mail.envelope.clone(), octets));
    assert_ne!(judgement.verdict, Verdict::LegallyEquivalent, "{what}: {}", judgement.report());
}

#[test]
fn a_from_field_with_two_readings_is_no_sender() {
    let to = "To: vanthu.vpubnd@tinhmau.example\r\n";
    for from in [
        format!("From: {FROM}\r\nFrom: a@evil.example\r\n"),
        format!("From: a@evil.example\r\nFROM: {FROM}\r\n"),
        format!("From: {FROM}\r\nFrom : a@evil.example\r\n"),
        format!("From : {FROM}\r\n"),
        format!("From: {FROM}\0\r\n"),
        format!("From: {FROM}\0@evil.example\r\n"),
        format!("From: <{FROM}> <a@evil.example>\r\n"),
        format!("From: \"{FROM}\" <a@evil.example>\r\n"),
        format!("From: \"a@evil.example\" <{FROM}>\r\n"),
        format!("From: {FROM}, a@evil.example\r\n"),
        format!("From: So Noi vu: {FROM};\r\n"),
        format!("From: a@evil.example ({FROM})\r\n"),
        format!("From: =?utf-8?q?<{FROM}>?= <a@evil.example>\r\n"),
        format!("From: =?utf-8?q?{}?=\r\n", FROM.replace('@', "=40")),
        format!("From: <@evil.example:{FROM}>\r\n"),
        format!("From: {FROM}.evil.example\r\n"),
        format!("From: {}\r\n", FROM.replace('a', "а")),
        format!("From: {}\r\n", FROM.replace('.', "．")),
        format!("Fr\0om: {FROM}\r\n"),
        format!("Resent-From: {FROM}\r\n"),
        format!("Sender: {FROM}\r\n"),
        String::new(),
    ] {
        refused(&good().header(&format!("{from}{to}")), &from);
    }
}

#[test]
fn an_envelope_that_tells_another_story_is_no_proof() {
    let mut cases = Vec::new();
    let mut case = |what, bend: &dyn Fn(&mut Mail)| {
        let mut mail = good();
        bend(&mut mail);
        cases.push((mail, what));
    };
    case("MAIL FROM of another", &|m| m.envelope.mail_from = b"vanthu.sotaichinh@tinhmau.example".to_vec());
    case("MAIL FROM not UTF-8", &|m| m.envelope.mail_from = b"vanthu.sonoivu@tinhmau.example\xff".to_vec());
    case("login of another", &|m| m.envelope.auth_login = Some(b"sotaichinh.vanthu1".to_vec()));
    case("login with a NUL", &|m| m.envelope.auth_login = Some(b"sonoivu.vanthu1\0".to_vec()));
    case("login with a domain", &|m| m.envelope.auth_login = Some(b"sonoivu.vanthu1@evil.example".to_vec()));
    case("empty login", &|m| m.envelope.auth_login = Some(Vec::new()));
    case("no login", &|m| m.envelope.auth_login = None);
    case("no service", &|m| m.envelope.daemon_name = None);
    case("another service", &|m| m.envelope.daemon_name = Some(b"smtpd".to_vec()));
    case("a service like ours", &|m| m.envelope.daemon_name = Some(b"Submission".to_vec()));
    case("recipients outside", &|m| m.envelope.recipients = vec![b"a@evil.example".to_vec()]);
    case("recipient below", &|m| m.envelope.recipients = vec![b"a@x.tinhmau.example".to_vec()]);
    for (mail, what) in cases {
        refused(&mail, what);
    }
}

#[test]
fn results_of_authentication_that_the_mail_brings_along_prove_nothing() {
    let mut mail = good();
    mail.envelope.auth_login = None;
    let header = mail.header.clone();
    for host in ["demo", "mail.tinhmau.example", "tinhmau.example", "localhost", ""] {
        let results = format!("Authentication-Results: {host}; dkim=pass header.d=tinhmau.example; spf=pass\r\n");
        refused(&mail.clone().header(&format!("{results}{header}X-Authenticated-User: sonoivu.vanthu1\r\n")), host);
    }
}

#[test]
fn a_login_that_the_mail_claims_is_remarked_and_takes_nothing_from_a_real_one() {
    let remarked = |mail: &Mail| {
        let judgement = World::default().judge(mail.message());
        (judgement.verdict == Verdict::LegallyEquivalent, judgement.remarks.contains(&Reason::LoginClaimed))
    };
    let mut mail = good();
    assert_eq!(remarked(&mail), (true, false));
    mail.header += "X-Authenticated-User: sonoivu.vanthu1\r\n";
    assert_eq!(remarked(&mail), (true, true));
    mail.envelope.auth_login = None;
    assert_eq!(remarked(&mail), (false, true));
}

#[test]
fn a_genuine_document_inside_a_forwarded_message_was_not_sent_by_the_mailbox() {
    let inner = good().octets();
    let bare = [&b"Content-Type: message/rfc822\r\n\r\n"[..], &inner].concat();
    let encoded = part("message/rfc822", "attachment; filename=a.eml", &inner);
    let named = part("application/octet-stream", "attachment; filename=a.eml", &inner);
    let global = [&b"Content-Type: message/global\r\n\r\n"[..], &inner].concat();
    for inside in [bare, encoded, named, global] {
        let mut mail = good();
        mail.parts = vec![inside.clone()];
        refused(&mail, "alone");
        refused(&good().part(inside), "beside");
    }
    let digest =
        [&b"Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\n"[..], &inner, b"\r\n--d--\r\n"].concat();
    let mut mail = good();
    mail.parts = vec![digest];
    refused(&mail, "digest");
}

#[test]
fn what_a_mail_reader_may_show_beside_the_document_is_judged_too() {
    let plain = Paper::unsigned("16/QD-SNV").revision().octets;
    let world = World::default();
    let hidden: Vec<(&str, Vec<u8>)> = vec![
        ("as text", part("text/plain", "", &plain)),
        ("as HTML", part("text/html", "", &plain)),
        ("as a picture", part("image/png", "inline", &plain)),
        ("as a calendar", part("text/calendar", "", &plain)),
        ("as a signature", part("application/pgp-signature", "attachment; filename=b.pdf", &plain)),
        ("as S/MIME", part("application/pkcs7-mime", "attachment; filename=smime.p7m", &plain)),
        ("as anything", part("x/y", "", &plain)),
        ("as a delivery report", part("message/delivery-status", "", &plain)),
        ("without a type", part("nonsense", "", &plain)),
        (
            "as an external body",
            part("message/external-body; access-type=URL; URL=\"http://evil.example/a.pdf\"", "", &plain),
        ),
        ("as a piece", part("message/partial; id=1; number=1; total=2", "", &plain)),
        ("in Office", part("application/pdf", "attachment; filename=b.pdf", b"PK\x03\x04word/document.xml")),
        ("in uuencode", b"Content-Type: text/plain\r\n\r\nbegin 644 b.pdf\r\n#0V%T\r\n`\r\nend\r\n".to_vec()),
        ("as an SVG", part("image/svg+xml", "inline", b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
        ("as a web page", part("text/html", "attachment; filename=b.html", b"<html>16/QD-SNV</html>")),
        ("as a shortcut", part("application/octet-stream", "attachment; filename=b.url", b"[InternetShortcut]")),
    ];
    for (what, part) in hidden {
        assert_ne!(world.verdict(&good().part(part.clone())), Verdict::LegallyEquivalent, "{what}");
        for kind in
            ["multipart/alternative", "multipart/related", "multipart/signed", "multipart/report", "multipart/x"]
        {
            let mut mail = good().part(part.clone());
            mail.kind = kind;
            assert_ne!(world.verdict(&mail), Verdict::LegallyEquivalent, "{what} in {kind}");
        }
    }
}

#[test]
fn a_document_does_not_pass_as_the_signature_over_the_mail() {
    let plain = Paper::unsigned("16/QD-SNV").revision().octets;
    for kind in ["application/pgp-signature", "application/pkcs7-signature", "application/x-signature"] {
        for octets in [&plain[..], b"PK\x03\x04word/document.xml", b"<html>16</html>", b"", b"\x89PNG\r\n\x1a\n"] {
            let mut mail = good().part(part(kind, "attachment; filename=b.pdf", octets));
            mail.kind = "multipart/signed; protocol=\"application/pgp-signature\"";
            refused(&mail, kind);
        }
    }
}

#[test]
fn an_s_mime_signature_over_the_mail_is_no_document() {
    let signature = super::forge::cms(
        b"mail",
        &super::forge::Key::of("noivu"),
        &super::forge::certificate("certificates/noivu"),
        &[],
        false,
    );
    let armoured = b"-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n".to_vec();
    for (kind, octets) in [("application/pkcs7-signature", signature), ("application/pgp-signature", armoured)] {
        let mut mail = good().part(part(kind, "attachment; filename=s", &octets));
        mail.kind = "multipart/signed";
        assert_eq!(World::default().verdict(&mail), Verdict::LegallyEquivalent, "{kind}");
    }
}

#[test]
fn a_structure_that_two_readers_take_apart_differently_is_in_doubt() {
    let mail = good();
    let text = String::from_utf8(mail.octets()).unwrap();
    for (from, to) in [
        ("boundary=b\r\n", "boundary=b; boundary=c\r\n"),
        ("boundary=b\r\n", "boundary=\"\"\r\n"),
        ("boundary=b\r\n", "boundary*=utf-8''b; boundary=c\r\n"),
        ("boundary=b\r\n", "boundary=b\r\nContent-Type: text/plain\r\n"),
        ("boundary=b\r\n", "boundary=b\r\nContent-Transfer-Encoding: base64\r\n"),
        ("--b--\r\n", ""),
        ("--b--\r\n", "--b--\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"),
        ("--b--\r\n", "--b--\r\nmore\r\n"),
        ("--b\r\n", "--b junk\r\n"),
        ("--b\r\n", "x\r--b\r\nContent-Type: text/plain\r\n\r\n--b\r\n"),
        ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 8bit"),
        ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: base65"),
        ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding : base64"),
        ("Content-Type: application/pdf", "Content-Type: application/pdf\r\nContent-Type: text/plain"),
        ("filename=\"a.pdf\"", "filename=\"a.pdf\"; filename=\"a.html\""),
        ("filename=\"a.pdf\"", "filename=\"a.pdf\"; filename*=utf-8''a.exe"),
        ("filename=\"a.pdf\"", "filename=\"a\u{202e}fdp.exe\""),
        ("JVBERi0", "JVBE!Ri0"),
    ] {
        assert!(text.contains(from), "{from}");
        octets_refused(&mail, text.replacen(from, to, 1).into_bytes(), to);
    }
}
