//! What must be on the machine, and what is said when it is not.

use std::path::Path;

/// Programs that every test needs, with the Debian package that brings them.
const PROGRAMS: [(&str, &str); 5] = [
    ("postfix", "postfix"),
    ("saslpasswd2", "sasl2-bin"),
    ("setpriv", "util-linux"),
    ("prlimit", "util-linux"),
    ("sh", "dash"),
];

/// Whether a test can run here, with `more` programs than all need. Left out is a failure, unless
/// `DIEU7_ALLOW_MISSING=1` allows it; then it is said.
#[must_use]
pub fn met(more: &[(&str, &str)]) -> bool {
    let mut missing: Vec<String> = PROGRAMS
        .iter()
        .chain(more)
        .filter(|(program, _)| find(program).is_none())
        .map(|(program, package)| format!("{program} (Debian package {package})"))
        .collect();
    if !is_root() {
        missing.push("root, which Postfix needs".to_owned());
    }
    if !sasldb() {
        missing.push("the SASL module libsasldb.so (Debian package libsasl2-modules-db)".to_owned());
    }
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join(", ");
    assert!(
        std::env::var_os("DIEU7_ALLOW_MISSING").is_some_and(|value| value == "1"),
        "end-to-end tests need {missing}; DIEU7_ALLOW_MISSING=1 leaves them out"
    );
    eprintln!("LEFT OUT for want of {missing}");
    false
}

/// Where a program is; `sbin` too, which not every PATH has.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
        .map(|folder| Path::new(folder).join(program))
        .find(|file| file.is_file())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn sasldb() -> bool {
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    libraries.chain(["/usr/lib".into()]).any(|folder| folder.join("sasl2/libsasldb.so").exists())
}
