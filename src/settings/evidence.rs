//! The section `[evidence]`: whether and where the gateway keeps what its verdicts rest on.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Name of the folder beside the log.
const FOLDER: &str = "evidence";

/// As typed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct RawEvidence {
    keep: bool,
    folder: PathBuf,
}

impl Default for RawEvidence {
    fn default() -> Self {
        // Circular 15/2025/TT-BKHCN wants it kept; lists are shared by all messages, so a year of it is gigabytes.
        Self { keep: true, folder: PathBuf::new() }
    }
}

impl RawEvidence {
    /// The folder, where `log` is the log's file; `None` when nothing is kept.
    pub(super) fn meant(&self, base: &Path, log: &Path) -> Option<PathBuf> {
        let beside = self.folder.as_os_str().is_empty();
        self.keep.then(|| if beside { log.with_file_name(FOLDER) } else { base.join(&self.folder) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_kept_beside_the_log_unless_the_operator_says_otherwise() {
        let meant = |text: &str| {
            let raw: RawEvidence = toml::from_str(text).unwrap();
            raw.meant(Path::new("/etc/dieu7"), Path::new("/var/lib/dieu7/log.sqlite"))
        };
        assert_eq!(meant("").unwrap(), Path::new("/var/lib/dieu7/evidence"));
        assert_eq!(meant("folder = \"/srv/e\"").unwrap(), Path::new("/srv/e"));
        assert_eq!(meant("keep = false"), None);
    }
}
