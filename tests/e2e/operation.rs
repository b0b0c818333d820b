//! Reload, stop and restart.

use std::fs;

use dieu7::io::samples;

use crate::support::client::Client;
use crate::support::letters::Letter;
use crate::support::site::{Site, Wish};
use crate::support::until;

#[test]
fn a_reload_with_a_broken_settings_file_keeps_the_old_rules_and_says_so() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let gateway = site.start_gateway();
    let good = fs::read_to_string(site.settings()).unwrap();
    fs::write(site.settings(), format!("{good}\nmoode = \"stamp\"\n")).unwrap();
    gateway.signal("HUP");
    until("the gateway says that it did not reload", || gateway.said().contains("not reloaded").then_some(()));
    assert_met(&site, true);
}

#[test]
fn a_reload_with_a_broken_directory_keeps_the_old_one_and_a_good_one_is_taken() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let gateway = site.start_gateway();
    let good = fs::read_to_string(site.directory()).unwrap();
    fs::write(site.directory(), format!("{good}nobody,unit\n")).unwrap();
    gateway.signal("HUP");
    until("the gateway says that it did not reload", || gateway.said().contains("not reloaded").then_some(()));
    assert_met(&site, true);
    let without: Vec<&str> = good.lines().filter(|line| !line.contains("vanthu.sonoivu@")).collect();
    fs::write(site.directory(), without.join("\n") + "\n").unwrap();
    gateway.signal("HUP");
    until("the gateway says that it reloaded", || gateway.said().contains(" reloaded").then_some(()));
    assert_met(&site, false);
}

/// The sample that is met as long as its mailbox stands in the directory.
fn assert_met(site: &Site, met: bool) {
    let sample = samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let already = site.sink.mails().len();
    assert_eq!(site.send_sample(&sample).code, 250);
    let mail = site.sink.wait_for(already + 1).pop().unwrap();
    assert_eq!(mail.verdict().token == "legally-equivalent-to-paper", met, "{:?}", mail.verdict());
}

#[test]
fn a_stop_finishes_the_message_under_way_and_the_next_start_takes_the_socket_over() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let mut gateway = site.start_gateway();
    let letter = Letter::plain("dang-gui");
    let mut client = Client::connect(site.postfix.inbound).unwrap();
    assert_eq!(client.begin(&letter).unwrap().code, 354);
    let (first, second) = letter.octets.split_at(letter.octets.len() / 2);
    client.part(first).unwrap();
    gateway.signal("TERM");
    until("the gateway stops", || gateway.said().contains("stopping").then_some(()));
    client.part(second).unwrap();
    let reply = client.finish().unwrap();
    assert_eq!(reply.code, 250, "{reply:?}");
    assert_eq!(gateway.wait().code(), Some(0));
    assert_eq!(site.send(&Letter::plain("sau-khi-dung")).code, 451);
    let _gateway = site.start_gateway();
    assert_eq!(site.send(&Letter::plain("sau-khi-dung")).code, 250);
    let mails = site.sink.wait_for(2);
    assert_eq!(mails.len(), 2);
    site.assert_stamped_and_recorded(&mails);
}

#[test]
fn a_socket_left_behind_by_a_killed_gateway_does_not_stop_the_next() {
    let Some(site) = Site::new(Wish::default()) else { return };
    site.start_gateway().kill();
    assert!(site.socket().exists());
    let _gateway = site.start_gateway();
    site.assert_stamped_and_recorded(&[site.deliver(&Letter::plain("socket-cu"))]);
}
