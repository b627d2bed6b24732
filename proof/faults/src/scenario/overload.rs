//! More work than the server can do (S-174), on login and on refresh.
//!
//! Capacity is measured first, by a few clients who ask again as soon as they are answered. Then many
//! clients ask at fixed times, together four times as often, whether or not the server keeps up. They
//! share the machine with the server, so that both measurements are of the two together.

use std::time::{Duration, Instant};

use super::pace::{Pace, ask_for, rate, scaled};
use super::{Figures, HASHING_BUDGET_MIB, quiet, rotating, seconds};
use crate::Place;
use crate::crowd::until;
use crate::gauge::peak_mib;
use crate::http::{Connection, PASSWORD, Visitor, refresh_request, sign_up};

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `POST login`: the processor.
    Logins,
    /// `POST tokens/refresh`: the database.
    Refreshes,
}

/// How much, for how long, and what is promised.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Clients who measure the capacity.
    pub few: usize,
    /// Clients who ask for too much; more than `few`.
    pub many: usize,
    /// Measuring the capacity.
    pub calm: Duration,
    /// Asking for too much.
    pub storm: Duration,
    /// Of the capacity, this much is still served, in percent.
    pub least_percent: u64,
    /// Memory beyond the hashing budget, in MiB.
    pub beyond_budget_mib: u64,
    /// Until a request is served quickly again.
    pub recovery: Duration,
}

/// How much more is asked for than can be done.
const FACTOR: u64 = 4;
/// An answer that comes within this is quick.
const QUICK: Duration = Duration::from_secs(1);

/// Somebody with an account and a session.
struct Client {
    work: Work,
    visitor: Visitor,
    email: String,
    token: String,
}

impl Client {
    /// Asks once, and says whether that was served; if not, the client was told to come back.
    fn ask(&mut self, connection: &mut Connection) -> bool {
        let request = match self.work {
            Work::Logins => self.visitor.login(&self.email, PASSWORD),
            Work::Refreshes => refresh_request(&self.token),
        };
        let answer = connection.ask(&request).expect("the server answers");
        let is_served = answer.status == 200;
        assert!(is_served || answer.is_later(), "{:?}: {} {}", self.work, answer.status, answer.json);
        if is_served {
            self.token = answer.tokens().refresh;
        }
        is_served
    }
}

/// Asks for four times what the server can do. It serves nearly as much as it could in calm weather,
/// sends the rest away, takes no more memory than it may, and is itself again soon afterwards.
pub fn at_four_times_capacity(place: Place, work: Work, scale: Scale) -> Figures {
    let budget = HASHING_BUDGET_MIB.to_string();
    let place = quiet(rotating(place)).with("AUTHARA_PASSWORD_HASHING_BUDGET_MIB", &budget);
    let name = place.name();
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let client = |number: usize| {
        let email = format!("dana{number}@example.org");
        let token = sign_up(address, &email).refresh;
        Client { work, visitor: visitor.clone(), email, token }
    };
    let mut clients: Vec<Client> = (0..scale.many).map(client).collect();

    let (few, _) = clients.split_at_mut(scale.few);
    let calm = ask_for(scale.calm, address, few, Pace::Steady, Client::ask);
    let capacity = rate(calm.served, scale.calm);
    assert!(capacity > 0, "{name}, {work:?}: nothing was served in calm weather");

    let wanted = scaled(capacity, FACTOR, 1);
    let storm = ask_for(scale.storm, address, &mut clients, Pace::PerSecond(wanted), Client::ask);
    let goodput = rate(storm.served, scale.storm);
    let asked = rate(storm.served + storm.later, scale.storm);
    let percent = goodput * 100 / capacity;

    let client = clients.first_mut().expect("there are clients");
    let recovery = until("a request is served quickly", scale.recovery, || {
        let asked = Instant::now();
        let mut connection = Connection::open(address).expect("the server listens");
        client.ask(&mut connection) && asked.elapsed() < QUICK
    });
    let peak = peak_mib(server.id());
    let most = HASHING_BUDGET_MIB + scale.beyond_budget_mib;
    assert!(peak <= most, "{name}, {work:?}: {peak} MiB, and {most} MiB were allowed");
    let figures = format!(
        "capacity {capacity}/s; of {wanted}/s wanted {asked}/s asked, {goodput}/s served ({percent} %), \
         at most {peak} MiB, itself after {}",
        seconds(recovery)
    );
    assert!(percent >= scale.least_percent, "{name}, {work:?}: {figures}");
    figures
}
