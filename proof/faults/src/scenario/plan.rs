//! Every scenario on every database, as hard and as long as the promises say.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::flood::Bounds;
use super::outage::Times;
use super::overload::Work;
use super::{
    Figures, crash, disk, endurance, flood, lock, lost_answer, outage, overload, pair, pool, restart, shutdown,
};
use crate::Place;
use crate::postgres::{Cluster, Database};
use crate::verdict::Trial;

/// How hard and how long.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Times that a server is killed.
    pub kills: usize,
    /// The mixed load.
    pub endurance: Duration,
    /// Short and lenient: shows that the scenarios themselves work.
    pub is_quick: bool,
}

impl Scale {
    /// One of two.
    fn pick<T>(self, quick: T, full: T) -> T {
        if self.is_quick { quick } else { full }
    }

    fn seconds(self, quick: u64, full: u64) -> Duration {
        Duration::from_secs(self.pick(quick, full))
    }
}

/// The scenarios so far, and what they need.
struct List {
    server: PathBuf,
    has_postgres: bool,
    trials: Vec<Trial>,
}

impl List {
    fn add(&mut self, name: &'static str, database: &'static str, run: impl FnOnce() -> Figures + Send + 'static) {
        self.trials.push(Trial { name, database, run: Box::new(run) });
    }

    fn on_sqlite(&mut self, name: &'static str, run: impl FnOnce(Place) -> Figures + Send + 'static) {
        let server = self.server.clone();
        self.add(name, "sqlite", move || run(Place::new(&server)));
    }

    fn on_postgres(&mut self, name: &'static str, run: impl FnOnce(Place) -> Figures + Send + 'static) {
        if self.has_postgres {
            let server = self.server.clone();
            let place = move || Place::on(&server, Database::at_hand().expect("it was at hand a moment ago"));
            self.add(name, "postgres", move || run(place()));
        }
    }

    fn on_both(&mut self, name: &'static str, run: impl FnOnce(Place) -> Figures + Send + Clone + 'static) {
        self.on_sqlite(name, run.clone());
        self.on_postgres(name, run);
    }
}

/// All scenarios for this server, those on PostgreSQL as far as it is at hand. The longest is last.
pub fn trials(server: &Path, scale: Scale) -> Vec<Trial> {
    let has_postgres = Database::is_at_hand();
    let mut list = List { server: server.to_owned(), has_postgres, trials: Vec::new() };
    faults(&mut list, scale);
    load(&mut list, scale);
    list.trials
}

/// Something goes wrong, or happens at a bad moment.
fn faults(list: &mut List, scale: Scale) {
    let kills = scale.kills;
    list.on_both("s164 killed while people refresh", move |place| crash::while_people_refresh(place, kills, 8));
    list.on_both("s165 killed while people sign up", move |place| crash::while_people_sign_up(place, kills, 4));
    let (users, limit) = (scale.pick(5_000, 100_000), scale.seconds(20, 5));
    list.on_both("s167 start after a crash", move |place| restart::after_a_crash(place, users, limit));
    let times = move |away| Times { away, answer: scale.seconds(10, 3), back: scale.seconds(30, 5) };
    if Cluster::is_possible() {
        let server = list.server.clone();
        let of_postgres = move || outage::of_postgres(&server, times(scale.seconds(3, 10)));
        let name = "s168 PostgreSQL stopped";
        list.add(name, "postgres", move || of_postgres().expect("a server of one's own was possible a moment ago"));
    }
    let held = times(scale.seconds(4, 20));
    list.on_both("s168 s170 write lock held by another", move |place| lock::held_by_somebody_else(place, held));
    let server = list.server.clone();
    list.add("s168 disk full", "sqlite", move || disk::fills_up(&server));
    let requests = scale.pick(50, 200);
    list.on_both("s175 stop with requests in flight", move |place| shutdown::with_requests_in_flight(place, requests));
    list.on_sqlite("s175 second signal", |place| shutdown::by_a_second_signal(&place));
    let (rounds, heard) = (scale.pick(8, 200), scale.seconds(20, 2));
    list.on_postgres("s179 two servers on one database", move |place| pair::on_one_database(place, rounds, heard));
    list.on_both("s180 lost answers", lost_answer::of_everything_that_changes_something);
}

/// There is much to do.
fn load(list: &mut List, scale: Scale) {
    let lasting = scale.seconds(4, 30);
    list.on_postgres("s169 two connections, 200 clients", move |place| pool::of_two(place, 200, lasting));
    let bounds =
        Bounds { beyond_budget_mib: scale.pick(120, 60), health: Duration::from_millis(scale.pick(10_000, 500)) };
    let lasting = scale.seconds(4, 20);
    list.on_both("s008 login flood", move |place| flood::of_wrong_passwords(place, 200, lasting, bounds));
    let storm = overload::Scale {
        few: 8,
        many: scale.pick(64, 200),
        calm: scale.seconds(2, 10),
        storm: scale.seconds(3, 20),
        least_percent: scale.pick(20, 70),
        beyond_budget_mib: scale.pick(120, 60),
        recovery: scale.seconds(30, 5),
    };
    list.on_both("s174 four times too many logins", move |place| {
        overload::at_four_times_capacity(place, Work::Logins, storm)
    });
    list.on_both("s174 four times too many refreshes", move |place| {
        overload::at_four_times_capacity(place, Work::Refreshes, storm)
    });
    let day = endurance::Scale {
        clients: 8,
        calm: scale.seconds(2, 10),
        lasting: scale.endurance,
        most_growth_percent: scale.pick(30, 5),
    };
    list.on_both("s181 mixed load", move |place| endurance::at_half_capacity(place, day));
}
