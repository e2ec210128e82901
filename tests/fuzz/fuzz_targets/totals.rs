// SPDX-License-Identifier: MPL-2.0
//! The target `totals` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| footfall_fuzz::totals::run(data));
