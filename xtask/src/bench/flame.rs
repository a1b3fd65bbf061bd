//! Flame graphs of what `perf script` prints: each frame as wide as the samples that it was in, callers below.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plot::escaped;

const WIDTH: f64 = 1200.0;
const ROW: f64 = 17.0;
const TOP: f64 = 40.0;
/// Frames that are narrower than this, in pixels, are left out.
const NARROW: f64 = 0.5;
/// So wide is a letter.
const LETTER: f64 = 6.2;

const STYLE: &str = "\
<style>
text { font: 11px ui-monospace, monospace; fill: #1f2328 } .title { font: 600 15px system-ui, sans-serif }
rect { stroke: #fff; stroke-width: 0.5 }
.cryptography { fill: #9cc7f5 } .kernel { fill: #f3b48b } .sqlite { fill: #9ad6a4 } .allocator { fill: #d9b8ec }
.rest { fill: #f1dc8f }
@media (prefers-color-scheme: dark) { .title { fill: #e6edf3 } rect { stroke: #0d1117 } }
</style>
";

/// What a frame is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cryptography,
    Kernel,
    Sqlite,
    Allocator,
    Rest,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Cryptography, Self::Kernel, Self::Sqlite, Self::Allocator, Self::Rest];

    fn name(self) -> &'static str {
        match self {
            Self::Cryptography => "cryptography",
            Self::Kernel => "kernel",
            Self::Sqlite => "sqlite",
            Self::Allocator => "allocator",
            Self::Rest => "rest",
        }
    }

    fn of(symbol: &str, object: &str) -> Self {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| symbol.starts_with(prefix));
        if object.contains("kernel") {
            Self::Kernel
        } else if begins(&[
            "__ecp_", "ecp_", "aws_lc", "ec_", "ecdsa", "bn_", "beeu", "sha256", "pkey_", "rand_", "Lbignum",
        ]) {
            Self::Cryptography
        } else if begins(&[
            "sqlite3", "wal", "pager", "pcache", "btree", "balance", "unix", "vdbe", "getPage", "moveTo",
        ]) {
            Self::Sqlite
        } else if begins(&["mi_", "_mi_", "operator delete", "operator new"]) {
            Self::Allocator
        } else {
            Self::Rest
        }
    }
}

#[derive(Default)]
struct Frame {
    samples: u32,
    object: String,
    /// What it called, by symbol.
    callees: BTreeMap<String, Frame>,
}

/// Samples of stacks.
pub(super) struct Flames {
    root: Frame,
    /// Where the samples were, not whom it was for.
    leaves: BTreeMap<Kind, u32>,
}

impl Flames {
    /// Reads `perf script --fields comm,ip,sym,dso`: a line with the thread's name, then the stack from its leaf on, each
    /// indented, then an empty line.
    pub(super) fn read(script: &str) -> Self {
        let (mut root, mut leaves) = (Frame::default(), BTreeMap::new());
        for sample in script.split("\n\n") {
            let mut lines = sample.lines().filter(|line| !line.is_empty());
            let Some(thread) = lines.next() else { continue };
            let stack: Vec<(&str, &str)> = lines.filter_map(frame).collect();
            let Some((symbol, object)) = stack.first() else { continue };
            *leaves.entry(Kind::of(symbol, object)).or_default() += 1;
            root.samples += 1;
            let mut frame = root.callee(thread.trim(), "");
            let mut last = "";
            for (symbol, object) in stack.iter().rev() {
                // Of generic functions that call each other there are towers, which say nothing.
                if *symbol != last {
                    frame = frame.callee(symbol, object);
                }
                last = symbol;
            }
        }
        Self { root, leaves }
    }

    /// Which part of the samples was in what.
    pub(super) fn shares(&self) -> BTreeMap<&'static str, f64> {
        let all = f64::from(self.root.samples.max(1));
        let share = |kind: Kind| f64::from(self.leaves.get(&kind).copied().unwrap_or_default()) / all;
        Kind::ALL.into_iter().map(|kind| (kind.name(), share(kind))).collect()
    }

    pub(super) fn svg(&self, title: &str) -> String {
        let scale = WIDTH / f64::from(self.root.samples.max(1));
        let depth = self.root.depth(NARROW / scale);
        let height = ROW.mul_add(f64::from(depth), TOP);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{0}\">\n\
             {STYLE}<text class=\"title\" x=\"4\" y=\"20\">{0}</text>\n",
            escaped(title),
        );
        let mut x = 0.0;
        for (symbol, frame) in &self.root.callees {
            frame.draw(&mut svg, symbol, (x, height - ROW), scale);
            x += f64::from(frame.samples) * scale;
        }
        svg + "</svg>\n"
    }
}

impl Frame {
    fn callee(&mut self, symbol: &str, object: &str) -> &mut Self {
        let callee = self.callees.entry(symbol.to_owned()).or_default();
        callee.samples += 1;
        if callee.object.is_empty() {
            object.clone_into(&mut callee.object);
        }
        callee
    }

    /// How many rows there are above it, less what has so few samples.
    fn depth(&self, few: f64) -> u32 {
        let wide = self.callees.values().filter(|callee| f64::from(callee.samples) >= few);
        wide.map(|callee| 1 + callee.depth(few)).max().unwrap_or_default()
    }

    fn draw(&self, svg: &mut String, symbol: &str, (x, y): (f64, f64), scale: f64) {
        let width = f64::from(self.samples) * scale;
        if width < NARROW {
            return;
        }
        let kind = Kind::of(symbol, &self.object).name();
        let (percent, name) = (width / WIDTH * 100.0, escaped(symbol));
        let _ = write!(
            svg,
            "<rect class=\"{kind}\" x=\"{x:.1}\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"{ROW}\">\
             <title>{name}: {percent:.1} %</title></rect>"
        );
        // As many letters as fit; none where that says nothing.
        let letters = symbol.chars().scan(LETTER, |end, letter| {
            *end += LETTER;
            (*end < width).then_some(letter)
        });
        let shown: String = letters.collect();
        if shown.len() > 3 {
            let _ =
                write!(svg, "<text x=\"{:.1}\" y=\"{:.0}\">{}</text>", x + 3.0, y + 12.0, escaped(&shown));
        }
        svg.push('\n');
        let mut x = x;
        for (symbol, callee) in &self.callees {
            callee.draw(svg, symbol, (x, y - ROW), scale);
            x += f64::from(callee.samples) * scale;
        }
    }
}

/// Symbol and object of `  <address> <symbol> (<object>)`; none where the symbol is unknown.
fn frame(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.trim().split_once(' ')?;
    let (symbol, object) = rest.rsplit_once(" (")?;
    let symbol = symbol.trim();
    (symbol != "[unknown]").then_some((symbol, object.trim_end_matches(')')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\
worker 
\t    1234 aws_lc_0_ECDSA_verify (/bin/passgate)
\t    1200 main (/bin/passgate)

worker 
\tffff8 tcp_sendmsg ([kernel.kallsyms])
\t 1200 main (/bin/passgate)

worker 
\t 1 [unknown] ([unknown])

";

    #[test]
    fn frames_are_as_wide_as_their_samples() {
        let flames = Flames::read(SCRIPT);
        assert_eq!(flames.root.samples, 2, "what has no frame is no sample");
        let main = &flames.root.callees["worker"].callees["main"];
        assert_eq!((main.samples, main.callees.len()), (2, 2));
        assert_eq!(flames.shares()["cryptography"].to_bits(), 0.5_f64.to_bits());
        assert_eq!(flames.shares()["kernel"].to_bits(), 0.5_f64.to_bits());
        let svg = flames.svg("A & B");
        assert!(svg.contains("A &amp; B"), "{svg}");
        assert!(svg.contains("class=\"cryptography\" x=\"0.0\""), "{svg}");
        assert!(svg.contains("width=\"600.0\""), "{svg}");
    }
}
