//! Reads the lines below the header: data, blank lines, totals, and signs that a file was cut short.

use csv::StringRecord;

use super::file_error::FileError;
use super::head::Head;
use super::records::{LineNumbering, Records};
use super::row::Row;

/// What was found besides data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::import) struct Tail {
    /// The first line of totals or closing remarks that were not read as data.
    pub(in crate::import) totals_from: Option<u32>,
    /// The first line with fewer cells than the header. The missing cells are optional and count as blank.
    pub(in crate::import) short_from: Option<u32>,
    /// The first line with a cell beyond the last named column.
    pub(in crate::import) beyond_from: Option<u32>,
}

/// Reads every record below the header of `text`.
pub(super) fn read(
    text: &str,
    numbering: LineNumbering,
    head: &Head,
    mut each: impl FnMut(&Row<'_>),
) -> Result<Tail, FileError> {
    let mut records = Records::new(text, numbering, head.delimiter);
    let mut record = StringRecord::new();
    // Lines are totals only if no data follows them.
    let mut totals: Vec<(u32, StringRecord)> = Vec::new();
    let mut tail = Tail::default();
    let mut read = 0;
    while let Some(line) = records.next(&mut record)? {
        read += 1;
        if read <= head.skip || record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let last = records.is_done() || text[records.position()..].trim().is_empty();
        // A sheet has no open quotation marks or unfinished lines, and blank cells at the end of a row are not written.
        let sheet = numbering == LineNumbering::Records;
        if last && !sheet {
            cut_short(text, head, &record, line)?;
        }
        if looks_like_total(head, &record) {
            totals.push((line, record.clone()));
            continue;
        }
        for (line, total) in totals.drain(..) {
            let fault = "This line looks like a total among the data; remove it".to_owned();
            each(&Row { line, fault: Some(fault), cells: &total, head, course_column: None });
        }
        if !sheet && swallows(text, head, &record, records.position()) {
            let sentence =
                "a quotation mark in this line is not closed, so its cell includes the lines below; close it";
            return Err(FileError::at_line(line, sentence));
        }
        if !sheet && head.required.iter().any(|place| *place >= record.len()) {
            let fault = format!("This line has {} cells but the header has {}", record.len(), head.width);
            each(&Row { line, fault: Some(fault), cells: &record, head, course_column: None });
            continue;
        }
        if !sheet && record.len() < head.width {
            tail.short_from = tail.short_from.or(Some(line));
        }
        if filled(&record) > head.width {
            tail.beyond_from = tail.beyond_from.or(Some(line));
        }
        let row = Row { line, fault: None, cells: &record, head, course_column: None };
        if head.course_columns.is_empty() {
            each(&row);
        }
        for course_column in &head.course_columns {
            each(&Row { fault: None, course_column: Some(course_column), ..row });
        }
    }
    tail.totals_from = totals.first().map(|(line, _)| *line);
    Ok(tail)
}

/// Returns the number of cells up to the last one that is not blank.
fn filled(record: &StringRecord) -> usize {
    (0..record.len()).rfind(|at| !record[*at].trim().is_empty()).map_or(0, |at| at + 1)
}

/// Refuses a file with an unfinished last line.
fn cut_short(text: &str, head: &Head, record: &StringRecord, line: u32) -> Result<(), FileError> {
    let finished = text.ends_with(['\n', '\r']);
    let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let quotes = text.as_bytes()[start..].iter().filter(|byte| **byte == b'"').count();
    let swallowed = record.iter().next_back().is_some_and(|cell| cell.contains('\n'));
    if quotes % 2 == 1 && (swallowed || !finished) {
        return Err(FileError::at_line(
            line,
            "a quotation mark in this line is not closed, or the file was cut short here",
        ));
    }
    if !finished && record.len() < head.width && !looks_like_total(head, record) {
        return Err(FileError::at_line(
            line,
            "the file was cut short in the middle of its last line; download it again",
        ));
    }
    Ok(())
}

/// Whether a cell includes a line end by mistake. A quoted cell may contain line breaks, and even lines that look like
/// rows. But if a quotation mark was left open, the next one closes it and should have opened a cell: text follows it.
/// Or the line has a different number of cells than the header, and one cell contains a whole row. The record ends at
/// `end`.
fn swallows(text: &str, head: &Head, record: &StringRecord, end: usize) -> bool {
    if !record.iter().any(|cell| cell.contains('\n')) {
        return false;
    }
    let misshapen = record.len() < head.width || filled(record) > head.width;
    let is_row = |line: &str| line.matches(char::from(head.delimiter)).count() + 1 >= head.width;
    let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let start = at(record.position().map_or(0, csv::Position::byte));
    closes_badly(&text.as_bytes()[start..end.max(start)], head.delimiter)
        || (misshapen && record.iter().any(|cell| cell.contains('\n') && cell.lines().any(is_row)))
}

/// Whether text follows the quotation mark that closes a cell.
fn closes_badly(record: &[u8], delimiter: u8) -> bool {
    let ends_cell = |byte: Option<&u8>| byte.is_none_or(|byte| [delimiter, b'\r', b'\n'].contains(byte));
    let (mut quoted, mut begins, mut at) = (false, true, 0);
    while let Some(byte) = record.get(at) {
        if quoted && *byte == b'"' {
            if record.get(at + 1) == Some(&b'"') {
                at += 1;
            } else if !ends_cell(record.get(at + 1)) {
                return true;
            } else {
                quoted = false;
            }
        } else if !quoted {
            quoted = begins && *byte == b'"';
            begins = ends_cell(Some(byte));
        }
        at += 1;
    }
    false
}

/// Whether a line is a total or a closing remark: it begins with such a word, and its required cells cannot be data.
/// Either one of them is blank and the word is not beside the others like a colleague's name, or all cells except the
/// word are numbers.
fn looks_like_total(head: &Head, record: &StringRecord) -> bool {
    const WORDS: [&str; 12] = [
        "total",
        "totals",
        "grand total",
        "sub total",
        "sub-total",
        "subtotal",
        "sum",
        "count",
        "row count",
        "record count",
        "total rows",
        "total records",
    ];
    const STARTS: [&str; 13] = [
        "total",
        "grand total",
        "sub total",
        "sub-total",
        "subtotal",
        "number of r",
        "rows:",
        "records:",
        "end of ",
        "printed ",
        "generated ",
        "report ",
        "page ",
    ];
    let Some(place) = record.iter().position(|cell| !cell.trim().is_empty()) else { return false };
    let first = record[place].trim().trim_matches(['*', '-', '=', ' ', ':']).to_lowercase();
    let word = WORDS.contains(&first.as_str());
    if !word && !STARTS.iter().any(|start| first.starts_with(start)) {
        return false;
    }
    let blank = |place: &usize| record.get(*place).is_none_or(|cell| cell.trim().is_empty());
    let lacks = head.required.iter().any(blank);
    let beside = !head.required.contains(&place) && !head.required.iter().all(blank);
    let number = |cell: &str| cell.trim().chars().all(|c| c.is_ascii_digit() || ['.', ',', '%', ' ', '-'].contains(&c));
    (lacks && !beside) || (word && record.iter().skip(place + 1).all(number))
}
