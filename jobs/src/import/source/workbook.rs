//! Converts Excel and OpenDocument workbooks to the text of a CSV file. A row of the sheet is a record, and the first
//! row is record 1.
//!
//! A workbook is a zip file, so a small one can unpack to more than fits into memory. Nothing is read before `unpacked`
//! has measured it, and no sheet may be longer than [`MOST_TEXT`].

mod unpacked;

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Ods, Reader as _, SheetVisible, Xlsx};
use csv::WriterBuilder;

use super::file_error::FileError;

/// The maximum size in bytes of all parts of a workbook together, unpacked.
const MOST_UNPACKED: u64 = 512 << 20;
/// The maximum size in bytes of a sheet as text.
const MOST_TEXT: usize = 256 << 20;

/// A sheet as the text of a CSV file.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) text: String,
    /// Whether the sheet, or a row or column anywhere in its workbook, is hidden.
    pub(super) hidden: bool,
}

/// Whether the bytes are a workbook of any kind.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0")
}

/// Passes each requested sheet to `taken`, in the order of the workbook, until one is accepted.
///
/// # Errors
///
/// Why no sheet was accepted.
pub(super) fn first_sheet<T>(
    bytes: &[u8],
    wanted: Option<&str>,
    mut taken: impl FnMut(Sheet) -> Result<T, FileError>,
) -> Result<T, FileError> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let sentence = "this is an old Excel workbook (.xls) or one with a password; save it as .xlsx without a \
                        password, or as 'CSV UTF-8'";
        return Err(FileError::whole(sentence));
    }
    let contents = unpacked::measure(bytes, MOST_UNPACKED).map_err(FileError::whole)?;
    let mut book = Book::open(bytes, contents.kind)?;
    let names = book.names();
    let chosen: Vec<_> = names.iter().filter(|(name, _)| wanted.is_none_or(|wanted| same_name(wanted, name))).collect();
    let all = || names.iter().map(|(name, _)| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    if let (Some(wanted), true) = (wanted, chosen.is_empty()) {
        return Err(FileError::whole(format!("it has no sheet '{wanted}'; its sheets are {}", all())));
    }
    let mut refused: Option<FileError> = None;
    for (name, hidden) in chosen {
        let text =
            book.text(name).map_err(|why| FileError::whole(format!("the sheet '{name}' cannot be read ({why})")))?;
        let sheet = Sheet { name: name.clone(), text, hidden: *hidden || contents.hidden };
        match taken(sheet) {
            Ok(taken) => return Ok(taken),
            // The error of the sheet that could be read furthest is the most helpful.
            Err(why) if refused.as_ref().is_none_or(|before| before.line.is_none() && why.line.is_some()) => {
                let sentence = format!("the sheet '{name}': {}", why.sentence);
                refused = Some(FileError { sentence, ..why });
            }
            Err(_) => {}
        }
    }
    Err(refused
        .unwrap_or_else(|| FileError::whole(format!("none of its sheets can be read; its sheets are {}", all()))))
}

fn same_name(wanted: &str, name: &str) -> bool {
    wanted.trim().to_lowercase() == name.trim().to_lowercase()
}

/// The two supported kinds of workbook.
enum Book<'b> {
    Excel(Box<Xlsx<Cursor<&'b [u8]>>>),
    OpenDocument(Box<Ods<Cursor<&'b [u8]>>>),
}

impl<'b> Book<'b> {
    fn open(bytes: &'b [u8], kind: unpacked::Kind) -> Result<Self, FileError> {
        let damaged = |why: String| FileError::whole(format!("the workbook is damaged ({why}); save it again"));
        match kind {
            unpacked::Kind::Excel => {
                Xlsx::new(Cursor::new(bytes)).map(Box::new).map(Self::Excel).map_err(|error| damaged(error.to_string()))
            }
            unpacked::Kind::OpenDocument => Ods::new(Cursor::new(bytes))
                .map(Box::new)
                .map(Self::OpenDocument)
                .map_err(|error| damaged(error.to_string())),
        }
    }

    /// Returns the sheets in order, and whether each is hidden.
    fn names(&self) -> Vec<(String, bool)> {
        let sheets = match self {
            Self::Excel(book) => book.sheets_metadata(),
            Self::OpenDocument(book) => book.sheets_metadata(),
        };
        sheets.iter().map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        let mut text = SheetText::default();
        match self {
            // Reads cell by cell: a sheet with a single cell in its last corner would otherwise fill the memory with
            // empty ones.
            Self::Excel(book) => {
                let mut cells = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
                while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| error.to_string())? {
                    let format = cells.styles().get(style).and_then(|style| style.number_format.as_ref());
                    let format = format.map_or("", |format| format.format_code.as_str());
                    let (row, column) = cell.get_position();
                    text.cell(row, column, cell_text(cell.get_value(), format))?;
                }
            }
            Self::OpenDocument(book) => {
                let range = book.worksheet_range(name).map_err(|error| error.to_string())?;
                let (first_row, first_column) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let at = |first: u32, at: usize| u32::try_from(at).map_or(u32::MAX, |at| first.saturating_add(at));
                    text.cell(at(first_row, row), at(first_column, column), cell_text(&value_of(value), ""))?;
                }
            }
        }
        text.finished()
    }
}

fn value_of(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(time) => DataRef::DateTime(*time),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// Returns the text of a cell as a spreadsheet would write it to a CSV file.
fn cell_text(value: &DataRef<'_>, format: &str) -> String {
    match value {
        DataRef::Int(number) => number_text(number.to_string(), format),
        DataRef::Float(number) if format.trim_end().ends_with('%') => format!("{}%", plain(number * 100.0)),
        DataRef::Float(number) => number_text(plain(*number), format),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(time) => time_text(*time),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Returns a number as displayed, with the leading zeros of a format of zeros.
fn number_text(number: String, format: &str) -> String {
    let zeros = format.len();
    let whole = number.bytes().all(|byte| byte.is_ascii_digit());
    if whole && zeros > 1 && format.bytes().all(|byte| byte == b'0') { format!("{number:0>zeros$}") } else { number }
}

/// Returns a number without the rounding noise of its last binary digits. A spreadsheet keeps 15 digits: a longer
/// number has lost some, and is written so that it cannot be mistaken for a whole number.
fn plain(number: f64) -> String {
    if number.abs() >= 1e15 {
        return format!("{number:E}").replace('E', "E+");
    }
    let text = format!("{number:.10}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a date, with the time of day if there is one.
fn time_text(time: ExcelDateTime) -> String {
    match time.as_datetime().filter(|_| time.is_datetime()) {
        Some(at) if at.time() == chrono::NaiveTime::MIN => at.format("%Y-%m-%d").to_string(),
        Some(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        None => plain(time.as_f64()),
    }
}

/// A sheet as CSV while it is written.
#[derive(Default)]
struct SheetText {
    text: Vec<u8>,
    /// The number of written rows.
    rows: u32,
    cells: Vec<(u32, String)>,
}

impl SheetText {
    fn cell(&mut self, row: u32, column: u32, value: String) -> Result<(), String> {
        if row < self.rows {
            return Err("its rows are not in order".to_owned());
        }
        while self.rows < row {
            self.end_row()?;
        }
        if !value.is_empty() {
            self.cells.push((column, value));
        }
        Ok(())
    }

    /// Writes the row with at least two cells: a row without cells would not be a record, and the rows below would move
    /// up.
    fn end_row(&mut self) -> Result<(), String> {
        if self.cells.is_empty() {
            // A cell far below the others can have a million empty rows above it.
            self.text.extend_from_slice(b",\n");
            self.rows += 1;
            return Ok(());
        }
        self.cells.sort_by_key(|(column, _)| *column);
        let mut record = csv::StringRecord::new();
        for (column, value) in self.cells.drain(..) {
            while u32::try_from(record.len()).is_ok_and(|length| length < column) {
                record.push_field("");
            }
            record.push_field(&value);
        }
        while record.len() < 2 {
            record.push_field("");
        }
        let mut writer = WriterBuilder::new().flexible(true).from_writer(&mut self.text);
        writer
            .write_record(&record)
            .and_then(|()| writer.flush().map_err(csv::Error::from))
            .map_err(|e| e.to_string())?;
        drop(writer);
        self.rows += 1;
        if self.text.len() > MOST_TEXT {
            return Err(format!("it has more than {} MB of text", MOST_TEXT >> 20));
        }
        Ok(())
    }

    fn finished(mut self) -> Result<String, String> {
        if !self.cells.is_empty() {
            self.end_row()?;
        }
        String::from_utf8(self.text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
