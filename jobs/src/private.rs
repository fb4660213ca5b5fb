//! Files and folders that hold personal data: on Unix for the user that runs psn alone, whatever its umask says.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file to write it anew, mode 0600; one that is there already is emptied and gets that mode, too.
///
/// # Errors
///
/// What the operating system said.
pub fn file(path: &Path) -> io::Result<File> {
    let file = options().truncate(true).open(path)?;
    close_to_others(&file)?;
    Ok(file)
}

/// Makes a file that others will open by its name, mode 0600; one that is there already is left as it is, for its mode may be
/// somebody's decision.
///
/// # Errors
///
/// What the operating system said.
pub fn make(path: &Path) -> io::Result<()> {
    if path.exists() { Ok(()) } else { options().open(path).map(drop) }
}

/// Makes a folder and those above it, mode 0700; what is there already is left as it is.
///
/// # Errors
///
/// What the operating system said.
pub fn folder(path: &Path) -> io::Result<()> {
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

#[cfg(unix)]
fn close_to_others(file: &File) -> io::Result<()> {
    // A device, /dev/null say, is everybody's.
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn close_to_others(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_made_is_for_its_owner_and_what_was_open_to_all_is_closed() {
        let home = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        folder(&home.path().join("a/b")).unwrap();
        assert_eq!((mode(&home.path().join("a")), mode(&home.path().join("a/b"))), (0o700, 0o700));
        let made = home.path().join("a/made");
        make(&made).unwrap();
        assert_eq!(mode(&made), 0o600);
        std::fs::write(&made, "old").unwrap();
        std::fs::set_permissions(&made, PermissionsExt::from_mode(0o644)).unwrap();
        make(&made).unwrap();
        assert_eq!((mode(&made), std::fs::read(&made).unwrap()), (0o644, b"old".to_vec()), "left alone");
        file(&made).unwrap();
        assert_eq!((mode(&made), std::fs::read(&made).unwrap()), (0o600, Vec::new()));
        let (device, before) = (Path::new("/dev/null"), mode(Path::new("/dev/null")));
        file(device).unwrap();
        assert_eq!(mode(device), before, "no file of ours");
    }
}
