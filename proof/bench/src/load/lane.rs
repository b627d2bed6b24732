//! What one connection sends, and what it counts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::connection::Connection;
use super::plan::Work;
use super::report::StreamReport;
use crate::latency::Latencies;
use crate::requests;

/// The part of a stream that one connection sends.
#[derive(Debug)]
pub(super) enum Lane {
    /// One of these after the other.
    Cycle { requests: Arc<Vec<Vec<u8>>>, next: usize },
    /// One of these tokens after the other, each replaced by what it is exchanged for.
    Exchange { before: Arc<Vec<u8>>, after: Arc<Vec<u8>>, tokens: Vec<String>, next: usize, request: Vec<u8> },
}

/// How a connection sends.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) accepted: Arc<Vec<u16>>,
    pub(super) pace: Option<Duration>,
    /// When the first request of a paced connection is due.
    pub(super) first: Instant,
}

/// The time that is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from: Instant,
    pub(super) until: Instant,
}

/// What one connection saw.
#[derive(Debug)]
pub(super) struct Tally {
    statuses: BTreeMap<u16, u64>,
    latencies: Latencies,
    fault: Option<String>,
    tokens: Vec<String>,
}

impl Lane {
    /// Deals the work out to so many connections.
    ///
    /// # Errors
    ///
    /// A sentence, when there is not enough for each.
    pub(super) fn divide(work: Work, connections: usize) -> Result<Vec<Self>, String> {
        match work {
            Work::Cycle { requests } if !requests.is_empty() => {
                let requests = Arc::new(requests.into_iter().map(String::into_bytes).collect::<Vec<_>>());
                let start = |lane: usize| lane * requests.len() / connections;
                Ok((0..connections).map(|lane| Self::Cycle { requests: requests.clone(), next: start(lane) }).collect())
            }
            Work::Exchange { before, after, tokens } if tokens.len() >= connections => {
                let (before, after) = (Arc::new(before.into_bytes()), Arc::new(after.into_bytes()));
                let lane = |tokens| Self::Exchange {
                    before: before.clone(),
                    after: after.clone(),
                    tokens,
                    next: 0,
                    request: Vec::new(),
                };
                Ok(deal(tokens, connections).into_iter().map(lane).collect())
            }
            Work::Cycle { .. } | Work::Exchange { .. } => Err("there is less to send than connections".to_owned()),
        }
    }

    /// The next request.
    fn request(&mut self) -> &[u8] {
        match self {
            Self::Cycle { requests, next } => {
                let request = requests.get(*next).map(Vec::as_slice).unwrap_or_default();
                *next = (*next + 1) % requests.len();
                request
            }
            Self::Exchange { before, after, tokens, next, request } => {
                request.clear();
                request.extend_from_slice(before);
                request.extend_from_slice(tokens.get(*next).map(String::as_bytes).unwrap_or_default());
                request.extend_from_slice(after);
                request
            }
        }
    }

    /// Takes what the next request needs from an expected answer.
    fn learn(&mut self, body: &[u8]) -> Result<(), String> {
        if let Self::Exchange { tokens, next, .. } = self {
            let given = requests::text_member(body, "refresh_token").ok_or("an answer has no refresh token")?;
            if let Some(token) = tokens.get_mut(*next) {
                given.clone_into(token);
            }
            *next = (*next + 1) % tokens.len();
        }
        Ok(())
    }

    fn into_tokens(self) -> Vec<String> {
        match self {
            Self::Cycle { .. } => Vec::new(),
            Self::Exchange { tokens, .. } => tokens,
        }
    }
}

impl Window {
    fn contains(&self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }
}

/// Sends until the window closes, or something goes wrong. The last answer is waited for, so that
/// every token that was exchanged is known.
pub(super) async fn drive(mut connection: Connection, mut lane: Lane, manner: Manner, window: Window) -> Tally {
    let mut tally = Tally { statuses: BTreeMap::new(), latencies: Latencies::new(), fault: None, tokens: Vec::new() };
    if let Err(fault) = send(&mut connection, &mut lane, &manner, window, &mut tally).await {
        tally.fault.get_or_insert(fault);
    }
    tally.tokens = lane.into_tokens();
    tally
}

async fn send(
    connection: &mut Connection,
    lane: &mut Lane,
    manner: &Manner,
    window: Window,
    tally: &mut Tally,
) -> Result<(), String> {
    let mut due = manner.first;
    loop {
        let asked_at = match manner.pace {
            Some(pace) => {
                sleep_until(due).await;
                let this = due;
                due += pace;
                this
            }
            None => Instant::now(),
        };
        // A paced connection that fell behind stops when the others do.
        if asked_at >= window.until || Instant::now() >= window.until {
            return Ok(());
        }
        let (status, body) = connection.exchange(lane.request()).await?;
        let answered_at = Instant::now();
        let is_expected = manner.accepted.contains(&status);
        if status == 200 && is_expected {
            lane.learn(body)?;
        }
        if !is_expected && tally.fault.is_none() {
            tally.fault = Some(format!("status {status}: {}", String::from_utf8_lossy(body).trim()));
        }
        if window.contains(answered_at) {
            *tally.statuses.entry(status).or_default() += 1;
            if is_expected {
                tally.latencies.record(answered_at - asked_at);
            }
        }
    }
}

/// Adds up what the connections of a stream saw.
pub(super) fn add_up(name: String, tallies: Vec<Tally>) -> StreamReport {
    let mut latencies = Latencies::new();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let (mut fault, mut hands) = (None, Vec::with_capacity(tallies.len()));
    for tally in tallies {
        latencies.merge(&tally.latencies);
        for (status, count) in tally.statuses {
            *statuses.entry(status).or_default() += count;
        }
        fault = fault.or(tally.fault);
        hands.push(tally.tokens);
    }
    StreamReport { name, statuses, latency: latencies.summary(), fault, tokens: gather(hands) }
}

/// Deals items out like cards.
fn deal<T>(items: Vec<T>, hands: usize) -> Vec<Vec<T>> {
    let mut dealt: Vec<Vec<T>> = (0..hands).map(|_| Vec::with_capacity(items.len() / hands + 1)).collect();
    for (number, item) in items.into_iter().enumerate() {
        if let Some(hand) = dealt.get_mut(number % hands) {
            hand.push(item);
        }
    }
    dealt
}

/// Takes the cards back in the order in which they were dealt.
fn gather<T>(hands: Vec<Vec<T>>) -> Vec<T> {
    let mut gathered = Vec::with_capacity(hands.iter().map(Vec::len).sum());
    let mut hands: Vec<_> = hands.into_iter().map(Vec::into_iter).collect();
    loop {
        let round: Vec<T> = hands.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            return gathered;
        }
        gathered.extend(round);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn cards_come_back_in_their_order() {
        for hands in 1..=8 {
            let dealt = deal((0..8).collect::<Vec<_>>(), hands);
            assert_eq!(dealt.len(), hands);
            assert!(dealt.iter().all(|hand| !hand.is_empty()));
            assert_eq!(gather(dealt), (0..8).collect::<Vec<_>>());
        }
    }

    #[test]
    fn connections_begin_in_different_places_of_a_cycle() {
        let mut lanes = Lane::divide(Work::Cycle { requests: words("a b c d e f") }, 3).unwrap();
        let sent: Vec<&[u8]> = lanes.iter_mut().map(Lane::request).collect();
        assert_eq!(sent, [b"a", b"c", b"e"]);
        let last = &mut lanes[2];
        assert_eq!((last.request().to_vec(), last.request().to_vec()), (b"f".to_vec(), b"a".to_vec()));
    }

    #[test]
    fn a_token_is_sent_once_and_then_what_it_was_exchanged_for() {
        let work = Work::Exchange { before: "<".to_owned(), after: ">".to_owned(), tokens: words("a b c") };
        let mut lanes = Lane::divide(work, 2).unwrap();
        let first = &mut lanes[0];
        assert_eq!(first.request(), b"<a>");
        first.learn(br#"{"refresh_token":"x"}"#).unwrap();
        assert_eq!(first.request(), b"<c>");
        first.learn(br#"{"refresh_token":"y"}"#).unwrap();
        assert_eq!(first.request(), b"<x>");
        assert!(first.learn(b"{}").is_err());
        let hands: Vec<Vec<String>> = lanes.into_iter().map(Lane::into_tokens).collect();
        assert_eq!(gather(hands), words("x b y"));
    }

    #[test]
    fn a_connection_without_work_is_refused() {
        assert!(Lane::divide(Work::Cycle { requests: Vec::new() }, 1).is_err());
        let work = Work::Exchange { before: String::new(), after: String::new(), tokens: words("a") };
        assert!(Lane::divide(work, 2).is_err());
    }

    #[test]
    fn what_the_connections_saw_is_added_up() {
        let tally = |status, fault: Option<&str>, token: &str| {
            let mut latencies = Latencies::new();
            latencies.record(Duration::from_micros(500));
            Tally {
                statuses: BTreeMap::from([(status, 2), (503, 1)]),
                latencies,
                fault: fault.map(str::to_owned),
                tokens: words(token),
            }
        };
        let report = add_up("x".to_owned(), vec![tally(200, None, "a c"), tally(401, Some("first"), "b")]);
        assert_eq!(report.statuses, BTreeMap::from([(200, 2), (401, 2), (503, 2)]));
        assert_eq!((report.fault.as_deref(), report.tokens), (Some("first"), words("a b c")));
        assert_eq!(report.latency.p50_us, 500);
    }
}
