//! From configuration to an application that is ready to serve.

use std::sync::Arc;

use authara_core::keys::KeyRing;
use authara_core::password::PasswordPolicy;
use authara_core::session::SessionPolicy;
use authara_flows::hashing::stored::Cost;
use authara_flows::hashing::{HashOptions, Hasher};
use authara_flows::limits::{Limits, Rules};
use authara_flows::{App, Clock, Policies, Rng};
use authara_storage::{Faults, PostgresOptions, SqliteOptions, Store, StoreOptions, installation};

use crate::assets::Assets;
use crate::brand::Brand;
use crate::config::{Config, Database, KeySource, PasswordSettings, RateLimits, TokenSettings};
use crate::pages::templates::Templates;
use crate::{data_dir, key_file};

/// How to open the store.
pub fn store_options(database: &Database) -> StoreOptions {
    let cores = std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX));
    match database {
        Database::Sqlite { path } => {
            StoreOptions::Sqlite(SqliteOptions { path: path.clone(), readers: cores.saturating_mul(2).clamp(4, 32) })
        }
        Database::Postgres(settings) => StoreOptions::Postgres(PostgresOptions {
            url: settings.connection_url(),
            schema: Some(settings.schema.clone()).filter(|schema| !schema.is_empty()),
            max_connections: settings.max_connections,
            min_idle: settings.max_idle.min(2),
            max_lifetime: settings.max_lifetime,
            idle_timeout: settings.max_idle_time,
            max_writers: cores.saturating_mul(4),
        }),
    }
}

/// An application, and the lock on its database file.
#[derive(Debug)]
pub struct Booted {
    /// The application.
    pub app: Arc<App>,
    /// The keys, for the demonstration page.
    pub ring: Arc<KeyRing>,
    /// Kept for as long as it runs.
    pub lock: Option<data_dir::Lock>,
}

/// Prepares the data folder, opens the store, and builds everything once.
///
/// # Errors
///
/// One sentence for the operator.
pub async fn boot(config: &Config) -> Result<Booted, String> {
    let (clock, rng) = (Clock::system(), Rng::system());
    data_dir::prepare(&config.data_dir)?;
    let lock = match &config.database {
        Database::Sqlite { path } => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                data_dir::prepare(folder)?;
            }
            Some(data_dir::lock(path)?)
        }
        Database::Postgres(_) => None,
    };
    let ring = Arc::new(match &config.tokens.keys {
        KeySource::Given(ring) => ring.clone(),
        KeySource::Generated => key_file::load_or_generate(&config.data_dir, &clock, &rng)?,
    });
    let store =
        Store::open(store_options(&config.database), Faults::none()).await.map_err(|error| error.to_string())?;
    let mode = config.organization_mode;
    let stored = store.write(move |tx| installation::lock_mode(tx, mode)).await.map_err(|error| error.to_string())?;
    if stored != mode {
        return Err(format!(
            "AUTHARA_ORG_MODE is {}, but this installation was set up as {}; the mode cannot be changed",
            mode.as_str(),
            stored.as_str()
        ));
    }
    let hasher = Hasher::new(hash_options(&config.passwords), rng.clone())?;
    let limits = Limits::new(rules(&config.limits));
    let policies = Policies {
        session: session_policy(&config.tokens),
        password: PasswordPolicy { min_length: config.passwords.min_length as usize },
        organization_mode: mode,
    };
    let app = App::new(store, clock, rng, &ring, &config.tokens.issuer, hasher, limits, policies)?;
    Ok(Booted { app: Arc::new(app), ring, lock })
}

/// What people see: brand, assets and templates, with what the operator replaces of them.
#[derive(Debug)]
pub struct Face {
    /// Whose pages these are.
    pub brand: Brand,
    /// Style sheet, script and pictures.
    pub assets: Assets,
    /// The page templates and their words.
    pub templates: Templates,
}

/// Reads and checks everything that people see. Nothing is made on disk.
///
/// # Errors
///
/// A sentence that names the file, and the line where there is one.
pub fn face(config: &Config) -> Result<Face, String> {
    let folder = config.templates_dir.as_deref();
    let brand = Brand::new(&config.brand, folder)?;
    Ok(Face { assets: Assets::build(&brand, folder)?, templates: Templates::load(folder)?, brand })
}

/// Lives and limits of sessions, as they are configured.
pub(crate) fn session_policy(tokens: &TokenSettings) -> SessionPolicy {
    SessionPolicy {
        access_ttl: tokens.access_ttl,
        refresh_ttl: tokens.refresh_ttl,
        session_ttl: tokens.session_ttl,
        rotation: tokens.rotation,
        grace: tokens.grace,
        fresh_window: tokens.fresh_window,
        sessions_per_user: tokens.sessions_per_user,
    }
}

fn hash_options(passwords: &PasswordSettings) -> HashOptions {
    HashOptions {
        cost: Cost { memory_kib: passwords.memory_kib, iterations: passwords.iterations, lanes: passwords.lanes },
        budget_mib: passwords.budget_mib,
        ..HashOptions::default()
    }
}

fn rules(limits: &RateLimits) -> Rules {
    Rules {
        login_address: limits.login_ip,
        login_account: limits.login_account,
        signup_address: limits.signup_ip,
        signup_email: limits.signup_email,
        refresh_address: limits.refresh_ip,
        password_change: limits.password_change,
        max_entries: limits.max_entries as usize,
        sweep_every: limits.cleanup_every,
    }
}
