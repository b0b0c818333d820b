//! SMTP smuggling through a Postfix without protection: what the gateway sees, and what it can still say.
//!
//! `LF . LF` ends a message for such a Postfix and goes on for the host before it. What the sender wrote after it becomes a
//! second message on the same connection. To a milter it is one like any other, with the macros of the connection: the
//! client's address, the service, and the login if there was one.

use dieu7::io::samples;
use dieu7::io::store::query::Record;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::letters::Letter;
use crate::support::mail::Delivered;
use crate::support::site::{Site, Wish};

/// Takes the protection away, as Debian 12's default has it.
fn unprotected() -> Option<Site> {
    let site = Site::new(Wish::default())?;
    site.postfix.amend(&[
        ("smtpd_forbid_bare_newline = normalize", "smtpd_forbid_bare_newline = no"),
        ("smtpd_forbid_unauth_pipelining = yes", "smtpd_forbid_unauth_pipelining = no"),
    ]);
    Some(site)
}

/// The sample that is equivalent when its own clerk sends it.
fn genuine() -> Letter {
    let samples = samples::all();
    Letter::from(samples.iter().find(|sample| sample.id.starts_with("01")).unwrap())
}

/// An honest mail whose body hides the genuine document as a mail of its own.
fn smuggle(site: &Site, client: &mut Client, outer: &Letter) -> (Vec<Delivered>, Record) {
    let inner = genuine();
    assert_eq!(client.begin(outer).unwrap().code, 354);
    let mut octets = outer.octets.clone();
    let commands = format!("\n.\nMAIL FROM:<{}>\r\nRCPT TO:<{}>\r\nDATA\r\n", inner.mail_from, inner.recipients[0]);
    octets.extend_from_slice(commands.as_bytes());
    octets.extend_from_slice(&inner.octets);
    client.raw(&octets).unwrap();
    assert_eq!(client.finish().unwrap().code, 250);
    let mails = site.sink.wait_for(2);
    let smuggled = mails.iter().find(|mail| mail.mail_from == inner.mail_from).expect("the smuggled mail came in");
    let id = smuggled.verdict().id;
    let record = site.records().into_iter().find(|record| record.id == id).unwrap();
    (mails, record)
}

fn login_of(record: &Record) -> Value {
    let report: Value = serde_json::from_slice(&record.report).unwrap();
    report["envelope"]["auth_login"].clone()
}

fn plain() -> Letter {
    Letter::new(
        b"From: canbo@coquan.example\r\nTo: vanthu.vpubnd@tinhmau.example\r\nMessage-ID: <a@b.example>\r\n\r\nxin chao"
            .to_vec(),
    )
}

#[test]
fn a_smuggled_mail_from_outside_is_judged_by_itself_and_has_nothing_that_shows_its_mailbox() {
    let Some(site) = unprotected() else { return };
    let _gateway = site.start_gateway();
    let mut client = Client::connect(site.postfix.inbound).unwrap();
    let (mails, record) = smuggle(&site, &mut client, &plain());
    site.assert_stamped_and_recorded(&mails);
    assert_eq!(record.verdict, "flagged-undetermined");
    assert_eq!(login_of(&record), Value::Null);
    let report = String::from_utf8(record.report).unwrap();
    assert!(report.contains("mbox-unauthenticated"), "{report}");
}

#[test]
fn what_a_clerk_smuggles_after_his_login_still_bears_his_login_and_is_held_to_its_mailboxes() {
    let Some(site) = unprotected() else { return };
    let _gateway = site.start_gateway();
    let mut client = Client::connect(site.postfix.submission).unwrap().login("ttcntt.vanthu1").unwrap();
    let (mails, record) = smuggle(&site, &mut client, &plain());
    site.assert_stamped_and_recorded(&mails);
    assert_eq!(login_of(&record), "ttcntt.vanthu1");
    assert_eq!(record.verdict, "flagged-condition-unmet");
    let report = String::from_utf8(record.report).unwrap();
    assert!(report.contains("mbox-unauthenticated"), "{report}");
}

#[test]
fn the_settings_of_the_guide_keep_the_smuggled_mail_a_part_of_the_first() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let mut client = Client::connect(site.postfix.inbound).unwrap();
    let outer = plain();
    assert_eq!(client.begin(&outer).unwrap().code, 354);
    let inner = genuine();
    let commands = format!("\n.\nMAIL FROM:<{}>\r\nRCPT TO:<{}>\r\nDATA\r\n", inner.mail_from, inner.recipients[0]);
    client.raw(&[&outer.octets[..], commands.as_bytes(), &inner.octets].concat()).unwrap();
    client.finish().unwrap();
    let mails = site.sink.wait_for(1);
    assert_eq!((mails.len(), mails[0].mail_from.as_str()), (1, outer.mail_from.as_str()));
    assert_ne!(mails[0].verdict().token, "legally-equivalent-to-paper");
}
