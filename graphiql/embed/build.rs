//! Writes the table of the files in `dist`, which `npm run build` fills. Without them the table is empty: Rust alone is
//! enough to build the server.

use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Error};
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    // The folder around `dist`, which is there before `dist` is: Cargo runs this script every time when a path that it
    // is to watch does not exist.
    println!("cargo::rerun-if-changed=.");
    let mut table = String::from("&[\n");
    let mut files = Vec::new();
    list(Path::new("dist"), &mut files)?;
    files.sort();
    for file in &files {
        add(&mut table, file)?;
    }
    table.push(']');
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("Cargo sets OUT_DIR"))?;
    fs::write(PathBuf::from(out).join("files.rs"), table)
}

/// Collects the files below `folder`, without the packed twins.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_none_or(|ending| ending != "gz") {
            files.push(path);
        }
    }
    Ok(())
}

/// Adds the line of `file`: the packed twin where there is one.
fn add(table: &mut String, file: &Path) -> io::Result<()> {
    let name = |path: &Path| path.to_str().map(|p| p.replace('\\', "/"));
    let path = name(file).ok_or_else(|| Error::other("a name that is not UTF-8"))?;
    let packed = format!("{path}.gz");
    let gzip = Path::new(&packed).exists();
    let stored = if gzip { &packed } else { &path };
    let mut hasher = DefaultHasher::new();
    fs::read(stored)?.hash(&mut hasher);
    let public = path.trim_start_matches("dist/");
    writeln!(
        table,
        "    File {{ path: {public:?}, content_type: {:?}, etag: \"W/\\\"{:016x}\\\"\", gzip: {gzip}, \
         bytes: include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{stored}\")) }},",
        content_type(&path)?,
        hasher.finish(),
    )
    .map_err(Error::other)
}

/// The type of a file by its name.
fn content_type(path: &str) -> io::Result<&'static str> {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => Ok("text/html; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        Some("ttf") => Ok("font/ttf"),
        Some("woff2") => Ok("font/woff2"),
        _ => Err(Error::other(format!("{path}: say in build.rs what type this is"))),
    }
}
