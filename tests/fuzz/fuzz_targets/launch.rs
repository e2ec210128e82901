// SPDX-License-Identifier: MPL-2.0
//! The target `launch` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| footfall_fuzz::launch::run(data));
