//! Log lines on standard error: one a record, `key=value`, time in UTC with milliseconds.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{self, Writer};
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
    // Libraries speak up only when something is wrong. A malformed request is no fault of ours.
    let filter = format!(
        "warn,actix_http=off,authara_server={0},authara_flows={0},authara_storage={0},access={0},security=info",
        level.as_str()
    );
    let subscriber = subscriber(&filter, std::io::stderr().is_terminal(), std::io::stderr);
    let _ = tracing::subscriber::set_global_default(subscriber);
}

fn subscriber<W>(filter: &str, has_colours: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_timer(Utc(authara_flows::Clock::system()))
        .with_ansi(has_colours)
        .fmt_fields(format::debug_fn(write_field).delimited(" "))
        .with_writer(writer)
        // A log that cannot be written (its disk is full, its reader gone) must not panic whoever has
        // something to say: the library would say so on the same standard error.
        .log_internal_errors(false)
        .finish()
}

/// `name=value`, or the value alone for what the record says in words.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    if field.name() != "message" {
        write!(writer, "{}=", field.name())?;
    }
    write!(OneLine(writer), "{value:?}")
}

/// Writes text on, with whatever could end the line or move a terminal's cursor escaped (S-139).
/// Text fields arrive quoted and escaped; messages of a database are neither, and have several lines.
struct OneLine<'w, 't>(&'w mut Writer<'t>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let mut rest = text;
        while let Some((before, after)) = rest.find(is_odd).and_then(|at| rest.split_at_checked(at)) {
            self.0.write_str(before)?;
            let mut after = after.chars();
            for escaped in after.next().into_iter().flat_map(char::escape_default) {
                self.0.write_char(escaped)?;
            }
            rest = after.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn s139_no_value_ends_a_line_or_reaches_the_terminal() {
        let sink = Sink::default();
        let kept = sink.clone();
        let hostile = "one\r\ntwo\u{1b}[2J\u{7}\u{9b}\u{2028}three";
        tracing::subscriber::with_default(subscriber("info", false, move || sink.clone()), || {
            tracing::info!(text = hostile, shown = %hostile, debugged = ?hostile, number = 7, "message {hostile}");
        });
        let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let line = log.strip_suffix('\n').unwrap();
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "{line:?}");
        assert!(line.contains("message one\\r\\ntwo") && line.contains(" shown=one\\r\\ntwo"), "{line}");
        assert!(line.contains(" text=\"one\\r\\ntwo") && line.contains(" debugged=\"one\\r\\ntwo"), "{line}");
        assert!(line.contains(" number=7"), "{line}");
    }
}
