// SPDX-License-Identifier: MPL-2.0
//! What the envelope of a payload says, read from its bytes: so it never says more than they do, however old they are.

use footfall_contract::time::WallTime;
use serde_json::Value;

/// MQTT user properties of a payload: names and values. With them a receiver sorts messages without parsing them.
pub fn user_properties(payload: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<Value>(payload) else { return Vec::new() };
    let property = |name: &str, key: &str| {
        let text = match value.get(key)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((name.to_owned(), text))
    };
    [("schema", "schema"), ("rule-version", "rule_version"), ("scene-version", "scene_version")]
        .into_iter()
        .filter_map(|(name, key)| property(name, key))
        .collect()
}

/// The end of the payload's window.
pub fn window_end(payload: &str) -> Option<WallTime> {
    let value: Value = serde_json::from_str(payload).ok()?;
    WallTime::parse(value.pointer("/window/end")?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = r#"{"schema":3,"rule_version":1,"scene_version":"00f2","lines":{"door":{"entries":5}},
        "window":{"start":"2026-03-02T10:00:00+01:00","end":"2026-03-02T11:00:00+01:00"}}"#;

    #[test]
    fn it_says_what_the_bytes_say_and_no_figure() {
        let expected = [("schema", "3"), ("rule-version", "1"), ("scene-version", "00f2")];
        assert_eq!(user_properties(PAYLOAD), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(window_end(PAYLOAD).unwrap().utc_seconds(), "2026-03-02T10:00:00Z");
    }

    #[test]
    fn of_other_bytes_it_says_nothing() {
        assert_eq!((user_properties("no JSON"), window_end("{}")), (Vec::new(), None));
    }
}
