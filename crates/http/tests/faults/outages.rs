//! A database that is away, locked, or out of room.

use std::time::Duration;

use authara_faults::scenario::outage::Times;
use authara_faults::scenario::{disk, lock, outage};

use crate::{places, server};

/// An outage of so many seconds. That nothing hangs is what the others are about.
fn times(away: u64) -> Times {
    Times { away: Duration::from_secs(away), answer: Duration::from_secs(10), back: Duration::from_secs(30) }
}

#[test]
fn s168_s070_while_postgresql_is_stopped_people_are_told_to_come_back_and_nobody_is_signed_out() {
    // Without the programs of PostgreSQL there is no server to stop; where it is required, that fails.
    let _ = outage::of_postgres(server(), times(3));
}

#[test]
fn s168_s170_while_somebody_else_holds_the_write_lock_reads_go_on_and_writes_wait_for_a_bounded_time() {
    for place in places() {
        lock::held_by_somebody_else(place, times(4));
    }
}

#[test]
fn s168_on_a_full_disk_nothing_acknowledged_is_lost_and_with_room_everything_is_well_again() {
    disk::fills_up(server());
}
