//! Attack x authentication x state of the directory -> the verdict of the document, by the whole judge over real
//! signatures: the honest mail of every way is equivalent to paper while its mailbox is in force, and no other is.
//! What becomes of (c) alone, for more ways and bends, stands in `sender_matrix`.

use dieu7::message::{Envelope, Message};
use dieu7::policy::{Judgement, Reason, Verdict};
use dieu7::sender::Directory;

use crate::attacks::composition::world_of;
use crate::attacks::dkim::{STRANGER, Signature};
use crate::attacks::domain_signatures::{CLIENT, agency, at, mail, zone};
use crate::attacks::forge::fixtures;
use crate::attacks::world::{FROM, Names, sample};

const BORDER: &str = "192.0.2.25";
const REPORT: &str = "Authentication-Results: mx.tinhmau.example; dkim=pass header.d=tinhmau.example header.s=s\r\n";

/// How the mailbox is proven.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Login,
    Dkim,
    /// DNS is silent here; the border host could ask.
    BorderHost,
    /// Nothing but an address that SPF allows.
    Spf,
}

const PROOFS: [Way; 3] = [Way::Login, Way::Dkim, Way::BorderHost];

/// What happens to the mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Attack {
    None,
    /// The proof is somebody else's.
    OtherProof,
    /// From is written twice.
    SecondFrom,
    /// From is a person of the same domain.
    FromPerson,
    /// From is another unit, whose signer it is not.
    FromOtherUnit,
    /// From is of a domain that looks alike.
    FromAlike,
}

/// Each with the code by which it is refused while the mailbox is in force.
const ATTACKS: [(Attack, Reason); 5] = [
    (Attack::OtherProof, Reason::MboxUnauthenticated),
    (Attack::SecondFrom, Reason::MboxMismatch),
    (Attack::FromPerson, Reason::MboxPersonal),
    (Attack::FromOtherUnit, Reason::SignerNotSender),
    (Attack::FromAlike, Reason::MboxNotListed),
];

/// What the directory says of the mailbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Listed {
    InForce,
    Withdrawn,
    NotYet,
    NotPublishedYet,
    OnOwnSite,
    Person,
    NotAtAll,
    NoDirectory,
}

const STATES: [(Listed, Reason); 7] = [
    (Listed::Withdrawn, Reason::MboxNotInForce),
    (Listed::NotYet, Reason::MboxNotInForce),
    (Listed::NotPublishedYet, Reason::MboxNotInForce),
    (Listed::OnOwnSite, Reason::MboxOwnSite),
    (Listed::Person, Reason::MboxPersonal),
    (Listed::NotAtAll, Reason::MboxNotListed),
    (Listed::NoDirectory, Reason::MboxUnauthenticated),
];

fn directory(listed: Listed) -> Option<Directory> {
    let row = |kind: &str, agency: &str, published: &str, from: &str, to: &str, publication: &str| {
        format!("{FROM},{kind},{agency},,sonoivu.vanthu1,{published},,{from},{to},,{publication}\n")
    };
    let (unit, name, day) = ("unit", "Sở Nội vụ tỉnh Mẫu", "2013-08-01");
    let row = match listed {
        Listed::InForce => row(unit, name, day, day, "", "portal"),
        Listed::Withdrawn => row(unit, name, day, day, "2026-11-01", "portal"),
        Listed::NotYet => row(unit, name, day, "2026-11-10", "", "portal"),
        Listed::NotPublishedYet => row(unit, name, "2026-11-10", day, "", "portal"),
        Listed::OnOwnSite => row(unit, name, day, day, "", "own-site"),
        Listed::Person => row("personal", "Nguyễn Văn A", day, day, "", "portal"),
        Listed::NotAtAll => String::new(),
        Listed::NoDirectory => return None,
    };
    let head = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers,publication\n";
    let others = "canbo01.sonoivu@tinhmau.example,personal,Cán bộ,,sonoivu.vanthu1,,,,,,\n\
                  vanthu.soyte@tinhmau.example,unit,Sở Y tế tỉnh Mẫu,,sonoivu.vanthu1,,,,,,\n";
    // The samples' directory says when it was read.
    let samples = std::fs::read_to_string(fixtures().join("directory.csv")).unwrap();
    let notes: String = samples.split_inclusive('\n').filter(|line| line.starts_with('#')).collect();
    Some(Directory::from_csv(&format!("{notes}{head}{row}{others}")).unwrap())
}

fn judge(way: Way, attack: Attack, listed: Listed) -> Judgement {
    let plain = String::from_utf8(mail("")).unwrap();
    let from = |other: &str| plain.replacen(FROM, other, 1);
    let written = match attack {
        Attack::None | Attack::OtherProof => plain.clone(),
        Attack::SecondFrom => format!("From: <a@attack.example>\r\n{plain}"),
        Attack::FromPerson => from("canbo01.sonoivu@tinhmau.example"),
        Attack::FromOtherUnit => from("vanthu.soyte@tinhmau.example"),
        Attack::FromAlike => from(&FROM.replace("tinhmau", "tinhmmau")),
    };
    let sender = written.split_once('<').unwrap().1.split_once('>').unwrap().0.as_bytes().to_vec();
    let others = attack == Attack::OtherProof;
    let signature =
        if others { Signature { secret: STRANGER, ..Signature::of("attack.example", at()) } } else { agency() };
    let signed = signature.sign(written.as_bytes());
    let mut envelope = Envelope {
        client: CLIENT.parse().ok(),
        mail_from: sender,
        daemon_name: Some(b"smtpd".to_vec()),
        recipients: sample("01").message().envelope().recipients.clone(),
        ..Envelope::default()
    };
    let (octets, names) = match way {
        Way::Login => {
            envelope.daemon_name = Some(b"submission".to_vec());
            envelope.auth_login = Some(if others { b"soyte.vanthu1".to_vec() } else { b"sonoivu.vanthu1".to_vec() });
            (written.into_bytes(), Names::Silent)
        }
        Way::Dkim => (signed, Names::Known(zone())),
        Way::BorderHost => {
            envelope.client = BORDER.parse().ok();
            ([REPORT.as_bytes(), &signed].concat(), Names::Silent)
        }
        Way::Spf => (written.into_bytes(), Names::Known(zone())),
    };
    world_of(directory(listed), names).judge(Message::parse(envelope, octets))
}

#[test]
fn the_honest_mail_of_every_way_is_equivalent_to_paper() {
    for way in PROOFS {
        let judgement = judge(way, Attack::None, Listed::InForce);
        assert_eq!(judgement.verdict, Verdict::LegallyEquivalent, "{way:?}: {}", judgement.report());
    }
}

#[test]
fn no_proof_makes_up_for_a_mailbox_that_is_not_in_force() {
    let mut wrong = Vec::new();
    for way in [Way::Login, Way::Dkim, Way::BorderHost, Way::Spf] {
        for (listed, code) in STATES {
            let judgement = judge(way, Attack::None, listed);
            let told = judgement.documents[0].reasons().contains(&code);
            if judgement.verdict == Verdict::LegallyEquivalent || !told {
                wrong.push(format!("{way:?} {listed:?}: {} {:?}", judgement.verdict, judgement.documents[0].reasons()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_attack_is_equivalent_to_paper_whatever_the_directory_says() {
    let states = [Listed::InForce, Listed::Withdrawn, Listed::NotAtAll, Listed::NoDirectory];
    let mut met = Vec::new();
    for way in PROOFS {
        for (attack, code) in ATTACKS {
            for listed in states {
                let judgement = judge(way, attack, listed);
                let reasons = judgement.documents[0].reasons();
                let told = listed != Listed::InForce || reasons.contains(&code);
                if judgement.verdict == Verdict::LegallyEquivalent || !told {
                    met.push(format!("{way:?} {attack:?} {listed:?}: {} {reasons:?}", judgement.verdict));
                }
            }
        }
    }
    for listed in states {
        if judge(Way::Spf, Attack::None, listed).verdict == Verdict::LegallyEquivalent {
            met.push(format!("SPF alone, {listed:?}"));
        }
    }
    assert!(met.is_empty(), "\n{}", met.join("\n"));
}
