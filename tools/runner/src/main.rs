// SPDX-License-Identifier: MPL-2.0
//! Runs the pipeline of a launch file and keeps it alive; see `--help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    footfall_run::shell::main()
}
