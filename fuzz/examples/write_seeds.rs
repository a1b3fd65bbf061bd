//! Writes what is genuine among the seeds: `cargo run --example write_seeds`, in this folder.

use std::{fs, io, path::Path};

use passgate_fuzz::seeds;

fn main() -> io::Result<()> {
    for (target, inputs) in seeds::genuine() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
        fs::create_dir_all(&folder)?;
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("genuine-{number:02}")), input)?;
        }
    }
    Ok(())
}
