//! A mixed load at half of what the server can do, for a long time: memory, files and threads stay
//! what they were (S-181).

use std::net::SocketAddr;
use std::thread::{scope, sleep};
use std::time::Duration;

use super::pace::{Pace, ask_for, rate, scaled};
use super::{Figures, quiet, rotating};
use crate::Place;
use crate::gauge::{self, Reading};
use crate::http::{Connection, PASSWORD, Request, Tokens, Visitor, refresh_request, sign_up, user_request};

/// How long, and what is promised.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Clients, each with an account and a connection.
    pub clients: usize,
    /// Measuring what the server can do.
    pub calm: Duration,
    /// The load; its first fifth is the warm-up.
    pub lasting: Duration,
    /// Growth of memory that is allowed after the warm-up, in percent.
    pub most_growth_percent: u64,
}

/// Readings in the whole of the time.
const READINGS: u32 = 200;
/// Files and threads come and go with requests in progress: so many more are no growth.
const SLACK: u64 = 10;
/// One request of so many signs in; the one before it signs out.
const SIGN_IN_EVERY: u64 = 400;

/// Somebody who uses an application all day.
struct Person {
    visitor: Visitor,
    email: String,
    tokens: Tokens,
    /// Requests so far.
    turn: u64,
}

impl Person {
    fn arrive(address: SocketAddr, visitor: &Visitor, number: usize) -> Self {
        let email = format!("dana{number}@example.org");
        let tokens = sign_up(address, &email);
        // Not everybody signs in again at the same moment.
        let turn = u64::try_from(number).unwrap_or_default() * 37;
        Self { visitor: visitor.clone(), email, tokens, turn }
    }

    /// What is next.
    fn request(&self) -> Request {
        let Tokens { access, refresh } = &self.tokens;
        match self.turn % SIGN_IN_EVERY {
            0 => return self.visitor.login(&self.email, PASSWORD),
            last if last == SIGN_IN_EVERY - 1 => return Request::post("/auth/api/v1/sessions/logout").bearer(access),
            _ => {}
        }
        match self.turn % 10 {
            1 | 2 => refresh_request(refresh),
            3 => Request::get("/auth/api/v1/csrf"),
            4 => Request::get("/auth/login"),
            5 => Request::get("/auth/api/v1/account/sessions").bearer(access),
            _ => user_request(access),
        }
    }

    /// Does what is next, and says whether it was served; if not, it comes once more.
    fn go_on(&mut self, connection: &mut Connection) -> bool {
        let request = self.request();
        let answer = connection.ask(&request).expect("the server answers");
        let is_served = matches!(answer.status, 200 | 204);
        assert!(is_served || answer.is_later(), "{request:?}: {} {}", answer.status, answer.json);
        if is_served {
            self.turn += 1;
        }
        if is_served && !answer.text("refresh_token").is_empty() {
            self.tokens = answer.tokens();
        }
        is_served
    }
}

/// Reads what a process takes, again and again.
fn watch(process: u32, lasting: Duration) -> Vec<Reading> {
    let pause = lasting / READINGS;
    (0..READINGS)
        .map(|_| {
            sleep(pause);
            gauge::read(process)
        })
        .collect()
}

/// What a process took in a part of the time: the memory in the middle of all readings, and the
/// largest number of files and threads.
fn summary(readings: &[Reading]) -> (u64, u64, u64) {
    let mut resident: Vec<u64> = readings.iter().map(|reading| reading.resident_kib).collect();
    resident.sort_unstable();
    let middle = resident.get(resident.len() / 2).copied().expect("there are readings");
    let files = readings.iter().map(|reading| reading.files).max().unwrap_or_default();
    let threads = readings.iter().map(|reading| reading.threads).max().unwrap_or_default();
    (middle, u64::try_from(files).unwrap_or(u64::MAX), threads)
}

/// Lets people use the server at half of its capacity. After the warm-up it takes no more memory, no
/// more files and no more threads at the end than at the beginning.
pub fn at_half_capacity(place: Place, scale: Scale) -> Figures {
    let place = quiet(rotating(place));
    let name = place.name();
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let mut people: Vec<Person> = (0..scale.clients).map(|number| Person::arrive(address, &visitor, number)).collect();
    let calm = ask_for(scale.calm, address, &mut people, Pace::Steady, Person::go_on);
    let half = scaled(rate(calm.served, scale.calm), 1, 2);

    let process = server.id();
    let (tally, readings) = scope(|threads| {
        let watching = threads.spawn(move || watch(process, scale.lasting));
        let tally = ask_for(scale.lasting, address, &mut people, Pace::PerSecond(half), Person::go_on);
        (tally, watching.join().expect("the server runs all the time"))
    });
    let warm = readings.get(readings.len() / 5..).unwrap_or_default();
    let part = warm.len() / 5;
    let (first, last) = (warm.get(..part).unwrap_or_default(), warm.get(warm.len() - part..).unwrap_or_default());
    let ((memory, files, threads), (memory_then, files_then, threads_then)) = (summary(first), summary(last));
    let growth = memory_then.saturating_sub(memory) * 100 / memory.max(1);
    let figures = format!(
        "{}/s for {} min, {} MiB before and {} MiB after (+{growth} %), files {files}/{files_then}, \
         threads {threads}/{threads_then}, {} told to come back",
        rate(tally.served, scale.lasting),
        scale.lasting.as_secs() / 60,
        memory / 1024,
        memory_then / 1024,
        tally.later
    );
    assert!(growth <= scale.most_growth_percent, "{name}: {figures}");
    assert!(files_then <= files + SLACK && threads_then <= threads + SLACK, "{name}: {figures}");
    // Half of what it can do is no reason to send people away.
    assert!(tally.later * 100 <= tally.served, "{name}: {figures}");
    figures
}
