//! What holds in every database at any moment, whatever was killed, cut off or filled up (S-164,
//! S-165), and whether what was acknowledged is there.

use authara_core::secret::SecretHash;

use crate::Place;
use crate::sql::Conn;

/// What may never be found, each with the query that counts it. `{now}` is the present moment.
const NEVER: [(&str, &str); 7] = [
    (
        "users without a way to sign in",
        "SELECT COUNT(*) AS count FROM users u WHERE NOT EXISTS
            (SELECT 1 FROM auth_methods a WHERE a.user_id = u.id AND a.password_hash IS NOT NULL)",
    ),
    (
        "users without an organization of their own",
        "SELECT COUNT(*) AS count FROM users u WHERE NOT EXISTS
            (SELECT 1 FROM memberships m JOIN organizations o ON o.id = m.organization_id
             WHERE m.user_id = u.id AND m.role = 'owner' AND o.created_by = u.id)",
    ),
    (
        "organizations without a member",
        "SELECT COUNT(*) AS count FROM organizations o WHERE NOT EXISTS
            (SELECT 1 FROM memberships m WHERE m.organization_id = o.id)",
    ),
    (
        "users who never had a session",
        "SELECT COUNT(*) AS count FROM users u WHERE NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id)",
    ),
    (
        "sessions of somebody who is no member",
        "SELECT COUNT(*) AS count FROM sessions s WHERE NOT EXISTS
            (SELECT 1 FROM memberships m WHERE m.organization_id = s.organization_id AND m.user_id = s.user_id)",
    ),
    (
        "sessions that are neither live nor ended",
        "SELECT COUNT(*) AS count FROM sessions s
         WHERE s.revoked_at IS NULL AND s.expires_at > {now} AND NOT EXISTS
            (SELECT 1 FROM refresh_tokens t
             WHERE t.session_id = s.id AND t.spent_at IS NULL AND t.expires_at > {now})",
    ),
    (
        "sessions with more than one live refresh token",
        "SELECT COUNT(*) AS count FROM
            (SELECT t.session_id FROM refresh_tokens t WHERE t.spent_at IS NULL AND t.expires_at > {now}
             GROUP BY t.session_id HAVING COUNT(*) > 1) AS doubled",
    ),
];

/// The same for the pages of a SQLite file, which a write that was cut off could have torn.
const NEVER_IN_A_FILE: [(&str, &str); 2] = [
    ("torn pages", "SELECT COUNT(*) AS count FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    ("dangling references", "SELECT COUNT(*) AS count FROM pragma_foreign_key_check"),
];

/// Looks into the database of a [`Place`], beside the server.
pub struct Audit {
    conn: Conn,
}

impl Audit {
    /// Opens the database.
    ///
    /// After a crash this is for when the server has started again: whoever opens a SQLite file first
    /// repairs it, and that is the server's task.
    pub fn of(place: &Place) -> Self {
        Self { conn: Conn::open(place) }
    }

    /// Looks for everything that may never be.
    ///
    /// # Panics
    ///
    /// When there is some of it; `when` says on which occasion.
    pub fn assert_sound(&mut self, when: &str) {
        let now = self.conn.now();
        let in_a_file: &[_] = match self.conn {
            Conn::Sqlite(_) => &NEVER_IN_A_FILE,
            Conn::Postgres(_) => &[],
        };
        for (what, query) in NEVER.iter().chain(in_a_file) {
            let count = self.conn.count(&query.replace("{now}", now));
            assert_eq!(count, 0, "{when}: {what}");
        }
    }

    /// Is everything there that makes an account and the session of this refresh token?
    pub fn has_account(&mut self, email: &str, refresh_token: &str) -> bool {
        let hash = self.hash(refresh_token);
        let found = self.conn.count(&format!(
            "SELECT COUNT(*) AS count FROM users u
             JOIN auth_methods a ON a.user_id = u.id AND a.password_hash IS NOT NULL
             JOIN memberships m ON m.user_id = u.id
             JOIN organizations o ON o.id = m.organization_id AND o.created_by = u.id
             JOIN sessions s ON s.user_id = u.id AND s.organization_id = o.id
             JOIN refresh_tokens t ON t.session_id = s.id
             WHERE u.email = '{email}' AND t.hash = {hash}"
        ));
        found == 1
    }

    /// How many accounts have this address.
    pub fn accounts_of(&mut self, email: &str) -> i64 {
        self.conn.count(&format!("SELECT COUNT(*) AS count FROM users u WHERE u.email = '{email}'"))
    }

    /// How many accounts there are.
    pub fn accounts(&mut self) -> i64 {
        self.conn.count("SELECT COUNT(*) AS count FROM users")
    }

    /// Is this refresh token kept, spent or live?
    pub fn has_token(&mut self, refresh_token: &str) -> bool {
        let hash = self.hash(refresh_token);
        self.conn.count(&format!("SELECT COUNT(*) AS count FROM refresh_tokens t WHERE t.hash = {hash}")) == 1
    }

    /// How many refresh tokens of this one's session could still be spent.
    pub fn live_tokens_beside(&mut self, refresh_token: &str) -> i64 {
        let (hash, now) = (self.hash(refresh_token), self.conn.now());
        self.conn.count(&format!(
            "SELECT COUNT(*) AS count FROM refresh_tokens t
             WHERE t.spent_at IS NULL AND t.expires_at > {now}
               AND t.session_id = (SELECT p.session_id FROM refresh_tokens p WHERE p.hash = {hash})"
        ))
    }

    /// What the store keeps of a token, as a literal.
    fn hash(&self, refresh_token: &str) -> String {
        self.conn.literal(&SecretHash::of(refresh_token).0)
    }
}
