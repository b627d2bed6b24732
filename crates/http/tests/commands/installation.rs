//! An installation whose database can be copied, put back, and read as text, as
//! `docs/operating.md` tells operators to.

use std::path::{Path, PathBuf};
use std::process::Command;

use authara_storage::StoreOptions;
use authara_storage::testing::{TestDatabase, databases};

use crate::process::Place;

/// Where distributions put PostgreSQL's programs, each version in a folder of its own.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A place, and the address of its database if that is on PostgreSQL.
pub struct Installation {
    pub place: Place,
    postgres: Option<(String, TestDatabase)>,
}

impl Installation {
    /// One for each database that is at hand, with this environment.
    pub fn on_each_database(variables: &[(&str, &str)]) -> Vec<Self> {
        let place = || variables.iter().fold(Place::new(), |place, (name, value)| place.with(name, value));
        let mut installations = vec![Self { place: place(), postgres: None }];
        for database in databases() {
            if let StoreOptions::Postgres(options) = &database.options {
                let url = options.url.clone();
                let place = place().with("AUTHARA_DATABASE_URL", &url);
                installations.push(Self { place, postgres: Some((url, database)) });
            }
        }
        installations
    }

    /// `sqlite` or `postgres`, for assertion messages.
    pub fn name(&self) -> &'static str {
        if self.postgres.is_some() { "postgres" } else { "sqlite" }
    }

    /// Copies the database into a new file, whether or not the server runs.
    pub fn back_up(&self, file: &str) {
        match &self.postgres {
            None => {
                self.place.run(&["backup", file]).expect_success();
            }
            Some((url, _)) => {
                let how = ["--format=custom", "--schema=authara", "--file"];
                run(postgres_program("pg_dump").args(how).arg(self.place.path(file)).arg(url));
            }
        }
    }

    /// Puts such a copy in the place of the database. The server is stopped.
    pub fn restore(&self, file: &str) {
        let copy = self.place.path(file);
        match &self.postgres {
            None => {
                for journal in ["data/authara.db-wal", "data/authara.db-shm"] {
                    // They belong to the file that goes, and would spoil the one that comes.
                    let _ = std::fs::remove_file(self.place.path(journal));
                }
                std::fs::copy(copy, self.place.path("data/authara.db")).expect("the copy is put back");
            }
            Some((url, _)) => {
                let how = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", url];
                run(postgres_program("pg_restore").args(how).arg(copy));
            }
        }
    }

    /// Everything that the database holds, as it lies on disk or as a dump writes it.
    pub fn contents(&self) -> Vec<u8> {
        match &self.postgres {
            None => {
                let files = ["data/authara.db", "data/authara.db-wal"];
                files.iter().flat_map(|file| std::fs::read(self.place.path(file)).unwrap_or_default()).collect()
            }
            Some((url, _)) => run(postgres_program("pg_dump").args(["--inserts", "--schema=authara"]).arg(url)),
        }
    }
}

/// Runs a command that has to succeed, and gives what it printed.
fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("PostgreSQL comes with its own programs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// One of PostgreSQL's programs: of the newest version that has a folder, else from the path.
fn postgres_program(name: &str) -> Command {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(VERSIONS).into_iter().flatten().flatten() {
        let version = entry.file_name().to_str().and_then(|version| version.parse().ok());
        let program = entry.path().join("bin").join(name);
        if let Some(version) = version.filter(|_| program.is_file()) {
            found.push((version, program));
        }
    }
    let newest = found.into_iter().max_by_key(|(version, _)| *version).map(|(_, program)| program);
    Command::new(newest.as_deref().unwrap_or_else(|| Path::new(name)))
}
