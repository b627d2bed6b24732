//! `password_hash`, guided by coverage.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authara_fuzz::password_hash(data));
