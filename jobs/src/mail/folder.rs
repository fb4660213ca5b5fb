//! Mail as files: one readable `.eml` file per mail, with the same name for every attempt.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::{Accepted, SendError, sentence};
use crate::output::owner_only;

/// Maximum length of a file name without its extension. File systems allow 255 bytes.
const LONGEST_STEM: usize = 120;

/// A folder to which mail is written.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn name(&self) -> String {
        format!("folder {}", self.path.display())
    }

    /// Writes a mail. A reader never sees half a mail, and a second attempt replaces the file of the first.
    pub(super) async fn write(&self, stem: &str, bytes: Vec<u8>) -> Result<Accepted, SendError> {
        let path = self.path.join(format!("{}.eml", safe_stem(stem)));
        let (folder, file) = (self.path.clone(), path.clone());
        let written = tokio::task::spawn_blocking(move || {
            owner_only::create_dir(&folder)?;
            let mut mail = owner_only::Replacement::begin(&file)?;
            mail.write_all(&bytes)?;
            mail.put_in_place()
        });
        written.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| self.failed(&error))?;
        Ok(Accepted { stored_at: Some(path) })
    }

    pub(super) async fn check(&self) -> Result<String, SendError> {
        let folder = self.path.clone();
        let probed = tokio::task::spawn_blocking(move || {
            owner_only::create_dir(&folder)?;
            owner_only::check_writable(&folder)
        });
        probed.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| self.failed(&error))?;
        Ok(format!("mail is written to the folder {}", self.path.display()))
    }

    fn failed(&self, error: &io::Error) -> SendError {
        SendError::Retry(sentence(&format!("cannot write to the folder {}: {error}", self.path.display()), ""))
    }
}

/// Replaces everything except letters, digits, dots, dashes and underscores, and a leading dot, by an underscore.
fn safe_stem(stem: &str) -> String {
    let safe: String = stem
        .chars()
        .take(LONGEST_STEM)
        .enumerate()
        .map(
            |(at, c)| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (c == '.' && at > 0) { c } else { '_' },
        )
        .collect();
    if safe.is_empty() { "mail".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::safe_stem;

    #[test]
    fn a_file_name_stays_in_the_folder_and_is_never_empty() {
        assert_eq!(safe_stem("2026-W48_G107H-A2_person-12"), "2026-W48_G107H-A2_person-12");
        assert_eq!(safe_stem("../../etc/passwd"), "_._.._etc_passwd");
        assert_eq!(safe_stem(""), "mail");
        assert_eq!(safe_stem(&"x".repeat(500)).len(), 120);
    }
}
