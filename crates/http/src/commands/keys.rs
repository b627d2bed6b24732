//! `keys generate` and `keys rotate`.

use authara_core::keys::KeyRing;
use authara_flows::{Clock, Rng};

use crate::config::KeySource;
use crate::key_file;

pub(super) fn generate() {
    let ring = KeyRing::generate(&key_file::new_id(&Clock::system()), &mut Rng::system());
    println!("{}", &*ring.to_text());
}

pub(super) fn rotate() -> Result<(), String> {
    let config = super::load_config()?;
    if matches!(config.tokens.keys, KeySource::Given(_)) {
        return Err(
            "the key ring is given by AUTHARA_JWT_KEYS; put a new key (see `keys generate`) in front of it there"
                .to_owned(),
        );
    }
    let ring = key_file::rotate(&config.data_dir, &Clock::system(), &Rng::system())?;
    println!(
        "The active key is now {}. Restart the server, and every application that reads the ring.",
        ring.active().id()
    );
    Ok(())
}
