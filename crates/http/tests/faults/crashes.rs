//! `kill -9`.

use std::time::Duration;

use authara_faults::scenario::{crash, restart};

use crate::places;

const KILLS: usize = 10;

#[test]
fn s164_a_server_killed_while_people_refresh_signs_nobody_out_and_leaves_one_live_token_each() {
    for place in places() {
        crash::while_people_refresh(place, KILLS, 4);
    }
}

#[test]
fn s165_a_server_killed_while_people_sign_up_leaves_whole_accounts_or_none() {
    for place in places() {
        crash::while_people_sign_up(place, KILLS, 3);
    }
}

#[test]
fn s167_after_a_crash_a_grown_database_is_served_again_soon_and_by_itself() {
    for place in places() {
        restart::after_a_crash(place, 20_000, Duration::from_secs(30));
    }
}
