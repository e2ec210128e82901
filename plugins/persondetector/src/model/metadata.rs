// SPDX-License-Identifier: MPL-2.0
//! What a model file says of itself, by Footfall's own keys and those that common exporters write.
//!
//! | key | values | meaning |
//! |---|---|---|
//! | `color` | `rgb`, `bgr` | order of the input's planes |
//! | `scale`, `mean`, `std` | number; three numbers with commas | input = (sample * scale - mean) / std, samples 0..255 |
//! | `resize` | `stretch`, `letterbox-topleft`, `letterbox-centre` | how pictures of another shape are fitted |
//! | `pad` | 0..255 | grey of padding and excluded areas |
//! | `head` | begins with `yolox_raw` or `yolox_decoded` | layout of the output |
//! | `names` | `{0: 'person', …}` or `['person', …]` | names of the classes |
//! | `person_class` | whole number | which class is a person |
//! | `threshold` | 0..1 | suggested least score of a person |
//! | `imgsz` | `[height, width]` | input size where the file leaves it open |

use std::collections::BTreeMap;

use crate::letterbox::Resize;
use crate::sampler::ChannelOrder;

/// A key has a value that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model's metadata say {key}={value:?}; write {wanted}")]
pub struct BadKey {
    key: &'static str,
    value: String,
    wanted: &'static str,
}

/// The keys that were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// `color`.
    pub order: Option<ChannelOrder>,
    /// `scale`.
    pub scale: Option<f32>,
    /// `mean`.
    pub mean: Option<[f32; 3]>,
    /// `std`.
    pub std: Option<[f32; 3]>,
    /// `resize`.
    pub resize: Option<Resize>,
    /// `pad`.
    pub pad: Option<f32>,
    /// `head`, its first word.
    pub head: Option<String>,
    /// `names`.
    pub names: Vec<String>,
    /// `person_class`.
    pub person_class: Option<usize>,
    /// `threshold`.
    pub threshold: Option<f32>,
    /// `imgsz`: (width, height).
    pub size: Option<(usize, usize)>,
}

impl Metadata {
    /// Reads the keys.
    ///
    /// # Errors
    /// When one of our keys has a value that makes no sense; unknown keys are passed over.
    pub fn parse(map: &BTreeMap<String, String>) -> Result<Self, BadKey> {
        let keys = Keys(map);
        let positive = |v: &f32| v.is_finite() && *v > 0.0;
        Ok(Self {
            order: keys.get("color", "rgb or bgr", |v| ChannelOrder::from_nick(&v.to_ascii_lowercase()))?,
            scale: keys.get("scale", "a positive number", |v| v.parse().ok().filter(positive))?,
            mean: keys.get("mean", "three numbers with commas", triple)?,
            std: keys.get("std", "three positive numbers with commas", |v| triple(v).filter(|t| t.iter().all(positive)))?,
            resize: keys.get("resize", "stretch, letterbox-topleft or letterbox-centre", Resize::from_nick)?,
            pad: keys.get("pad", "a grey level of 0 to 255", |v| v.parse().ok().filter(|p| (0.0..=255.0).contains(p)))?,
            head: keys.get("head", "the layout's name", |v| v.split([':', ' ', ',']).next().map(str::to_owned))?,
            names: keys.0.get("names").map(|v| names(v)).unwrap_or_default(),
            person_class: keys.get("person_class", "a whole number", |v| v.parse().ok())?,
            threshold: keys.get("threshold", "a number of 0 to 1", |v| v.parse().ok().filter(|t| (0.0..=1.0).contains(t)))?,
            size: keys.get("imgsz", "[height, width]", size)?,
        })
    }

    /// Which class is a person, by `person_class` or by name.
    pub fn person(&self) -> Option<usize> {
        let is_person =
            |name: &String| matches!(name.to_ascii_lowercase().as_str(), "person" | "people" | "pedestrian" | "human");
        self.person_class.or_else(|| self.names.iter().position(is_person))
    }
}

struct Keys<'a>(&'a BTreeMap<String, String>);

impl Keys<'_> {
    fn get<T>(&self, key: &'static str, wanted: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, BadKey> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let parsed = parse(value.trim()).ok_or_else(|| BadKey { key, value: value.clone(), wanted })?;
        Ok(Some(parsed))
    }
}

fn triple(text: &str) -> Option<[f32; 3]> {
    let numbers: Option<Vec<f32>> = text.split(',').map(|n| n.trim().parse().ok().filter(|v: &f32| v.is_finite())).collect();
    numbers?.try_into().ok()
}

fn size(text: &str) -> Option<(usize, usize)> {
    let inner = text.trim_start_matches(['[', '(']).trim_end_matches([']', ')']);
    let numbers: Option<Vec<usize>> = inner.split(',').map(|n| n.trim().parse().ok().filter(|n| *n > 0)).collect();
    match numbers?.as_slice() {
        [side] => Some((*side, *side)),
        [height, width] => Some((*width, *height)),
        _ => None,
    }
}

/// Class names from a list or a map as Python prints it. Names are quoted; keys of the map are whole numbers in order.
fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let Some(quote) = rest[start..].chars().next() else { break };
        let after = &rest[start + 1..];
        let Some(end) = after.find(quote) else { break };
        found.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    found
}

/// Reads `key=value;key=value`, the same keys for a model that does not say them itself.
///
/// # Errors
/// The part that is no `key=value`.
pub fn parse_hints(text: &str) -> Result<BTreeMap<String, String>, String> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').ok_or_else(|| part.to_owned())?;
        Ok((key.trim().to_owned(), value.trim().to_owned()))
    };
    parts.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn all_keys_are_read() {
        let m = Metadata::parse(&map(&[
            ("color", "rgb"),
            ("scale", "0.5"),
            ("mean", "1,2, 3"),
            ("std", "1,1,2"),
            ("resize", "stretch"),
            ("pad", "0"),
            ("head", "yolox_decoded: rows cx,cy,w,h"),
            ("names", "{0: 'car', 1: 'Person'}"),
            ("threshold", "0.3"),
            ("imgsz", "[256, 384]"),
            ("strides", "8,16,32"),
        ]))
        .unwrap();
        assert_eq!((m.order, m.scale, m.mean), (Some(ChannelOrder::Rgb), Some(0.5), Some([1.0, 2.0, 3.0])));
        assert_eq!((m.std, m.resize, m.pad), (Some([1.0, 1.0, 2.0]), Some(Resize::Stretch), Some(0.0)));
        assert_eq!(
            (m.head.as_deref(), m.person(), m.threshold, m.size),
            (Some("yolox_decoded"), Some(1), Some(0.3), Some((384, 256)))
        );
    }

    #[test]
    fn nonsense_is_named() {
        for (key, value) in
            [("color", "cmyk"), ("mean", "1,2"), ("std", "1,0,1"), ("scale", "-1"), ("threshold", "30"), ("imgsz", "big")]
        {
            let error = Metadata::parse(&map(&[(key, value)])).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(value), "{error}");
        }
    }

    #[test]
    fn names_are_read_as_python_prints_them() {
        assert_eq!(names("{0: 'person', 1: \"stop sign\"}"), ["person", "stop sign"]);
        assert_eq!(names("['a','b']"), ["a", "b"]);
        assert!(names("{0: person}").is_empty());
        assert_eq!(Metadata::default().person(), None);
    }

    #[test]
    fn hints_are_keys_and_values() {
        assert_eq!(parse_hints("color=bgr; scale = 1;").unwrap(), map(&[("color", "bgr"), ("scale", "1")]));
        assert_eq!(parse_hints("color"), Err("color".into()));
        assert!(parse_hints("").unwrap().is_empty());
    }
}
