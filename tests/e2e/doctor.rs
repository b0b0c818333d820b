//! `dieu7 doctor` beside a real Postfix.

use std::process::Command;

use crate::support::gateway::BINARY;
use crate::support::site::{Site, Wish};

#[test]
fn doctor_names_the_postfix_setting_that_lets_smuggled_mail_in_and_is_silent_once_it_is_mended() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let mended = examine(&site);
    let main_cf = site.postfix.configuration().join("main.cf");
    let good = std::fs::read_to_string(&main_cf).unwrap();
    std::fs::write(&main_cf, good.replace("smtpd_forbid_bare_newline = normalize", "smtpd_forbid_bare_newline = no"))
        .unwrap();
    let open = examine(&site);
    assert_eq!(broken(&mended), Vec::<&str>::new());
    let [smuggling] = broken(&open)[..] else { panic!("{open}") };
    assert!(smuggling.contains("LF.LF"), "{smuggling}");
}

fn broken(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.starts_with('✗')).collect()
}

fn examine(site: &Site) -> String {
    let output = Command::new(BINARY)
        .args(["--lang", "en", "doctor", "--config"])
        .arg(site.settings())
        .env("MAIL_CONFIG", site.postfix.configuration())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
