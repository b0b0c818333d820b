//! Who may know whom: holds the `crate::` paths of every module against the order of ARCHITECTURE.md.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A module may use those of earlier layers, and those beside it in its own.
const LAYERS: &[&[&str]] = &[
    &["algorithm", "asn1", "budget", "digest", "time"],
    &["cms", "evidence", "message", "pdf", "x509"],
    &["sender", "signature"],
    &["dossier"],
    &["policy"],
    &["audit", "report"],
    &["milter", "stamp"],
    &["gateway", "settings"],
    &["io"],
];
/// Modules that wait; all others are plain synchronous Rust.
const WAITING: &[&str] = &["gateway", "io"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file of the library below a module: the module's name, the file, its text without the unit tests.
fn modules() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files
        .into_iter()
        .filter_map(|file| {
            let inside = file.strip_prefix(&src).unwrap();
            let module = inside.components().next().unwrap().as_os_str().to_str().unwrap();
            let module = module.trim_end_matches(".rs").to_owned();
            // `testing.rs` and `build.rs` make inputs for tests, `fuzz` for fuzzers; they are compiled for nothing else.
            let is_test = ["tests", "tests.rs", "testing.rs", "build.rs", "fuzz"]
                .iter()
                .any(|name| inside.components().any(|part| part.as_os_str() == *name));
            if ["lib", "main", "commands"].contains(&module.as_str()) || is_test {
                return None;
            }
            let text = fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            Some((module, file, text))
        })
        .collect()
}

fn rank(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("`{module}` has no layer yet; give it one here and in ARCHITECTURE.md"))
}

#[test]
fn modules_use_only_the_layers_below_them() {
    for (module, file, text) in modules() {
        for piece in text.split("crate::").skip(1) {
            let used: String = piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // A macro or an item of the crate's root has no layer.
            if used.is_empty() || used == module || used == "test" {
                continue;
            }
            assert!(
                rank(&used) <= rank(&module) && (rank(&used) < rank(&module) || used != module),
                "{} uses `{used}`, which stands above it",
                file.display()
            );
        }
    }
}

#[test]
fn only_io_and_the_gateway_wait_or_touch_the_world() {
    const WORLD: &[&str] =
        &["std::fs", "std::net::Tcp", "tokio::", "SystemTime", "Instant::now", "async fn", "std::env"];
    for (module, file, text) in modules() {
        if WAITING.contains(&module.as_str()) {
            continue;
        }
        for word in WORLD {
            assert!(!text.contains(word), "{} has `{word}`; only {WAITING:?} may", file.display());
        }
    }
}

#[test]
fn only_a_store_makes_receipts() {
    for (_, file, text) in modules() {
        let is_store = file.components().any(|part| part.as_os_str() == "store");
        let is_definition = file.ends_with("audit/receipt.rs");
        assert!(
            is_store || is_definition || !text.contains("after_durable_append"),
            "{} makes a receipt without having written anything",
            file.display()
        );
    }
}

#[test]
fn no_source_file_is_longer_than_five_hundred_lines() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines; look for the second noun in it", file.display());
    }
}
