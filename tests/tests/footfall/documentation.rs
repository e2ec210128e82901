// SPDX-License-Identifier: MPL-2.0
//! The pages of the elements are made from the registry, the scene's schema from the types: `FOOTFALL_UPDATE=1 cargo
//! test -p footfall-tests documentation` writes them, without it a difference is a failure.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use footfall_tests::place;
use gst::glib;
use gst::prelude::*;

fn kept(path: &Path, made: &str) {
    if std::env::var_os("FOOTFALL_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, made).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == made, "{} is out of date: FOOTFALL_UPDATE=1 cargo test -p footfall-tests documentation", path.display());
}

fn value_text(value: &glib::Value) -> String {
    if let Ok(text) = value.get::<Option<String>>() {
        return text.map_or("none".into(), |t| format!("`{t}`"));
    }
    if let Some((_, nick)) = glib::EnumValue::from_value(value).map(|(c, v)| (c, v.nick().to_owned())) {
        return format!("`{nick}`");
    }
    if let Ok(number) = value.get::<f64>() {
        return format!("`{number}`");
    }
    if let Ok(number) = value.get::<f32>() {
        return format!("`{number}`");
    }
    value.serialize().map_or("–".into(), |text| format!("`{text}`"))
}

fn range_text(spec: &glib::ParamSpec) -> String {
    macro_rules! range {
        ($($spec:ty),*) => { $( if let Some(s) = spec.downcast_ref::<$spec>() {
            let max = s.maximum();
            let max = if format!("{max}").len() > 15 { "max".to_owned() } else { format!("{max}") };
            return format!("{} – {max}", s.minimum());
        } )* };
    }
    range!(glib::ParamSpecUInt, glib::ParamSpecUInt64, glib::ParamSpecInt, glib::ParamSpecInt64);
    range!(glib::ParamSpecDouble, glib::ParamSpecFloat);
    if let Some(s) = spec.downcast_ref::<glib::ParamSpecEnum>() {
        let class = s.enum_class();
        return class.values().iter().map(|v| format!("`{}`", v.nick())).collect::<Vec<_>>().join(", ");
    }
    String::new()
}

fn change_text(spec: &glib::ParamSpec) -> &'static str {
    let flags = spec.flags();
    if !flags.contains(glib::ParamFlags::WRITABLE) {
        "read only"
    } else if flags.contains(gst::PARAM_FLAG_MUTABLE_PLAYING) {
        "any time"
    } else if flags.contains(gst::PARAM_FLAG_MUTABLE_PAUSED) {
        "PAUSED"
    } else {
        "NULL, READY"
    }
}

fn element_page(name: &str) -> String {
    let factory = gst::ElementFactory::find(name).unwrap_or_else(|| panic!("there is no element {name}"));
    let element = factory.create().build().unwrap();
    let mut page = String::new();
    let metadata = |key: &str| factory.metadata(key).unwrap_or_default().to_owned();
    writeln!(page, "# {name}\n\n{}.\n", metadata("description").trim_end_matches('.')).unwrap();
    writeln!(
        page,
        "*{}* · classification `{}` · type `{}` · rank none\n",
        metadata("long-name"),
        metadata("klass"),
        element.type_()
    )
    .unwrap();
    writeln!(page, "## Pads\n").unwrap();
    // A registry that was read from its cache has them in the opposite order.
    let mut templates: Vec<_> = factory.static_pad_templates().iter().copied().collect();
    templates.sort_by_key(|template| template.direction() == gst::PadDirection::Src);
    for template in templates {
        let direction = if template.direction() == gst::PadDirection::Src { "src" } else { "sink" };
        writeln!(
            page,
            "- `{}` ({direction}): `{}`",
            template.name_template(),
            template.caps().to_string().replace("; ", ";\n  ")
        )
        .unwrap();
    }
    writeln!(page, "\n## Properties\n\n| property | default | range | changeable in | |\n|---|---|---|---|---|").unwrap();
    let mut specs: Vec<_> = element.list_properties().iter().filter(|s| s.owner_type() == element.type_()).cloned().collect();
    specs.sort_by(|a, b| a.name().cmp(b.name()));
    for spec in specs {
        let writable = spec.flags().contains(glib::ParamFlags::WRITABLE);
        let default = if writable { value_text(spec.default_value()) } else { String::new() };
        let blurb = spec.blurb().unwrap_or_default().replace('|', "\\|");
        writeln!(page, "| `{}` | {default} | {} | {} | {blurb} |", spec.name(), range_text(&spec), change_text(&spec)).unwrap();
    }
    let notes = place::root().join(format!("docs/elements/notes/{name}.md"));
    if let Ok(notes) = std::fs::read_to_string(notes) {
        write!(page, "\n{notes}").unwrap();
    }
    page
}

#[test]
fn the_pages_of_the_elements_are_those_of_the_registry() {
    place::init();
    for name in ["persondetector", "zonetracker", "pixelscrubber", "countsink"] {
        kept(&place::root().join(format!("docs/elements/{name}.md")), &element_page(name));
    }
}

#[test]
fn the_readme_names_every_element() {
    place::init();
    let readme = std::fs::read_to_string(place::root().join("README.md")).unwrap();
    let features = gst::Registry::get().features_by_plugin("footfall");
    assert_eq!(features.len(), 4);
    for feature in features {
        assert!(readme.contains(&format!("docs/elements/{}.md", feature.name())), "{} is missing in the README", feature.name());
    }
}

#[test]
fn the_scene_schema_is_that_of_the_types() {
    let made = Command::new(env!("CARGO"))
        .args([
            "run",
            "-q",
            "-p",
            "footfall-contract",
            "--no-default-features",
            "--features",
            "schema",
            "--example",
            "scene_schema",
        ])
        .current_dir(place::root())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    kept(&place::root().join("docs/scene.schema.json"), &String::from_utf8(made.stdout).unwrap());
}

#[test]
fn links_in_the_docs_lead_somewhere() {
    let root = place::root();
    let mut files = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    files.extend(
        std::fs::read_dir(root.join("docs"))
            .unwrap()
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|e| e == "md")),
    );
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(file.parent().unwrap().join(path).exists(), "{} links to {target}, which is not there", file.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} links were found: is the search broken?");
}

/// Every Rust file below a folder.
fn sources(dir: &Path, found: &mut String) {
    for path in std::fs::read_dir(dir).unwrap().flatten().map(|e| e.path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Words in backticks that can only be the names of tests.
fn tests_named_in(text: &str) -> Vec<&str> {
    let name = |word: &&str| {
        let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        plain && word.matches('_').count() >= 3
    };
    text.split('`').skip(1).step_by(2).filter(name).collect()
}

#[test]
fn every_test_that_the_docs_name_exists() {
    let root = place::root();
    let mut code = String::new();
    ["plugins", "tests", "tools"].iter().for_each(|dir| sources(&root.join(dir), &mut code));
    for (page, at_least) in [
        ("privacy", 16),
        ("fail-closed", 16),
        ("payload", 16),
        ("operating", 3),
        ("elements/countsink", 2),
        ("elements/persondetector", 1),
    ] {
        let text = std::fs::read_to_string(root.join(format!("docs/{page}.md"))).unwrap();
        let names = tests_named_in(&text);
        assert!(names.len() >= at_least, "{page}: {names:?}");
        for name in names {
            assert!(code.contains(&format!("fn {name}(")), "docs/{page}.md names the test {name}, which is not there");
        }
    }
}

#[test]
fn every_way_to_fail_has_a_test_or_says_why_not() {
    let text = std::fs::read_to_string(place::root().join("docs/fail-closed.md")).unwrap();
    let (ways, tests) = text.split_once("## Which test injects each").unwrap();
    let numbers: Vec<&str> = ways.lines().filter_map(|l| l.strip_prefix("| F")?.split(' ').next()).collect();
    assert_eq!(numbers.len(), 36);
    let told = |number: &&str| tests.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == format!("F{number}"));
    let missing: Vec<&str> = numbers.into_iter().filter(|n| !told(n)).collect();
    assert!(missing.is_empty(), "F{missing:?}");
}
