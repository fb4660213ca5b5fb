//! The file that `--rejects` saves. Each imported file with rejected rows has a block in it: its own header with four more
//! columns, and its rejected rows. Blocks are separated by an empty line. It is one file for all, because the number of files
//! should not depend on the result, and an analyst sends one list back to the owners of the source systems.

use std::io::{self, Write as _};

use jobs::import::{Mapping, REJECT_HEADERS, Reject, SourceFile, rejected_rows};
use jobs::output::owner_only::Replacement;
use jobs::output::safe_csv;

/// Whether this is the first line of such a file: the file's own header, then ours.
pub(super) fn is_header(line: &str) -> bool {
    line.ends_with(&REJECT_HEADERS.join(","))
}

/// Writes the rejected rows as CSV without cells that a spreadsheet would run as formulas, one block per file.
///
/// # Errors
///
/// An error of the operating system.
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
