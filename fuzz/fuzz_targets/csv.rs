//! Bytes > a decision table, run against the policy that its first line names (`# invictus`), or a small one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policyc_fuzz::table(bytes));
