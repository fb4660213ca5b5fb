//! The files to which an import saves a list: its rejected rows or its changes.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jobs::output::owner_only::Replacement;
use jobs::output::safe_csv;

use crate::error::ExitError;

/// The maximum length of the first line that is read, in bytes. It is more than such a list needs.
const MOST_HEADER_BYTES: u64 = 1 << 20;

/// Opens the file for a list of `what`: a new file, or a replacement of one whose first line `is_header` of such a list. Never
/// replaces a file to import.
///
/// # Errors
///
/// [`ExitError::Refused`] with the reason.
pub(super) fn open(
    path: &Path,
    inputs: &[PathBuf],
    what: &str,
    is_header: impl FnOnce(&str) -> bool,
) -> Result<Replacement, ExitError> {
    let shown = path.display();
    if let Ok(same) = path.canonicalize() {
        if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == same)) {
            return Err(ExitError::Refused(format!(
                "{shown} is one of the files to import: choose another file for the {what}"
            )));
        }
        if same.is_file() {
            let mut held = Vec::new();
            let read = File::open(&same).and_then(|file| file.take(MOST_HEADER_BYTES).read_to_end(&mut held));
            let text = String::from_utf8_lossy(&held);
            let first = text.strip_prefix(safe_csv::BOM).unwrap_or(&text).lines().next().unwrap_or_default();
            // A file that cannot be read may contain anything.
            if read.is_err() || !held.is_empty() && !is_header(first) {
                return Err(ExitError::Refused(format!(
                    "{shown} already exists and does not contain {what}: choose another name"
                )));
            }
        }
    }
    Replacement::begin(path).map_err(|error| ExitError::Refused(format!("{shown} cannot be written ({error})")))
}
