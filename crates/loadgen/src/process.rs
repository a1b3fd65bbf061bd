//! What processes use, as Linux's `/proc` tells it (proc(5)). Elsewhere nothing is told.

use std::fs;
use std::time::Duration;

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Of user and system, all threads, in steps of 10 ms.
    pub(crate) cpu: Duration,
    pub(crate) resident_bytes: u64,
    pub(crate) peak_resident_bytes: u64,
}

/// What a process has used; none if there is none, or no `/proc`. `self` is this one.
pub(crate) fn usage(process: &str) -> Option<Usage> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, which may have spaces, is in parentheses; then come fields 3 and on.
    let fields = stat.rsplit(')').next()?.split_whitespace();
    let ticks = fields.skip(11).take(2).map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()?;
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().split(' ').next()?.parse::<u64>().ok()
    };
    Some(Usage {
        // Linux counts in hundredths of a second wherever Rust runs.
        cpu: Duration::from_millis(ticks * 10),
        resident_bytes: kilobytes("VmRSS:")? * 1024,
        peak_resident_bytes: kilobytes("VmHWM:")? * 1024,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_a_made_up_one_has_none() {
        let usage = usage("self").unwrap();
        assert!(usage.resident_bytes > 100_000 && usage.peak_resident_bytes >= usage.resident_bytes);
        assert!(super::usage("4194305").is_none());
    }
}
