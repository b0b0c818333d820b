//! Peak memory of the gateway with all its processes: at rest, for one message at a time, and for many at once.

use crate::load;
use crate::server::Server;

/// What may stand beside three times the octets of the messages under way (issue 2, "To be shown").
const BESIDE_KB: usize = 60_000;

pub async fn run() {
    println!("\n## Memory of all processes, MB (resident)\n");
    println!("| what | messages under way | before | peak | after | 3 x messages + 60 | held |");
    println!("|---|--:|--:|--:|--:|--:|---|");
    for (name, size, connections, count) in [
        ("one 1 MB PDF at a time", 1_000_000, 1, 8),
        ("one 5 MB PDF at a time", 5_000_000, 1, 8),
        ("one 20 MB PDF", 20_000_000, 1, 1),
        ("16 x 5 MB PDF at once", 5_000_000, 16, 2),
    ] {
        let mail = load::signed(name, size, None);
        let folder = tempfile::tempdir().unwrap();
        // A process of its own for each row: the peak is one for its whole life.
        let gateway = Server::gateway(folder.path());
        let before = gateway.memory("VmRSS");
        load::send(&gateway.socket, &mail.message, Some(mail.verdict), connections, count).await;
        let (peak, after) = (gateway.memory("VmHWM"), gateway.memory("VmRSS"));
        let under_way = mail.message.octets().len() * connections / 1000;
        let target = under_way * 3 + BESIDE_KB;
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} |",
            under_way / 1000,
            before / 1000,
            peak / 1000,
            after / 1000,
            target / 1000,
            if peak <= target { "yes" } else { "NO" }
        );
    }
}
