//! Bytes > a policy, as a `.yaml` file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policyc_fuzz::source(policyc::source::Format::Yaml, bytes));
