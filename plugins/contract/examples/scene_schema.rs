// SPDX-License-Identifier: MPL-2.0
//! Prints the JSON Schema of scene files: `cargo run -p footfall-contract --no-default-features --features schema
//! --example scene_schema > docs/scene.schema.json`.
#![allow(clippy::print_stdout)]

fn main() {
    let schema = schemars::schema_for!(footfall_contract::scene::file::SceneFile);
    println!("{}", serde_json::to_string_pretty(&schema).unwrap_or_default());
}
