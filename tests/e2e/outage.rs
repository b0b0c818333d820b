//! The gateway is away, or cannot write its log: mail waits, none is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::client::send_until_taken;
use crate::support::gateway::Gateway;
use crate::support::letters::Letter;
use crate::support::site::{Site, Wish};

#[test]
fn while_the_gateway_is_away_mail_is_put_off_and_taken_when_it_is_back() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let letter = Letter::plain("cho-cong");
    let reply = site.send(&letter);
    assert_eq!(reply.code, 451, "{reply:?}");
    let _gateway = site.start_gateway();
    send_until_taken(site.postfix.inbound, &letter, &mut None);
    site.assert_stamped_and_recorded(&site.sink.wait_for(1));
}

#[test]
fn a_full_disk_under_the_log_puts_mail_off_with_451_until_there_is_room() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let gateway = site.start_gateway();
    site.deliver(&Letter::plain("truoc"));
    let log = fs::read_dir(site.log_folder()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).max();
    gateway.limit_files(log);
    // What was there already may still have room for some records.
    let mut sent = 1;
    let reply = loop {
        let reply = site.send(&Letter::plain(&format!("day-{sent}")));
        if reply.code != 250 {
            break reply;
        }
        sent += 1;
        assert!(sent < 2_000, "the limit is never felt");
    };
    assert_eq!((reply.code, reply.text.get(..5)), (451, Some("4.3.0")), "{reply:?}");
    assert_eq!(site.send(&Letter::plain(&format!("day-{sent}"))).code, 451, "and again");
    let before = site.sink.wait_for(sent);
    assert_eq!(before.len(), sent);
    gateway.limit_files(None);
    for waiting in 0..3 {
        send_until_taken(site.postfix.inbound, &Letter::plain(&format!("day-{}", sent + waiting)), &mut None);
    }
    let mails = site.sink.wait_for(sent + 3);
    site.assert_stamped_and_recorded(&mails);
    assert_eq!(site.records().len(), mails.len(), "a record that was refused left no trace");
}

#[test]
fn a_log_folder_that_cannot_be_written_stops_the_start_with_a_message_and_mail_waits() {
    let Some(site) = Site::new(Wish::default()) else { return };
    fs::set_permissions(site.log_folder(), fs::Permissions::from_mode(0o555)).unwrap();
    crate::support::postfix::own(&site.log_folder(), "root");
    let mut gateway = Gateway::spawn(&site.settings());
    assert_eq!(gateway.wait().code(), Some(2));
    let said = gateway.said();
    assert!(said.contains("log.sqlite"), "{said}");
    let letter = Letter::plain("cho-nhat-ky");
    assert_eq!(site.send(&letter).code, 451);
    fs::set_permissions(site.log_folder(), fs::Permissions::from_mode(0o755)).unwrap();
    crate::support::postfix::own(&site.log_folder(), crate::support::gateway::ACCOUNT);
    let _gateway = site.start_gateway();
    send_until_taken(site.postfix.inbound, &letter, &mut None);
    site.assert_stamped_and_recorded(&site.sink.wait_for(1));
}
