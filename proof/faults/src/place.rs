//! Where one installation lives: its folder, its environment, its database.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::postgres::Database;
use crate::process::{Ended, Process, Serving};

/// Starts a program that may not write files beyond so many blocks of 512 bytes. The signal that
/// comes with the refusal is ignored, as on a full disk there is none: the program sees a write fail.
/// Arguments: the blocks, the program, its own arguments.
const LIMITED: &str = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;
const BLOCK_BYTES: u64 = 512;

/// A folder and an environment that hold nothing but what is put there. The folder, and a database
/// of its own, go with it.
#[derive(Debug)]
pub struct Place {
    program: PathBuf,
    folder: TempDir,
    variables: Vec<(String, String)>,
    database: Option<Arc<Database>>,
    largest_file_bytes: Option<u64>,
}

impl Place {
    /// An empty folder for this server, and a port that the system chooses. The database is the one
    /// that a newcomer has: SQLite.
    pub fn new(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The server is started in that folder, from where a relative path would lead elsewhere.
        let program = std::path::absolute(program).expect("the path of the server");
        Self { program, folder, variables: Vec::new(), database: None, largest_file_bytes: None }
            .with("AUTHARA_LISTEN_ADDR", "127.0.0.1:0")
    }

    /// The same on a database of its own on PostgreSQL, migrated as the operator does it.
    pub fn on(program: &Path, database: Database) -> Self {
        let mut place = Self::new(program).with("AUTHARA_DATABASE_URL", database.url());
        place.database = Some(Arc::new(database));
        place.run(&["migrate"]).expect_success();
        place
    }

    /// One place for each database that is at hand.
    ///
    /// # Panics
    ///
    /// When one cannot be made, or PostgreSQL is required and missing.
    pub fn on_each_database(program: &Path) -> Vec<Self> {
        let postgres = Database::at_hand().map(|database| Self::on(program, database));
        std::iter::once(Self::new(program)).chain(postgres).collect()
    }

    /// Another installation beside this one: the same environment and database, another folder.
    pub fn beside(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            program: self.program.clone(),
            folder,
            variables: self.variables.clone(),
            database: self.database.clone(),
            largest_file_bytes: self.largest_file_bytes,
        }
    }

    /// `sqlite` or `postgres`, for assertion messages.
    pub fn name(&self) -> &'static str {
        if self.database.is_some() { "postgres" } else { "sqlite" }
    }

    /// The database on PostgreSQL, if it is there.
    pub(crate) fn database(&self) -> Option<&Database> {
        self.database.as_deref()
    }

    /// Sets a variable; a later value of the same name holds.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// No file that the server writes may grow beyond this size: what a full disk looks like.
    pub fn with_largest_file(mut self, bytes: Option<u64>) -> Self {
        self.largest_file_bytes = bytes;
        self
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file in the folder.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there and is text")
    }

    /// The names of everything in the folder, sorted.
    pub fn entries(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Starts the binary with these arguments and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).wait()
    }

    /// Starts the binary with these arguments.
    pub fn start(&self, arguments: &[&str]) -> Process {
        let mut command = match self.largest_file_bytes {
            None => Command::new(&self.program),
            Some(bytes) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", LIMITED, &(bytes / BLOCK_BYTES).to_string()]).arg(&self.program);
                shell
            }
        };
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Process::start(&mut command)
    }

    /// Starts the server as a newcomer does, without a command, and waits until it listens.
    pub fn serve(&self) -> Serving {
        let level = self.variables.iter().rev().find(|(name, _)| name == "LOG_LEVEL").map(|(_, level)| level.as_str());
        Serving::once_it_listens(self.start(&[]), matches!(level, Some("warn" | "error")))
    }
}
