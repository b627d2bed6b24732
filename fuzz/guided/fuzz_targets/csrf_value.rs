//! `csrf_value`, guided by coverage.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authara_fuzz::csrf_value(data));
