//! Plots as SVG, readable on light and on dark pages.

use std::fmt::Write as _;

use super::samples::shown;

const WIDTH: f64 = 720.0;
const LABELS: f64 = 190.0;
const BAR: f64 = 22.0;
const STEP: f64 = 32.0;
const TOP: f64 = 46.0;
/// Room for a bar's value.
const VALUE: f64 = 110.0;

/// Colours follow the page's, as the browser tells them.
const STYLE: &str = "\
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.grid { stroke: #d0d7de; stroke-width: 1 }
.c0 { fill: #0969da; stroke: #0969da } .c1 { fill: #bc4c00; stroke: #bc4c00 } .c2 { fill: #1a7f37; stroke: #1a7f37 }
.bar { stroke: none } .line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .grid { stroke: #3d444d }
.c0 { fill: #58a6ff; stroke: #58a6ff } .c1 { fill: #f0883e; stroke: #f0883e } .c2 { fill: #3fb950; stroke: #3fb950 }
.bar { stroke: none } .line { fill: none }
}
</style>
";

/// One of several that are compared.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    label: String,
    value: f64,
}

impl Bar {
    pub(super) fn new(label: &str, value: f64) -> Self {
        Self { label: label.to_owned(), value }
    }
}

/// Something over something, in order of the latter.
#[derive(Debug, Clone)]
pub(super) struct Line {
    label: String,
    points: Vec<(f64, f64)>,
}

impl Line {
    pub(super) fn new(label: &str, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.to_owned(), points }
    }
}

/// Bars from one zero on, each with its value.
pub(super) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    let rows = u32::try_from(bars.len()).unwrap_or(u32::MAX);
    let height = STEP.mul_add(f64::from(rows), TOP) + 6.0;
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut svg = begin(title, height);
    for (place, bar) in (0_u32..).zip(bars) {
        let y = STEP.mul_add(f64::from(place), TOP);
        let length = (WIDTH - LABELS - VALUE) * bar.value / most;
        let text = y + BAR * 0.7;
        let (label, value) = (escaped(&bar.label), shown(bar.value));
        let space = if unit.is_empty() { "" } else { " " };
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{text:.1}\" text-anchor=\"end\">{label}</text>\n\
             <rect class=\"bar c0\" x=\"{LABELS}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\"/>\n\
             <text x=\"{:.1}\" y=\"{text:.1}\">{value}{space}{unit}</text>",
            LABELS - 8.0,
            LABELS + length + 6.0,
        );
    }
    svg + "</svg>\n"
}

/// Lines over one axis, from zero on.
pub(super) fn lines(title: &str, x_unit: &str, y_unit: &str, lines: &[Line]) -> String {
    const HEIGHT: f64 = 320.0;
    const LEFT: f64 = 80.0;
    const BOTTOM: f64 = 40.0;
    let all = || lines.iter().flat_map(|line| &line.points);
    let most = |of: fn(&(f64, f64)) -> f64| all().map(of).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let (x_most, y_most) = (most(|point| point.0), most(|point| point.1) * 1.05);
    let x = |value: f64| (WIDTH - LEFT - 20.0).mul_add(value / x_most, LEFT);
    let y = |value: f64| (HEIGHT - TOP - BOTTOM).mul_add(-value / y_most, HEIGHT - BOTTOM);
    let mut svg = begin(title, HEIGHT);
    for quarter in 0..=4 {
        let part = f64::from(quarter) / 4.0;
        let (value, at) = (shown(y_most * part), y(y_most * part));
        let (along, minutes) = (x(x_most * part), shown(x_most * part));
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\n\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{value} {y_unit}</text>\n\
             <text x=\"{along:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{minutes}</text>",
            WIDTH - 20.0,
            LEFT - 6.0,
            at + 4.0,
            HEIGHT - BOTTOM + 18.0,
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
        WIDTH - 20.0,
        HEIGHT - 4.0,
        escaped(x_unit)
    );
    for (place, line) in lines.iter().enumerate() {
        let colour = place % 3;
        let points: Vec<String> = line
            .points
            .iter()
            .filter(|point| point.1.is_finite())
            .map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1)))
            .collect();
        let legend = 150.0_f64.mul_add(f64::from(u32::try_from(place).unwrap_or_default()), LEFT);
        let _ = writeln!(
            svg,
            "<polyline class=\"line c{colour}\" points=\"{}\"/>\n\
             <rect class=\"bar c{colour}\" x=\"{legend:.0}\" y=\"30\" width=\"10\" height=\"10\"/>\n\
             <text x=\"{:.0}\" y=\"39\">{}</text>",
            points.join(" "),
            legend + 15.0,
            escaped(&line.label)
        );
    }
    svg + "</svg>\n"
}

fn begin(title: &str, height: f64) -> String {
    let title = escaped(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n{STYLE}<text class=\"title\" x=\"0\" \
         y=\"18\">{title}</text>\n"
    )
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() {
        let svg = bars("A < B", "µs", &[Bar::new("one", 50.0), Bar::new("two", 100.0)]);
        assert!(svg.contains("aria-label=\"A &lt; B\"") && svg.contains("50 µs"), "{svg}");
        let lengths: Vec<&str> =
            svg.split("width=\"").skip(2).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(lengths, ["210.0", "420.0"]);
    }

    #[test]
    fn a_line_goes_from_point_to_point() {
        let line = Line::new("memory", vec![(0.0, 0.0), (1.0, 10.0), (2.0, f64::NAN)]);
        let svg = lines("Memory", "minutes", "MB", &[line]);
        assert!(svg.contains("points=\"80.0,280.0 390.0,57.1\""), "{svg}");
    }
}
