//! `cargo run`: Latchkey on this machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    local::cli::main()
}
