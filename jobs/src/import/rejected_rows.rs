//! Writes the rejected rows of a file as a file that can be corrected and imported again.

use std::collections::BTreeMap;

use super::findings::Reject;
use super::mapping::Mapping;
use super::request::SourceFile;
use super::source::Table;
use crate::output::{one_line, safe_csv};

/// The columns that describe the fault, after those of the file itself.
pub const REJECT_HEADERS: [&str; 4] = ["File", "Line", "Column", "What is wrong"];

/// Writes every rejected row of `source` under the file's own header, with its fault in four more columns. Rejects
/// without a row, such as a file that could not be read, have blank cells. No spreadsheet runs a cell as a formula.
///
/// # Errors
///
/// None in practice, because it writes to memory.
pub fn rejected_rows(
    source: &SourceFile,
    mapping: &Mapping,
    sheet: Option<&str>,
    rejects: &[Reject],
) -> Result<Vec<u8>, csv::Error> {
    let SourceFile { kind, name, bytes } = source;
    let mut faults: BTreeMap<u32, Vec<&Reject>> = BTreeMap::new();
    for reject in rejects.iter().filter(|reject| reject.file == *name) {
        faults.entry(reject.line.unwrap_or_default()).or_default().push(reject);
    }
    let table = Table::open(bytes, *kind, mapping, sheet).ok();
    let header = table.as_ref().map_or(&[][..], |table| table.head.header.as_slice());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: &[&str], last: [&str; 4]| {
        let blank = header.len().saturating_sub(cells.len());
        let cells = cells.iter().copied().take(header.len()).chain(std::iter::repeat_n("", blank)).chain(last);
        writer.write_record(cells.map(safe_csv::cell).map(|cell| cell.into_owned().into_bytes()))
    };
    let names: Vec<_> = header.iter().map(String::as_str).collect();
    write(&names, REJECT_HEADERS)?;
    let said = |rejects: &[&Reject]| {
        let columns: Vec<_> = rejects.iter().filter_map(|reject| reject.column).collect();
        let wrong: Vec<_> = rejects
            .iter()
            .map(|reject| match reject.column.filter(|_| rejects.len() > 1) {
                Some(column) => format!("{column}: {}", reject.sentence),
                None => reject.sentence.clone(),
            })
            .collect();
        (columns.join("; "), one_line::one_line(&wrong.join("; ")))
    };
    let mut rows = Vec::new();
    if let Some(table) = &table {
        // A file that cannot be read to its end has a reject that says so.
        let _read_to_the_end = table.rows(|row| {
            // A line of a wide export occurs once for each course.
            if let Some(rejects) = faults.remove(&row.line) {
                rows.push((row.line, row.cells().map(str::to_owned).collect::<Vec<_>>(), said(&rejects)));
            }
        });
    }
    for (line, rejects) in &faults {
        let line = if *line == 0 { String::new() } else { line.to_string() };
        let (columns, wrong) = said(rejects);
        write(&[], [name, &line, &columns, &wrong])?;
    }
    for (line, cells, (columns, wrong)) in &rows {
        let cells: Vec<_> = cells.iter().map(String::as_str).collect();
        write(&cells, [name, &line.to_string(), columns, wrong])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
