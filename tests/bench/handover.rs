//! What it costs to have attachments read by a process instead of a thread.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::gateway::Compute;
use dieu7::io::worker::{InProcess, Processes};
use dieu7::message::Message;
use dieu7::settings::Settings;
use tokio::runtime::Runtime;

use crate::figures::{Figures, milliseconds};
use crate::load;

/// The owner's limit for a document of 1 MB.
const TARGET: Duration = Duration::from_millis(1);
/// So that the next reader has been started before the next mail comes, as it is between mails of a real day.
const BREATH: Duration = Duration::from_millis(8);

pub fn run(runtime: &Runtime, quick: bool) {
    let settings = Settings::read("", Path::new("/")).unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let here = InProcess::new(cores);
    let apart = Processes::start(&settings.workers, settings.message_octets, Some(env!("CARGO_BIN_EXE_dieu7").into()));
    println!("\n## Reading in a process instead of a thread, milliseconds\n");
    println!(
        "| mail | thread p50 | thread p99 | process p50 | process p99 | hand-over p50 | p99 | target | held | thread \
         msg/s | process msg/s |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|");
    for mail in load::mails() {
        let octets = mail.message.octets().len();
        let count = if quick { 20 } else { (400_000_000 / octets).clamp(60, 400) };
        // In turn, so that what else the machine does hits both.
        let (mut threads, mut processes) = (Vec::new(), Vec::new());
        runtime.block_on(async {
            for _ in 0..count {
                threads.push(once(&here, &mail.message).await);
                tokio::time::sleep(BREATH).await;
                processes.push(once(&apart, &mail.message).await);
                tokio::time::sleep(BREATH).await;
            }
        });
        let rates = (rate(runtime, &here, &mail.message, count), rate(runtime, &apart, &mail.message, count));
        let (threads, processes) = (Figures::new(threads), Figures::new(processes));
        let over = |percent| processes.percentile(percent).saturating_sub(threads.percentile(percent));
        let (target, held) = match mail.target {
            Some(_) if octets > 1_000_000 => (milliseconds(TARGET), if over(50) <= TARGET { "yes" } else { "NO" }),
            _ => (String::new(), ""),
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {target} | {held} | {:.0} | {:.0} |",
            mail.name,
            milliseconds(threads.median()),
            milliseconds(threads.percentile(99)),
            milliseconds(processes.median()),
            milliseconds(processes.percentile(99)),
            milliseconds(over(50)),
            milliseconds(over(99)),
            rates.0,
            rates.1,
        );
    }
}

async fn once(compute: &impl Compute, message: &Arc<Message>) -> Duration {
    let started = Instant::now();
    let examined = compute.examine(Arc::clone(message)).await.unwrap();
    let took = started.elapsed();
    assert!(examined.dossier.documents.iter().all(|one| !one.content.is_unread()), "not what was to be measured");
    black_box(examined);
    took
}

/// Messages per second, with as many at a time as there are connections in the benchmark of the socket.
fn rate<C: Compute + Clone>(runtime: &Runtime, compute: &C, message: &Arc<Message>, count: usize) -> f64 {
    const AT_ONCE: usize = 16;
    let started = Instant::now();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (compute, message) = (compute.clone(), Arc::clone(message));
                tokio::spawn(async move {
                    for _ in 0..count.div_ceil(AT_ONCE) {
                        once(&compute, &message).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    f64::from(u32::try_from(count.div_ceil(AT_ONCE) * AT_ONCE).unwrap()) / started.elapsed().as_secs_f64()
}
