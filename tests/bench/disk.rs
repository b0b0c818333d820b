//! What the disk takes by itself: the floor under every durable answer.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Appends a page of a database and syncs, as a write-ahead log does, `count` times.
pub fn syncs(folder: &Path, count: usize) -> Vec<Duration> {
    let mut file = File::options().create(true).append(true).open(folder.join("sync.probe")).unwrap();
    let page = [0x5a; 4096];
    (0..count)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&page).unwrap();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect()
}
