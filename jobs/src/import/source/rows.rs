//! The lines below the header: data, blank lines, totals, and what shows that a file was cut short.

use csv::StringRecord;

use super::{Head, Lines, Refused, Row, records};

/// What stood below the data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Tail {
    /// The first line of totals or closing words that were not read as data.
    pub(in super::super) totals_from: Option<u32>,
}

/// Reads every record below the header of `text`.
pub(super) fn read(text: &str, head: &Head, mut each: impl FnMut(&Row<'_>)) -> Result<Tail, Refused> {
    let mut reader = records(text, head.delimiter);
    let mut lines = Lines::new(text);
    let mut record = StringRecord::new();
    // Totals are totals only when no data follows them.
    let mut totals: Vec<(u32, StringRecord)> = Vec::new();
    let mut read = 0;
    while reader.read_record(&mut record).map_err(|_| Refused::whole("it cannot be read as CSV"))? {
        read += 1;
        let line = lines.of(&record);
        if read <= head.skip || record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let last =
            reader.is_done() || usize::try_from(reader.position().byte()).is_ok_and(|at| text[at..].trim().is_empty());
        if last {
            cut_short(text, head, &record, line)?;
        }
        if looks_like_total(head, &record) {
            totals.push((line, record.clone()));
            continue;
        }
        for (line, total) in totals.drain(..) {
            let fault = "This line looks like a total amid the data; remove it".to_owned();
            each(&Row { line, fault: Some(fault), cells: &total, head });
        }
        let fault = misshapen(head, &record);
        if swallows(head, &record, fault.is_some()) {
            let sentence = "a quotation mark in this line is not closed, so that it swallows the lines below; mend it";
            return Err(Refused::at(line, sentence));
        }
        each(&Row { line, fault, cells: &record, head });
    }
    Ok(Tail { totals_from: totals.first().map(|(line, _)| *line) })
}

/// Refuses a file whose last line was not finished.
fn cut_short(text: &str, head: &Head, record: &StringRecord, line: u32) -> Result<(), Refused> {
    let finished = text.ends_with(['\n', '\r']);
    let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let quotes = text.as_bytes()[start..].iter().filter(|byte| **byte == b'"').count();
    let swallowed = record.iter().next_back().is_some_and(|cell| cell.contains('\n'));
    if quotes % 2 == 1 && (swallowed || !finished) {
        return Err(Refused::at(line, "a quotation mark in this line is not closed, or the file was cut short here"));
    }
    if !finished && record.len() < head.width && !looks_like_total(head, record) {
        return Err(Refused::at(line, "the file ends amid its last line: it was cut short; fetch it again"));
    }
    Ok(())
}

/// Whether a cell runs over a line end that was not meant to be in it: the row is broken by it, or the cell holds a whole row.
fn swallows(head: &Head, record: &StringRecord, misshapen: bool) -> bool {
    let is_row = |line: &str| line.matches(char::from(head.delimiter)).count() + 1 >= head.width;
    record.iter().any(|cell| cell.contains('\n') && (misshapen || cell.lines().any(is_row)))
}

/// A line that has other cells than the header: which of them is missing cannot be told.
fn misshapen(head: &Head, record: &StringRecord) -> Option<String> {
    let filled =
        record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).last().map_or(0, |(at, _)| at + 1);
    (record.len() < head.width || filled > head.width)
        .then(|| format!("This line has {} cells where the header has {}", record.len().max(filled), head.width))
}

/// Whether a line is a total or a closing remark: it begins with such a word, and either says nothing else or lacks a cell that
/// every row has.
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
    let Some(first) = record.iter().map(str::trim).find(|cell| !cell.is_empty()) else { return false };
    let first = first.trim_matches(['*', '-', '=', ' ', ':']).to_lowercase();
    let lacks = head.required.iter().any(|place| record.get(*place).is_none_or(|cell| cell.trim().is_empty()));
    WORDS.contains(&first.as_str()) || lacks && STARTS.iter().any(|start| first.starts_with(start))
}
