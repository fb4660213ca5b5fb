//! Which line is the header, what stands between its cells, and which of its cells are ours.

use csv::StringRecord;

use super::super::layout::{FileKind, Has, header_key, not_asked_for};
use super::super::mapping::Mapping;
use super::{Lines, Refused, records};

/// How far down a header is looked for.
const DEEPEST: usize = 50;

/// A header that was found.
#[derive(Debug)]
pub(in super::super) struct Head {
    pub(super) delimiter: u8,
    /// How many records there are above and including it.
    pub(super) skip: usize,
    /// Where each of our columns is.
    pub(super) places: Vec<Option<usize>>,
    /// What each of our columns says in every row where the file lacks it.
    pub(super) constants: Vec<Option<String>>,
    /// Cells that a row must have.
    pub(super) width: usize,
    /// Places of the required columns that are read from cells.
    pub(super) required: Vec<usize>,
    /// The columns that the file has.
    pub(in super::super) has: Has,
    /// Headers that are not ours, as written.
    pub(in super::super) ignored: Vec<String>,
    /// Those of them that nobody asked for.
    pub(in super::super) not_asked_for: Vec<String>,
    /// The line of the header, where lines of a report banner stand above it.
    pub(in super::super) below_banner: Option<u32>,
}

impl Head {
    /// The line, with the delimiter, under which most of our headers are found.
    pub(super) fn find(text: &str, kind: FileKind, mapping: &Mapping) -> Result<Self, Refused> {
        let mut best: Option<(usize, Found)> = None;
        for delimiter in [b',', b';', b'\t'] {
            for found in candidates(text, delimiter) {
                let score = found.keys(kind, mapping).into_iter().filter(|key| ours(kind, key)).count();
                if score > best.as_ref().map_or(0, |(score, _)| *score) {
                    best = Some((score, found));
                }
            }
        }
        let wanted = kind.columns().iter().filter(|column| column.required);
        let wanted = wanted.map(|column| column.header).collect::<Vec<_>>().join(", ");
        let (_, found) = best.ok_or_else(|| {
            Refused::whole(format!("no line of it is a header of {}, which needs {wanted}", kind.file_name()))
        })?;
        found.checked(kind, mapping)
    }
}

fn ours(kind: FileKind, key: &str) -> bool {
    kind.columns().iter().any(|column| header_key(column.header) == *key)
}

/// A record that may be the header, and what stands above it.
struct Found {
    delimiter: u8,
    line: u32,
    cells: StringRecord,
    /// The line, and the number of cells that are not blank, of each record above.
    above: Vec<(u32, usize)>,
}

fn candidates(text: &str, delimiter: u8) -> impl Iterator<Item = Found> {
    let mut lines = Lines::new(text);
    let mut above = Vec::new();
    // What cannot be read as CSV is no header; the rows below it say so themselves.
    let records = records(text, delimiter).into_records().take(DEEPEST).map_while(Result::ok).collect::<Vec<_>>();
    records.into_iter().map(move |cells| {
        let line = lines.of(&cells);
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        let found = Found { delimiter, line, above: above.clone(), cells };
        above.push((line, filled));
        found
    })
}

impl Found {
    fn keys(&self, kind: FileKind, mapping: &Mapping) -> Vec<String> {
        let mut keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn checked(self, kind: FileKind, mapping: &Mapping) -> Result<Head, Refused> {
        let line = self.line;
        let keys: Vec<_> = self.cells.iter().map(|cell| mapping.header(kind, cell)).collect();
        let (mut places, mut constants, mut required, mut has) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for (at, column) in kind.columns().iter().enumerate() {
            let key = header_key(column.header);
            let found: Vec<_> = (0..keys.len()).filter(|place| keys[*place] == key).collect();
            let refused = |sentence| Refused { line: Some(line), column: Some(column.header), sentence };
            if found.len() > 1 {
                return Err(refused(format!(
                    "the column {} is there {} times, and which one is meant cannot be told",
                    column.header,
                    found.len()
                )));
            }
            let place = found.first().copied();
            let constant = mapping.constant(kind, column.header).filter(|_| place.is_none());
            if column.required && place.is_none() && constant.is_none() {
                return Err(refused(format!(
                    "the column {} is missing; a mapping file can name it if it is called something else",
                    column.header
                )));
            }
            has |= u32::from(place.is_some() || constant.is_some()) << at;
            required.extend(place.filter(|_| column.required));
            places.push(place);
            constants.push(constant);
        }
        // A banner is a few words over a wide table; anything wider may be data, and data is never skipped.
        let named = self.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        if let Some((above, _)) = self.above.iter().find(|(_, filled)| *filled > 2 && filled * 2 > named) {
            return Err(Refused::at(*above, "this line stands above the header and is no report banner; remove it"));
        }
        let unknown =
            || self.cells.iter().enumerate().filter(|(at, cell)| !ours(kind, &keys[*at]) && !cell.trim().is_empty());
        let list = |of: &dyn Fn(&str) -> bool| {
            unknown().map(|(_, cell)| cell.trim()).filter(|cell| of(cell)).map(str::to_owned).collect::<Vec<_>>()
        };
        Ok(Head {
            delimiter: self.delimiter,
            skip: self.above.len() + 1,
            width: self
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| !cell.trim().is_empty())
                .last()
                .map_or(0, |(at, _)| at + 1),
            places,
            constants,
            required,
            has: Has(has),
            ignored: list(&|_| true),
            not_asked_for: list(&not_asked_for),
            below_banner: self.above.iter().any(|(_, filled)| *filled > 0).then_some(line),
        })
    }
}
