//! The load generator: a process of its own on one thread, which ends by itself.
//!
//! It shares the machine with the server, so it is made to cost little: the bytes of the requests
//! are there before the load begins, connections stay open, and of an answer nothing is read that
//! is not needed.

mod connection;
mod lane;
mod plan;
mod report;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout_at};

pub(crate) use plan::{Plan, Stream, Work};
pub(crate) use report::{Report, StreamReport};

use crate::usage;
use connection::Connection;
use lane::{Lane, Manner, Tally, Window};
use report::Watched;

/// How long the last answers may take after the end of the measurement.
const PATIENCE: Duration = Duration::from_secs(30);

/// Carries out the plan in a file, and prints the report as JSON.
///
/// # Errors
///
/// A sentence, when the load could not be made at all. What went wrong with single requests is in
/// the report.
pub(crate) fn run(plan: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(plan).map_err(|error| format!("{}: {error}", plan.display()))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| format!("the plan is not understood: {error}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let report = runtime.map_err(|error| error.to_string())?.block_on(generate(plan))?;
    println!("{}", serde_json::to_string(&report).map_err(|error| error.to_string())?);
    Ok(())
}

/// A stream whose connections are open.
struct Opened {
    name: String,
    lanes: Vec<(Connection, Lane)>,
    accepted: Arc<Vec<u16>>,
    pace: Option<Duration>,
}

/// A stream that is being sent.
struct Sending {
    name: String,
    tasks: Vec<JoinHandle<Tally>>,
}

/// CPU time used so far, in seconds.
struct Cpu {
    own: f64,
    watched: Option<f64>,
}

async fn generate(plan: Plan) -> Result<Report, String> {
    let mut opened = Vec::new();
    for stream in plan.streams {
        opened.push(Opened::open(plan.address, stream).await?);
    }
    let from = Instant::now() + Duration::from_millis(plan.warm_up_ms);
    let window = Window { from, until: from + Duration::from_millis(plan.measure_ms) };
    let sending: Vec<Sending> = opened.into_iter().map(|stream| stream.send(window)).collect();
    sleep_until(window.from).await;
    let before = Cpu::now(plan.watch)?;
    sleep_until(window.until).await;
    let after = Cpu::now(plan.watch)?;
    let watched = match (plan.watch, before.watched, after.watched) {
        (Some(process), Some(before), Some(after)) => {
            Some(Watched { cpu_seconds: after - before, memory: usage::memory(process)? })
        }
        _ => None,
    };
    let deadline = window.until + PATIENCE;
    let mut streams = Vec::new();
    for stream in sending {
        streams.push(stream.finish(deadline).await?);
    }
    Ok(Report {
        seconds: (window.until - window.from).as_secs_f64(),
        cpu_seconds: after.own - before.own,
        watched,
        streams,
    })
}

impl Opened {
    async fn open(address: std::net::SocketAddr, stream: Stream) -> Result<Self, String> {
        let mut lanes = Vec::with_capacity(stream.connections);
        for lane in Lane::divide(stream.work, stream.connections)? {
            lanes.push((Connection::open(address).await?, lane));
        }
        let pace = stream.pace_ms.map(Duration::from_millis);
        Ok(Self { name: stream.name, lanes, accepted: Arc::new(stream.accepted), pace })
    }

    /// Starts all connections; at a pace, one after the other within the first interval.
    fn send(self, window: Window) -> Sending {
        let count = u32::try_from(self.lanes.len()).unwrap_or(u32::MAX).max(1);
        let step = self.pace.map_or(Duration::ZERO, |pace| pace / count);
        let mut first = Instant::now();
        let mut tasks = Vec::with_capacity(self.lanes.len());
        for (connection, lane) in self.lanes {
            let manner = Manner { accepted: self.accepted.clone(), pace: self.pace, first };
            tasks.push(tokio::spawn(lane::drive(connection, lane, manner, window)));
            first += step;
        }
        Sending { name: self.name, tasks }
    }
}

impl Sending {
    /// Waits for the last answers and adds everything up.
    async fn finish(self, deadline: Instant) -> Result<StreamReport, String> {
        let mut tallies = Vec::with_capacity(self.tasks.len());
        for task in self.tasks {
            let ended = timeout_at(deadline, task).await;
            let ended = ended.map_err(|_| format!("{}: no answer for {PATIENCE:?}", self.name))?;
            tallies.push(ended.map_err(|error| format!("{}: a connection was lost: {error}", self.name))?);
        }
        Ok(lane::add_up(self.name, tallies))
    }
}

impl Cpu {
    fn now(watched: Option<u32>) -> Result<Self, String> {
        let watched = watched.map(usage::cpu_seconds).transpose()?;
        Ok(Self { own: usage::cpu_seconds(std::process::id())?, watched })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};

    use super::*;

    /// Gives this answer to every request on two connections, and ends with them.
    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().take(2) {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut piece = [0; 1024];
                    // A request here always comes in one piece.
                    while stream.read(&mut piece).is_ok_and(|length| length > 0) {
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    fn report_on(answer: &'static str, pace_ms: Option<u64>, work: Work) -> Report {
        let stream = Stream { name: "x".to_owned(), connections: 2, pace_ms, accepted: vec![200], work };
        let address = answering(answer);
        let watch = Some(std::process::id());
        let plan = Plan { address, warm_up_ms: 20, measure_ms: 200, watch, streams: vec![stream] };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(generate(plan)).unwrap()
    }

    fn cycle() -> Work {
        Work::Cycle { requests: vec!["GET / HTTP/1.1\r\n\r\n".to_owned()] }
    }

    #[test]
    fn answers_are_counted_and_timed() {
        let report = report_on("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", None, cycle());
        let stream = report.stream("x").unwrap();
        assert_eq!(stream.fault, None);
        assert!(stream.count(200) > 10 && report.rate(stream, 200) > 50.0, "{report:?}");
        assert!(stream.latency.p99_us >= stream.latency.p50_us && stream.latency.p50_us > 0, "{report:?}");
        assert!(report.watched.is_some());
        assert!(report.stream("y").is_err());
    }

    #[test]
    fn a_pace_is_kept() {
        let report = report_on("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some(50), cycle());
        // Two connections, 200 ms, one request every 50 ms: eight, or a few less when this machine is busy.
        let count = report.stream("x").unwrap().count(200);
        assert!((1..=10).contains(&count), "{report:?}");
    }

    #[test]
    fn an_unexpected_answer_is_told_and_so_is_none() {
        let report = report_on("HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno", None, cycle());
        let stream = report.stream("x").unwrap();
        assert_eq!(stream.fault.as_deref(), Some("status 401: no"));
        assert!(stream.count(401) > 0 && stream.count(200) == 0, "{report:?}");
        let report = report_on("not HTTP\r\n\r\n", None, cycle());
        assert!(report.stream("x").unwrap().fault.as_deref().unwrap().contains("no answer"), "{report:?}");
    }

    #[test]
    fn the_last_tokens_are_told() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{\"refresh_token\":\"new\"}";
        let tokens = vec!["a".to_owned(), "b".to_owned()];
        let work = Work::Exchange { before: "<".to_owned(), after: ">".to_owned(), tokens };
        let report = report_on(answer, None, work);
        assert_eq!(report.stream("x").unwrap().tokens, ["new", "new"], "{report:?}");
    }
}
