//! `check-config`: says everything that is wrong with the environment, and what is wrong with the
//! files that it names.

use crate::boot;

pub(super) fn run() -> Result<(), String> {
    let config = super::load_config()?;
    boot::face(&config)?;
    let mode = if config.environment.is_production() { "production" } else { "development" };
    println!("The configuration is fine ({mode}, {}).", config.public_url.origin);
    Ok(())
}
