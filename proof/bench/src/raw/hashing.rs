//! Raw hashing: Argon2id at the cost that the server has by default, on all cores at once, each in
//! memory that it keeps.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use authara_flows::hashing::HashOptions;

use crate::figures::float;

/// Hashes a second.
///
/// # Errors
///
/// A sentence, when the library refuses.
pub(crate) fn rate(measured: Duration) -> Result<f64, String> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(move || rate_of_one(measured))).collect();
        let mut rate = 0.0;
        for thread in threads {
            rate += thread.join().map_err(|_| "a hashing thread panicked".to_owned())??;
        }
        Ok(rate)
    })
}

/// One hash is made before anything is measured: then all of the memory is there.
fn rate_of_one(measured: Duration) -> Result<f64, String> {
    let cost = HashOptions::default().cost;
    let params = Params::new(cost.memory_kib, cost.iterations, cost.lanes, None).map_err(|error| error.to_string())?;
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = || {
        let mut key = [0; 32];
        let made = argon2.hash_password_into_with_memory(b"a password", b"0123456789abcdef", &mut key, &mut memory);
        made.map_err(|error| error.to_string())
    };
    hash()?;
    let (begin, mut count) = (Instant::now(), 0);
    while begin.elapsed() < measured {
        hash()?;
        count += 1;
    }
    Ok(float(count) / begin.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_core_hashes() {
        assert!(rate(Duration::from_millis(1)).unwrap() > 0.0);
    }
}
