//! `backup FILE`: a consistent copy of the SQLite database.

use std::path::Path;

use authara_storage::{StoreOptions, store};

use crate::boot;

pub(super) fn run(file: &Path) -> Result<(), String> {
    let config = super::load_config()?;
    match boot::store_options(&config.database) {
        StoreOptions::Sqlite(options) => {
            store::back_up(&options, file)?;
            println!("Wrote {}. The key ring in the data folder is not part of it.", file.display());
            Ok(())
        }
        StoreOptions::Postgres(_) => Err("this is for SQLite; use pg_dump for PostgreSQL".to_owned()),
    }
}
