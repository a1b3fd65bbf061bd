//! What `docs/benchmarks` has: each part with when and where it was measured.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::page::{self, Figure};
use super::{Bench, Found, Options};
use crate::failure::Failure;

/// In the order of the page.
const ORDER: [&str; 8] = ["logins", "writes", "tenants", "large", "lists", "soak", "kills", "profile"];

/// The parts of earlier runs, each until this one has it anew.
pub(super) struct Parts {
    folder: PathBuf,
    machine: Value,
    found: Map<String, Value>,
}

impl Parts {
    pub(super) fn open(bench: &Bench<'_>, options: Options) -> Result<Self, Failure> {
        let machine = bench.machine()?;
        if options.quick {
            return Ok(Self { folder: bench.make_new("quick")?, machine, found: Map::new() });
        }
        let folder = bench.workspace.root().join("docs/benchmarks");
        fs::create_dir_all(&folder).map_err(Failure::to(format_args!("make {}", folder.display())))?;
        let kept = fs::read(folder.join("latest.json")).unwrap_or_default();
        let mut kept: Value = serde_json::from_slice(&kept).unwrap_or_default();
        let found = match kept["parts"].take() {
            Value::Object(found) => found,
            _ => Map::new(),
        };
        Ok(Self { folder, machine, found })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes what a part found, and writes it at once: what comes later may fail, and hours are not measured twice.
    pub(super) fn add(&mut self, name: &str, found: Found) -> Result<(), Failure> {
        let Found { figures, json: measurements, plots } = found;
        for (name, plot) in &plots {
            self.write(name, plot)?;
        }
        let figures: Vec<Value> = figures.iter().map(Figure::json).collect();
        let plots: Vec<&str> = plots.iter().map(|(name, _)| *name).collect();
        let part = json!({
            "machine": self.machine, "figures": figures, "plots": plots, "measurements": measurements,
        });
        self.found.insert(name.to_owned(), part);
        let latest = json!({ "format": "passgate-bench", "version": 2, "parts": self.found });
        self.write("latest.json", &format!("{latest:#}\n"))?;
        let plots: Vec<&str> = self.in_order("plots").filter_map(|(plot, _)| plot.as_str()).collect();
        self.write("README.md", &page::page(&self.table(), &self.machine, &plots))
    }

    /// All figures, each with the commit that it is of.
    pub(super) fn table(&self) -> String {
        page::table(self.in_order("figures").filter_map(|(figure, part)| {
            Some((Figure::from_json(figure)?, part["machine"]["commit"].as_str().unwrap_or_default()))
        }))
    }

    /// What the parts have under a name, each with its part.
    fn in_order(&self, member: &'static str) -> impl Iterator<Item = (&Value, &Value)> {
        let parts = ORDER.iter().filter_map(|name| self.found.get(*name));
        parts.flat_map(move |part| part[member].as_array().into_iter().flatten().map(move |it| (it, part)))
    }

    /// Writes a file beside the page.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(Failure::to(format_args!("write {}", path.display())))
    }
}
