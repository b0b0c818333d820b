//! Documents whose signature holds, and is not that of the agency whose mailbox sent them (rule reading 2).

use dieu7::asn1::{self, encode};
use dieu7::policy::{Condition, DocumentJudgement, Judgement, Outcome, Reason, Verdict};
use dieu7::sender::{Binding, Bound, Directory, Doubt, Unpinned};
use dieu7::x509::{Certificate, Name};

use super::forge::{self, Draft, Key, certificate, fixtures};
use super::paper::{self, Paper};
use super::world::{Mail, World, genuine};
use crate::cases::AT;

const PARENTS: &str = "L=Mẫu, O=Ủy ban nhân dân tỉnh Mẫu, C=VN";
/// The pin of the head of Sở Nội vụ, as the fixtures have his certificate.
const HEAD: &str = "e7b0853aa39cad87b00aa71c9012d349c9e626c183186169e312534a73e66d95";

/// What the Government's CA would issue for these names.
fn issued(subject: &str, mailbox: Option<&str>) -> Certificate {
    let issuer = certificate("intermediates/gov-issuing");
    let subject = Name::from_text(subject).unwrap();
    let key = Key::of("noivu");
    let mut extensions = forge::for_documents();
    extensions.extend(mailbox.map(|mailbox| {
        let name = encode(asn1::SEQUENCE, &[&encode(asn1::context_primitive(1), &[mailbox.as_bytes()])]);
        encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, 17], &encode(asn1::OCTET_STRING, &[&name])])
    }));
    let draft = Draft { subject: subject.der(), extensions, ..Draft::of_department(&issuer, &issuer, &key) };
    draft.issue(&Key::of("gov-issuing"))
}

fn signed_by(signer: &Certificate) -> Vec<u8> {
    paper::sign(Paper::unsigned("15/QD-SNV").field().revision(), |signed| {
        forge::cms(signed, &Key::of("noivu"), signer, &[signer], false)
    })
}

/// Signed by the holder of one of the committed certificates.
fn signed_as(name: &str) -> Vec<u8> {
    let signer = certificate(&format!("certificates/{name}"));
    paper::sign(Paper::unsigned("15/QD-SNV").field().revision(), |signed| {
        forge::cms(signed, &Key::of(name), &signer, &[&signer], false)
    })
}

/// A further signature over a signed file.
fn signed_again(octets: &[u8], name: &str) -> Vec<u8> {
    let signer = certificate(&format!("certificates/{name}"));
    let paper = Paper::after(octets)
        .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 7 0 R] /SigFlags 3 >> >>")
        .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 7 0 R] >>")
        .object(7, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sao y) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 8 0 R >>")
        .object(8, &paper::value(""))
        .revision();
    paper::sign(paper, |signed| forge::cms(signed, &Key::of(name), &signer, &[&signer], false))
}

fn judged(octets: &[u8]) -> Judgement {
    World::default().judge(Mail::new(octets).message())
}

fn binding(document: &DocumentJudgement) -> &Binding {
    &document.deciding_signature().unwrap().binding
}

fn assert_not_the_senders(octets: &[u8], reason: Reason, binds: impl Fn(&Binding) -> bool) {
    let judgement = judged(octets);
    let document = &judgement.documents[0];
    let (outcome, reasons) = document.condition(Condition::A);
    assert!(outcome != Outcome::Met && reasons.contains(&reason), "{}", judgement.report());
    assert!(binds(binding(document)), "{:?}", binding(document));
    assert_ne!(judgement.verdict, Verdict::LegallyEquivalent);
}

#[test]
fn a_certificate_with_the_names_of_the_sender_binds_and_each_that_is_bent_does_not() {
    let honest = format!("CN=Sở Nội vụ tỉnh Mẫu, {PARENTS}");
    for subject in [
        honest.clone(),
        honest.replace("Ủy", "Uỷ"),
        honest.to_uppercase(),
        "CN=So Noi vu tinh Mau, L=Mau, O=Uy ban nhan dan tinh Mau, C=VN".to_owned(),
    ] {
        let judgement = judged(&signed_by(&issued(&subject, None)));
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{subject}: {}", judgement.report());
    }
    let unknown = |doubt: Doubt| move |binding: &Binding| *binding == Binding::Unknown(doubt);
    for (subject, doubt) in [
        (honest.replace("Nội", "Nôi"), Doubt::Different),
        (honest.replace("Sở", "S\u{1edf}\u{430}"), Doubt::Different),
        (honest.replace("Nội vụ", "N\u{43e}\u{323}\u{302}i vụ"), Doubt::Different),
        (honest.replace("tỉnh Mẫu, L", "tinh Mau, L"), Doubt::Different),
        (format!("CN=Phòng Nội vụ, OU=Sở Nội vụ tỉnh Mẫu, {PARENTS}"), Doubt::Different),
        (honest.replace("L=Mẫu", "L=Hà Nội"), Doubt::Parents),
        ("CN=Sở Nội vụ, O=Sở Nội vụ, C=VN".to_owned(), Doubt::Parents),
        ("CN=Sở Nội vụ tỉnh Mẫu, C=VN".to_owned(), Doubt::Parents),
        (format!("CN=Sở Nội vụ tỉnh Mẫu, CN=Sở Tài chính tỉnh Mẫu, {PARENTS}"), Doubt::Different),
        (format!("emailAddress=vanthu.sonoivu@tinhmau.example, CN=x, {PARENTS}"), Doubt::Different),
    ] {
        assert_not_the_senders(&signed_by(&issued(&subject, None)), Reason::SignerUnknown, unknown(doubt));
    }
}

#[test]
fn a_mailbox_in_the_certificate_binds_exactly() {
    let with = |mailbox: &str| signed_by(&issued(&format!("CN=x, {PARENTS}"), Some(mailbox)));
    assert_eq!(judged(&with("vanthu.sonoivu@tinhmau.example")).verdict, Verdict::LegallyEquivalent);
    for mailbox in
        ["vanthu.sonoivu@tinhmau.example.evil.example", "vanthu.sonoivu@tinhmau.example\0", "@tinhmau.example"]
    {
        assert_not_the_senders(&with(mailbox), Reason::SignerUnknown, |binding| matches!(binding, Binding::Unknown(_)));
    }
    let other = |binding: &Binding| matches!(binding, Binding::OtherAgency { by: Bound::Mailbox, .. });
    assert_not_the_senders(&with("vanthu.sotaichinh@tinhmau.example"), Reason::SignerNotSender, other);
}

#[test]
fn a_person_does_not_become_the_agency_by_what_the_certificate_says() {
    let person = |binding: &Binding| *binding == Binding::Person(Unpinned::Nowhere);
    for subject in [
        format!("UID=CCCD:000000000001, CN=Sở Nội vụ tỉnh Mẫu, {PARENTS}"),
        format!("UID=MST:012345678901, CN=Sở Nội vụ tỉnh Mẫu, {PARENTS}"),
        format!("SN=Nguyễn, GN=An, CN=Sở Nội vụ tỉnh Mẫu, {PARENTS}"),
        "UID=cmnd:1, CN=Nguyễn An, O=Sở Nội vụ tỉnh Mẫu, C=VN".to_owned(),
    ] {
        assert_not_the_senders(&signed_by(&issued(&subject, None)), Reason::SignerPerson, person);
    }
    let with_mailbox = issued(&format!("UID=CCCD:1, CN=An, {PARENTS}"), Some("vanthu.sonoivu@tinhmau.example"));
    assert_not_the_senders(&signed_by(&with_mailbox), Reason::SignerPerson, person);
}

#[test]
fn a_persons_certificate_that_is_pinned_as_the_agencys_own_is_still_a_persons() {
    let directory = std::fs::read_to_string(fixtures().join("directory.csv")).unwrap();
    let pinned: Vec<String> = directory
        .lines()
        .map(|line| if line.starts_with("vanthu.sonoivu@") { format!("{line}{HEAD}") } else { line.to_owned() })
        .collect();
    let directory = Directory::from_csv(&pinned.join("\n")).unwrap();
    let judgement = World::with_directory(Some(directory)).judge_at(Mail::new(&signed_as("head")).message(), AT);
    let document = &judgement.documents[0];
    assert_eq!(*binding(document), Binding::Person(Unpinned::AsAgency), "{}", judgement.report());
    assert_eq!(document.condition(Condition::A), (Outcome::Undetermined, vec![Reason::SignerPerson]));
}

/// Many a person's certificate has no number and no surname of its own: only the pin tells.
#[test]
fn the_name_of_a_head_whom_only_the_directory_knows_as_a_person_is_not_shown() {
    let head = issued(&format!("CN=Nguyễn An, {PARENTS}"), Some("an@tinhmau.example"));
    let pin = |role: &str, days: &str| {
        let text = std::fs::read_to_string(fixtures().join("directory.csv")).unwrap();
        let lines = text.lines().map(|line| {
            let cell = format!(",{} {role} {days} x", head.fingerprint());
            let mine = line.starts_with("vanthu.sonoivu@");
            let end = if line.starts_with('#') {
                ""
            } else if line.starts_with("mailbox,") {
                ",pins"
            } else if mine {
                &cell
            } else {
                ","
            };
            format!("{line}{end}")
        });
        let directory = Directory::from_csv(&lines.collect::<Vec<_>>().join("\n")).unwrap();
        let judgement = World::with_directory(Some(directory)).judge_at(Mail::new(&signed_by(&head)).message(), AT);
        (binding(&judgement.documents[0]).clone(), judgement.report().to_string())
    };
    for (days, bound) in [("2020-01-01..", true), ("2020-01-01..2020-12-31", false)] {
        let (binding, report) = pin("head", days);
        assert_eq!(binding == Binding::Bound(Bound::Pinned), bound, "{report}");
        assert!(!report.contains("Nguyễn An") && !report.contains("an@tinhmau"), "{report}");
    }
    assert!(
        pin("agency", "2020-01-01..").1.contains("Nguyễn An"),
        "what the directory calls the agency's own is shown"
    );
}

#[test]
fn the_circular_of_a_ministry_is_named_as_such_and_never_the_senders() {
    let other = |binding: &Binding| matches!(binding, Binding::OtherAgency { agency, by: Bound::Pinned } if agency == "Bộ Mẫu (DEMO)");
    assert_not_the_senders(&signed_as("ministry"), Reason::SignerNotSender, other);
    let other = |binding: &Binding| matches!(binding, Binding::OtherAgency { by: Bound::Mailbox, .. });
    assert_not_the_senders(&signed_as("taichinh"), Reason::SignerNotSender, other);
}

#[test]
fn the_senders_own_signature_on_a_ministrys_circular_is_a_certified_copy() {
    let copy = signed_again(&signed_as("ministry"), "noivu");
    let judgement = judged(&copy);
    assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
    let signatures = &judgement.documents[0].signatures;
    assert!(matches!(signatures[0].binding, Binding::OtherAgency { .. }));
    assert!(matches!(signatures[1].binding, Binding::Bound(_)));
    assert_eq!(judgement.documents[0].deciding, Some(1));
    // A ministry's signature on top of the sender's takes nothing away; two of others make none of the sender's.
    assert_eq!(judged(&signed_again(&genuine("15/QD-SNV"), "ministry")).verdict, Verdict::LegallyEquivalent);
    let two = signed_again(&signed_as("ministry"), "taichinh");
    assert_not_the_senders(&two, Reason::SignerNotSender, |binding| matches!(binding, Binding::OtherAgency { .. }));
}

#[test]
fn a_certified_copy_of_a_circular_that_was_changed_is_none() {
    let mut circular = signed_as("ministry");
    let at = circular.windows(9).position(|window| window == b"15/QD-SNV").unwrap();
    circular[at] = b'9';
    let judgement = judged(&signed_again(&circular, "noivu"));
    assert_ne!(judgement.verdict, Verdict::LegallyEquivalent, "{}", judgement.report());
}
