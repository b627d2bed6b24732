//! A connection of our own beside the server's: for looking, for filling a database, and for getting
//! in the server's way.

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use crate::Place;

/// An open connection to the database of a [`Place`].
pub enum Conn {
    /// To the file in the folder.
    Sqlite(SqliteConnection),
    /// To the server, with the tables' schema in front.
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Conn {
    /// Opens one.
    pub fn open(place: &Place) -> Self {
        if let Some(database) = place.database() {
            let mut conn = PgConnection::establish(database.url()).expect("the PostgreSQL server answers");
            conn.batch_execute("SET search_path = authara").expect("the search path is set");
            return Self::Postgres(conn);
        }
        let path = place.path("data/authara.db");
        let path = path.to_str().expect("a temporary folder has a plain name");
        let mut conn = SqliteConnection::establish(path).expect("the file opens");
        conn.batch_execute("PRAGMA busy_timeout = 10000").expect("patience");
        Self::Sqlite(conn)
    }

    /// Runs statements.
    pub fn execute(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        };
        done.expect("the statements run");
    }

    /// The number that a query gives as `count`.
    pub fn count(&mut self, sql: &str) -> i64 {
        let row: QueryResult<Row> = match self {
            Self::Sqlite(conn) => sql_query(sql).get_result(conn),
            Self::Postgres(conn) => sql_query(sql).get_result(conn),
        };
        row.expect("the query runs").count
    }

    /// The expression for the present moment, as instants are kept.
    pub fn now(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "(unixepoch() * 1000000)",
            Self::Postgres(_) => "now()",
        }
    }

    /// The literal of these bytes.
    pub fn literal(&self, bytes: &[u8]) -> String {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = digits.concat();
        match self {
            Self::Sqlite(_) => format!("x'{hex}'"),
            Self::Postgres(_) => format!("'\\x{hex}'::bytea"),
        }
    }
}

/// Somebody else who writes, and takes their time: nobody else can, and everybody can read.
pub struct WriteLock(Conn);

impl WriteLock {
    /// Waits for its turn, and keeps it until this is dropped.
    pub fn take(place: &Place) -> Self {
        let mut conn = Conn::open(place);
        conn.execute(match &conn {
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN; LOCK TABLE users, sessions, refresh_tokens IN EXCLUSIVE MODE",
        });
        Self(conn)
    }

    /// Lets the others write.
    pub fn release(mut self) {
        self.0.execute("ROLLBACK");
    }
}
