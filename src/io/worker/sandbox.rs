//! How a reader locks itself in before it is given a single octet of mail: limits, Landlock, seccomp.
//!
//! Each layer holds where the others are missing: a kernel without one of them is told by `doctor`, not refused.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetStatus, Scope};
use rustix::process::{Resource, Rlimit, Signal, getpid, set_parent_process_death_signal, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use serde::{Deserialize, Serialize};

/// Which walls stand around a reader.
#[expect(clippy::struct_excessive_bools, reason = "independent walls, not a state")]
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Layers {
    /// All limits of the system were taken.
    pub limits: bool,
    /// No file can be opened (Landlock); a kernel before 5.13, or one without it, cannot promise that.
    pub landlock: bool,
    /// Only a few system calls are left (seccomp).
    pub seccomp: bool,
    /// It dies with the gateway.
    pub tied: bool,
}

impl Layers {
    /// Whether every wall stands.
    #[must_use]
    pub const fn whole(self) -> bool {
        self.limits && self.landlock && self.seccomp && self.tied
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers =
            [("limits", self.limits), ("Landlock", self.landlock), ("seccomp", self.seccomp), ("tied", self.tied)];
        for (name, stands) in layers {
            write!(f, "{}{name}", if stands { "+" } else { "-" })?;
        }
        Ok(())
    }
}

/// Highest number of a file descriptor, and one more: input, the socket, standard error. No other one can be made.
const FILES: u64 = 3;

/// Locks this process in: at most `memory` octets of address space and `seconds` of processor time.
pub(super) fn lock(memory: u64, seconds: u64) -> Layers {
    let tied = set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
    // Ctrl-C and systemd's SIGTERM reach every process of the service, but only the gateway decides when it is time:
    // the mail under way is still to be finished. Handled means that nothing happens.
    for signal in [signal_hook::consts::SIGHUP, signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    // Before the limit on files: it takes a descriptor for a moment, and some may have been inherited.
    let landlock = landlock();
    let limits = [
        (Resource::As, memory),
        (Resource::Core, 0),
        (Resource::Cpu, seconds),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
        (Resource::Nproc, 0),
    ];
    let limits = limits.iter().fold(true, |all, (resource, most)| {
        setrlimit(*resource, Rlimit { current: Some(*most), maximum: Some(*most) }).is_ok() && all
    });
    // Last, because it forbids all that was needed for the others.
    let seccomp = filter().is_some_and(|filter| seccompiler::apply_filter(&filter).is_ok());
    Layers { limits, landlock, seccomp, tied }
}

/// Denies every access to files, networks and other processes that this kernel can deny.
fn landlock() -> bool {
    // Newer kinds of access are left out by the crate where the kernel does not know them.
    const NEWEST: ABI = ABI::V6;
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    restricted.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// The system calls that are left; any other one kills the process.
fn filter() -> Option<BpfProgram> {
    let pid = u64::try_from(getpid().as_raw_nonzero().get()).ok()?;
    let is = |argument, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
    let no_code = SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
    let no_code = || SeccompCondition::new(2, SeccompCmpArgLen::Dword, no_code.clone(), 0);
    let when = |condition| SeccompRule::new(vec![condition]).ok();
    let any = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        // Seeds of hash maps.
        libc::SYS_getrandom,
        // What abort asks before it kills itself: so that its cause can be told.
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = any.into_iter().map(|call| (call, Vec::new())).collect();
    // Descriptors that the gateway may have inherited, and passed on, are of no use with this.
    rules.insert(libc::SYS_read, vec![when(is(0, 0).ok()?)?, when(is(0, 1).ok()?)?]);
    rules.insert(libc::SYS_write, vec![when(is(0, 1).ok()?)?, when(is(0, 2).ok()?)?]);
    rules.insert(libc::SYS_mmap, vec![when(no_code().ok()?)?]);
    rules.insert(libc::SYS_mprotect, vec![when(no_code().ok()?)?]);
    rules.insert(libc::SYS_tgkill, vec![when(is(0, pid).ok()?)?]);
    let arch = std::env::consts::ARCH.try_into().ok()?;
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch).ok()?;
    BpfProgram::try_from(filter).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_compiles_here_and_a_missing_wall_is_named() {
        assert!(filter().is_some());
        let layers = Layers { limits: true, landlock: false, seccomp: true, tied: true };
        assert!(!layers.whole());
        assert_eq!(layers.to_string(), "+limits-Landlock+seccomp+tied");
    }
}
