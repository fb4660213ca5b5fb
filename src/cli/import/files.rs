//! The files of an import: those that the command names, and those of a folder with the right names.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jobs::import::{FileKind, SourceFile};

use super::ImportArgs;
use super::summary::printable;
use crate::error::ExitError;

/// The files to import, and those in the folder that are not imported.
pub(super) struct Gathered {
    pub(super) sources: Vec<SourceFile>,
    /// The paths of the files to import.
    pub(super) inputs: Vec<PathBuf>,
    /// The names of unrelated files in the folder.
    pub(super) passed_over: Vec<String>,
    /// How to import files in the folder with similar names, one sentence each.
    pub(super) proposed: Vec<String>,
}

/// Reads the files that the command names.
///
/// # Errors
///
/// [`ExitError::Refused`] if there are none, or one cannot be read.
pub(super) fn gather(args: &ImportArgs) -> Result<Gathered, ExitError> {
    let mut paths: Vec<(FileKind, PathBuf)> = Vec::new();
    let (mut passed_over, mut proposed) = (Vec::new(), Vec::new());
    if let Some(dir) = &args.dir {
        let unreadable = |error| ExitError::Refused(format!("cannot read the folder {}: {error}", dir.display()));
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            match FileKind::ALL.into_iter().find(|kind| kind.file_name().eq_ignore_ascii_case(&name)) {
                Some(kind) => paths.push((kind, entry.path())),
                None if !entry.path().is_file() => {}
                None => match similar_kind(&name) {
                    // A file that the command names is imported.
                    Some(kind) if given(args, kind).iter().any(|path| same_file(path, &entry.path())) => {}
                    Some(kind) => proposed.push(format!(
                        "{name} looks like {}: run again with --{kind} '{}'",
                        kind.file_name(),
                        entry.path().display()
                    )),
                    None => passed_over.push(name),
                },
            }
        }
        passed_over.sort_unstable();
        proposed.sort_unstable();
        if paths.is_empty() && FileKind::ALL.into_iter().all(|kind| given(args, kind).is_empty()) {
            let names = FileKind::ALL.map(FileKind::file_name).join(", ");
            let proposed: String = proposed.iter().map(|sentence| format!(". {}", printable(sentence))).collect();
            return Err(ExitError::Refused(format!("{} contains none of {names}{proposed}", dir.display())));
        }
    }
    for kind in FileKind::ALL {
        let given = given(args, kind);
        if !given.is_empty() {
            paths.retain(|(known, _)| *known != kind);
            paths.extend(given.iter().map(|path| (kind, path.clone())));
        }
    }
    if paths.is_empty() && args.ends_employer.is_empty() {
        return Err(ExitError::Refused(
            "no files to import: name a folder with --dir, or files, for example --staff staff.csv".to_owned(),
        ));
    }
    let inputs = paths.iter().map(|(_, path)| path.clone()).collect();
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let names: Vec<_> = paths.iter().map(|(_, path)| name(path)).collect();
    let source = |(kind, path): (FileKind, PathBuf)| {
        let name = name(&path);
        // Two files of the same name are distinguished by their paths.
        let doubled = names.iter().filter(|other| **other == name).count() > 1;
        let name = if doubled { path.display().to_string() } else { name };
        Ok(SourceFile { kind, name, bytes: Cow::Owned(read(&path, MOST_BYTES)?) })
    };
    Ok(Gathered {
        sources: paths.into_iter().map(source).collect::<Result<_, ExitError>>()?,
        inputs,
        passed_over,
        proposed,
    })
}

/// The maximum size of a file to import, in bytes: four times that of a nation's staff.
pub(super) const MOST_BYTES: u64 = 1 << 30;

/// Reads a file of at most `most` bytes. There is a limit because the whole file is in memory, and a device never ends.
///
/// # Errors
///
/// [`ExitError::Refused`] if it cannot be read or is larger.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, ExitError> {
    let unreadable = |error: io::Error| ExitError::Refused(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len().min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 <= most {
        return Ok(bytes);
    }
    Err(ExitError::Refused(format!(
        "{} is larger than the limit of {} MB; remove columns and rows that psn does not read",
        path.display(),
        most >> 20
    )))
}

/// The files that the command names for `kind`.
fn given(args: &ImportArgs, kind: FileKind) -> &[PathBuf] {
    match kind {
        FileKind::Units => args.units.as_slice(),
        FileKind::Staff => &args.staff,
        FileKind::Links => args.links.as_slice(),
        FileKind::Courses => args.courses.as_slice(),
        FileKind::Training => args.training.as_slice(),
        FileKind::Supporters => args.supporters.as_slice(),
        FileKind::Unavailability => args.unavailability.as_slice(),
        FileKind::Managers => args.managers.as_slice(),
        FileKind::Policies => args.policies.as_slice(),
        FileKind::Exemptions => args.exemptions.as_slice(),
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Returns the kind of file that a name is similar to: `staff export 16-11-2026.csv`, `units (1).csv`, `Staff.xlsx`. Such a
/// file is never imported by itself, because an old copy would undo later changes.
fn similar_kind(name: &str) -> Option<FileKind> {
    let name = name.to_lowercase();
    let (stem, extension) = name.rsplit_once('.')?;
    if !["csv", "txt", "tsv", "xlsx", "xlsm", "ods", "xls"].contains(&extension) {
        return None;
    }
    let mut words = stem.split(|c: char| !c.is_alphabetic());
    words.find_map(|word| FileKind::ALL.into_iter().find(|kind| kind.as_str() == word))
}

#[cfg(test)]
mod tests {
    use super::{FileKind, similar_kind};

    #[test]
    fn similar_names_are_recognised() {
        for name in ["staff export 16-11-2026.csv", "Staff.xlsx", "HR_staff_(2).CSV", "staff.csv.csv"] {
            assert_eq!(similar_kind(name), Some(FileKind::Staff), "{name}");
        }
        assert_eq!(similar_kind("units (1).csv"), Some(FileKind::Units));
        for name in ["notes.txt", "staffing.csv", "staff.pdf", "staff", "rejects.csv"] {
            assert_eq!(similar_kind(name), None, "{name}");
        }
    }
}
