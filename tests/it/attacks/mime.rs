//! MIME in depth: what two mail readers see differently, signatures over the mail itself, old character sets, marks of
//! secrecy. Beside each attack stands the harmless mail that looks like it.

use dieu7::message::Message;
use dieu7::policy::{Judgement, MailOutcome, Reason, Verdict};
use dieu7::report::{Judged, Lang, Report, Subject};

use super::forge::{self, Key, certificate};
use super::world::{FROM, Mail, World, genuine, part};

fn pdf() -> Vec<u8> {
    genuine("15/QD-SNV")
}

fn good() -> Mail {
    Mail::new(&pdf())
}

fn with(disposition: &str) -> Mail {
    let mut mail = good();
    mail.parts = vec![part("application/pdf", disposition, &pdf())];
    mail
}

fn verdict(mail: &Mail) -> Verdict {
    World::default().verdict(mail)
}

#[test]
fn a_document_that_another_program_opens_is_ambiguous() {
    for name in ["a.html", "a.htm.", "a.exe", "a.js ", "a.docx", "a.pdf.scr", "a.svg", "a.url"] {
        let mail = with(&format!("attachment; filename=\"{name}\""));
        assert_ne!(verdict(&mail), Verdict::LegallyEquivalent, "{name}");
    }
    for name in ["a.pdf", "A.PDF", "a.signed.pdf", "15.QD-SNV", "van ban so 15", "a.html.pdf", "a.dat"] {
        let mail = with(&format!("attachment; filename=\"{name}\""));
        assert_eq!(verdict(&mail), Verdict::LegallyEquivalent, "{name}");
    }
    for (kind, equivalent) in [("text/html", false), ("image/svg+xml", false), ("application/octet-stream", true)] {
        let mut mail = good();
        mail.parts = vec![part(kind, "attachment", &pdf())];
        assert_eq!(verdict(&mail) == Verdict::LegallyEquivalent, equivalent, "{kind}");
    }
}

#[test]
fn names_that_readers_cut_at_different_places_are_ambiguous() {
    for disposition in [
        "attachment; filename=a.exe b.pdf",
        "attachment; filename=\"a.exe\".pdf",
        "attachment; filename=a.exe\"b.pdf\"",
        "attachment; filename*0=a.; filename*2=exe; filename*3=b.pdf",
        "attachment; filename*1=a.exe; filename=a.pdf",
        "attachment; filename*00=\"a.\"; filename*01=\"pdf\"",
        "attachment; filename=\"a.pdf\"; filename*0*=utf-8''a.p; filename*1=if",
    ] {
        assert_ne!(verdict(&with(disposition)), Verdict::LegallyEquivalent, "{disposition}");
    }
    for disposition in [
        "attachment; filename=van ban.pdf",
        "attachment; filename=\"a (1).pdf\"",
        "attachment; filename=a(1).pdf",
        "attachment; filename*0=\"van \"; filename*1=\"ban.pdf\"",
        "attachment; filename=\"?.pdf\"; filename*=utf-8''%C4%91.pdf",
        "attachment (to be read); filename=a.pdf",
        "attachment; filename=\"a.pdf\" ; size=5 ;",
    ] {
        assert_eq!(verdict(&with(disposition)), Verdict::LegallyEquivalent, "{disposition}");
    }
}

#[test]
fn fields_that_some_readers_break_at_other_places_are_ambiguous() {
    let text = String::from_utf8(good().octets()).unwrap();
    let judged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let message = Message::parse(good().envelope, text.replacen(from, to, 1).into_bytes());
        World::default().judge(message).verdict
    };
    for (from, to) in [
        ("application/pdf\r\n", "application/pdf\rContent-Type: text/html\r\n"),
        ("Subject: QD 15\r\n", "Subject: QD\rContent-Type: text/html\r\n"),
        ("Encoding: base64\r\n", "Encoding: base64 (8bit)\r\n"),
        ("Encoding: base64\r\n", "Encoding: base64; x=y\r\n"),
        ("Encoding: base64\r\n", "Encoding: \"base64\"\r\n"),
        ("\r\n\r\n--b\r\n", "\r\n\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--b\r\n"),
        ("\r\n\r\n--b\r\n", "\r\n\r\nbegin 644 a.pdf\r\n#0V%T\r\n`\r\nend\r\n--b\r\n"),
    ] {
        assert_ne!(judged(from, to), Verdict::LegallyEquivalent, "{to}");
    }
    for (from, to) in [
        ("Encoding: base64\r\n", "Encoding:\r\n BASE64 \r\n"),
        ("\r\n\r\n--b\r\n", "\r\n\r\nThis is a multi-part message in MIME format.\r\n\r\n--b\r\n"),
        ("Content-Type: application/pdf", "content-TYPE:\r\n\tApplication/PDF"),
        ("--b--\r\n", "--b--\r\n\r\n"),
        ("boundary=b", "boundary=\"b\""),
    ] {
        assert_eq!(judged(from, to), Verdict::LegallyEquivalent, "{to}");
    }
}

#[test]
fn documents_in_several_alternatives_are_ambiguous_and_in_one_they_are_not() {
    let text = b"Content-Type: text/plain\r\n\r\nKinh gui".to_vec();
    let mut mail = good();
    mail.kind = "multipart/alternative";
    mail.parts.insert(0, text);
    assert_eq!(verdict(&mail), Verdict::LegallyEquivalent);
    assert_ne!(verdict(&mail.part(part("application/pdf", "", &pdf()))), Verdict::LegallyEquivalent);
    // As one program writes every mail with an attachment: the documents stand inside one alternative.
    let inside = |parts: &[Vec<u8>]| {
        let parts = parts.iter().fold(Vec::new(), |all, part| [&all[..], b"--i\r\n", part, b"\r\n"].concat());
        [&b"Content-Type: multipart/mixed; boundary=i\r\n\r\n"[..], &parts, b"--i--"].concat()
    };
    let html = b"Content-Type: text/html\r\n\r\n<p>Kinh gui".to_vec();
    let mut mail = good();
    mail.kind = "multipart/alternative";
    mail.parts = vec![b"Content-Type: text/plain\r\n\r\nKinh gui".to_vec(), inside(&[html, mail.parts[0].clone()])];
    assert_eq!(verdict(&mail), Verdict::LegallyEquivalent);
}

#[test]
fn a_binhex_file_in_the_text_is_a_document_of_its_own() {
    let hidden = b"Content-Type: text/plain\r\n\r\n(This file must be converted with BinHex 4.0)\r\n:abc:".to_vec();
    assert_ne!(verdict(&good().part(hidden)), Verdict::LegallyEquivalent);
    assert_eq!(
        verdict(&good().part(b"Content-Type: text/plain\r\n\r\nBinHex 4.0".to_vec())),
        Verdict::LegallyEquivalent
    );
}

fn entity(mail: &Mail) -> Vec<u8> {
    let octets = mail.octets();
    let start = mail.header.len() + "MIME-Version: 1.0\r\n".len();
    octets[start..].to_vec()
}

fn noivu(sign: impl FnOnce(&Key, &dieu7::x509::Certificate) -> Vec<u8>) -> Vec<u8> {
    sign(&Key::of("noivu"), &certificate("certificates/noivu"))
}

/// A mail with its content signed beside it (RFC 8551, 3.5.3).
fn signed(mail: &Mail, bend: impl Fn(String) -> String) -> Judgement {
    let content = entity(mail);
    let cms = noivu(|key, signer| forge::cms(&content, key, signer, &[signer], false));
    let signature = part("application/pkcs7-signature; name=smime.p7s", "attachment; filename=smime.p7s", &cms);
    let head = format!(
        "{}MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n\
         --s\r\n",
        mail.header
    );
    let text = [head.as_bytes(), &content, b"\r\n--s\r\n", &signature, b"\r\n--s--\r\n"].concat();
    let text = bend(String::from_utf8(text).unwrap());
    World::default().judge(Message::parse(mail.envelope.clone(), text.into_bytes()))
}

#[test]
fn a_signature_over_the_mail_is_told_and_decides_nothing() {
    let judged = signed(&good(), |text| text);
    let signature = judged.mail_signature.clone().unwrap();
    assert_eq!((judged.verdict, signature.outcome), (Verdict::LegallyEquivalent, MailOutcome::Valid), "{signature:?}");
    assert!(!judged.remarks.contains(&Reason::SmimeBad));
    let unsigned = World::default().judge(good().message());
    assert_eq!(unsigned.mail_signature, None);

    let changed = signed(&good(), |text| text.replace("\r\n\r\n--b\r\n", "\r\n\r\nthem\r\n--b\r\n"));
    assert_eq!(changed.mail_signature.as_ref().unwrap().outcome, MailOutcome::Invalid);
    assert!(changed.remarks.contains(&Reason::SmimeBad));
    assert_eq!(changed.verdict, Verdict::LegallyEquivalent);

    let mut stranger = good();
    stranger.envelope.auth_login = None;
    let judged = signed(&stranger, |text| text);
    assert_eq!(judged.mail_signature.unwrap().outcome, MailOutcome::Valid);
    assert_ne!(judged.verdict, Verdict::LegallyEquivalent, "a signature over the mail is no login");
}

#[test]
fn a_signature_over_the_mail_of_an_unknown_ca_or_in_an_odd_structure_is_undetermined() {
    let mail = good();
    let content = entity(&mail);
    let cms = forge::cms(
        &content,
        &Key::of("noivu-untrusted"),
        &certificate("certificates/noivu-untrusted"),
        &[&certificate("certificates/noivu-untrusted")],
        false,
    );
    let signature = part("application/pkcs7-signature", "attachment; filename=smime.p7s", &cms);
    let head = format!(
        "{}Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n",
        mail.header
    );
    let text = [head.as_bytes(), &content, b"\r\n--s\r\n", &signature, b"\r\n--s--\r\n"].concat();
    let judged = World::default().judge(Message::parse(mail.envelope.clone(), text));
    assert_eq!(judged.mail_signature.unwrap().outcome, MailOutcome::Undetermined);
    let odd = signed(&mail, |text| {
        text.replace("--s\r\nContent-Type: application/pkcs7", "--s \tx\r\nContent-Type: application/pkcs7")
    });
    assert_eq!(odd.mail_signature.unwrap().outcome, MailOutcome::Undetermined);
    assert_ne!(odd.verdict, Verdict::LegallyEquivalent);
}

#[test]
fn what_lies_in_an_opaque_mail_is_judged_as_the_mail_that_it_is() {
    let mail = good();
    let opaque = |content: &[u8], bend: bool| {
        let mut cms = noivu(|key, signer| forge::opaque(content, key, signer));
        if bend {
            let at = cms.windows(8).position(|octets| octets == b"Content-").unwrap();
            cms[at] = b'c';
        }
        let whole = part(
            "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
            "attachment; filename=smime.p7m",
            &cms,
        );
        let text = [mail.header.as_bytes(), b"MIME-Version: 1.0\r\n", &whole, b"\r\n"].concat();
        World::default().judge(Message::parse(mail.envelope.clone(), text))
    };
    let judged = opaque(&entity(&mail), false);
    assert_eq!(judged.verdict, Verdict::LegallyEquivalent, "{}", judged.report());
    assert_eq!(judged.documents.len(), 1);
    assert_eq!(judged.mail_signature.unwrap().outcome, MailOutcome::Valid);
    let bent = opaque(&entity(&mail), true);
    assert_eq!(bent.mail_signature.unwrap().outcome, MailOutcome::Invalid);
    assert!(bent.remarks.contains(&Reason::SmimeBad));
    let forwarded = [&b"Content-Type: message/rfc822\r\n\r\n"[..], &mail.octets()].concat();
    assert_ne!(opaque(&forwarded, false).verdict, Verdict::LegallyEquivalent);
}

#[test]
fn old_character_sets_are_remarked_with_their_place_and_change_no_verdict() {
    let mail = good();
    let subject = |subject: &[u8]| {
        let octets = mail.octets();
        let at = octets.windows(5).position(|five| five == b"QD 15").unwrap();
        let octets = [&octets[..at], subject, &octets[at + 5..]].concat();
        World::default().judge(Message::parse(mail.envelope.clone(), octets))
    };
    for (octets, set) in [
        (&b"C\xabng v\xa8n s\xe8 15"[..], "subject in tcvn3"),
        (b"Co\xe2ng va\xean so\xe1 15", "subject in vni"),
        (b"C\xf4ng v\xe3n s\xf4\xec 15", "subject in windows-1258"),
        (b"C\xf4ng v\xe5n s\xaf 15", "subject in viscii"),
        (b"=?windows-1258?q?C=F4ng_v=E3n?=", "subject in windows-1258"),
        ("C«ng v¨n sè 15".as_bytes(), "subject in tcvn3"),
        (b"\xe9\xe8 \xff", "subject in unknown-8bit"),
    ] {
        let judged = subject(octets);
        assert!(judged.remarks.contains(&Reason::Charset), "{set}");
        assert_eq!(judged.details, [format!("not Unicode: {set}")]);
        assert_eq!(judged.verdict, Verdict::LegallyEquivalent);
    }
    let judged = subject("Công văn số 15".as_bytes());
    assert!(judged.remarks.is_empty() && judged.details.is_empty());
}

#[test]
fn formats_off_the_list_are_remarked() {
    let remarked = |part: Vec<u8>| {
        let judged = World::default().judge(good().part(part).message());
        judged.documents[1].remarks.contains(&Reason::FileFormat)
    };
    assert!(remarked(part("application/x", "attachment; filename=a.rar", b"Rar!\x1a\x07\x01")));
    assert!(remarked(part("application/x", "attachment; filename=a.dwg", b"AC1015\0\0\0")));
    assert!(remarked(part("application/x", "attachment; filename=a.docm", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")));
    assert!(!remarked(part("application/x", "attachment; filename=a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")));
    assert!(!remarked(part("application/x", "attachment; filename=a.zip", b"PK\x05\x06")));
    assert!(World::default().judge(good().message()).documents[0].remarks.iter().all(|one| *one != Reason::FileFormat));
}

#[test]
fn tags_typed_into_the_subject_or_a_name_are_remarked() {
    for (subject, from, told) in [
        ("[D7-DAT] QD 15", "Van thu", true),
        ("Re: [d7\u{2011}dat] QD 15", "Van thu", true),
        ("=?utf-8?q?=5BD7-D=C3=81T=5D?= QD 15", "Van thu", true),
        ("QD 15", "\"[D7-DAT] So Noi vu\"", true),
        ("QD 15/D7", "Van thu", false),
        ("Dat 7 chi tieu", "Van thu", false),
    ] {
        let mail = good()
            .header(&format!("From: {from} <{FROM}>\r\nTo: vanthu.vpubnd@tinhmau.example\r\nSubject: {subject}\r\n"));
        let judged = World::default().judge(mail.message());
        assert_eq!(judged.remarks.contains(&Reason::StampInSubject), told, "{subject}");
        assert_eq!(judged.verdict, Verdict::LegallyEquivalent);
    }
}

/// Rule, reading 9: an alert, and nothing of the mail in what is written down.
#[test]
fn of_a_mail_with_a_secrecy_mark_nothing_is_copied() {
    let marked = |subject: &str, name: &str| {
        let mut mail = with(&format!("attachment; filename=\"{name}\""));
        mail.header = format!(
            "From: Van thu <{FROM}>\r\nTo: vanthu.vpubnd@tinhmau.example\r\nMessage-ID: <ke-hoach-9@x>\r\nSubject: {subject}\r\n"
        );
        mail
    };
    for (subject, name) in [
        ("=?utf-8?q?K=E1=BA=BF_ho=E1=BA=A1ch_t=E1=BB=91i_m=E1=BA?= =?utf-8?q?=ADt_9?=", "ke-hoach-9.pdf"),
        ("K\u{d5} ho\u{b9}ch t\u{e8}i m\u{cb}t 9", "ke-hoach-9.pdf"),
        ("[MAT] Ke hoach 9", "ke-hoach-9.pdf"),
        ("Ke hoach 9", "MAT-ke-hoach-9.pdf"),
        ("Ke hoach 9", "ke hoach 9 tuyet mat.pdf"),
    ] {
        let message = marked(subject, name).message();
        let (judgement, examined) = World::default().judge_and_examined(message, crate::cases::AT);
        assert!(judgement.remarks.contains(&Reason::SecretMark), "{subject} {name}");
        let judged = Judged {
            name: "thu.eml",
            subject: Subject::Message,
            judgement: &judgement,
            dossier: Some(&examined.dossier),
            evidence: None,
            assumed: &[],
        };
        let written = format!(
            "{} {} {}",
            judgement.report(),
            Report::new(&judged, Lang::Vi).text(),
            Report::new(&judged, Lang::En).text()
        )
        .to_lowercase();
        for copied in ["hoach", "hoạch", "ke-h", "mat-", "[mat]", "noi vu, "] {
            assert!(!written.contains(copied), "{copied} of {subject} {name}: {written}");
        }
    }
    let plain = World::default().judge(marked("Bao mat thong tin 9", "bao-mat-9.pdf").message());
    assert!(!plain.remarks.contains(&Reason::SecretMark));
}
