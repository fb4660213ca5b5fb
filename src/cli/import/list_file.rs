//! Files into which an import saves a list: its rejected rows, its changes.

use std::fs::File;
use std::path::{Path, PathBuf};

use jobs::{private, safe_csv};

use super::super::Stop;

/// Opens the file for a list of `what`: a new one, or one whose first line `is_header` of such a list; never one of the files
/// to import.
///
/// # Errors
///
/// [`Stop::Refused`]: what is wrong with it.
pub(super) fn open(
    path: &Path,
    inputs: &[PathBuf],
    what: &str,
    is_header: impl FnOnce(&str) -> bool,
) -> Result<File, Stop> {
    let shown = path.display();
    if let Ok(same) = path.canonicalize() {
        if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == same)) {
            return Err(Stop::Refused(format!("{shown} is one of the files to import: save the {what} elsewhere")));
        }
        let held = std::fs::read(&same).unwrap_or_default();
        let text = String::from_utf8_lossy(&held);
        let first = text.strip_prefix(safe_csv::MARK).unwrap_or(&text).lines().next().unwrap_or_default();
        if !held.is_empty() && !is_header(first) {
            return Err(Stop::Refused(format!("{shown} is there already and holds no {what}: choose another name")));
        }
    }
    private::file(path).map_err(|error| Stop::Refused(format!("{shown} cannot be written ({error})")))
}
