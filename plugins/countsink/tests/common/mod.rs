// SPDX-License-Identifier: MPL-2.0
//! What tests of published figures share.

#![allow(dead_code)]

pub mod mosquitto;
pub mod sink;

use footfall_contract::scene::Scene;
use footfall_contract::totals::{Durations, RULE_VERSION, durations};
use gst_plugin_countsink::disclosure::{Figures, disclose};
use gst_plugin_countsink::hours::Finished;
use gst_plugin_countsink::payload;
use serde_json::{Value, json};

/// Nanoseconds of a second.
pub const S: u64 = 1_000_000_000;

/// A page of the docs.
pub fn docs(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The JSON blocks of a page.
pub fn json_blocks(page: &str) -> Vec<String> {
    let text = docs(page);
    text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The check of a schema of the docs.
pub fn schema(name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str::<Value>(&docs(name)).unwrap()).unwrap()
}

/// The check of `docs/payload.schema.json`.
pub fn validator() -> jsonschema::Validator {
    schema("payload.schema.json")
}

/// Holds a value against a schema of the docs.
pub fn fits_schema(name: &str, value: &Value) {
    let problems: Vec<String> = schema(name).iter_errors(value).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new(), "{value:#}");
}

/// Holds a payload against the schema.
pub fn fits(value: &Value) {
    fits_schema("payload.schema.json", value);
}

/// The payload, which fits the schema.
pub fn published(scene: &Scene, window: &Finished) -> Value {
    let written = payload::write(scene, RULE_VERSION, window, &disclose(&Figures::of(scene, window), scene));
    assert!(!written.text.contains('\n'));
    let value: Value = serde_json::from_str(&written.text).unwrap();
    fits(&value);
    assert_eq!(value["id"], written.id);
    let mut strange = value.clone();
    strange["tracks"] = json!([]);
    assert!(!validator().is_valid(&strange), "the schema is closed");
    value
}

/// So many durations of so many seconds.
pub fn lasting(all: &[(u64, u64)]) -> Durations {
    let mut sum = Durations::default();
    for (n, seconds) in all {
        sum.finished += n;
        sum.sum_ns += n * seconds * S;
        *sum.bins.entry(durations::bin(*seconds as f64)).or_default() += n;
    }
    sum.bins.retain(|_, n| *n > 0);
    sum
}
