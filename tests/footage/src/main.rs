// SPDX-License-Identifier: MPL-2.0
//! The command `footage`: films, stills and sheets from the command line.
#![allow(clippy::print_stdout, clippy::print_stderr)] // It is a command.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match command::run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(command::Failure::Usage(text)) => {
            eprintln!("footage: {text}\n\n{}", command::USAGE);
            ExitCode::from(2)
        }
        Err(command::Failure::Failed(text)) => {
            eprintln!("footage: {text}");
            ExitCode::FAILURE
        }
    }
}
