//! `dieu7 bundle` from one gateway to another, with the real program.

use std::path::Path;
use std::process::Command;

fn dieu7(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dieu7"))
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .args(["--lang", "en"])
        .args(arguments)
        .args(["--config", "dieu7.toml"])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code().unwrap(), said)
}

fn pki(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki").join(file).to_string_lossy().into_owned()
}

fn gateway() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = "gateway = \"g\"\n[log]\nfile = \"log.sqlite\"\n[trust]\nfolder = \"trust\"\ncrls = \"crls\"\n\
                    [directory]\nfile = \"directory.csv\"\n";
    std::fs::write(folder.path().join("dieu7.toml"), settings).unwrap();
    std::fs::create_dir(folder.path().join("trust")).unwrap();
    folder
}

/// A gateway with an anchor, an issuing CA, lists and a directory; its bundle, and its fingerprint.
fn maker() -> (tempfile::TempDir, String) {
    let folder = gateway();
    let path = folder.path();
    add(path, "anchors/gov-root.der", "gov");
    assert_eq!(dieu7(path, &["trust", "add", &pki("intermediates/gov-issuing.der")]).0, 0);
    std::fs::create_dir(path.join("crls")).unwrap();
    for list in ["gov-root.crl", "gov-issuing.crl"] {
        std::fs::copy(pki(&format!("crls/{list}")), path.join("crls").join(list)).unwrap();
    }
    std::fs::write(path.join("crls/readme.txt"), "nothing").unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/directory.csv");
    std::fs::copy(directory, path.join("directory.csv")).unwrap();
    let fingerprint = make(path, "one.tar");
    (folder, fingerprint)
}

fn add(path: &Path, file: &str, id: &str) {
    let certificate = dieu7::x509::Certificate::parse(&std::fs::read(pki(file)).unwrap()).unwrap();
    let pin = certificate.fingerprint().to_string();
    let (code, said) =
        dieu7(path, &["trust", "add", &pki(file), "--pin", &pin, "--purpose", "public-duty", "--id", id]);
    assert_eq!(code, 0, "{said}");
}

fn make(path: &Path, out: &str) -> String {
    let (code, said) = dieu7(path, &["bundle", "make", "--out", out]);
    assert_eq!(code, 0, "{said}");
    let line = said.lines().find(|line| line.starts_with("Key fingerprint: ")).unwrap();
    line.trim_start_matches("Key fingerprint: ").to_owned()
}

fn check(path: &Path) -> i32 {
    let leaf = pki("certificates/noivu.der");
    dieu7(path, &["trust", "check", &leaf, "--crl", "crls", "--at", "2026-11-02"]).0
}

#[test]
fn a_bundle_carries_everything_once_its_maker_and_its_anchors_are_confirmed() {
    let (from, fingerprint) = maker();
    let bundle = from.path().join("one.tar").to_string_lossy().into_owned();
    let to = gateway();
    let (code, said) = dieu7(to.path(), &["bundle", "import", &bundle, "--yes"]);
    assert_eq!(code, 2, "a maker that nobody confirmed: {said}");
    assert!(said.contains("--key") && said.contains(&fingerprint), "{said}");
    let (code, _) = dieu7(to.path(), &["bundle", "import", &bundle, "--yes", "--key", &"00".repeat(32)]);
    assert_eq!(code, 2);
    let (code, said) = dieu7(to.path(), &["bundle", "import", &bundle, "--key", &fingerprint]);
    assert_eq!(code, 2, "an anchor that nobody confirmed: {said}");
    assert!(said.contains("NEW anchor: gov") && said.contains("--yes"), "{said}");
    assert!(!to.path().join("trust/bundle").exists() && !to.path().join("crls").exists());
    assert_eq!(check(to.path()), 2, "there is no folder of lists yet");

    let (code, said) = dieu7(to.path(), &["bundle", "import", &bundle, "--key", &fingerprint, "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(check(to.path()), 0);
    assert!(to.path().join("directory.csv").is_file());
    assert!(dieu7(to.path(), &["trust", "list"]).1.contains("from the bundle of another gateway"));
    // The same again changes nothing, and asks for nothing.
    let (code, said) = dieu7(to.path(), &["bundle", "import", &bundle]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("anchor:"), "{said}");
}

#[test]
fn an_older_bundle_does_not_come_back_and_what_a_newer_one_drops_is_shown() {
    let (from, fingerprint) = maker();
    let path = |name: &str| from.path().join(name).to_string_lossy().into_owned();
    let to = gateway();
    // Bundles are dated by the second.
    let made = dieu7::io::clock::now();
    while dieu7::io::clock::now() == made {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(dieu7(from.path(), &["trust", "remove", "gov", "--yes"]).0, 0);
    make(from.path(), "two.tar");
    assert_eq!(dieu7(to.path(), &["bundle", "import", &path("one.tar"), "--key", &fingerprint, "--yes"]).0, 0);
    assert_eq!(check(to.path()), 0);
    let (code, said) = dieu7(to.path(), &["bundle", "import", &path("two.tar")]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("anchor no longer in the bundle: gov"), "{said}");
    assert_eq!(dieu7(to.path(), &["bundle", "import", &path("two.tar"), "--yes"]).0, 0);
    assert_eq!(check(to.path()), 1);
    let kept = std::fs::read_dir(to.path().join("trust/withdrawn")).unwrap().count();
    assert_eq!(kept, 1, "the set before is kept");
    let (code, said) = dieu7(to.path(), &["bundle", "import", &path("one.tar"), "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("newest bundle"), "{said}");
    assert_eq!(check(to.path()), 1);
}

#[test]
fn what_a_killed_import_left_is_not_read_and_does_not_stop_the_next() {
    let (from, fingerprint) = maker();
    let bundle = from.path().join("one.tar").to_string_lossy().into_owned();
    let to = gateway();
    let half = to.path().join("trust/.bundle-new");
    std::fs::create_dir(&half).unwrap();
    std::fs::copy(pki("anchors/public-root.der"), half.join("x.der")).unwrap();
    std::fs::copy(pki("anchors.toml"), half.join("x.toml")).unwrap();
    let (_, before) = dieu7(to.path(), &["trust", "list"]);
    assert!(!before.contains("demo-") && !before.contains("DEMO"), "{before}");
    let (code, said) = dieu7(to.path(), &["bundle", "import", &bundle, "--key", &fingerprint, "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(!half.exists());
    assert!(!to.path().join("trust/bundle/x.der").exists());
    assert_eq!(check(to.path()), 0);
}

#[test]
fn a_file_that_is_no_bundle_or_a_bent_one_changes_nothing() {
    let (from, fingerprint) = maker();
    let to = gateway();
    let whole = std::fs::read(from.path().join("one.tar")).unwrap();
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    for odd in [&b""[..], b"nothing", &whole[..whole.len() - 512], &bent, &vec![0x41; 1 << 20]] {
        std::fs::write(to.path().join("odd.tar"), odd).unwrap();
        let (code, said) = dieu7(to.path(), &["bundle", "import", "odd.tar", "--key", &fingerprint, "--yes"]);
        assert_eq!(code, 2, "{said}");
        assert!(!to.path().join("trust/bundle").exists());
    }
    assert_eq!(dieu7(to.path(), &["bundle", "import", "none.tar"]).0, 3);
    let (code, _) = dieu7(from.path(), &["bundle", "make", "--out", "one.tar"]);
    assert_eq!(code, 2, "nothing is overwritten");
}

#[test]
fn standard_tools_open_a_bundle_and_verify_it() {
    let (from, fingerprint) = maker();
    let script = "mkdir x && tar -xf one.tar -C x && cd x && \
        (echo -----BEGIN PUBLIC KEY-----; sed -n 's/.*\"key\": \"\\(.*\\)\",/\\1/p' manifest.json; \
         echo -----END PUBLIC KEY-----) > key.pem && \
        openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig && \
        openssl pkey -pubin -in key.pem -outform DER | sha256sum";
    let output = Command::new("sh").current_dir(from.path()).args(["-c", script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("not found") {
        println!("left out: tar, sed or openssl are not there");
        return;
    }
    assert!(said.contains("Signature Verified Successfully") && said.contains(&fingerprint), "{said} {output:?}");
}

/// A gateway with Internet has most lists where it fetched them, and the rest wherever its operator put them.
#[test]
fn lists_are_carried_wherever_the_gateway_has_them_and_what_is_still_being_written_is_not() {
    use dieu7::io::cache::{Cache, Dates, Inquiry, Record};
    use dieu7::x509::Crl;

    let (from, _) = maker();
    let crls = from.path().join("crls");
    std::fs::rename(crls.join("gov-root.crl"), crls.join(".gov-root.crl.part")).unwrap();
    std::fs::create_dir(crls.join("inner")).unwrap();
    let der = |file: &str| Crl::parse(&std::fs::read(pki(file)).unwrap()).unwrap().der().to_vec();
    let (issuing, fetched) = (der("crls/gov-issuing.crl"), der("crls/gov-root.crl"));
    std::fs::rename(crls.join("gov-issuing.crl"), crls.join("inner/list")).unwrap();
    let names = || {
        let tar = std::fs::read(from.path().join("next.tar")).unwrap();
        std::fs::remove_file(from.path().join("next.tar")).unwrap();
        String::from_utf8_lossy(&tar).into_owned()
    };
    make(from.path(), "next.tar");
    let has = |tar: &str, list: &[u8]| tar.contains(&format!("crls/{}.crl", dieu7::digest::Sha256::of(list)));
    let tar = names();
    assert!(has(&tar, &issuing) && !has(&tar, &fetched));

    let now = dieu7::io::clock::now();
    let (cache, writer) = Cache::open(&from.path().join("revocation.sqlite"), 1 << 20);
    let list = Crl::parse(&fetched).unwrap();
    let dates = Dates { this_update: list.this_update(), next_update: list.next_update(), number: None };
    let inquiry = Inquiry {
        address: "http://ca.example/root.crl".into(),
        issuer: list.issuer().der().into(),
        key: [][..].into(),
        serial: None,
    };
    let hour = std::time::Duration::from_hours(1);
    cache.offer(
        inquiry,
        Record::new(fetched.as_slice().into(), Some(dates), dieu7::io::fetch::Validators::default(), now, hour),
    );
    cache.close();
    writer.unwrap().join().unwrap();
    make(from.path(), "next.tar");
    let tar = names();
    assert!(has(&tar, &issuing) && has(&tar, &fetched));
}
