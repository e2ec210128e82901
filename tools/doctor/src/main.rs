// SPDX-License-Identifier: MPL-2.0
//! The command `footfall-doctor`, which `pipelines/doctor` runs.

mod shell;

fn main() -> std::process::ExitCode {
    shell::run()
}
