//! `check-config`: says everything that is wrong with the environment.

pub(super) fn run() -> Result<(), String> {
    let config = super::load_config()?;
    let mode = if config.environment.is_production() { "production" } else { "development" };
    println!("The configuration is fine ({mode}, {}).", config.public_url.origin);
    Ok(())
}
