//! The built GraphiQL page as bytes in the binary. A crate of its own, so that the build script which looks for the
//! page touches nothing else.

/// A file of the page.
#[derive(Debug)]
pub struct File {
    /// Where it lies, below the address of the page: `assets/index-Dg42YHf0.js`.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Names its content. Weak, because it is the same for the packed and the unpacked form.
    pub etag: &'static str,
    /// Whether [`File::bytes`] are packed with gzip.
    pub gzip: bool,
    /// Its content.
    pub bytes: &'static [u8],
}

/// All files, by path. Empty when the page was not built before the server was.
pub static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file at `path`.
pub fn file(path: &str) -> Option<&'static File> {
    let place = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    FILES.get(place)
}

impl File {
    /// Whether its name changes with its content, so that it may be kept for good.
    pub fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }
}
