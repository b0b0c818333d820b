//! `dieu7 directory` as its user meets it: the real program, exit codes, both languages, hostile lists.

use std::path::Path;
use std::process::Command;

fn dieu7(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dieu7"))
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), said)
}

fn directory(folder: &Path, arguments: &[&str]) -> (i32, String) {
    dieu7(folder, &[&["--lang", "en", "directory"], arguments, &["--config", "dieu7.toml"]].concat())
}

fn empty() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dieu7.toml"), "[log]\nfile = \"log.db\"\n").unwrap();
    folder
}

fn put(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// Recorded, and the two seconds over after which it counts.
fn import(folder: &Path, list: &str) -> String {
    put(folder, "list.csv", list);
    let (code, said) = directory(folder, &["import", "list.csv", "--yes", "--by", "Lan", "--read-on", "2026-11-01"]);
    assert_eq!(code, 0, "{said}");
    said
}

const LIST: &str = "STT;Tên đơn vị;Hộp thư\n1;Sở Y tế;soyte@x.vn\n2;Sở Nội vụ;noivu@x.vn\n";

#[test]
fn a_trial_and_a_missing_agreement_write_nothing() {
    let folder = empty();
    put(folder.path(), "list.csv", LIST);
    let (code, said) = directory(folder.path(), &["import", "list.csv", "--dry-run"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("2 added") && said.contains("+ soyte@x.vn"), "{said}");
    let (code, said) = directory(folder.path(), &["import", "list.csv"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--yes"), "{said}");
    assert!(!folder.path().join("log.db").exists());
}

#[test]
fn what_was_imported_is_listed_shown_and_exported_again() {
    let folder = empty();
    let said = import(folder.path(), LIST);
    assert!(said.contains("Recorded: 2 added"), "{said}");
    let (_, said) = directory(folder.path(), &["list"]);
    assert!(said.contains("Mailboxes: 2") && said.contains("Sở Y tế"), "{said}");
    let (_, said) = directory(folder.path(), &["history", "soyte@x.vn"]);
    assert!(said.contains("recorded by: Lan") && said.contains("read from: list.csv (SHA-256"), "{said}");
    for form in ["csv", "toml"] {
        let (code, said) = directory(folder.path(), &["export", "--format", form]);
        assert_eq!(code, 0, "{said}");
        put(folder.path(), "again", &said);
        let (code, said) = directory(folder.path(), &["import", "again", "--dry-run"]);
        assert!(code == 0 && said.contains("2 unchanged"), "{said}");
    }
    let (code, said) = directory(folder.path(), &["show", "nobody@x.vn"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn half_a_page_closes_no_mailboxes() {
    let folder = empty();
    import(folder.path(), LIST);
    put(folder.path(), "half.csv", "Tên đơn vị;Hộp thư\nSở Y tế;soyte@x.vn\n");
    let closing = ["import", "half.csv", "--close-missing", "--yes"];
    let (code, said) = directory(folder.path(), &closing);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("More than 20 %"), "{said}");
    let (code, said) = directory(folder.path(), &[&closing[..], &["--force"]].concat());
    assert_eq!(code, 0, "{said}");
    let (_, said) = directory(folder.path(), &["list"]);
    assert!(said.contains("Mailboxes: 1"), "{said}");
}

#[test]
fn a_look_alike_waits_for_a_second_look() {
    let folder = empty();
    import(folder.path(), LIST);
    put(folder.path(), "list.csv", &format!("{LIST}3;Sở Y tế;s0yte@x.vn\n"));
    let (code, said) = directory(folder.path(), &["import", "list.csv", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("s0yte@x.vn: looks like soyte@x.vn"), "{said}");
}

#[test]
fn rows_that_are_refused_are_named_and_steer_no_terminal() {
    let folder = empty();
    put(folder.path(), "list.csv", &format!("{LIST}3;\u{1b}[2JC\u{202e};c at x\n"));
    let (code, said) = dieu7(
        folder.path(),
        &["--lang", "vi", "directory", "import", "list.csv", "--dry-run", "--config", "dieu7.toml"],
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("dòng 4") && said.contains("Thêm 2"), "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_mailbox_is_changed_by_hand_with_its_request() {
    let folder = empty();
    import(folder.path(), LIST);
    let set = ["set", "soyte@x.vn", "--request", "cancel", "--reason", "Sáp nhập", "--decision", "QĐ 1"];
    let more = ["--requested-on", "2026-11-20", "--valid-to", "2026-12-01", "--successor", "noivu@x.vn", "--yes"];
    let (code, said) = directory(folder.path(), &[&set[..], &more[..]].concat());
    assert_eq!(code, 0, "{said}");
    let (_, said) = directory(folder.path(), &["at", "2026-12-02"]);
    assert!(said.contains("Mailboxes: 1"), "{said}");
    let (_, said) = directory(folder.path(), &["show", "soyte@x.vn"]);
    assert!(said.contains("cancel, Sáp nhập, QĐ 1, requested 2026-11-20"), "{said}");
    let (code, said) = directory(folder.path(), &["set", "noivu@x.vn", "--reason", "x", "--yes"]);
    assert!(code == 2 && said.contains("--request"), "{said}");
}

#[test]
fn accounts_are_held_against_the_list_and_logins_taken_from_ldif_alone() {
    let folder = empty();
    import(folder.path(), LIST);
    put(folder.path(), "a.ldif", "dn: a\nmail: soyte@x.vn\nuid: vanthu\n\ndn: b\nmail: q@x.vn\ncn: =Phòng\n");
    let (code, said) = directory(folder.path(), &["accounts", "a.ldif"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("published, without an account: 1"), "{said}");
    let (_, said) = directory(folder.path(), &["accounts", "a.ldif", "--take-logins", "--yes"]);
    assert!(said.contains("Recorded"), "{said}");
    let (_, said) = directory(folder.path(), &["show", "soyte@x.vn"]);
    assert!(said.contains("logins: soyte@x.vn; vanthu"), "{said}");
    put(folder.path(), "a.txt", "soyte@x.vn\n");
    let (code, said) = directory(folder.path(), &["accounts", "a.txt", "--take-logins", "--yes"]);
    assert!(code == 2 && said.contains("LDIF alone"), "{said}");
}

#[test]
fn what_is_no_list_is_refused_with_what_to_do() {
    let folder = empty();
    put(folder.path(), "a.pdf", "%PDF-1.7");
    put(folder.path(), "a.html", "<table><tr><td>x</table>");
    assert_eq!(directory(folder.path(), &["import", "a.pdf"]).0, 3);
    let (code, said) = directory(folder.path(), &["import", "a.html"]);
    assert!(code == 3 && said.contains("--columns"), "{said}");
    assert_eq!(directory(folder.path(), &["import", "none"]).0, 3);
    let (code, said) = directory(folder.path(), &["import", "https://x.vn/"]);
    assert!(code == 2 && said.contains("--source"), "{said}");
}
