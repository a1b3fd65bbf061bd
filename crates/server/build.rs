//! Builds the console's files into the binary, where somebody has built the console.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps/console/dist");
    println!("cargo::rerun-if-changed=build.rs");
    // Watching what isn't there would build the server again each time: who builds the console for the first time
    // touches this file, as `npm run build` does.
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let mut list = String::from("const ASSETS: &[Asset] = &[\n");
    for (number, file) in files.iter().enumerate() {
        let plain = fs::read(file)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&plain)?;
        let gzip = out.join(format!("console_{number}.gz"));
        fs::write(&gzip, encoder.finish()?)?;
        // A copy: whoever builds the console anew takes the files away that this binary is compiled from.
        let copy = out.join(format!("console_{number}"));
        fs::write(&copy, &plain)?;
        let path = file.strip_prefix(&folder).unwrap_or(file).to_string_lossy().replace('\\', "/");
        // Writing to a String does not fail.
        let _ = writeln!(
            list,
            "    Asset {{ path: {path:?}, plain: include_bytes!({:?}), gzip: include_bytes!({:?}) }},",
            copy.display().to_string(),
            gzip.display().to_string(),
        );
    }
    list.push_str("];\n");
    fs::write(out.join("console_assets.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        // Maps are for who debugs, and no file of ours begins with a dot.
        let is_kept = path.extension().is_none_or(|extension| extension != "map")
            && path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, files)?;
        } else if is_kept {
            files.push(path);
        }
    }
    Ok(())
}
