//! Bytes > a policy in the one layout.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policyc_fuzz::layout(bytes));
