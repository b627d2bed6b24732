//! Starting again after a crash, on a database that has grown (S-167).

use std::time::{Duration, Instant};

use super::{Figures, rotating, seconds};
use crate::Place;
use crate::crowd::until;
use crate::http::{get_status, log_in, refresh, sign_up, user_status};
use crate::sql::Conn;

/// Rows for so many accounts, as a sign-up and one session of each would have left them. Every tenth
/// session was ended a moment ago, which the server reads when it starts. `{n}` stands for the number
/// of the account, `{id}` and `{hash}` for what is made of it.
const ROWS: [(&str, &str); 7] = [
    (
        "users (id, email, username, username_folded, created_at, updated_at, credential_version)",
        "{id}, 'guest' || {n} || '@example.net', 'guest-' || {n}, 'guest-' || {n}, {now}, {now}, 1",
    ),
    (
        "auth_methods (id, user_id, provider, password_hash, created_at, updated_at)",
        "{id}, {id}, 'password', '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA', {now}, {now}",
    ),
    (
        "organizations (id, name, kind, created_by, created_at, updated_at)",
        "{id}, 'guest-' || {n}, 'team', {id}, {now}, {now}",
    ),
    ("memberships (organization_id, user_id, role, created_at, updated_at)", "{id}, {id}, 'owner', {now}, {now}"),
    (
        "sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method, last_used_at,
                   revoked_at, revoked_reason, user_agent)",
        "{id}, {id}, {id}, {now}, {later}, {now}, 'password', {now}, CASE WHEN {n} % 10 = 0 THEN {now} END,
         CASE WHEN {n} % 10 = 0 THEN 'logout' END, 'Firefox'",
    ),
    ("refresh_tokens (hash, session_id, created_at, expires_at)", "{hash}, {id}, {now}, {later}"),
    ("changes (kind, subject, until)", "'session_ended', {id}, {later}"),
];

/// Puts so many accounts into the database.
fn fill(place: &Place, users: u64) {
    let mut conn = Conn::open(place);
    let (id, hash, later, many) = match &conn {
        Conn::Sqlite(_) => (
            "CAST(format('%016d', n) AS BLOB)",
            "CAST(format('%032d', n) AS BLOB)",
            "({now} + 1209600000000)",
            format!("WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {users})"),
        ),
        Conn::Postgres(_) => (
            "lpad(to_hex(n), 32, '0')::uuid",
            "decode(lpad(to_hex(n), 64, '0'), 'hex')",
            "({now} + interval '14 days')",
            format!("WITH many AS (SELECT generate_series(1, {users}) AS n)"),
        ),
    };
    let begin = match &conn {
        // The journal stays as long as it gets, so that the next start has all of it to read.
        Conn::Sqlite(_) => "PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE;",
        Conn::Postgres(_) => "BEGIN;",
    };
    let insert = |(table, values): &(&str, &str)| {
        let only = if table.starts_with("changes") { "WHERE n % 10 = 0" } else { "" };
        format!("{many} INSERT INTO {table} SELECT {values} FROM many {only};")
    };
    let inserts: Vec<String> = ROWS.iter().map(insert).collect();
    let script = format!("{begin}{}COMMIT;", inserts.concat());
    let script = script.replace("{id}", id).replace("{hash}", hash).replace("{n}", "n").replace("{later}", later);
    conn.execute(&script.replace("{now}", conn.now()));
}

/// Kills the server right after its database has grown to so many accounts, and times the next start
/// until it serves people.
pub fn after_a_crash(place: Place, users: u64, limit: Duration) -> Figures {
    let place = rotating(place);
    let name = place.name();
    let server = place.serve();
    let tokens = sign_up(server.address, "dana@example.org");
    fill(&place, users);
    server.kill();

    let started = Instant::now();
    let server = place.serve();
    until("it is ready", limit, || get_status(server.address, "/auth/ready") == 200);
    assert_eq!(user_status(server.address, &tokens.access), 200, "{name}");
    assert_eq!(refresh(server.address, &tokens.refresh).status, 200, "{name}");
    let took = started.elapsed();
    assert!(took <= limit, "{name}: it took {took:?} until people were served");
    assert_eq!(log_in(server.address, "dana@example.org").status, 200, "{name}");
    let users_there = Conn::open(&place).count("SELECT COUNT(*) AS count FROM users");
    assert_eq!(u64::try_from(users_there), Ok(users + 1), "{name}");
    format!("{users} users, serving after {}", seconds(took))
}
