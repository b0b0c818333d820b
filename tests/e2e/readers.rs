//! Processes that read attachments are killed, hang, and end with the gateway.

use std::fs;

use dieu7::io::samples;

use crate::support::gateway::Gateway;
use crate::support::letters::Letter;
use crate::support::postfix::signal;
use crate::support::site::{Site, Wish};
use crate::support::until;

/// The readers of a gateway.
fn readers(gateway: &Gateway) -> Vec<String> {
    let parent = format!("PPid:\t{}\n", gateway.id());
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|id| fs::read_to_string(format!("/proc/{id}/status")).is_ok_and(|status| status.contains(&parent)))
        .collect()
}

fn verdict_of_signed(site: &Site) -> String {
    let sample = samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let already = site.sink.mails().len();
    assert_eq!(site.send_sample(&sample).code, 250);
    site.sink.wait_for(already + 1).pop().unwrap().verdict().token
}

#[test]
fn readers_that_were_killed_while_they_waited_cost_no_mail_its_verdict() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let gateway = site.start_gateway();
    until("readers wait", || Some(readers(&gateway)).filter(|readers| readers.len() >= 2));
    until("the reader that was asked at the start is replaced", || {
        gateway.said().contains("readers are").then_some(())
    });
    std::thread::sleep(std::time::Duration::from_millis(500));
    for reader in readers(&gateway) {
        signal("KILL", &reader);
    }
    assert_eq!(verdict_of_signed(&site), "legally-equivalent-to-paper");
}

#[test]
fn mail_whose_readers_hang_is_delivered_and_once_they_are_replaced_the_next_is_judged() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let gateway = site.start_gateway();
    let waiting = until("readers wait", || Some(readers(&gateway)).filter(|readers| readers.len() >= 2));
    for reader in &waiting {
        signal("STOP", reader);
    }
    // Each reader that hangs costs one mail its verdict at most; the gateway may have passed over it in time.
    let verdicts: Vec<String> = (0..=waiting.len()).map(|_| verdict_of_signed(&site)).collect();
    assert!(verdicts.iter().all(|verdict| ["flagged-unchecked", "legally-equivalent-to-paper"].contains(&&**verdict)));
    assert_eq!(verdicts.last().unwrap(), "legally-equivalent-to-paper");
}

#[test]
fn no_reader_outlives_its_gateway_however_that_ends() {
    let Some(site) = Site::new(Wish::default()) else { return };
    for name in ["TERM", "KILL"] {
        let mut gateway = site.start_gateway();
        site.deliver(&Letter::plain(&format!("truoc-{name}")));
        let running = until("readers wait", || Some(readers(&gateway)).filter(|readers| readers.len() >= 2));
        gateway.signal(name);
        gateway.wait();
        let gone = |id: &String| {
            fs::read_to_string(format!("/proc/{id}/status")).map_or(true, |status| status.contains("State:\tZ"))
        };
        until("the readers are gone", || running.iter().all(gone).then_some(()));
    }
}
