//! Bytes > an artifact that is refused or answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policyc_fuzz::artifact(bytes));
