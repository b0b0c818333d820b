//! Readers that were started ahead, so that no mail waits for one to start.
//!
//! One thread, the steward, starts them and buries the dead: readers die with the thread that started them (the
//! kernel's rule for the parent-death signal), so it must be one that lives as long as the pool.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::process::{Lost, Process, Setup};
use super::sandbox::Layers;
use super::wire::{Order, Said};
use super::{Reader, Readers};

/// A reader is ready within milliseconds; a machine that is short of everything may take this long.
const START: Duration = Duration::from_secs(5);
/// After a failed start, before the next one.
const PAUSE: Duration = Duration::from_millis(250);
/// Readers that hang while they wait are passed over so long; Postfix is patient meanwhile.
const PATIENCE: Duration = Duration::from_secs(15);

/// Readers that wait for work. Clones share them; the processes end with the last clone.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    _steward: Arc<Steward>,
}

#[derive(Debug)]
struct Shared {
    setup: Setup,
    ahead: usize,
    state: Mutex<State>,
    /// For the steward.
    work: Condvar,
    /// For those who wait for a reader.
    ready: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: VecDeque<Process>,
    /// How many are at work.
    busy: usize,
    done: Vec<Process>,
    /// Why the newest start failed, while none has succeeded since.
    failure: Option<String>,
    stopping: bool,
}

#[derive(Debug)]
struct Steward {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A reader of the pool; it is buried by the steward.
#[derive(Debug)]
pub struct Pooled {
    /// Taken when it goes.
    process: Option<Process>,
    shared: Arc<Shared>,
    layers: Layers,
}

impl Pool {
    /// Keeps `ahead` readers waiting.
    #[must_use]
    pub fn new(setup: Setup, ahead: usize) -> Self {
        let shared = Arc::new(Shared {
            setup,
            ahead: ahead.max(1),
            state: Mutex::default(),
            work: Condvar::new(),
            ready: Condvar::new(),
        });
        let stewards = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("steward".to_owned()).spawn(move || stewards.keep());
        let thread = Mutex::new(thread.map_err(|error| tracing::error!(%error, "no thread for readers")).ok());
        Self { shared: Arc::clone(&shared), _steward: Arc::new(Steward { shared, thread }) }
    }

    /// The walls around a reader of this pool.
    pub fn layers(&self) -> Result<Layers, Lost> {
        self.reader().map(|pooled| pooled.layers)
    }
}

impl Readers for Pool {
    type Reader = Pooled;

    fn reader(&self) -> Result<Pooled, Lost> {
        let mut why = Lost::NotStarted("no reader".to_owned());
        let until = Instant::now() + PATIENCE;
        // All that wait may have been killed at once; when one that was started since is dead too, all will be.
        for _ in 0..self.shared.ahead + 2 {
            if Instant::now() >= until {
                break;
            }
            let process = Some(self.shared.take()?);
            let layers = Layers { limits: false, landlock: false, seccomp: false, tied: false };
            let mut pooled = Pooled { process, shared: Arc::clone(&self.shared), layers };
            match pooled.hear(START) {
                // It may have said so, and been killed since.
                Ok(Said::Ready(_)) if !pooled.process.as_mut().is_some_and(Process::is_alive) => {
                    why = Lost::NotStarted("it was killed while it waited".to_owned());
                }
                Ok(Said::Ready(layers)) => {
                    pooled.layers = layers;
                    return Ok(pooled);
                }
                Ok(_) => why = Lost::Nonsense("it was not ready".to_owned()),
                Err(lost) => why = lost,
            }
        }
        Err(why)
    }
}

impl Reader for Pooled {
    fn ask(&mut self, order: &Order, octets: &[u8]) -> Result<(), Lost> {
        self.process.as_mut().map_or_else(gone, |process| process.ask(order, octets))
    }

    fn hear(&mut self, within: Duration) -> Result<Said, Lost> {
        self.process.as_mut().map_or_else(gone, |process| process.hear(within))
    }

    fn id(&self) -> u32 {
        self.process.as_ref().map_or(0, Process::id)
    }
}

fn gone<T>() -> Result<T, Lost> {
    Err(Lost::NotStarted("it is gone".to_owned()))
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.busy = state.busy.saturating_sub(1);
        if !state.stopping {
            state.done.extend(self.process.take());
            self.shared.work.notify_one();
        }
    }
}

impl Drop for Steward {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.work.notify_all();
        self.shared.ready.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the steward of the readers died");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the one that has waited longest.
    fn take(&self) -> Result<Process, Lost> {
        let until = Instant::now() + START;
        let mut state = self.lock();
        loop {
            if let Some(process) = state.idle.pop_front() {
                state.busy += 1;
                if self.is_short(&state) {
                    self.work.notify_one();
                }
                return Ok(process);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || state.stopping {
                let why = state.failure.clone().unwrap_or_else(|| "the machine is too slow".to_owned());
                return Err(Lost::NotStarted(why));
            }
            state = self.ready.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether one is to be started: its start would compete with the work of the one that was just taken, so those at
    /// work count as long as somebody else still waits.
    fn is_short(&self, state: &State) -> bool {
        state.idle.is_empty() || state.idle.len() + state.busy < self.ahead
    }

    /// The steward's work, until the pool goes.
    fn keep(&self) {
        let mut state = self.lock();
        while !state.stopping {
            if self.is_short(&state) {
                drop(state);
                let started = Process::start(&self.setup);
                state = self.lock();
                match started {
                    Ok(process) => {
                        if state.failure.take().is_some() {
                            tracing::info!("readers can be started again");
                        }
                        state.idle.push_back(process);
                        self.ready.notify_one();
                    }
                    Err(error) => {
                        let error = error.to_string();
                        if state.failure.as_ref() != Some(&error) {
                            tracing::error!(
                                error,
                                "no reader can be started; mail is flagged unchecked until one can (memory? process limit?)"
                            );
                        }
                        state.failure = Some(error);
                        state = self.work.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
                    }
                }
            } else if state.done.is_empty() {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let done = std::mem::take(&mut state.done);
            if !done.is_empty() {
                drop(state);
                drop(done);
                state = self.lock();
            }
        }
        let left = (std::mem::take(&mut state.idle), std::mem::take(&mut state.done));
        drop(state);
        drop(left);
    }
}
