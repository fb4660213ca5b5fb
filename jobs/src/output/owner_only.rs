//! Files and folders with personal data. On Unix only the user that runs psn can read them, whatever its umask.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that replaces the one at its path when it is complete. Until [`put_in_place`](Self::put_in_place) it is
/// written under another name in the same folder, and it is removed if that is never called. A link at the path is
/// replaced and never followed: otherwise anyone who can write to the folder could choose which of the user's files is
/// overwritten.
#[derive(Debug)]
pub struct Replacement {
    file: Writing,
    path: PathBuf,
}

#[derive(Debug)]
enum Writing {
    Beside(NamedTempFile),
    /// A device or a pipe is written directly.
    Device(File),
}

impl Replacement {
    /// Starts writing the file that will be at `path`, with mode 0600. A device there, or a link to one in `/dev`, is
    /// written directly.
    ///
    /// # Errors
    ///
    /// If the file cannot be created, or if there is a folder at `path`.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let file = match path.symlink_metadata() {
            Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if there.is_file() => Writing::beside(path)?,
            // `/dev/stdout` is a link.
            Ok(there) if there.is_symlink() && !path.starts_with("/dev") => Writing::beside(path)?,
            Ok(_) => Writing::Device(OpenOptions::new().write(true).open(path)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Writing::beside(path)?,
            Err(error) => return Err(error),
        };
        Ok(Self { file, path: path.to_owned() })
    }

    /// Moves the finished file to its path.
    ///
    /// # Errors
    ///
    /// If the file cannot be moved. The previous file is unchanged.
    pub fn put_in_place(self) -> io::Result<()> {
        match self.file {
            Writing::Beside(file) => {
                // After a power cut, the path must not lead to a file whose content was lost.
                file.as_file().sync_all()?;
                file.persist(&self.path)?;
            }
            Writing::Device(mut file) => file.flush()?,
        }
        Ok(())
    }
}

impl Writing {
    fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        tempfile::Builder::new().prefix(".psn-").suffix(".part").tempfile_in(folder).map(Self::Beside)
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Writing::Beside(file) => file.write(bytes),
            Writing::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Writing::Beside(file) => file.flush(),
            Writing::Device(file) => file.flush(),
        }
    }
}

/// Checks that files can be created in a folder, by creating and removing one with an unpredictable name.
///
/// # Errors
///
/// If the operating system refuses it.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    tempfile::Builder::new().prefix(".psn-check-").tempfile_in(folder)?.close()
}

/// Creates a file that others will open by its name, with mode 0600. An existing file is left unchanged, because its
/// mode may be deliberate.
///
/// # Errors
///
/// If the operating system refuses it.
pub fn create_file(path: &Path) -> io::Result<()> {
    if path.exists() { Ok(()) } else { options().open(path).map(drop) }
}

/// Creates a folder and its parents, with mode 0700. An existing folder is left unchanged.
///
/// # Errors
///
/// If the operating system refuses it.
pub fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn written(path: &Path, text: &str) -> io::Result<()> {
        let mut file = Replacement::begin(path)?;
        file.write_all(text.as_bytes())?;
        file.put_in_place()
    }

    #[test]
    fn created_files_are_for_their_owner() {
        let home = tempfile::tempdir().unwrap();
        create_dir(&home.path().join("a/b")).unwrap();
        assert_eq!((mode(&home.path().join("a")), mode(&home.path().join("a/b"))), (0o700, 0o700));
        let made = home.path().join("a/made");
        create_file(&made).unwrap();
        assert_eq!(mode(&made), 0o600);
        std::fs::write(&made, "old").unwrap();
        std::fs::set_permissions(&made, PermissionsExt::from_mode(0o644)).unwrap();
        create_file(&made).unwrap();
        assert_eq!((mode(&made), std::fs::read(&made).unwrap()), (0o644, b"old".to_vec()), "left alone");
        written(&made, "new").unwrap();
        assert_eq!((mode(&made), std::fs::read(&made).unwrap()), (0o600, b"new".to_vec()));
    }

    #[test]
    fn a_link_is_replaced_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (other, there) = (home.path().join("other"), home.path().join("there"));
        std::fs::write(&other, "precious").unwrap();
        for target in [other.as_path(), Path::new("nowhere"), home.path()] {
            symlink(target, &there).unwrap();
            written(&there, "new").unwrap();
            assert!(std::fs::symlink_metadata(&there).unwrap().is_file(), "{target:?}");
            assert_eq!(std::fs::read_to_string(&there).unwrap(), "new");
            assert_eq!(std::fs::read_to_string(&other).unwrap(), "precious");
            std::fs::remove_file(&there).unwrap();
        }
        assert_eq!(names(home.path()), ["other"]);
    }

    #[test]
    fn an_unfinished_file_keeps_the_previous_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("list.csv");
        std::fs::write(&path, "before").unwrap();
        let mut file = Replacement::begin(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(
            (std::fs::read_to_string(&path).unwrap().as_str(), names(home.path())),
            ("before", vec!["list.csv".to_owned()])
        );
        assert!(Replacement::begin(home.path()).is_err(), "a folder");
        assert!(Replacement::begin(&home.path().join("none/list.csv")).is_err());
    }

    #[test]
    fn a_device_is_written_directly() {
        let (device, before) = (Path::new("/dev/null"), mode(Path::new("/dev/null")));
        written(device, "gone").unwrap();
        assert_eq!(mode(device), before, "no file of ours");
    }
}
