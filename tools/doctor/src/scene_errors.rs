// SPDX-License-Identifier: MPL-2.0
//! Every error of a scene file, not only the first: what is wrong is taken out, and the rest is read again.

use footfall_contract::scene::Scene;
use serde_json::{Value, json};

/// Parts that are lists: an item of them is taken out alone.
const LISTS: [&str; 6] = ["excluded", "lines", "zones", "flows", "routes", "day_parts"];
/// Parts that name lines and zones: once one of those is gone, what is said of these may be its fault.
const REFER: [&str; 3] = ["flows", "routes", "shop"];
/// What stands in for a required key that is wrong.
const STAND_INS: [(&str, &str); 4] = [("site", "x"), ("camera", "x"), ("placement", "other"), ("time_zone", "UTC")];
/// More errors are not told.
const MOST: usize = 32;

/// All errors, a sentence each, in the order in which they are found; empty if the scene is good. One error an item (a
/// line, a zone, a key) is told; what refers to a wrong line or zone is judged when that is right.
pub fn all(text: &str) -> Vec<String> {
    let Err(first) = Scene::parse(text) else { return Vec::new() };
    let mut errors = vec![first.0.clone()];
    let Ok(mut scene) = serde_json::from_str::<Value>(text) else { return errors };
    let mut now = sentence(&scene);
    // Names that are gone: who refers to them is not to blame.
    let mut gone: Vec<String> = Vec::new();
    while let Some(error) = now.take().filter(|_| errors.len() < MOST) {
        let Some((rest, next, name)) = without_culprit(&scene, &error) else { break };
        gone.extend(name);
        if let Some(next) = &next {
            let refers = !gone.is_empty() && REFER.iter().any(|key| next.starts_with(key));
            let follows = refers || gone.iter().any(|name| next.contains(&format!("{name:?}")) && !has(&rest, name));
            if !follows && !errors.iter().any(|e| e.starts_with(next.as_str())) {
                errors.push(next.clone());
            }
        }
        (scene, now) = (rest, next);
    }
    errors
}

/// The first error of a scene, without the place in a text that nobody wrote.
fn sentence(scene: &Value) -> Option<String> {
    let error = Scene::parse(&scene.to_string()).err()?.0;
    Some(error.split(" at line ").next().unwrap_or_default().to_owned())
}

/// Is there still a line or zone of this name?
fn has(scene: &Value, name: &str) -> bool {
    ["lines", "zones"].iter().filter_map(|list| scene[list].as_array()).flatten().any(|item| item["name"] == *name)
}

/// The scene without the one part that is to blame for the error, what is wrong then, and the part's name.
fn without_culprit(scene: &Value, error: &str) -> Option<(Value, Option<String>, Option<String>)> {
    candidates(scene).into_iter().find_map(|(rest, name)| {
        let next = sentence(&rest);
        (next.as_deref() != Some(error)).then_some((rest, next, name))
    })
}

/// The scene with one part less, for each part.
fn candidates(scene: &Value) -> Vec<(Value, Option<String>)> {
    let Some(keys) = scene.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    let with = |edit: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut copy = keys.clone();
        edit(&mut copy);
        Value::Object(copy)
    };
    for list in LISTS {
        for (i, item) in keys.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            let shorter = with(&|copy| {
                if let Some(items) = copy.get_mut(list).and_then(Value::as_array_mut) {
                    items.remove(i);
                }
            });
            found.push((shorter, item["name"].as_str().map(str::to_owned)));
        }
    }
    for (key, stand_in) in STAND_INS {
        found.push((with(&|copy| drop(copy.insert(key.into(), json!(stand_in)))), None));
    }
    found.push((with(&|copy| drop(copy.insert("version".into(), json!(footfall_contract::scene::VERSION)))), None));
    for key in keys.keys().filter(|key| *key != "version" && !STAND_INS.iter().any(|(k, _)| k == key)) {
        found.push((with(&|copy| drop(copy.remove(key))), None));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"UTC",
        "lines":[{"name":"door","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.8]}],
        "zones":[{"name":"till","polygon":[[0.1,0.1],[0.4,0.1],[0.4,0.4]]},
                 {"name":"shelf","polygon":[[0.5,0.1],[0.9,0.1],[0.9,0.4]]}],
        "flows":["door","till","shelf"]}"#;

    #[test]
    fn a_good_scene_has_none() {
        assert_eq!(all(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_is_told_once_and_in_full() {
        let broken = GOOD
            .replace("\"demo\"", "\"De mo\"")
            .replace("UTC", "Mars")
            .replace("[[0.2,0.5],[0.8,0.5]]", "[[0.2,0.5],[0.2,0.5]]")
            .replace("[[0.5,0.1],[0.9,0.1],[0.9,0.4]]", "[[500,100],[900,100],[900,400]]");
        let errors = all(&broken);
        for words in ["De mo", "Mars", "without length", "not pixels"] {
            assert_eq!(errors.iter().filter(|e| e.contains(words)).count(), 1, "{words}: {errors:#?}");
        }
        assert_eq!(errors.len(), 4, "flows is not to blame for a line that is gone: {errors:#?}");
    }

    #[test]
    fn unknown_keys_and_missing_ones_are_told() {
        let errors = all(&GOOD.replace("\"site\":\"demo\",", "").replace("\"flows\"", "\"flow\""));
        assert!(errors.iter().any(|e| e.contains("flow")) && errors.iter().any(|e| e.contains("site")), "{errors:?}");
    }

    #[test]
    fn what_is_no_json_has_one() {
        assert_eq!(all("{").len(), 1);
        assert_eq!(all("[]").len(), 1);
    }
}
