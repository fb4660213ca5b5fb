//! The file that `--rejects` saves. Each file of the import with rejected rows has a block in it: its own header with four more
//! columns, and its rejected rows. An empty line stands between two blocks. One file for all, because the number of files should
//! not depend on what was found, and one list is what an analyst sends back to the people who keep the systems.

use std::io::{self, Write as _};

use jobs::import::{Mapping, REJECT_HEADERS, Reject, SourceFile, rejected_rows};
use jobs::output::owner_only::Replacement;
use jobs::output::safe_csv;

/// Whether a file whose first line this is holds rejected rows. Their own header stands before ours.
pub(super) fn is_header(line: &str) -> bool {
    line.ends_with(&REJECT_HEADERS.join(","))
}

/// Writes the rejected rows as CSV that no spreadsheet runs, a block per file with an empty line between.
///
/// # Errors
///
/// What the operating system said.
pub(super) fn save(
    sources: &[SourceFile],
    mapping: &Mapping,
    sheet: Option<&str>,
    rejects: &[Reject],
    file: Replacement,
) -> io::Result<()> {
    let mut blocks = Vec::new();
    for source in sources {
        if rejects.iter().any(|reject| reject.file == source.name) {
            blocks.push(rejected_rows(source, mapping, sheet, rejects)?);
        }
    }
    if blocks.is_empty() {
        blocks.push(format!("{}\n", REJECT_HEADERS.join(",")).into_bytes());
    }
    let mut file = safe_csv::with_bom(file)?;
    file.write_all(&blocks.join(&b'\n'))?;
    file.put_in_place()
}
