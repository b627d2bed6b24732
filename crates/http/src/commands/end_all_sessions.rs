//! `end-all-sessions`: the operator's word against every session, or against those of one account.

use authara_core::email::EmailAddress;
use authara_flows::{Clock, end_all_sessions};
use authara_storage::{Faults, Store};

use crate::boot;
use crate::config::{Config, Database};

pub(super) fn run(user: Option<&str>) -> Result<(), String> {
    let config = super::load_config()?;
    let account = match user {
        Some(text) => Some(EmailAddress::parse(text).map_err(|error| format!("--user: {error}"))?),
        None => None,
    };
    // Opening would make the file, and say that nobody was signed in.
    if let Database::Sqlite { path } = &config.database
        && !path.exists()
    {
        return Err(format!("there is no database at {}", path.display()));
    }
    actix_web::rt::System::new().block_on(end(&config, account))
}

/// The lock beside a SQLite file is against a second server, which this is not.
async fn end(config: &Config, account: Option<EmailAddress>) -> Result<(), String> {
    let (clock, policy) = (Clock::system(), boot::session_policy(&config.tokens));
    let opened = Store::open(boot::store_options(&config.database), Faults::none()).await;
    let store = opened.map_err(|error| error.to_string())?;
    let Some(email) = account else {
        let count = end_all_sessions::of_everybody(&store, &clock, &policy).await.map_err(|error| error.to_string())?;
        println!("Ended {}.", sessions(count));
        println!(
            "Access tokens of sessions that this database does not know lapse by themselves, within {} minutes.",
            policy.access_ttl.num_minutes()
        );
        return Ok(());
    };
    let ended = end_all_sessions::of_account(&store, &clock, &policy, &email).await;
    match ended.map_err(|error| error.to_string())? {
        Some(count) => {
            println!("Ended {} of {}.", sessions(count), email.as_str());
            Ok(())
        }
        None => Err(format!("no account has the address {}", email.as_str())),
    }
}

fn sessions(count: usize) -> String {
    if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") }
}
