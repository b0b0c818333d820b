//! The gateway dies in the middle of its work.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dieu7::io::samples;

use crate::support::client::send_until_taken;
use crate::support::letters::Letter;
use crate::support::site::{Site, Wish};
use crate::support::until;

const SENDERS: usize = 6;
const ROUNDS: usize = 4;
/// Taken mails between one kill and the next.
const BETWEEN: usize = 25;

#[test]
fn killed_again_and_again_it_loses_no_mail_and_no_mail_goes_by_unstamped_or_unrecorded() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let mut gateway = site.start_gateway();
    let signed = samples::all().into_iter().find(|sample| sample.id == "05-unsigned").unwrap();
    let (site, signed) = (&site, &signed);
    let (taken, put_off, over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let (taken, put_off, over) = (&taken, &put_off, &over);
    let names = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                scope.spawn(move || {
                    let (mut open, mut names) = (None, BTreeSet::new());
                    while !over.load(Ordering::SeqCst) {
                        let name = format!("lien-tuc-{sender}-{}", names.len());
                        let letter =
                            if names.len() % 2 == 0 { Letter::plain(&name) } else { Letter::of_sample(signed, &name) };
                        put_off.fetch_add(send_until_taken(site.postfix.inbound, &letter, &mut open), Ordering::SeqCst);
                        taken.fetch_add(1, Ordering::SeqCst);
                        names.insert(name);
                    }
                    names
                })
            })
            .collect();
        for round in 1..=ROUNDS {
            until("the stream goes on", || (taken.load(Ordering::SeqCst) >= round * BETWEEN).then_some(()));
            gateway.kill();
            gateway = site.start_gateway();
        }
        until("the stream goes on", || (taken.load(Ordering::SeqCst) >= (ROUNDS + 1) * BETWEEN).then_some(()));
        over.store(true, Ordering::SeqCst);
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<BTreeSet<String>>()
    });
    let mails = until("every mail arrives", || {
        let mails = site.sink.mails();
        let arrived: BTreeSet<String> = mails.iter().map(|mail| name(&mail.message_id())).collect();
        names.is_subset(&arrived).then_some(mails)
    });
    assert!(put_off.load(Ordering::SeqCst) > 0, "no mail was under way when the gateway died");
    site.assert_stamped_and_recorded(&mails);
}

fn name(message_id: &str) -> String {
    message_id.trim_start_matches('<').split(['@', '.']).next().unwrap_or_default().to_owned()
}
