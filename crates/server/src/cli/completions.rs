//! `passgate completions`

use std::io;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::CliError;

pub(crate) fn run<C: CommandFactory>(shell: Shell) -> Result<(), CliError> {
    generate(shell, &mut C::command(), "passgate", &mut io::stdout().lock());
    Ok(())
}
