//! The records of a CSV text, each of a bounded size: a quotation mark that is not closed would else make one record, in memory
//! several times, of all that stands below it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::{Counted, Refused};

/// The most bytes of a record, its line breaks among them. A row of every column of ours has some hundreds.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// The most cells of a record: as many as a sheet of a workbook has columns.
pub(super) const MOST_CELLS: usize = 16_384;

/// The records of a text, one after the other.
pub(super) struct Records<'t> {
    text: &'t str,
    delimiter: u8,
    reader: Reader<Bounded<'t>>,
    /// How many bytes the reader may still ask for before the record must have ended.
    left: Rc<Cell<usize>>,
    lines: Lines<'t>,
}

/// A text that is read as far as `left` allows.
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
    pub(super) fn new(text: &'t str, counted: Counted, delimiter: u8) -> Self {
        let left = Rc::new(Cell::new(0));
        let bounded = Bounded { text: text.as_bytes(), left: Rc::clone(&left) };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bounded);
        Self { text, delimiter, reader, left, lines: Lines::new(text, counted) }
    }

    /// Reads the next record, of any number of cells, and returns its line; nothing after the last.
    ///
    /// # Errors
    ///
    /// That it is too long, with the line that begins the cell in which it does not end.
    pub(super) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u32>, Refused> {
        let start = self.position();
        self.left.set(MOST_BYTES);
        match self.reader.read_record(record) {
            Ok(false) => Ok(None),
            Ok(true) if record.len() > MOST_CELLS => {
                let sentence = format!("this line has more than {MOST_CELLS} cells; remove the empty ones");
                Err(Refused::at(self.lines.of(record), sentence))
            }
            Ok(true) => Ok(Some(self.lines.of(record))),
            Err(error) if error.is_io_error() => Err(self.too_long(start)),
            Err(_) => Err(Refused::whole("it is not valid CSV")),
        }
    }

    /// Where the next record begins, or the blank lines above it.
    pub(super) fn position(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).min(self.text.len())
    }

    /// Whether there is nothing left to read.
    pub(super) fn is_done(&self) -> bool {
        self.reader.is_done()
    }

    /// Why the record that begins at `start` is refused.
    fn too_long(&mut self, start: usize) -> Refused {
        let end = start.saturating_add(MOST_BYTES).min(self.text.len());
        let record = &self.text.as_bytes()[start..end];
        let most = MOST_BYTES >> 20;
        match left_open(record, self.delimiter) {
            Some(quote) => {
                let line = self.lines.at(start + quote);
                let sentence = format!(
                    "a quotation mark in this line is not closed: its cell is longer than {most} MB and includes the \
                     lines below; close it"
                );
                Refused::at(line, sentence)
            }
            None => {
                let sentence = format!(
                    "this line is longer than {most} MB, too long for a row of data; check how the file was made"
                );
                Refused::at(self.lines.at(start), sentence)
            }
        }
    }
}

/// Where the quotation mark stands that is open at the end of `record`, read as the CSV reader reads it: a mark opens a cell
/// only at its beginning, and two of them within it are one of its letters.
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

/// Counts lines as an editor does, whatever the line ends, and blank lines too.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
    counted: Counted,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, counted: Counted) -> Self {
        let line = if counted == Counted::Lines { 1 } else { 0 };
        Self { text: text.as_bytes(), at: 0, line, counted }
    }

    /// The line on which `record` begins. Every record must be asked for, in order.
    fn of(&mut self, record: &StringRecord) -> u32 {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        self.at(start)
    }

    /// The line of the first byte from `start` on that is no line end.
    fn at(&mut self, start: usize) -> u32 {
        if self.counted == Counted::Records {
            self.line += 1;
            return self.line;
        }
        while let Some(byte) = self.text.get(self.at) {
            let line_end = matches!(byte, b'\n' | b'\r');
            // The reader may point before the blank lines that it skips.
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

    fn read(text: &str) -> (Vec<u32>, Option<Refused>, usize) {
        let mut records = Records::new(text, Counted::Lines, b',');
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
    fn an_open_quote_is_named_by_its_own_line_and_no_more_than_a_bounded_record_is_kept() {
        let below = "x,y,z\n".repeat(4 * MOST_BYTES / 6);
        for (above, begins, read_before) in [
            ("a,b\n1,\"two\n", 2, vec![1]),
            ("a,b\n\n\n1,\"two\n", 4, vec![1]),
            // Two cells of the record hold line breaks, and the third does not end.
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
    fn a_line_without_an_end_and_one_of_too_many_cells_are_refused() {
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
    fn a_file_of_many_times_the_bound_is_read_whole() {
        let long = format!("\"{}\n\"\n", "b".repeat(MOST_BYTES / 2));
        let (lines, refused, _) = read(&long.repeat(20));
        assert_eq!((lines.len(), refused), (20, None));
        let (lines, refused, _) = read(&"a,b\r\n".repeat(MOST_BYTES));
        assert_eq!((lines.len(), refused), (MOST_BYTES, None));
    }
}
