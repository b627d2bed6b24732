//! `migrate`: the operator's step on PostgreSQL, harmless on SQLite.

use authara_storage::store;

use crate::config::Database;
use crate::{boot, data_dir};

pub(super) fn run() -> Result<(), String> {
    let config = super::load_config()?;
    if let Database::Sqlite { path } = &config.database {
        data_dir::prepare(path.parent().unwrap_or(&config.data_dir))?;
    }
    let count = store::migrate(&boot::store_options(&config.database)).map_err(|error| error.to_string())?;
    match count {
        0 => println!("The database schema is current."),
        1 => println!("Ran 1 migration."),
        n => println!("Ran {n} migrations."),
    }
    Ok(())
}
