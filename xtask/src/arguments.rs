//! The command line.

use crate::bench::Options;
use crate::failure::Failure;
use crate::servers::Backend;
use crate::test::Step;

pub(crate) const HELP: &str = "\
The tasks of this workspace

  cargo xtask demo                 build and run the tutorial: Passgate, a backend and the pages
      --backend rust|hono          which of its two backends [default: rust]
      --check                      drive it headless in Chromium instead of waiting for you
  cargo xtask test                 everything that has to pass
      --only <step>                this step alone; may be repeated
      --list                       list the steps
  cargo xtask differential         the verifier beside two by others, on generated ceremonies, at length
      [<count>] [<seed>]           so many of them [default: 100000 1]
  cargo xtask fuzz                 made-up input for the verifier's parsers, after what earlier runs found
      --seconds <n>                so long for each of them [default: 60]
  cargo xtask release              the server's fastest binary, in some ten minutes
  cargo xtask bench                what Passgate takes and holds, into docs/benchmarks
      --quick                      under two minutes, to see that the bench works; into target/bench
      --large                      and 10 million credentials in SQLite, 1 million in PostgreSQL
      --lists                      and the first page of every list, of 50,000 users and 2 million audit rows
      --soak <minutes>             and so many minutes of mixed load
      --kills <n>                  and a server killed so often under load, on each database
      --profile                    and where a login's CPU goes, as a flame graph (with Linux's perf)
      --alone                      only what follows `and`; what else docs/benchmarks has stays
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Demo(Backend),
    DemoCheck(Backend),
    /// These steps; all of them where none is named.
    Test(Vec<Step>),
    ListSteps,
    /// With these arguments of its own.
    Differential(Vec<String>),
    Release,
    Bench(Options),
    /// So long for each target.
    Fuzz {
        seconds: u32,
    },
}

pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    match arguments.next().as_deref() {
        None | Some("help" | "--help" | "-h") => Ok(Task::Help),
        Some("demo") => demo(arguments),
        Some("test") => test(arguments),
        Some("fuzz") => fuzz(arguments),
        Some("release") => release(arguments),
        Some("bench") => bench(arguments),
        Some("differential") => Ok(Task::Differential(arguments.collect())),
        Some(other) => Err(usage(&format!("there is no task {other:?}"))),
    }
}

fn demo(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut backend = Backend::Rust;
    let mut is_check = false;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => is_check = true,
            "--backend" => backend = named(arguments.next(), "--backend", Backend::ALL, Backend::name)?,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(usage(&format!("`demo` has no argument {other:?}"))),
        }
    }
    Ok(if is_check { Task::DemoCheck(backend) } else { Task::Demo(backend) })
}

fn test(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut only = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => only.push(named(arguments.next(), "--only", Step::ALL, Step::name)?),
            "--list" => return Ok(Task::ListSteps),
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(usage(&format!("`test` has no argument {other:?}"))),
        }
    }
    Ok(Task::Test(only))
}

fn fuzz(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut seconds = 60;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => seconds = count(arguments.next(), "--seconds")?,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(usage(&format!("`fuzz` has no argument {other:?}"))),
        }
    }
    Ok(Task::Fuzz { seconds })
}

fn release(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    match arguments.next().as_deref() {
        None => Ok(Task::Release),
        Some("--help" | "-h") => Ok(Task::Help),
        Some(other) => Err(usage(&format!("`release` has no argument {other:?}"))),
    }
}

fn bench(mut arguments: impl Iterator<Item = String>) -> Result<Task, Failure> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.quick = true,
            "--alone" => options.alone = true,
            "--profile" => options.profile = true,
            "--large" => options.large = true,
            "--lists" => options.lists = true,
            "--soak" => options.soak_minutes = Some(count(arguments.next(), "--soak")?),
            "--kills" => options.kills = Some(count(arguments.next(), "--kills")?),
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(usage(&format!("`bench` has no argument {other:?}"))),
        }
    }
    Ok(Task::Bench(options))
}

/// A number above 0.
fn count(value: Option<String>, option: &str) -> Result<u32, Failure> {
    let value = value.unwrap_or_default();
    let count = value.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| usage(&format!("{option} is a number above 0, not {value:?}")))
}

fn named<T: Copy>(
    value: Option<String>,
    option: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Failure> {
    let value = value.unwrap_or_default();
    all.iter().copied().find(|&one| name(one) == value).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&one| name(one)).collect();
        usage(&format!("{option} is one of {}, not {value:?}", names.join(", ")))
    })
}

fn usage(problem: &str) -> Failure {
    Failure::Because(format!("{problem}\n\n{HELP}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(str::to_owned)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_line_is_a_task() {
        assert_eq!(parsed(""), Ok(Task::Help));
        assert_eq!(parsed("demo"), Ok(Task::Demo(Backend::Rust)));
        assert_eq!(parsed("demo --check --backend hono"), Ok(Task::DemoCheck(Backend::Hono)));
        assert_eq!(parsed("test"), Ok(Task::Test(vec![])));
        assert_eq!(parsed("test --only e2e --only fmt"), Ok(Task::Test(vec![Step::EndToEnd, Step::Format])));
        assert_eq!(parsed("test --list"), Ok(Task::ListSteps));
        assert_eq!(parsed("fuzz"), Ok(Task::Fuzz { seconds: 60 }));
        assert_eq!(parsed("fuzz --seconds 7"), Ok(Task::Fuzz { seconds: 7 }));
        assert_eq!(parsed("release"), Ok(Task::Release));
        assert_eq!(parsed("bench"), Ok(Task::Bench(Options::default())));
        let all = Options {
            quick: true,
            alone: true,
            large: true,
            lists: true,
            soak_minutes: Some(20),
            kills: Some(100),
            profile: true,
        };
        let line = "bench --quick --alone --large --lists --soak 20 --kills 100 --profile";
        assert_eq!(parsed(line), Ok(Task::Bench(all)));
        assert_eq!(parsed("differential"), Ok(Task::Differential(vec![])));
        assert_eq!(parsed("differential 7 1"), Ok(Task::Differential(vec!["7".to_owned(), "1".to_owned()])));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let problem = |line| parsed(line).unwrap_err().lines().next().unwrap_or_default().to_owned();
        assert_eq!(problem("dmeo"), r#"there is no task "dmeo""#);
        assert_eq!(problem("release --fast"), r#"`release` has no argument "--fast""#);
        assert_eq!(problem("demo --port 1"), r#"`demo` has no argument "--port""#);
        assert_eq!(problem("demo --backend go"), r#"--backend is one of rust, hono, not "go""#);
        assert_eq!(problem("demo --backend"), r#"--backend is one of rust, hono, not """#);
        assert_eq!(problem("bench --soak"), r#"--soak is a number above 0, not """#);
        assert_eq!(problem("fuzz --seconds 0"), r#"--seconds is a number above 0, not "0""#);
        assert!(problem("test --only all").starts_with("--only is one of fmt, "));
    }
}
