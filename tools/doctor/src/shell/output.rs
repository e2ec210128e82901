// SPDX-License-Identifier: MPL-2.0
//! What is printed. Everything goes through the secrets once more.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use footfall_doctor::check::Check;
use footfall_doctor::report::{self, Sums};
use footfall_redact::Redactor;
use serde_json::Value;

/// The version of this command.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The report as it grows.
pub struct Output {
    secrets: Arc<Redactor>,
    json: bool,
    checks: Vec<Check>,
}

impl Output {
    /// An empty report.
    pub fn new(secrets: Arc<Redactor>, json: bool) -> Self {
        Self { secrets, json, checks: Vec::new() }
    }

    /// Adds a check, and prints it unless JSON is wanted.
    pub fn add(&mut self, check: Check) {
        if !self.json {
            let text = report::lines(&check, self.checks.last());
            // A reader that has gone away is no failure of the machine.
            let _ = writeln!(io::stdout(), "{}", self.secrets.redact(&text));
        }
        self.checks.push(check);
    }

    /// Adds several.
    pub fn add_all(&mut self, checks: impl IntoIterator<Item = Check>) {
        checks.into_iter().for_each(|check| self.add(check));
    }

    /// How far it has come; on stderr, so that the report stays a report.
    pub fn progress(&self, words: &str) {
        let _ = writeln!(io::stderr(), "{}", self.secrets.redact(words));
    }

    /// Ends the report.
    pub fn end(self) -> ExitCode {
        let sums = Sums::of(&self.checks);
        let mut out = io::stdout();
        let _ = if self.json {
            let clean = cleaned(report::json(&self.checks, VERSION), &self.secrets);
            writeln!(out, "{clean:#}")
        } else {
            writeln!(out, "\n{}", sums.line())
        };
        ExitCode::from(sums.exit_status())
    }
}

/// Every text in it without secrets. Numbers stay: a report is no report without them.
fn cleaned(value: Value, secrets: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::String(secrets.redact(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(|v| cleaned(v, secrets)).collect(),
        Value::Object(keys) => keys.into_iter().map(|(k, v)| (k, cleaned(v, secrets))).collect(),
        other => other,
    }
}
