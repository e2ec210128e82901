// SPDX-License-Identifier: MPL-2.0
//! The one module with `unsafe`: it takes variables out of the environment.
#![allow(unsafe_code)]

/// GStreamer reads these when it starts; what they write holds every property of a pipeline, passwords too.
const DUMPING: [&str; 2] = ["GST_DEBUG_DUMP_DOT_DIR", "GST_TRACERS"];

/// Takes them out, and says which were set. It must come before GStreamer starts and before any thread.
pub fn drop_dumping_variables() -> Vec<&'static str> {
    let set: Vec<&str> = DUMPING.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    for name in &set {
        // SAFETY: main calls this first; no other thread exists that could read the environment meanwhile.
        unsafe { std::env::remove_var(name) };
    }
    set
}
