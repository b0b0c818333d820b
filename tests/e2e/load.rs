//! Many mails at once.

use std::collections::BTreeSet;

use dieu7::io::samples;

use crate::support::client::Client;
use crate::support::letters::Letter;
use crate::support::site::{Site, Wish};

const CONNECTIONS: usize = 20;
const MAILS: usize = 10;

#[test]
fn two_hundred_mails_over_twenty_connections_are_all_stamped_and_recorded() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let signed = samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let (site, signed) = (&site, &signed);
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            scope.spawn(move || {
                let mut client = Client::connect(site.postfix.submission).unwrap().login("sonoivu.vanthu1").unwrap();
                for mail in 0..MAILS {
                    let name = format!("song-song-{connection}-{mail}");
                    let letter = match mail % 2 {
                        0 => Letter::of_sample(signed, &name),
                        _ => Letter::plain(&name),
                    };
                    assert_eq!(client.send(&letter).unwrap().code, 250);
                }
            });
        }
    });
    let mails = site.sink.wait_for(CONNECTIONS * MAILS);
    assert_eq!(mails.len(), CONNECTIONS * MAILS);
    site.assert_stamped_and_recorded(&mails);
    let met = mails.iter().filter(|mail| mail.verdict().token == "legally-equivalent-to-paper").count();
    assert_eq!(met, CONNECTIONS * MAILS / 2);
    let ids: BTreeSet<String> = mails.iter().map(|mail| mail.verdict().id).collect();
    assert_eq!(ids.len(), mails.len(), "every mail has a look-up code of its own");
    assert_eq!(site.records().len(), mails.len());
}
