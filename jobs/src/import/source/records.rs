//! Reads the records of a CSV text, each of limited size. Without the limit, a quotation mark that is not closed would
//! put everything below it into one record, several times in memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::file_error::FileError;

/// The maximum size of a record in bytes, including its line breaks. A row with all of psn's columns has a few hundred.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// The maximum number of cells of a record, as in a sheet of a workbook.
pub(super) const MOST_CELLS: usize = 16_384;

/// What line numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineNumbering {
    /// Lines as an editor counts them.
    Lines,
    /// Records: the rows of a sheet.
    Records,
}

/// Iterates over the records of a text.
pub(super) struct Records<'t> {
    text: &'t str,
    delimiter: u8,
    reader: Reader<Bounded<'t>>,
    /// How many bytes the reader may still read before the record must end.
    left: Rc<Cell<usize>>,
    lines: Lines<'t>,
}

/// A text that can be read as far as `left` allows.
struct Bounded<'t> {
    text: &'t [u8],
    left: Rc<Cell<usize>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !self.text.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let (now, later) = self.text.split_at(into.len().min(left).min(self.text.len()));
        into[..now.len()].copy_from_slice(now);
        self.text = later;
        self.left.set(left - now.len());
        Ok(now.len())
    }
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, numbering: LineNumbering, delimiter: u8) -> Self {
        let left = Rc::new(Cell::new(0));
        let bounded = Bounded { text: text.as_bytes(), left: Rc::clone(&left) };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bounded);
        Self { text, delimiter, reader, left, lines: Lines::new(text, numbering) }
    }

    /// Reads the next record, of any number of cells. Returns its line, or `None` after the last record.
    ///
    /// # Errors
    ///
    /// If the record is too long; the error names the line on which its unfinished cell begins.
    pub(super) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u32>, FileError> {
        let start = self.position();
        self.left.set(MOST_BYTES);
        match self.reader.read_record(record) {
            Ok(false) => Ok(None),
            Ok(true) if record.len() > MOST_CELLS => {
                let sentence = format!("this line has more than {MOST_CELLS} cells; remove the empty ones");
                Err(FileError::at_line(self.lines.line_of(record), sentence))
            }
            Ok(true) => Ok(Some(self.lines.line_of(record))),
            Err(error) if error.is_io_error() => Err(self.too_long(start)),
            Err(_) => Err(FileError::whole("it is not valid CSV")),
        }
    }

    /// Returns where the next record begins, or the blank lines above it.
    pub(super) fn position(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).min(self.text.len())
    }

    /// Whether there is nothing left to read.
    pub(super) fn is_done(&self) -> bool {
        self.reader.is_done()
    }

    /// Returns the error for the record that begins at `start`.
    fn too_long(&mut self, start: usize) -> FileError {
        let end = start.saturating_add(MOST_BYTES).min(self.text.len());
        let record = &self.text.as_bytes()[start..end];
        let most = MOST_BYTES >> 20;
        match left_open(record, self.delimiter) {
            Some(quote) => {
                let line = self.lines.line_at(start + quote);
                let sentence = format!(
                    "a quotation mark in this line is not closed: its cell is longer than {most} MB and includes the \
                     lines below; close it"
                );
                FileError::at_line(line, sentence)
            }
            None => {
                let sentence = format!(
                    "this line is longer than {most} MB, too long for a row of data; check how the file was made"
                );
                FileError::at_line(self.lines.line_at(start), sentence)
            }
        }
    }
}

/// Returns the position of the quotation mark that is open at the end of `record`, by the rules of the CSV reader: a
/// mark opens a cell only at its beginning, and two marks within a cell are one character.
fn left_open(record: &[u8], delimiter: u8) -> Option<usize> {
    let (mut open, mut begins, mut at) = (None, true, 0);
    while let Some(byte) = record.get(at) {
        match open {
            Some(_) if *byte == b'"' && record.get(at + 1) == Some(&b'"') => at += 1,
            Some(_) if *byte == b'"' => (open, begins) = (None, false),
            Some(_) => {}
            None if begins && *byte == b'"' => open = Some(at),
            None => begins = [delimiter, b'\r', b'\n'].contains(byte),
        }
        at += 1;
    }
    open
}

/// Counts lines as an editor does, with any line ends, including blank lines.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
    numbering: LineNumbering,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, numbering: LineNumbering) -> Self {
        let line = if numbering == LineNumbering::Lines { 1 } else { 0 };
        Self { text: text.as_bytes(), at: 0, line, numbering }
    }

    /// Returns the line on which `record` begins. It must be called for every record in order.
    fn line_of(&mut self, record: &StringRecord) -> u32 {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        self.line_at(start)
    }

    /// Returns the line of the first byte from `start` on that is not a line end.
    fn line_at(&mut self, start: usize) -> u32 {
        if self.numbering == LineNumbering::Records {
            self.line += 1;
            return self.line;
        }
        while let Some(byte) = self.text.get(self.at) {
            let line_end = matches!(byte, b'\n' | b'\r');
            // The reader may point to the blank lines that it skips.
            if self.at >= start && !line_end {
                break;
            }
            if *byte == b'\n' || *byte == b'\r' && self.text.get(self.at + 1) != Some(&b'\n') {
                self.line += 1;
            }
            self.at += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<u32>, Option<FileError>, usize) {
        let mut records = Records::new(text, LineNumbering::Lines, b',');
        let (mut record, mut lines) = (StringRecord::new(), Vec::new());
        let refused = loop {
            match records.next(&mut record) {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => break None,
                Err(refused) => break Some(refused),
            }
        };
        (lines, refused, record.as_slice().len())
    }

    #[test]
    fn an_open_quote_is_reported_by_its_line() {
        let below = "x,y,z\n".repeat(4 * MOST_BYTES / 6);
        for (above, begins, read_before) in [
            ("a,b\n1,\"two\n", 2, vec![1]),
            ("a,b\n\n\n1,\"two\n", 4, vec![1]),
            // Two cells of the record contain line breaks, and the third does not end.
            ("a,b\n\"1\n\n\",\"2\r\n\"\"\",\"two\n", 5, vec![1]),
            ("\"a\n", 1, vec![]),
        ] {
            let (lines, refused, kept) = read(&format!("{above}{below}"));
            let refused = refused.expect("it is refused");
            assert_eq!((lines, refused.line), (read_before, Some(begins)), "{above:?}");
            assert!(
                refused.sentence.starts_with("a quotation mark in this line is not closed"),
                "{}",
                refused.sentence
            );
            assert!(kept <= MOST_BYTES, "{kept}");
        }
    }

    #[test]
    fn refuses_lines_that_are_too_long() {
        let (lines, refused, _) = read(&format!("a\nb{}\n", "b".repeat(2 * MOST_BYTES)));
        let refused = refused.expect("it is refused");
        assert_eq!((lines, refused.line), (vec![1], Some(2)));
        assert!(refused.sentence.starts_with("this line is longer than 1 MB"), "{}", refused.sentence);
        let (lines, refused, _) = read(&format!("a\n{}\n", ",".repeat(MOST_CELLS)));
        let refused = refused.expect("it is refused");
        assert_eq!((lines, refused.line), (vec![1], Some(2)));
        assert!(refused.sentence.starts_with("this line has more than 16384 cells"), "{}", refused.sentence);
    }

    #[test]
    fn a_large_file_is_read_completely() {
        let long = format!("\"{}\n\"\n", "b".repeat(MOST_BYTES / 2));
        let (lines, refused, _) = read(&long.repeat(20));
        assert_eq!((lines.len(), refused), (20, None));
        let (lines, refused, _) = read(&"a,b\r\n".repeat(MOST_BYTES));
        assert_eq!((lines.len(), refused), (MOST_BYTES, None));
    }
}
