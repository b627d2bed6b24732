//! Log lines on standard error: one a record, `key=value`, time in UTC with milliseconds.

use std::fmt;
use std::io::IsTerminal as _;

use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::config::LogLevel;

struct Utc(authara_flows::Clock);

impl FormatTime for Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let now = self.0.now();
        write!(writer, "{}", now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}

/// Starts logging at this level. Calling it twice changes nothing.
pub fn start(level: LogLevel) {
    // Libraries speak up only when something is wrong.
    let filter = format!(
        "warn,authara_server={0},authara_flows={0},authara_storage={0},access={0},security=info",
        level.as_str()
    );
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_timer(Utc(authara_flows::Clock::system()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}
