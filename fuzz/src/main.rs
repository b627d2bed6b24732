//! `fuzz [TARGET].. [--seconds N] [--seed S]`: every target for a while, with the committed corpora.
//! `cargo xtask fuzz` starts it.

use std::process::ExitCode;
use std::time::Duration;

use authara_fuzz::driver::{self, Finding, Report, Stop};
use authara_fuzz::{TARGETS, Target, corpus, world};
use clap::Parser;
use clap::builder::PossibleValuesParser;

/// Most memory that the process may ever have used, in KiB: annex B asks for bounded memory, and no
/// single input comes near.
const MEMORY_KIB: u64 = 1024 * 1024;

/// Hands hostile input to the readers of the server, and says what breaks.
///
/// Replays the files in fuzz/corpus and mutates them. An input that breaks something is written to
/// fuzz/crashes; once mended, it moves to the corpus.
#[derive(Debug, Parser)]
#[command(name = "fuzz")]
struct CommandLine {
    /// What to run; everything when nothing is named
    #[arg(value_name = "TARGET", value_parser = PossibleValuesParser::new(TARGETS.iter().map(|target| target.name)))]
    targets: Vec<String>,
    /// Seconds for each target
    #[arg(long, value_name = "N", default_value_t = 5)]
    seconds: u64,
    /// Where to begin; the same seed gives the same inputs again
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let wanted = CommandLine::parse();
    let seed = wanted.seed.unwrap_or_else(rand::random);
    println!("seed {seed}; {} s for each target; without coverage feedback (fuzz/README.md)\n", wanted.seconds);
    println!("{:<20} {:>8} {:>9} {:>11}", "target", "replayed", "mutated", "slowest");

    // One server for all targets that want one.
    let _world = world::hold();
    let is_wanted = |target: &&Target| wanted.targets.is_empty() || wanted.targets.iter().any(|n| n == target.name);
    let mut broken = 0_u32;
    for target in TARGETS.iter().filter(is_wanted) {
        match driver::fuzz(target, Stop::After(Duration::from_secs(wanted.seconds)), seed) {
            Ok(report) => println!("{}", row(target, &report)),
            Err(finding) => {
                broken += 1;
                println!("{:<20} BROKEN", target.name);
                tell(&finding, seed);
            }
        }
    }
    let peak = peak_memory_kib();
    let is_bounded = peak.is_none_or(|peak| peak <= MEMORY_KIB);
    if let Some(peak) = peak {
        println!("\nmost memory used: {} MiB", peak / 1024);
    }
    if !is_bounded {
        println!("that is more than the {} MiB that this may take", MEMORY_KIB / 1024);
    }
    if broken > 0 {
        println!("{broken} broken");
    }
    if broken == 0 && is_bounded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(target: &Target, report: &Report) -> String {
    let milliseconds = report.slowest.as_secs_f64() * 1000.0;
    format!("{:<20} {:>8} {:>9} {milliseconds:>8.2} ms", target.name, report.replayed, report.mutated)
}

/// Says what broke, keeps the input, and says how to try it again.
fn tell(finding: &Finding, seed: u64) {
    println!("{finding}");
    match corpus::keep_crash(finding.target, &finding.input) {
        Ok(path) => println!("  kept as {}", path.display()),
        Err(error) => println!("  which could not be kept: {error}"),
    }
    let folder = corpus::folder(finding.target);
    println!("  to try it again, move it to {} or use --seed {seed}", folder.display());
}

/// The most memory that this process has had, where the system tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
