// SPDX-License-Identifier: MPL-2.0
//! The target `payload` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| footfall_fuzz::payload::run(data));
