//! Two processes on one database.

use std::time::Duration;

use authara_faults::scenario::pair;

use crate::on_postgres;

#[test]
fn s179_two_servers_on_one_postgresql_act_as_one() {
    if let Some(place) = on_postgres() {
        pair::on_one_database(place, 20, Duration::from_secs(20));
    }
}
