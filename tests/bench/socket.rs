//! Messages per second and latency at the milter socket, beside an echo and the disk, measured in turn.

use std::time::Duration;

use crate::disk;
use crate::figures::{Figures, milliseconds};
use crate::load::{self, Mail};
use crate::server::Server;

/// Echo, disk and gateway take turns this often, so that what else the machine does hits all three.
const ROUNDS: usize = 5;

pub async fn run(quick: bool) {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, echo) = (Server::gateway(folder.path()), Server::echo(folder.path()));
    println!("\n## At the milter socket (unix), milliseconds\n");
    println!(
        "| mail | connections | echo msg/s | echo p50 | echo p99 | dieu7 msg/s | dieu7 p50 | dieu7 p99 | sync p50 \
         | sync p99 | above echo + sync, p50 | target | held |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
    for mail in load::mails() {
        for connections in [1, 16] {
            let octets = mail.message.octets().len();
            let budget = if quick { 10_000_000 } else { 60_000_000 };
            // As many as some seconds allow, and enough for a median.
            let count = (budget / octets / connections / ROUNDS).clamp(4, 80);
            row(&mail, connections, count, &gateway, &echo, folder.path()).await;
        }
    }
}

async fn row(mail: &Mail, connections: usize, count: usize, gateway: &Server, echo: &Server, folder: &std::path::Path) {
    let (mut echoed, mut decided, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    let (mut echo_time, mut gateway_time) = (Duration::ZERO, Duration::ZERO);
    for round in 0..=ROUNDS {
        let (one, whole) = load::send(&echo.socket, &mail.message, None, connections, count).await;
        let syncs = disk::syncs(folder, 50);
        let (two, all) = load::send(&gateway.socket, &mail.message, Some(mail.verdict), connections, count).await;
        // The first round warms caches up.
        if round > 0 {
            echoed.extend(one);
            synced.extend(syncs);
            decided.extend(two);
            echo_time += whole;
            gateway_time += all;
        }
    }
    let rate = |messages: usize, time: Duration| f64::from(u32::try_from(messages).unwrap()) / time.as_secs_f64();
    let rates = (rate(echoed.len(), echo_time), rate(decided.len(), gateway_time));
    let (echo, gateway, sync) = (Figures::new(echoed), Figures::new(decided), Figures::new(synced));
    let above = gateway.median().saturating_sub(echo.median() + sync.median());
    let (target, held) = match mail.target.filter(|_| connections == 1) {
        Some(target) => (milliseconds(target), if above <= target { "yes" } else { "NO" }),
        None => (String::new(), ""),
    };
    println!(
        "| {} | {connections} | {:.0} | {} | {} | {:.0} | {} | {} | {} | {} | {} | {target} | {held} |",
        mail.name,
        rates.0,
        milliseconds(echo.median()),
        milliseconds(echo.percentile(99)),
        rates.1,
        milliseconds(gateway.median()),
        milliseconds(gateway.percentile(99)),
        milliseconds(sync.median()),
        milliseconds(sync.percentile(99)),
        milliseconds(above),
    );
}
