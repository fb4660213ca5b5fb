//! Files into which an import saves a list: its rejected rows, its changes.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jobs::output::owner_only::Replacement;
use jobs::output::safe_csv;

use crate::error::ExitError;

/// More than the first line of such a list has.
const MOST_HEADER_BYTES: u64 = 1 << 20;

/// Begins the file for a list of `what`: a new one, or in the place of one whose first line `is_header` of such a list; never of
/// one of the files to import.
///
/// # Errors
///
/// [`ExitError::Refused`]: what is wrong with it.
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
                "{shown} is one of the files to import: save the {what} elsewhere"
            )));
        }
        if same.is_file() {
            let mut held = Vec::new();
            let read = File::open(&same).and_then(|file| file.take(MOST_HEADER_BYTES).read_to_end(&mut held));
            let text = String::from_utf8_lossy(&held);
            let first = text.strip_prefix(safe_csv::BOM).unwrap_or(&text).lines().next().unwrap_or_default();
            // What cannot be read may be anything.
            if read.is_err() || !held.is_empty() && !is_header(first) {
                return Err(ExitError::Refused(format!(
                    "{shown} is there already and holds no {what}: choose another name"
                )));
            }
        }
    }
    Replacement::begin(path).map_err(|error| ExitError::Refused(format!("{shown} cannot be written ({error})")))
}
