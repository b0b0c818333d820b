//! `dieu7 serve`: the gateway, until it is told to stop.

mod reload;

use std::future::Future;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use dieu7::gateway::{Gateway, Identity};
use dieu7::io::cache::Cache;
use dieu7::io::clock;
use dieu7::io::evidence_keeper::EvidenceKeeper;
use dieu7::io::fetch::Client;
use dieu7::io::files;
use dieu7::io::gather::{self, Dns, Sources, Web};
use dieu7::io::milter::{self, AllowList, Listener, Stopped, UnixSocket};
use dieu7::io::reception::Reception;
use dieu7::io::sources::DropFolder;
use dieu7::io::store::{Remembering, SqliteStore};
use dieu7::io::worker::Processes;
use dieu7::milter::Limits;
use dieu7::sender;
use dieu7::settings::{Listen, Settings};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::AbortHandle;

use super::cli::{ConfigFile, ServeArguments};
use super::config;
use super::failure::{self, FINE, Failure, Text, USAGE};
use reload::Rules;

type RealGateway = Gateway<Remembering<Sources>, SqliteStore, Processes>;

pub fn run(arguments: &ServeArguments) -> Result<u8, Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "dieu7=info".into()))
        .with_writer(std::io::stderr)
        // Colours are for people; in a journal or a file they are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let (settings, file) = config::load(&arguments.config)?;
    let runtime = runtime()?;
    let stopped = runtime.block_on(async {
        // Before anything is opened: a signal during the start must not kill the process half-way.
        let signals = Signals::listen()?;
        let running = Running::start(settings).await?;
        Ok::<Stopped, Failure>(until_told(running, signals, &arguments.config, file).await)
    })?;
    // All that must be on disk is. What is left may wait for a name server for a minute, and nobody waits for its answer.
    runtime.shutdown_background();
    if stopped.cut > 0 {
        tracing::warn!(messages = stopped.cut, "cut off; Postfix keeps them and tries again");
    }
    Ok(FINE)
}

/// A runtime with as many threads as there are cores.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failure::unreadable)
}

/// A gateway that has its rulebook, its log and its socket.
pub struct Running {
    gateway: Arc<RealGateway>,
    listener: Listener,
    reception: Reception<Remembering<Sources>, SqliteStore, Processes>,
    limits: milter::Settings,
    writer: JoinHandle<()>,
    evidence: Option<JoinHandle<()>>,
    kept: Kept,
    rules: Rules,
}

/// The cache of revocation data and whoever keeps it up to date.
struct Kept {
    cache: Cache,
    writer: Option<JoinHandle<()>>,
    refresh: Option<AbortHandle>,
}

impl Running {
    /// Opens everything that settings name. Nothing is answered yet, but peers may connect.
    pub async fn start(settings: Settings) -> Result<Self, Failure> {
        let rulebook = files::rulebook(&settings).map_err(failure::settings)?;
        let (store, writer) = SqliteStore::open(&settings.log, &settings.site).map_err(failure::log)?;
        let identity = Identity {
            gateway: settings.gateway.clone(),
            header_prefix: settings.header_prefix.clone(),
            mode: settings.mode.token(),
        };
        let (sources, kept) = sources(&settings);
        let rules = Rules::of(&settings);
        let readers = Processes::start(&settings.workers, settings.message_octets, None);
        let sources = Remembering::new(sources, settings.log.clone());
        let gateway = Gateway::new(sources, store, readers.clone(), rulebook, identity);
        let (gateway, evidence) = keeping(gateway, settings.evidence.as_deref());
        let gateway = Arc::new(gateway);
        let listener = listen(&settings).await?;
        let reception = Reception::new(Arc::clone(&gateway), settings.mode, settings.too_large, settings.unwritable);
        said_layers(&readers).await;
        let limits = milter::Settings {
            limits: Limits { body: settings.message_octets, ..Limits::default() },
            connections: settings.connections,
            ..milter::Settings::default()
        };
        Ok(Self { gateway, listener, reception, limits, writer, evidence, kept, rules })
    }

    /// Answers until `stop` is ready; messages under way are finished, and the log is on disk when this returns.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Stopped {
        let Self { gateway, listener, reception, limits, writer, evidence, kept, .. } = self;
        let stopped = milter::serve(listener, Arc::new(reception), limits, stop).await;
        kept.close().await;
        // The last clone of the store goes with the gateway; then the writer has nothing more to wait for.
        drop(gateway);
        if !matches!(tokio::task::spawn_blocking(move || writer.join()).await, Ok(Ok(()))) {
            tracing::error!("the log's writer died");
        }
        if let Some(evidence) = evidence
            && !matches!(tokio::task::spawn_blocking(move || evidence.join()).await, Ok(Ok(())))
        {
            tracing::warn!("the writer of the evidence died");
        }
        stopped
    }
}

/// The gateway with a keeper of evidence, where settings want one. That there is none stops no mail.
fn keeping(gateway: RealGateway, folder: Option<&Path>) -> (RealGateway, Option<JoinHandle<()>>) {
    let Some(folder) = folder else { return (gateway, None) };
    match EvidenceKeeper::start(folder) {
        Ok((keeper, writer)) => (gateway.keeping(keeper), Some(writer)),
        Err(error) => {
            tracing::warn!(%error, "no thread to keep evidence; none is kept");
            (gateway, None)
        }
    }
}

/// Where evidence comes from, as settings have it; the web is asked ahead of time from now on.
fn sources(settings: &Settings) -> (Sources, Kept) {
    let of = &settings.revocation;
    let (cache, writer) = Cache::open(&of.cache, of.cache_octets);
    let client = of.fetch.then(|| Client::new(of));
    let web = Web::new(client, cache.clone(), of.ask_again, clock::now);
    let dns = Dns::new(&settings.dns, false, sender::missing, clock::now);
    let sources = Sources::new(DropFolder::new(settings.crls.clone()), web).within(of.message).asking(dns);
    let refresh = of.fetch.then(|| tokio::spawn(gather::refresh(Arc::clone(sources.web()))).abort_handle());
    (sources, Kept { cache, writer, refresh })
}

impl Kept {
    /// Nothing more is asked ahead, and what is known is on disk when this returns.
    async fn close(self) {
        if let Some(refresh) = self.refresh {
            refresh.abort();
        }
        let Self { cache, writer: Some(writer), .. } = self else { return };
        let closed = tokio::task::spawn_blocking(move || {
            cache.close();
            writer.join()
        });
        if !matches!(closed.await, Ok(Ok(()))) {
            tracing::warn!("the writer of the cache of revocation data died");
        }
    }
}

/// Says at the start which walls stand around readers; `doctor` says what to do about a missing one.
async fn said_layers(readers: &Processes) {
    let pool = readers.pool().clone();
    match tokio::task::spawn_blocking(move || pool.layers()).await {
        Ok(Ok(layers)) if layers.whole() => tracing::info!(%layers, "readers are locked in"),
        Ok(Ok(layers)) => tracing::warn!(%layers, "readers are not wholly locked in; see dieu7 doctor"),
        Ok(Err(lost)) => tracing::error!(%lost, "no reader can be started; mail will be flagged unchecked"),
        Err(error) => tracing::error!(%error, "readers not examined"),
    }
}

async fn listen(settings: &Settings) -> Result<Listener, Failure> {
    let no_socket = |facts: String| {
        Failure::new(
            USAGE,
            Text { vi: "Không mở được socket milter.", en: "The milter socket cannot be opened." },
            facts,
            Text {
                vi: "tạo thư mục của socket (xem docs/postfix.md), hoặc sửa [milter] socket, socket-group; mỗi socket chỉ một dieu7.",
                en: "make the socket's folder (see docs/postfix.md), or change [milter] socket, socket-group; one dieu7 per socket.",
            },
        )
    };
    match &settings.listen {
        Listen::Inet(address) => {
            let allow = AllowList::new(&settings.allow_peers).map_err(|error| no_socket(error.to_string()))?;
            Listener::inet(*address, allow).await.map_err(|error| no_socket(error.to_string()))
        }
        Listen::Unix(path) => {
            let group = Some(settings.socket_group.clone()).filter(|group| !group.is_empty());
            let socket = UnixSocket { path: path.clone(), mode: settings.socket_mode, group };
            Listener::unix(&socket).map_err(|error| no_socket(error.to_string()))
        }
    }
}

/// What the system tells a service.
struct Signals {
    /// That a file reached its limit (`LimitFSIZE`, `ulimit -f`) kills a process that does not listen; the write's error
    /// then says the same, as on a full disk.
    _file_size: Signal,
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let on = |kind| signal(kind).map_err(failure::unreadable);
        Ok(Self {
            _file_size: on(SignalKind::from_raw(libc::SIGXFSZ))?,
            hangup: on(SignalKind::hangup())?,
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
        })
    }
}

/// SIGTERM and SIGINT end gracefully, SIGHUP reloads; systemd is told of each step.
async fn until_told(running: Running, signals: Signals, config: &ConfigFile, file: Option<PathBuf>) -> Stopped {
    let Signals { hangup, mut interrupt, mut terminate, .. } = signals;
    tracing::info!(settings = file.map(|file| file.display().to_string()), "ready");
    notify(&[sd_notify::NotifyState::Ready]);
    let reloading =
        tokio::spawn(reload::on(hangup, Arc::clone(&running.gateway), config.clone(), running.rules.clone()));
    let reload = reloading.abort_handle();
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // The task holds the gateway, and with it the log open.
        reload.abort();
        let _ = reloading.await;
        tracing::info!("stopping");
        notify(&[sd_notify::NotifyState::Stopping]);
    };
    running.serve(stop).await
}

fn notify(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(%error, "systemd not told");
    }
}
