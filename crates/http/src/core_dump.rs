//! Keeping the memory of this process out of files: keys, passwords and tokens pass through it.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Forbids that the system writes this process to a file when it crashes (S-159).
///
/// The limit is one byte: where dumps are piped to a program, Linux takes no notice of a limit of
/// none, but never dumps a process whose limit is one (fs/coredump.c).
pub fn forbid() {
    let most = getrlimit(Resource::Core).maximum.map_or(1, |most| most.min(1));
    // Lowering a limit is always allowed.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(most), maximum: Some(most) });
    if most == 0 {
        // Whoever started us allows none, and that cannot be raised to one. Then by the other way,
        // which also keeps others of the same user from looking into /proc (prctl(2)).
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
