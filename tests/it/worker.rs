//! Readers as processes of their own: what kills them, and what they can never do.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dieu7::budget::{Budget, Unpacking};
use dieu7::dossier::{self, Content, Examined};
use dieu7::gateway::Compute as _;
use dieu7::io::samples;
use dieu7::io::worker::wire::{Order, Said, What};
use dieu7::io::worker::{self, InProcess, Pool, Processes, Reader as _, Readers as _, Setup};
use dieu7::message::{Envelope, Message};
use dieu7::settings::Settings;

use crate::liars::mail_of_zip;

const DOCUMENT: Duration = Duration::from_secs(10);

pub fn processes() -> Processes {
    let settings = Settings::read("", Path::new("/")).unwrap();
    let workers = dieu7::settings::Workers { document: DOCUMENT, ..settings.workers };
    Processes::start(&workers, settings.message_octets, Some(program()))
}

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_dieu7").into()
}

fn pool(memory: u64) -> Pool {
    Pool::new(Setup { program: Some(program()), memory, seconds: 31 }, 2)
}

/// What stands in a dossier, for comparing.
fn shown(examined: &Examined) -> String {
    format!("{:?}", examined.dossier)
}

#[test]
fn a_process_finds_what_a_thread_finds() {
    let processes = processes();
    for sample in samples::all() {
        let message = sample.message();
        let apart = processes.message(&message).unwrap();
        let here = dossier::examine(&message, &mut Budget::for_message());
        assert_eq!(shown(&apart), shown(&here), "{}", sample.id);
        assert_eq!(apart.octets, here.octets, "{}", sample.id);
    }
}

#[test]
fn every_wall_that_this_kernel_has_stands_and_holds() {
    let pool = pool(512 << 20);
    let layers = pool.layers().unwrap();
    assert!(layers.limits && layers.seccomp && layers.tied, "{layers}");
    for refusal in worker::trials(&pool) {
        assert!(refusal.refused.unwrap(), "{:?} was not refused", refusal.trial);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_replaced_and_leave_neither_zombies_nor_open_files() {
    let processes = processes();
    let message = Arc::new(samples::all()[0].message());
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    processes.examine(Arc::clone(&message)).await.unwrap();
    let before = open();
    for _ in 0..50 {
        assert!(processes.examine(Arc::clone(&message)).await.is_some());
    }
    // Those that are done are buried at the same time as others are started.
    std::thread::sleep(Duration::from_millis(300));
    assert!(open() <= before + 12, "{} open files, {before} before", open());
    assert_eq!(zombies(), 0);
}

/// Children of this process that died and that nobody waited for.
fn zombies() -> usize {
    let mut found = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
            // Those that are being buried right now by another test's steward are given a moment.
            std::thread::sleep(Duration::from_millis(50));
            let still = Path::new(&format!("/proc/{child}")).exists();
            found += usize::from(still && status.contains("State:\tZ"));
        }
    }
    found
}

#[test]
fn a_reader_without_memory_dies_and_its_file_is_unread() {
    let pool = pool(64 << 20);
    let mut octets = b"%PDF-1.7\n".to_vec();
    octets.resize(60 << 20, b' ');
    let examined = worker::examine_file(&pool, "a.pdf", octets, DOCUMENT);
    assert!(examined.dossier.documents[0].content.is_unread());
    let again = worker::examine_file(&pool, "b.pdf", b"%PDF-1.7\n".to_vec(), DOCUMENT);
    assert!(matches!(again.dossier.documents[0].content, Content::Pdf(Err(_))));
    assert!(!again.dossier.documents[0].content.is_unread());
}

#[test]
fn a_reader_that_takes_too_long_is_killed_in_time() {
    let pool = pool(512 << 20);
    let octets = [&b"%PDF-1.7\n"[..], &vec![b'9'; 60 << 20]].concat();
    let examined = worker::examine_file(&pool, "a.pdf", octets, Duration::from_millis(1));
    assert!(examined.dossier.documents[0].content.is_unread());
}

#[test]
fn a_program_that_is_no_reader_leaves_mail_unread_and_nothing_waits_for_ever() {
    for program in ["/bin/true", "/nowhere/dieu7"] {
        let pool = Pool::new(Setup { program: Some(program.into()), memory: 1 << 30, seconds: 5 }, 1);
        let message = Message::parse(Envelope::default(), b"From: a@b.vn\r\n\r\nhello".to_vec());
        assert!(worker::examine_message(&pool, &message, DOCUMENT, Unpacking::Never).is_none());
    }
}

#[tokio::test]
async fn a_thread_and_a_process_agree_on_mail_without_documents() {
    let message = Arc::new(Message::parse(Envelope::default(), b"Subject: x\r\n\r\nhello".to_vec()));
    let here = InProcess::new(1).examine(Arc::clone(&message)).await.unwrap();
    let apart = processes().examine(message).await.unwrap();
    assert_eq!(shown(&here), shown(&apart));
}

#[test]
fn the_setting_has_archives_looked_into_by_reader_and_gateway_alike() {
    let message = mail_of_zip(&[("a.csv", b"a,b"), ("b.pdf", b"%PDF-1.7\n")], |_| {}).message();
    let names = |settings: &str| -> Vec<String> {
        let settings = Settings::read(settings, Path::new("/")).unwrap();
        let processes = Processes::start(&settings.workers, settings.message_octets, Some(program()));
        let examined = processes.message(&message).unwrap();
        examined.dossier.documents.into_iter().map(|document| document.name).collect()
    };
    assert_eq!(names("[workers]\nunpack-zip = true\n"), ["cv.zip/a.csv", "cv.zip/b.pdf"]);
    assert_eq!(names(""), ["cv.zip"]);
}

#[test]
fn a_reader_can_be_had_again_after_many() {
    let pool = pool(512 << 20);
    for _ in 0..20 {
        drop(pool.reader().unwrap());
    }
}

#[test]
fn a_reader_killed_from_outside_is_told_by_its_signal() {
    let pool = pool(512 << 20);
    let mut reader = pool.reader().unwrap();
    let killed = std::process::Command::new("kill").args(["-9", &reader.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let lost = reader.hear(DOCUMENT).unwrap_err();
    assert!(matches!(&lost, worker::Lost::Died { how, .. } if how.signal() == Some(9)), "{lost}");
}

#[test]
fn a_stop_signal_to_the_whole_service_lets_readers_finish() {
    let pool = pool(512 << 20);
    let mut reader = pool.reader().unwrap();
    for signal in ["-TERM", "-INT", "-HUP"] {
        std::process::Command::new("kill").args([signal, &reader.id().to_string()]).status().unwrap();
    }
    std::thread::sleep(Duration::from_millis(50));
    reader.ask(&Order { what: What::File, octets: 5 }, b"hello").unwrap();
    assert!(matches!(reader.hear(DOCUMENT), Ok(Said::File(..))));
}

#[test]
fn hostile_files_of_others_end_within_the_limits() {
    let Some(root) = crate::corpora::corpora() else { return };
    let processes = processes();
    for entry in std::fs::read_dir(root.join("hostile")).unwrap() {
        let file = entry.unwrap().path();
        let octets = std::fs::read(&file).unwrap();
        let here = dossier::examine_file("a.pdf", octets.clone(), &mut Budget::for_message());
        let apart = processes.file("a.pdf", octets);
        assert!(!apart.dossier.documents[0].content.is_unread(), "{} killed its reader", file.display());
        assert_eq!(shown(&apart), shown(&here), "{}", file.display());
    }
}

#[test]
fn a_reader_that_hangs_is_killed_at_its_deadline() {
    let pool = pool(512 << 20);
    let mut reader = pool.reader().unwrap();
    let process = reader.id().to_string();
    std::process::Command::new("kill").args(["-STOP", &process]).status().unwrap();
    reader.ask(&Order { what: What::File, octets: 5 }, b"hello").unwrap();
    assert!(matches!(reader.hear(Duration::from_millis(200)), Err(worker::Lost::Late(_))));
    assert!(!Path::new(&format!("/proc/{process}")).exists());
}

#[test]
fn readers_that_cannot_be_started_are_tried_again_and_an_upgrade_does_not_stop_them() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("dieu7");
    let pool = Pool::new(Setup { program: Some(binary.clone()), memory: 512 << 20, seconds: 31 }, 1);
    let message = samples::all()[0].message();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| worker::examine_message(&pool, &message, DOCUMENT, Unpacking::Never));
        std::thread::sleep(Duration::from_millis(500));
        std::os::unix::fs::symlink(program(), &binary).unwrap();
        assert!(waiting.join().unwrap().is_some(), "the mail waits for some seconds before it is given up");
    });
}

#[test]
fn the_readers_of_a_pool_end_with_it() {
    let pool = pool(512 << 20);
    let first = pool.reader().unwrap().id();
    let process = format!("/proc/{first}");
    drop(pool);
    assert!(!Path::new(&process).exists());
}
