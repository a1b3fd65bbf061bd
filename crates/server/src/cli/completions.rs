//! `passgate completions`

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::CliError;

pub(crate) fn run<C: CommandFactory>(shell: Shell) -> Result<(), CliError> {
    // Not straight to standard output: the generator panics where the reader has gone.
    let mut script = Vec::new();
    generate(shell, &mut C::command(), "passgate", &mut script);
    Ok(io::stdout().lock().write_all(&script)?)
}
