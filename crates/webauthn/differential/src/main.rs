//! The long run: `cargo xtask differential`.

#![expect(clippy::print_stdout, reason = "a run tells the person who started it how it goes")]

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    time::Instant,
};

use passgate_webauthn_differential::{case::Case, comparison::Verifiers, disagreement::Class, tally::Tally};

const HELP: &str = "\
Our verifier beside two by others, on generated ceremonies

  passgate-webauthn-differential [<count>] [<seed>]    so many cases [default: 100000 1]
  passgate-webauthn-differential case <number> <seed>  one of them, whatever comes of it
  passgate-webauthn-differential classes               the kinds of disagreement, and their reasons
";

/// How many cases pass between two words about it.
const STEP: u64 = 1_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.replace('_', "").parse::<u64>().ok();
    match arguments[..] {
        [] => run(100_000, 1),
        ["classes"] => {
            for class in Class::ALL {
                println!("{}\n    {}\n", class.name(), class.reason());
            }
            ExitCode::SUCCESS
        }
        ["case", case, seed] => match (number(case), number(seed)) {
            (Some(case), Some(seed)) => show(&Case::generate(seed, case)),
            _ => usage(),
        },
        [count] => number(count).map_or_else(usage, |count| run(count, 1)),
        [count, seed] => match (number(count), number(seed)) {
            (Some(count), Some(seed)) => run(count, seed),
            _ => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    print!("{HELP}");
    ExitCode::FAILURE
}

fn run(count: u64, seed: u64) -> ExitCode {
    let verifiers = Verifiers::default();
    let mut tally = Tally::default();
    let began = Instant::now();
    for number in 0..count {
        if let Err(unexplained) = tally.add(&verifiers, Case::generate(seed, number)) {
            println!("\n{unexplained}\nUntil then:\n\n{tally}");
            return ExitCode::FAILURE;
        }
        let done = number + 1;
        if done.is_multiple_of(STEP) || done == count {
            progress(done, count, began);
        }
    }
    println!("\n\n{tally}");
    ExitCode::SUCCESS
}

/// One line that grows where somebody looks on, and ten in a file.
fn progress(done: u64, count: u64, began: Instant) {
    let seconds = began.elapsed().as_secs();
    if std::io::stdout().is_terminal() {
        print!("\r{done} of {count} cases after {seconds} s");
        // Nothing depends on it.
        let _ = std::io::stdout().flush();
    } else if done == count || (done / STEP).is_multiple_of((count / STEP / 10).max(1)) {
        println!("{done} of {count} cases after {seconds} s");
    }
}

fn show(case: &Case) -> ExitCode {
    println!("{:#?}", case.plan);
    for comparison in Verifiers::default().compare(case) {
        println!("{comparison:#?}");
    }
    println!("{}", String::from_utf8_lossy(&case.json));
    ExitCode::SUCCESS
}
