//! `dieu7 trust` as its user meets it: the real program, exit codes, both languages, hostile files.

use std::path::{Path, PathBuf};
use std::process::Command;

use dieu7::x509::Certificate;

use crate::attacks::forge::Key;
use crate::ocsp::responses;

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

fn trust(folder: &Path, arguments: &[&str]) -> (i32, String) {
    dieu7(folder, &[&["--lang", "en", "trust"], arguments, &["--config", "dieu7.toml"]].concat())
}

fn pki(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki").join(file).to_string_lossy().into_owned()
}

fn certificate(file: &str) -> Certificate {
    Certificate::parse(&std::fs::read(pki(file)).unwrap()).unwrap()
}

fn pin(file: &str) -> String {
    certificate(file).fingerprint().to_string()
}

/// A folder with settings and an empty trust folder.
fn empty() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dieu7.toml"), "[trust]\nfolder = \"trust\"\ncrls = \"crls\"\n").unwrap();
    folder
}

fn files(folder: PathBuf) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Arguments that make the department's certificate trusted.
fn check(folder: &Path, leaf: &str, further: &[&str]) -> (i32, String) {
    let (leaf, root, issuing) = (pki(leaf), pki("anchors/gov-root.der"), pki("intermediates/gov-issuing.der"));
    let asked = ["check", &leaf, "--anchor", &root, "--untrusted", &issuing, "--at", "2026-11-02"];
    trust(folder, &[&asked[..], further].concat())
}

const LEAF: &str = "certificates/noivu.der";

#[test]
fn a_certificate_is_trusted_when_its_path_holds_and_revocation_is_said_not_to_be_checked() {
    let folder = empty();
    let (code, said) = check(folder.path(), LEAF, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("NOT CHECKED") && said.contains("Conclusion: TRUSTED"), "{said}");
    let (code, said) = dieu7(
        folder.path(),
        &["--lang", "vi", "trust", "check", &pki(LEAF), "--anchor", &pki("anchors/gov-root.der"), "--at", "2026-11-02"],
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Kết luận: KHÔNG TIN CẬY") && said.contains("không có đường dẫn"), "{said}");
}

#[test]
fn with_lists_good_revoked_and_unknown_are_told_apart() {
    let folder = empty();
    let (issuing, root) = (pki("crls/gov-issuing.crl"), pki("crls/gov-root.crl"));
    let (code, said) = check(folder.path(), LEAF, &["--crl", &issuing, "--crl", &root]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = check(folder.path(), LEAF, &["--crl", &pki("crls")]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = check(folder.path(), "certificates/noivu-revoked.der", &["--crl", &issuing, "--crl", &root]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("REVOKED") && said.contains("NOT TRUSTED"), "{said}");
    let (code, said) = check(folder.path(), LEAF, &["--crl", &root]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("revocation not known") && said.contains("UNDETERMINED"), "{said}");
}

#[test]
fn what_an_operator_made_an_anchor_is_revoked_by_no_list_and_the_command_says_so() {
    let folder = empty();
    let (revoked, root) = (pki("certificates/noivu-revoked.der"), pki("anchors/gov-root.der"));
    let (issuing, lists) = (pki("intermediates/gov-issuing.der"), pki("crls"));
    let asked =
        ["check", &revoked, "--anchor", &revoked, "--untrusted", &issuing, "--crl", &lists, "--at", "2026-11-02"];
    let (code, said) = trust(folder.path(), &asked);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("revocation: NOT CHECKED") && said.contains("dieu7 trust remove"), "{said}");
    // Where a path leads to a CA that is trusted too, the lists of that path count.
    let (code, said) = trust(folder.path(), &[&asked[..], &["--anchor", &root]].concat());
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("REVOKED"), "{said}");
}

#[test]
fn a_responder_that_does_not_know_a_certificate_takes_nothing_from_the_list_of_its_ca() {
    let folder = empty();
    let (issuer, leaf) = (certificate("intermediates/gov-issuing.der"), certificate(LEAF));
    let about = responses::Answer::about(&leaf, &issuer, responses::unknown());
    let response = responses::Response::of(&Key::of("gov-issuing"), &issuer, about).der();
    std::fs::write(folder.path().join("unknown.ocsp"), response).unwrap();
    let lists = pki("crls");
    let (code, said) = check(folder.path(), LEAF, &["--crl", &lists, "--ocsp", "unknown.ocsp"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = check(folder.path(), LEAF, &["--crl", &pki("crls/gov-root.crl"), "--ocsp", "unknown.ocsp"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("UNDETERMINED"), "{said}");
    let (code, said) =
        check(folder.path(), "certificates/noivu-revoked.der", &["--crl", &lists, "--ocsp", "unknown.ocsp"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("REVOKED"), "{said}");
}

#[test]
fn what_tells_of_revocation_and_cannot_be_read_never_makes_a_certificate_trusted() {
    let folder = empty();
    std::fs::write(folder.path().join("odd"), b"\x30\x82\xff\xff nothing").unwrap();
    for option in ["--crl", "--ocsp"] {
        let (code, said) = check(folder.path(), LEAF, &[option, "odd"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("UNDETERMINED"), "{said}");
        let (code, said) = check(folder.path(), LEAF, &[option, "none"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("none"), "{said}");
    }
    let (code, said) = check(folder.path(), LEAF, &["--untrusted", "odd"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("left out"), "{said}");
}

#[test]
fn a_file_that_is_no_certificate_is_not_trusted_and_one_that_does_not_open_is_a_wrong_call() {
    let folder = empty();
    let root = pki("anchors/gov-root.der");
    let sound = std::fs::read(pki(LEAF)).unwrap();
    let trailing = [&sound[..], b"x"].concat();
    for odd in [&b""[..], b"nothing", &sound[..100], &trailing, &vec![0x30; 70_000]] {
        std::fs::write(folder.path().join("odd"), odd).unwrap();
        let (code, said) = trust(folder.path(), &["check", "odd", "--anchor", &root]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("NOT TRUSTED") && said.contains("not a certificate"), "{said}");
        let (code, said) = trust(folder.path(), &["check", "odd", "--anchor", &root, "--json"]);
        assert_eq!(code, 1, "{said}");
        let json: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
        assert_eq!(json["conclusion"], "not-trusted");
    }
    for arguments in [
        &["check", "none.der"][..],
        &["check", "."],
        &["check", "odd", "--anchor", "none.der"],
        &["check", "odd", "--at", "yesterday"],
        &["check", "odd", "--policy-oid", "x"],
        &["check", "odd", "--purpose", "anything"],
        &["check"],
    ] {
        assert_eq!(trust(folder.path(), arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn a_sound_certificate_does_not_answer_for_a_broken_one_before_it() {
    let folder = empty();
    let (_, sound) = trust(folder.path(), &["show", &pki(LEAF)]);
    assert!(sound.contains("SHA-256"), "{sound}");
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let root = pki("anchors/gov-root.der");
    trust(
        folder.path(),
        &["add", &root, "--pin", &pin("anchors/gov-root.der"), "--purpose", "public-duty", "--id", "g"],
    );
    let (code, sound) = trust(folder.path(), &["export", "g"]);
    assert_eq!(code, 0);
    std::fs::write(folder.path().join("two.pem"), [pem, &sound].concat()).unwrap();
    let (code, said) = trust(folder.path(), &["check", "two.pem", "--purpose", "any", "--anchor", &root]);
    assert_eq!(code, 1, "{said}");
    std::fs::write(folder.path().join("two.pem"), [&sound, pem].concat()).unwrap();
    let (code, said) = trust(folder.path(), &["check", "two.pem", "--purpose", "any", "--anchor", &root]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_purpose_decides_what_a_certificate_must_be_and_the_default_is_signing_documents() {
    let folder = empty();
    let tsa = "certificates/tsa.der";
    let code = |purpose: &str, leaf: &str| {
        let (leaf, root, issuing) = (pki(leaf), pki("anchors/gov-root.der"), pki("intermediates/gov-issuing.der"));
        let asked = ["check", &leaf, "--anchor", &root, "--untrusted", &issuing, "--at", "2026-11-02"];
        trust(folder.path(), &[&asked[..], &["--purpose", purpose]].concat()).0
    };
    assert_eq!(code("any", tsa), 0);
    assert_eq!(code("timestamping", tsa), 0);
    assert_eq!(code("document-signing", tsa), 1);
    assert_eq!(code("timestamping", LEAF), 1);
    let (json, said) = check(folder.path(), LEAF, &["--json"]);
    assert_eq!(json, 0);
    let json: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((json["purpose"].as_str(), json["conclusion"].as_str()), (Some("document-signing"), Some("trusted")));
}

#[test]
fn without_a_pin_nothing_becomes_an_anchor_and_nobody_is_asked() {
    let folder = empty();
    let root = pki("anchors/gov-root.der");
    let (code, said) = trust(folder.path(), &["add", &root]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("completes paths only") || said.contains("complete paths only"), "{said}");
    let (code, said) = trust(folder.path(), &["add", &root, "--purpose", "public-duty"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(&format!("--pin {}", pin("anchors/gov-root.der"))), "{said}");
    let (code, said) = trust(folder.path(), &["add", &root, "--pin", &"00".repeat(32), "--purpose", "public-duty"]);
    assert_eq!(code, 2, "{said}");
    let (code, said) = trust(folder.path(), &["add", &root, "--pin", &pin("anchors/gov-root.der")]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--purpose"), "{said}");
    let issuing = pki("intermediates/gov-issuing.der");
    let (code, said) = trust(folder.path(), &["check", &pki(LEAF), "--untrusted", &issuing, "--at", "2026-11-02"]);
    assert_eq!(code, 1, "{said}");
}

#[test]
fn an_operator_adds_with_a_pin_lists_shows_exports_and_withdraws_leaving_a_trace() {
    let folder = empty();
    let path = folder.path();
    let root = pki("anchors/gov-root.der");
    let its_pin = pin("anchors/gov-root.der");
    let (code, said) = trust(
        path,
        &[
            "add",
            &root,
            "--pin",
            &its_pin,
            "--purpose",
            "public-duty",
            "--purpose",
            "timestamping",
            "--from",
            "2020-01-01",
            "--to",
            "2026-12-31",
            "--basis",
            "Quyết định \"1\"",
            "--source",
            "http://example.vn/",
            "--id",
            "gov",
        ],
    );
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(path.join("trust/anchors.d")), ["gov.toml"]);
    let (_, said) = trust(path, &["list", "--json"]);
    let rows: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = rows.iter().find(|row| row["id"] == "gov").unwrap();
    assert_eq!((row["origin"].as_str(), row["installed"].as_bool()), (Some("own"), Some(true)));
    assert!(rows.iter().any(|row| row["id"] == "vgca-root-g1"), "the published entries stay");
    let (_, said) = trust(path, &["show", "gov"]);
    assert!(said.contains("Quyết định \"1\"") && said.contains(&its_pin), "{said}");
    let issuing = pki("intermediates/gov-issuing.der");
    let at = |day: &str| trust(path, &["check", &pki(LEAF), "--untrusted", &issuing, "--at", day]);
    assert_eq!(at("2026-12-31").0, 0);
    let (code, said) = at("2027-01-01");
    assert_eq!(code, 1);
    assert!(said.contains("licence") && said.contains("UNDETERMINED"), "{said}");

    let (code, _) = trust(path, &["export", "gov", "--der", "--out", "gov.der"]);
    assert_eq!(code, 0);
    assert_eq!(std::fs::read(path.join("gov.der")).unwrap(), certificate("anchors/gov-root.der").der());
    assert_eq!(trust(path, &["export", "gov", "--out", "gov.der"]).0, 2, "nothing is overwritten");

    let (code, said) = trust(path, &["remove", "gov"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(files(path.join("trust/anchors.d")), ["gov.toml"]);
    let (code, said) = trust(path, &["remove", "gov", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(path.join("trust/withdrawn")).len(), 2, "entry and certificate are kept");
    assert!(!trust(path, &["list"]).1.contains(&its_pin));
    assert_eq!(trust(path, &["remove", "gov", "--yes"]).0, 2);
}

#[test]
fn two_generations_stand_side_by_side_and_no_id_is_taken_from_another() {
    let folder = empty();
    let path = folder.path();
    let add = |file: &str, id: &str| {
        let pin = pin(file);
        trust(path, &["add", &pki(file), "--pin", &pin, "--purpose", "public-ca", "--id", id])
    };
    assert_eq!(add("anchors/gov-root.der", "one").0, 0);
    let (code, said) = add("anchors/public-root.der", "one");
    assert_eq!(code, 2, "{said}");
    assert_eq!(add("anchors/public-root.der", "two").0, 0);
    assert_eq!(files(path.join("trust/anchors.d")), ["one.toml", "two.toml"]);
    for odd in ["../three", "a/b", ".x", ""] {
        assert_eq!(add("anchors/public-root.der", odd).0, 2, "{odd}");
    }
}

#[test]
fn an_entry_that_is_stated_again_under_another_id_takes_the_place_of_the_first() {
    let folder = empty();
    let path = folder.path();
    let (root, its_pin) = (pki("anchors/gov-root.der"), pin("anchors/gov-root.der"));
    let state = |id: &str, to: &str| {
        let asked = ["add", &root, "--pin", &its_pin, "--purpose", "public-duty", "--to", to, "--id", id];
        assert_eq!(trust(path, &asked).0, 0);
    };
    state("z", "2030-12-31");
    state("a", "2026-06-30");
    assert_eq!(files(path.join("trust/anchors.d")), ["a.toml"]);
    let issuing = pki("intermediates/gov-issuing.der");
    let (code, said) = trust(path, &["check", &pki(LEAF), "--untrusted", &issuing, "--at", "2026-11-02"]);
    assert!(code == 1 && said.contains("licence"), "the newer period counts, whatever the names: {said}");
    assert_eq!(trust(path, &["remove", "a", "--yes"]).0, 0);
    assert!(!trust(path, &["list"]).1.contains(&its_pin), "the first one does not come back");
    assert_eq!(files(path.join("trust/withdrawn")).len(), 3, "both entries and the certificate are kept");
}

#[test]
fn a_period_that_ends_before_it_begins_and_a_withdrawal_that_nobody_confirms_change_nothing() {
    let folder = empty();
    let path = folder.path();
    let (root, its_pin) = (pki("anchors/gov-root.der"), pin("anchors/gov-root.der"));
    let add = ["add", &root, "--pin", &its_pin, "--purpose", "public-duty", "--id", "gov"];
    let (code, said) = trust(path, &[&add[..], &["--from", "2026-01-02", "--to", "2026-01-01"]].concat());
    assert!(code == 2 && !said.contains("→"), "{said}");
    assert!(files(path.join("trust")).is_empty());
    assert_eq!(trust(path, &add).0, 0);
    let before = files(path.join("trust"));
    let (code, said) = trust(path, &["remove", "gov"]);
    assert!(code == 2 && said.contains("--yes"), "{said}");
    assert_eq!(files(path.join("trust")), before);
    // What is there already is not written a second time under another name.
    assert!(trust(path, &["add", &root]).1.contains("already there"));
    assert_eq!(files(path.join("trust")), before);
}
