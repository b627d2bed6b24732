//! What a process uses, as Linux tells it under `/proc` (proc(5)).

use serde::{Deserialize, Serialize};

use crate::figures::megabytes;

/// Parts of a second in which Linux tells CPU time: `USER_HZ`, which is 100 on every architecture
/// that has a Rust toolchain of tier 1.
const TICKS: f64 = 100.0;

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident_kib: u64,
    /// The most that was ever resident.
    pub(crate) peak_kib: u64,
}

impl Memory {
    /// Resident now, in MB.
    pub(crate) fn resident_mb(self) -> f64 {
        megabytes(self.resident_kib * 1024)
    }

    /// The most that was ever resident, in MB.
    pub(crate) fn peak_mb(self) -> f64 {
        megabytes(self.peak_kib * 1024)
    }
}

/// The CPU time that a process has used so far, in seconds.
///
/// # Errors
///
/// A sentence, when the process is gone.
pub(crate) fn cpu_seconds(process: u32) -> Result<f64, String> {
    read_cpu(&read(process, "stat")?).ok_or_else(|| format!("/proc/{process}/stat is not as expected"))
}

/// The memory that a process has.
///
/// # Errors
///
/// A sentence, when the process is gone.
pub(crate) fn memory(process: u32) -> Result<Memory, String> {
    read_memory(&read(process, "status")?).ok_or_else(|| format!("/proc/{process}/status is not as expected"))
}

fn read(process: u32, file: &str) -> Result<String, String> {
    let path = format!("/proc/{process}/{file}");
    std::fs::read_to_string(&path).map_err(|error| format!("{path} cannot be read: {error}"))
}

/// Fields 14 and 15. The second field is the program's name in parentheses, and may hold anything.
fn read_cpu(stat: &str) -> Option<f64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    let (user, system) = (ticks()?, ticks()?);
    Some((f64::from(user) + f64::from(system)) / TICKS)
}

fn read_memory(status: &str) -> Option<Memory> {
    let find = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    };
    Some(Memory { resident_kib: find("VmRSS")?, peak_kib: find("VmHWM")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_any_name() {
        let stat = "42 (a ) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 9 0 100 1000 200";
        assert_eq!(read_cpu(stat).map(|seconds| seconds.to_string()), Some("2".to_owned()));
        for broken in ["", "42 (a", "42 (a) S 1 2 3", "42 (a) S 1 2 3 4 5 6 7 8 9 10 x y"] {
            assert!(read_cpu(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn memory_is_now_and_at_most() {
        let status = "Name:\tserver\nVmPeak:\t  999 kB\nVmHWM:\t   24576 kB\nVmRSS:\t   12288 kB\nThreads:\t9\n";
        assert_eq!(read_memory(status), Some(Memory { resident_kib: 12_288, peak_kib: 24_576 }));
        assert_eq!(read_memory("Name:\tkthreadd\n"), None);
    }

    #[test]
    fn this_process_has_figures_and_one_that_cannot_be_has_none() {
        let own = std::process::id();
        assert!(cpu_seconds(own).is_ok());
        let memory = memory(own).unwrap();
        assert!(memory.resident_kib > 0 && memory.peak_kib >= memory.resident_kib / 2);
        assert!(cpu_seconds(u32::MAX).is_err());
    }
}
