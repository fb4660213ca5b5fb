//! Files into which an import saves a list: its rejected rows, its changes.

use std::fs::File;
use std::path::{Path, PathBuf};

use jobs::{private, safe_csv};

use super::super::Stop;

/// Opens the file for a list of `what` whose first line is `header`: a new one, or one that held such a list before; never one
/// of the files to import.
///
/// # Errors
///
/// [`Stop::Refused`]: what is wrong with it.
pub(super) fn open(path: &Path, inputs: &[PathBuf], header: &[&str], what: &str) -> Result<File, Stop> {
    let shown = path.display();
    if let Ok(same) = path.canonicalize() {
        if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == same)) {
            return Err(Stop::Refused(format!("{shown} is one of the files to import: save the {what} elsewhere")));
        }
        let held = std::fs::read(&same).unwrap_or_default();
        let first = held.strip_prefix(safe_csv::MARK.as_bytes()).unwrap_or(&held);
        if !held.is_empty() && !first.starts_with(header.join(",").as_bytes()) {
            return Err(Stop::Refused(format!("{shown} is there already and holds no {what}: choose another name")));
        }
    }
    private::file(path).map_err(|error| Stop::Refused(format!("{shown} cannot be written ({error})")))
}
