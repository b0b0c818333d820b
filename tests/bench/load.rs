//! The mails that are sent, and sending them.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::io::milter::MtaClient;
use dieu7::message::Message;
use dieu7::milter::client::{Answer, POSTFIX};

use crate::support::forge::{self, Key};
use crate::support::{mail, pdf};

const VERDICT: &str = "Dieu7-Demo-Verdict";

/// One kind of mail.
pub struct Mail {
    pub name: &'static str,
    pub message: Arc<Message>,
    /// What the gateway must stamp on it.
    pub verdict: &'static str,
    /// What it may take on top of an echo and one sync of the disk (issue 2, "To be shown").
    pub target: Option<Duration>,
}

/// Mails of the three sizes.
pub fn mails() -> [Mail; 3] {
    [
        Mail {
            name: "20 kB, no PDF",
            message: Arc::new(mail::plain(20_000)),
            verdict: "not-applicable",
            target: Some(Duration::from_millis(2)),
        },
        signed("1 MB signed PDF", 1_000_000, Some(Duration::from_millis(10))),
        signed("5 MB signed PDF", 5_000_000, None),
    ]
}

/// A mail with one signed PDF of `size` octets.
pub fn signed(name: &'static str, size: usize, target: Option<Duration>) -> Mail {
    let signer = forge::certificate("certificates/noivu");
    let pdf = pdf::signed_scan(size, &|signed| forge::cms(signed, &Key::of("noivu"), &signer, &[&signer], false));
    Mail { name, message: Arc::new(mail::with_pdf(&pdf)), verdict: "legally-equivalent-to-paper", target }
}

/// Sends `count` messages over each of `connections`, all at once. Gives how long each took, and the whole.
/// `verdict` is what must be stamped on each; `None` where nothing must be.
pub async fn send(
    socket: &Path,
    message: &Arc<Message>,
    verdict: Option<&'static str>,
    connections: usize,
    count: usize,
) -> (Vec<Duration>, Duration) {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(MtaClient::unix(socket, POSTFIX).await.unwrap());
    }
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let message = Arc::clone(message);
            tokio::spawn(async move {
                let mut took = Vec::with_capacity(count);
                for _ in 0..count {
                    let started = Instant::now();
                    let delivered = client.send(&message).await.unwrap();
                    took.push(started.elapsed());
                    assert_eq!(delivered.answer, Answer::Accepted);
                    assert_eq!(stamped(&delivered.message).as_deref(), verdict, "not what was to be measured");
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    (took, started.elapsed())
}

fn stamped(message: &Message) -> Option<String> {
    let value = String::from_utf8_lossy(message.values(VERDICT).next()?).into_owned();
    value.split(';').next().map(|token| token.trim().to_owned())
}
