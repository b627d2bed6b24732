//! `json_text`, guided by coverage.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authara_fuzz::json_text(data));
