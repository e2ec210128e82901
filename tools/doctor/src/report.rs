// SPDX-License-Identifier: MPL-2.0
//! The report: for people line by line as it comes, for machines one JSON object at the end.

use serde_json::{Value, json};

use crate::check::{Check, Outcome};

/// Version of the JSON report; it changes when a key does.
pub const SCHEMA: u32 = 1;

/// How many checks came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// As it should be.
    pub ok: usize,
    /// It works, but.
    pub warnings: usize,
    /// It does not work.
    pub failed: usize,
    /// Nobody looked.
    pub not_tried: usize,
}

impl Sums {
    /// Of these checks.
    pub fn of(checks: &[Check]) -> Self {
        checks.iter().fold(Self::default(), |mut sums, check| {
            match check.outcome {
                Outcome::Ok => sums.ok += 1,
                Outcome::Warning { .. } => sums.warnings += 1,
                Outcome::Failed { .. } => sums.failed += 1,
                Outcome::NotTried => sums.not_tried += 1,
            }
            sums
        })
    }

    /// The command's exit status: 0 all well, 1 something failed. (2 is wrong usage, before anything is looked at.)
    pub fn exit_status(self) -> u8 {
        u8::from(self.failed > 0)
    }

    /// The last line.
    pub fn line(self) -> String {
        let Self { ok, warnings, failed, not_tried } = self;
        let plural = if warnings == 1 { "" } else { "s" };
        format!("{ok} ok, {warnings} warning{plural}, {failed} failed, {not_tried} not tried")
    }
}

/// A check as lines for people; `before` is the one above it. No line break at the end.
pub fn lines(check: &Check, before: Option<&Check>) -> String {
    let mut text = String::new();
    if before.is_none_or(|b| b.group != check.group) {
        let gap = if before.is_some() { "\n" } else { "" };
        text.push_str(&format!("{gap}{}\n", check.group.word()));
    }
    text.push_str(&format!("  {:<9} {:<12} {}", check.outcome.word(), check.name, check.finding));
    let mut more = |word: &str, what: &str| text.push_str(&format!("\n{:25}{word}: {what}", ""));
    match &check.outcome {
        Outcome::Ok | Outcome::NotTried => {}
        Outcome::Warning { check } => more("check", check),
        Outcome::Failed { tried, check } => {
            more("tried", tried);
            more("check", check);
        }
    }
    text
}

/// Everything as one JSON object.
pub fn json(checks: &[Check], version: &str) -> Value {
    let sums = Sums::of(checks);
    let rows: Vec<Value> = checks.iter().map(row).collect();
    json!({
        "schema": SCHEMA,
        "doctor": version,
        "well": sums.failed == 0,
        "sums": {"ok": sums.ok, "warning": sums.warnings, "failed": sums.failed, "not_tried": sums.not_tried},
        "checks": rows,
    })
}

fn row(check: &Check) -> Value {
    let mut row = json!({
        "group": check.group.word(),
        "name": check.name,
        "outcome": check.outcome.word().replace(' ', "_"),
        "finding": check.finding,
    });
    match &check.outcome {
        Outcome::Ok | Outcome::NotTried => {}
        Outcome::Warning { check } => row["check"] = json!(check),
        Outcome::Failed { tried, check } => {
            row["tried"] = json!(tried);
            row["check"] = json!(check);
        }
    }
    if !check.figures.is_empty() {
        row["figures"] = Value::Object(check.figures.clone());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Group;

    fn checks() -> Vec<Check> {
        vec![
            Check::ok(Group::Machine, "system", "Debian").figure("cores", 2),
            Check::warning(Group::Camera, "sound", "AAC", "switch it off"),
            Check::failed(Group::Camera, "opened", "404", "DESCRIBE", "the path"),
            Check::not_tried(Group::Broker, "publish", "no scene"),
        ]
    }

    #[test]
    fn warnings_are_well_and_a_failure_is_not() {
        let all = checks();
        assert_eq!(Sums::of(&all).exit_status(), 1);
        assert_eq!(Sums::of(&all[..2]).exit_status(), 0);
        assert_eq!(Sums::of(&all).line(), "1 ok, 1 warning, 1 failed, 1 not tried");
    }

    #[test]
    fn a_failure_says_what_was_tried_and_what_to_check() {
        let all = checks();
        assert_eq!(lines(&all[0], None), "machine\n  ok        system       Debian");
        let failed = lines(&all[2], Some(&all[1]));
        assert!(failed.starts_with("  failed    opened       404\n") && !failed.contains("camera"), "{failed}");
        assert!(failed.contains("tried: DESCRIBE\n") && failed.ends_with("check: the path"), "{failed}");
    }

    #[test]
    fn machines_get_the_same() {
        let json = json(&checks(), "0.1.0");
        assert_eq!(json["well"], false);
        assert_eq!(json["checks"][0]["figures"]["cores"], 2);
        assert_eq!(json["checks"][2]["tried"], "DESCRIBE");
        assert_eq!(json["checks"][3]["outcome"], "not_tried");
        assert!(json["checks"][3].get("check").is_none());
    }
}
