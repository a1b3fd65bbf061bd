//! `passgate completions`

use std::io;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

pub(crate) fn run<C: CommandFactory>(shell: Shell) {
    generate(shell, &mut C::command(), "passgate", &mut io::stdout().lock());
}
