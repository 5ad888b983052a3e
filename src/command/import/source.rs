//! The file of an import: opened, unpacked, and looked through once before anything is written.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use csv::StringRecord;
use flate2::read::MultiGzDecoder;

/// How a gzip file begins.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// Why a file cannot be imported. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("cannot read the file: {0}")]
    Io(#[from] std::io::Error),
    /// There is a header at most.
    #[error("the file has no rows")]
    Empty,
    /// The gzip stream is cut off or damaged.
    #[error("the gzip file is cut off or damaged behind line {line}: {reason}")]
    Gzip {
        /// The last line that came out whole.
        line: u64,
        /// What the decoder says.
        reason: String,
    },
    /// A field is not UTF-8.
    #[error("line {line} is not UTF-8: save the file as UTF-8 (it may be Latin-1 or UTF-16)")]
    Encoding {
        /// The line.
        line: u64,
    },
    /// A row has more or fewer fields than the header.
    #[error("line {line} has {found} fields, the header has {expected}")]
    Fields {
        /// The line.
        line: u64,
        /// Fields of the header.
        expected: u64,
        /// Fields of the row.
        found: u64,
    },
    /// A quoted field is not closed, or text follows its closing quote.
    #[error("malformed quotes: the field that starts in line {line} {problem}")]
    Quotes {
        /// The line where the field starts.
        line: u64,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A column that has to be there is not.
    #[error("the column \"{0}\" is missing: is this the right kind of file?")]
    NoColumn(&'static str),
    /// A column is there twice.
    #[error("the column \"{0}\" comes twice")]
    ColumnTwice(String),
}

/// What the first look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Rows behind the header.
    pub rows: u64,
}

/// One row with the line that it starts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line, from 1; the header is line 1.
    pub line: u64,
    /// The fields.
    pub fields: StringRecord,
}

impl Row {
    /// The field at `index` without surrounding blanks; empty when the file has no such column.
    pub fn get(&self, index: Option<usize>) -> &str {
        index.and_then(|i| self.fields.get(i)).map_or("", str::trim)
    }

    /// Whether a field holds the character U+0000, which PostgreSQL cannot keep.
    pub fn has_nul(&self) -> bool {
        self.fields.as_slice().contains('\0')
    }
}

/// The rows of a file.
pub type Rows = csv::Reader<Box<dyn Read + Send>>;

/// Opens `path` for reading rows. What begins like gzip is unpacked, whatever its name.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<Rows, SourceError> {
    let (_, reader) = unpacked(path)?;
    Ok(csv::ReaderBuilder::new().buffer_capacity(BUFFER).from_reader(reader))
}

/// The fields of the header.
///
/// # Errors
/// When the file cannot be read so far.
pub fn header(path: &Path) -> Result<StringRecord, SourceError> {
    let mut rows = open(path)?;
    Ok(rows.headers().map_err(|error| of_csv(error, 1))?.clone())
}

fn unpacked(path: &Path) -> Result<(bool, Box<dyn Read + Send>), SourceError> {
    let mut file = File::open(path)?;
    let mut magic = Vec::with_capacity(2);
    Read::by_ref(&mut file).take(2).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    let file = BufReader::with_capacity(BUFFER, file);
    if magic == GZIP_MAGIC {
        Ok((true, Box::new(MultiGzDecoder::new(file))))
    } else {
        Ok((false, Box::new(file)))
    }
}

/// Reads the whole file without keeping it: a file that is cut off, in another encoding or malformed is refused before
/// the first row is written. Costs about a second for 70 MB.
///
/// # Errors
/// See [`SourceError`].
pub fn look_through(path: &Path) -> Result<Looked, SourceError> {
    let (gzip, reader) = unpacked(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(BUFFER)
        .from_reader(Quotes::new(reader));
    let (mut rows, mut line) = (0, 1);
    let result = look_at_rows(&mut reader, &mut rows, &mut line);
    let mut quotes = reader.into_inner();
    if let Err(SourceError::Fields { .. }) = result {
        // A stray quote shifts what follows: when there is one, it is the cause, wherever it stands.
        let _ = std::io::copy(&mut quotes, &mut std::io::sink());
    }
    if let Some((line, problem)) = quotes.problem {
        return Err(SourceError::Quotes { line, problem });
    }
    match result {
        Err(SourceError::Io(error)) if gzip => {
            let reason = error.to_string();
            return Err(SourceError::Gzip { line, reason });
        }
        Err(error @ (SourceError::Io(_) | SourceError::Encoding { .. })) => return Err(error),
        result => {
            if let Some(line) = quotes.open_since() {
                let problem = "is never closed";
                return Err(SourceError::Quotes { line, problem });
            }
            result?;
        }
    }
    if rows == 0 {
        return Err(SourceError::Empty);
    }
    Ok(Looked { rows })
}

fn look_at_rows<R: Read>(reader: &mut csv::Reader<R>, rows: &mut u64, line: &mut u64) -> Result<(), SourceError> {
    reader.headers().map_err(|error| of_csv(error, *line))?;
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| of_csv(error, *line))?
    {
        *line = record.position().map_or(*line, csv::Position::line);
        if record.iter().any(|field| std::str::from_utf8(field).is_err()) {
            return Err(SourceError::Encoding { line: *line });
        }
        *rows += 1;
    }
    Ok(())
}

/// The error of the CSV reader in our words; `line` is the last that was read.
pub(super) fn of_csv(error: csv::Error, line: u64) -> SourceError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        csv::ErrorKind::Utf8 { pos, .. } => SourceError::Encoding {
            line: pos.map_or(line, |pos| pos.line()),
        },
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len: expected,
            len: found,
        } => SourceError::Fields {
            line: pos.map_or(line, |pos| pos.line()),
            expected,
            found,
        },
        other => std::io::Error::other(format!("{other:?}")).into(),
    }
}

/// Passes bytes on and watches the quotes in them: the CSV reader behind it takes any text for a field.
struct Quotes<R> {
    inner: R,
    state: State,
    line: u64,
    started: u64,
    problem: Option<(u64, &'static str)>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Before the first byte of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closes the field or is the first of a doubled one.
    Closed,
}

impl<R> Quotes<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            state: State::Start,
            line: 1,
            started: 1,
            problem: None,
        }
    }

    fn watch(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.state = match (self.state, byte) {
                (State::Start, b'"') => {
                    self.started = self.line;
                    State::Quoted
                }
                (State::Quoted, b'"') => State::Closed,
                (State::Closed, b'"') | (State::Quoted, _) => State::Quoted,
                (_, b',' | b'\n' | b'\r') => State::Start,
                (State::Closed, _) => {
                    let problem = "has text behind its closing quote";
                    self.problem.get_or_insert((self.started, problem));
                    State::Plain
                }
                // A byte order mark stands before the first field, not in it.
                (State::Start, 0xef | 0xbb | 0xbf) if self.line == 1 => State::Start,
                (State::Start | State::Plain, _) => State::Plain,
            };
            if *byte == b'\n' {
                self.line += 1;
            }
        }
    }

    fn open_since(&self) -> Option<u64> {
        (self.state == State::Quoted).then_some(self.started)
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.watch(&buffer[..read]);
        Ok(read)
    }
}

/// The columns of a file by name, trimmed, without regard to case.
#[derive(Debug)]
pub struct Header {
    names: Vec<(String, bool)>,
}

impl Header {
    /// Reads the header.
    ///
    /// # Errors
    /// When a column comes twice.
    pub fn of(fields: &StringRecord) -> Result<Self, SourceError> {
        let mut names: Vec<(String, bool)> = Vec::with_capacity(fields.len());
        for name in fields {
            let name = name.trim();
            let again = names.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if again && !name.is_empty() {
                return Err(SourceError::ColumnTwice(name.to_owned()));
            }
            names.push((name.to_owned(), false));
        }
        Ok(Self { names })
    }

    /// Where the column `name` is, if it is there.
    pub fn take(&mut self, name: &str) -> Option<usize> {
        let index = self
            .names
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        self.names[index].1 = true;
        Some(index)
    }

    /// Where the column `name` is.
    ///
    /// # Errors
    /// When it is not there.
    pub fn need(&mut self, name: &'static str) -> Result<Option<usize>, SourceError> {
        self.take(name).map(Some).ok_or(SourceError::NoColumn(name))
    }

    /// The columns that nobody has asked for.
    pub fn left(self) -> Vec<String> {
        let left = self
            .names
            .into_iter()
            .filter(|(name, taken)| !taken && !name.is_empty());
        left.map(|(name, _)| name).collect()
    }
}
