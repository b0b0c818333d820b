//! What changes while the gateway runs: all of its rules when it is told so (SIGHUP), and the living directory by itself.

use std::path::PathBuf;
use std::sync::Arc;

use dieu7::io::files;
use dieu7::io::store::directory::Watch;
use dieu7::sender::Directory;
use dieu7::settings::Settings;
use tokio::signal::unix::Signal;
use tokio::time::MissedTickBehavior;

use super::super::cli::ConfigFile;
use super::super::{config, failure};
use super::RealGateway;

/// Where the directory is looked for while the gateway runs.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The log that is written, which only a restart changes.
    log: PathBuf,
    /// The directory lives beside it; else it is a file, which is read when the gateway is told to.
    living: bool,
}

impl Rules {
    /// As settings have it.
    pub fn of(settings: &Settings) -> Self {
        Self { log: settings.log.clone(), living: settings.directory.is_none() }
    }
}

/// On SIGHUP policies, anchors and directory are read again; when one cannot be used the old ones stay. Sockets, log and
/// limits need a restart. A change of the living directory is noticed without being told.
pub async fn on(mut hangup: Signal, gateway: Arc<RealGateway>, config: ConfigFile, rules: Rules) {
    let mut watch = watch(&rules, &gateway);
    let mut ticks = tokio::time::interval(Watch::EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            told = hangup.recv() => {
                if told.is_none() {
                    return;
                }
                if let Some(rules) = reload(&gateway, &config, &rules) {
                    watch = self::watch(&rules, &gateway);
                }
            }
            _ = ticks.tick(), if watch.is_some() => {
                if let Some(watching) = watch.take() {
                    watch = look(watching, &gateway, &rules).await;
                }
            }
        }
    }
}

fn watch(rules: &Rules, gateway: &RealGateway) -> Option<Watch> {
    let seen = gateway.rulebook().directory().map_or(0, Directory::revision);
    rules.living.then(|| Watch::new(&rules.log, seen))
}

fn reload(gateway: &RealGateway, config: &ConfigFile, rules: &Rules) -> Option<Rules> {
    let loaded = config::load(config).and_then(|(mut settings, _)| {
        settings.log.clone_from(&rules.log);
        let rulebook = files::rulebook(&settings).map_err(failure::settings)?;
        Ok((Rules::of(&settings), rulebook))
    });
    match loaded {
        Ok((rules, rulebook)) => {
            tracing::info!(rulebook = %rulebook.digest(), "reloaded");
            gateway.replace_rulebook(rulebook);
            Some(rules)
        }
        Err(failure) => {
            tracing::error!(cause = failure.facts(), "not reloaded; the settings from before stay in force");
            None
        }
    }
}

/// A look that finds another directory puts it into the rulebook; one that fails leaves the old one in force.
async fn look(watch: Watch, gateway: &Arc<RealGateway>, rules: &Rules) -> Option<Watch> {
    let mut watch = watch;
    let looked = tokio::task::spawn_blocking(move || {
        let found = watch.look().map(|found| found.map(Directory::prepared));
        (watch, found)
    });
    match looked.await {
        Ok((watch, found)) => {
            match found {
                Ok(Some(directory)) => {
                    let (revision, listings) = (directory.revision(), directory.listings().len());
                    let rulebook = gateway.rulebook().with_directory(directory);
                    tracing::info!(revision, listings, rulebook = %rulebook.digest(), "directory changed");
                    gateway.replace_rulebook(rulebook);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, "directory not read; the one from before stays in force");
                }
            }
            Some(watch)
        }
        Err(error) => {
            tracing::error!(%error, "directory not looked at");
            self::watch(rules, gateway)
        }
    }
}
