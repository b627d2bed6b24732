//! What can go wrong below the flows.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a unit of work did not happen. Nothing of it was kept.
#[derive(Debug)]
pub enum StoreError {
    /// Others kept changing the same rows until the retries were used up.
    Conflict(String),
    /// The database did not answer, or no connection became free, in time. Passes by itself.
    Unavailable(String),
    /// A row holds a combination of values that no code writes.
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is impossible about it, without personal data.
        what: String,
    },
    /// A statement failed for a reason that retrying does not mend: a fault in the program.
    Query(String),
}

impl StoreError {
    /// A row of `table` that cannot be.
    pub(crate) fn corrupt(table: &'static str, what: impl Into<String>) -> Self {
        Self::Corrupt { table, what: what.into() }
    }

    /// Could the same work succeed if it ran again at once?
    pub(crate) fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(what) => write!(f, "conflicting transactions: {what}"),
            Self::Unavailable(what) => write!(f, "store not available: {what}"),
            Self::Corrupt { table, what } => write!(f, "corrupt row in {table}: {what}"),
            Self::Query(what) => write!(f, "query failed: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// Messages by which the databases say that they cannot serve now, for kinds that diesel does not
/// tell apart.
const PASSING: [&str; 14] = [
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "server closed the connection",
    "could not receive data from server",
    "could not send data to server",
    "connection to server",
    "terminating connection",
    "the database system is",
    "canceling statement due to",
    "no connection to the server",
    "too many clients",
];

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation,
                info,
            ) => Self::Conflict(info.message().to_owned()),
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            DieselError::DatabaseError(kind, info) => {
                let message = info.message();
                if message.contains("deadlock detected") {
                    Self::Conflict(message.to_owned())
                } else if PASSING.iter().any(|passing| message.contains(passing)) {
                    Self::Unavailable(message.to_owned())
                } else {
                    Self::Query(format!("{kind:?}: {message}"))
                }
            }
            DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Query(error.to_string()),
        }
    }
}

/// Why the store cannot be used at all. One sentence for the operator.
#[derive(Debug)]
pub enum OpenError {
    /// The database cannot be reached or opened.
    Connect(String),
    /// PostgreSQL has an older schema than this version; the operator runs `migrate`.
    NeedsMigration {
        /// How many migrations are missing.
        pending: usize,
    },
    /// The schema was made by a newer version.
    TooNew {
        /// The first migration that this version does not know.
        version: String,
    },
    /// The database belongs to the Go Authara.
    GoAuthara,
    /// A migration failed; nothing of it was kept.
    Migrate(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // libpq's messages have several lines; an operator's log has one for each fault.
            Self::Connect(what) => {
                let parts: Vec<&str> = what.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                write!(f, "cannot open the database: {}", parts.join(" "))
            }
            Self::NeedsMigration { pending } => write!(
                f,
                "the database schema is {pending} migration(s) behind this version; run `authara-server migrate` first"
            ),
            Self::TooNew { version } => write!(
                f,
                "the database schema was made by a newer version of Authara (migration {version} is unknown here); start that version"
            ),
            Self::GoAuthara => f.write_str(
                "this database belongs to the Go Authara (public.authara_schema_version exists) and was left as it is; \
                 use another database, a coming `authara-server import` will bring its data over",
            ),
            Self::Migrate(what) => write!(f, "migrating the database failed, nothing was changed: {what}"),
        }
    }
}

impl std::error::Error for OpenError {}
