//! The forms of the exchange as Parquet. The only file that knows the crate.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::record::reader::RowIter;
use parquet::record::{Row, RowAccessor};
use parquet::schema::parser::parse_message_type;

/// Rows in a group.
pub const GROUP: usize = 100_000;

const LINES: &str = "message lines {
    REQUIRED BYTE_ARRAY basket (UTF8);
    OPTIONAL BYTE_ARRAY person (UTF8);
    REQUIRED BYTE_ARRAY product (UTF8);
    REQUIRED BYTE_ARRAY kind (UTF8);
    REQUIRED INT64 at (TIMESTAMP_MICROS);
}";
const NEIGHBOURS: &str = "message neighbours {
    REQUIRED BYTE_ARRAY kind (UTF8);
    REQUIRED BYTE_ARRAY product (UTF8);
    REQUIRED BYTE_ARRAY neighbour (UTF8);
    REQUIRED FLOAT score;
    REQUIRED INT32 together;
}";

/// Something that was done with a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order or the visit, by a name that holds in the file alone.
    pub basket: String,
    /// The customer, when known, by a name of the same sort.
    pub person: Option<String>,
    /// The product.
    pub product: String,
    /// What was done: `buy`, `view`, `click`, `add`.
    pub kind: &'static str,
    /// When, in microseconds since 1970.
    pub at: i64,
}

/// A product that another speaks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// What makes them neighbours.
    pub kind: String,
    /// The product that speaks.
    pub product: String,
    /// The product that it speaks for.
    pub neighbour: String,
    /// How much.
    pub score: f32,
    /// How often the two are together.
    pub together: i32,
}

/// Writes a file, group by group.
pub struct Writer(SerializedFileWriter<Vec<u8>>);

impl Writer {
    fn new(form: &str) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(form)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self(SerializedFileWriter::new(
            Vec::new(),
            schema,
            Arc::new(properties),
        )?))
    }

    /// A file of lines.
    ///
    /// # Errors
    /// Those of the crate.
    pub fn lines() -> Result<Self, ParquetError> {
        Self::new(LINES)
    }

    /// A file of neighbours.
    ///
    /// # Errors
    /// Those of the crate.
    pub fn neighbours() -> Result<Self, ParquetError> {
        Self::new(NEIGHBOURS)
    }

    /// Adds a group of lines.
    ///
    /// # Errors
    /// Those of the crate.
    pub fn add_lines(&mut self, lines: &[Line]) -> Result<(), ParquetError> {
        let mut group = self.0.next_row_group()?;
        texts(&mut group, lines, |line| &line.basket)?;
        let people: Vec<ByteArray> = lines
            .iter()
            .filter_map(|l| l.person.as_deref())
            .map(ByteArray::from)
            .collect();
        let there: Vec<i16> = lines.iter().map(|line| i16::from(line.person.is_some())).collect();
        column::<ByteArrayType>(&mut group, |to| to.write_batch(&people, Some(&there), None))?;
        texts(&mut group, lines, |line| &line.product)?;
        texts(&mut group, lines, |line| line.kind)?;
        let times: Vec<i64> = lines.iter().map(|line| line.at).collect();
        column::<Int64Type>(&mut group, |to| to.write_batch(&times, None, None))?;
        group.close()?;
        Ok(())
    }

    /// Adds a group of neighbours.
    ///
    /// # Errors
    /// Those of the crate.
    pub fn add_neighbours(&mut self, given: &[Given]) -> Result<(), ParquetError> {
        let mut group = self.0.next_row_group()?;
        texts(&mut group, given, |given| &given.kind)?;
        texts(&mut group, given, |given| &given.product)?;
        texts(&mut group, given, |given| &given.neighbour)?;
        let scores: Vec<f32> = given.iter().map(|given| given.score).collect();
        column::<FloatType>(&mut group, |to| to.write_batch(&scores, None, None))?;
        let counts: Vec<i32> = given.iter().map(|given| given.together).collect();
        column::<Int32Type>(&mut group, |to| to.write_batch(&counts, None, None))?;
        group.close()?;
        Ok(())
    }

    /// The whole file.
    ///
    /// # Errors
    /// Those of the crate.
    pub fn finish(self) -> Result<Bytes, ParquetError> {
        Ok(self.0.into_inner()?.into())
    }
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn texts<T>(group: &mut Group<'_>, rows: &[T], text: impl Fn(&T) -> &str) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = rows.iter().map(|row| ByteArray::from(text(row))).collect();
    column::<ByteArrayType>(group, |to| to.write_batch(&values, None, None))
}

/// Writes the next column.
fn column<T: DataType>(
    group: &mut Group<'_>,
    write: impl FnOnce(&mut ColumnWriterImpl<'_, T>) -> Result<usize, ParquetError>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("there are more columns than the form has".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    write(column.typed::<T>())?;
    column.close()
}

/// Reads a file of neighbours, row by row.
///
/// # Errors
/// When it is none.
pub fn read_neighbours(file: Bytes) -> Result<impl Iterator<Item = Result<Given, ParquetError>>, ParquetError> {
    rows(file, |row, place| {
        Ok(Given {
            kind: row.get_string(place("kind")?)?.clone(),
            product: row.get_string(place("product")?)?.clone(),
            neighbour: row.get_string(place("neighbour")?)?.clone(),
            score: row.get_float(place("score")?)?,
            together: row.get_int(place("together")?)?,
        })
    })
}

/// A line as it is read: basket, person, product, kind.
pub type ReadLine = (String, Option<String>, String, String);

/// Reads a file of lines.
///
/// # Errors
/// When it is none.
pub fn read_lines(file: Bytes) -> Result<Vec<ReadLine>, ParquetError> {
    let lines = rows(file, |row, place| {
        Ok((
            row.get_string(place("basket")?)?.clone(),
            row.get_string(place("person")?).ok().cloned(),
            row.get_string(place("product")?)?.clone(),
            row.get_string(place("kind")?)?.clone(),
        ))
    })?;
    lines.collect()
}

/// Finds columns by name: other programs write them in an order of their own.
type Place<'a> = &'a dyn Fn(&str) -> Result<usize, ParquetError>;

fn rows<T>(
    file: Bytes,
    read: impl Fn(&Row, Place<'_>) -> Result<T, ParquetError>,
) -> Result<impl Iterator<Item = Result<T, ParquetError>>, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema().clone();
    let place = move |name: &str| {
        let found = schema.get_fields().iter().position(|field| field.name() == name);
        found.ok_or_else(|| ParquetError::General(format!("no column \"{name}\"")))
    };
    let rows = RowIter::from_file_into(Box::new(reader));
    Ok(rows.map(move |row| read(&row?, &place)))
}
