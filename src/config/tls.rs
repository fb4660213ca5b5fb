//! Whom encrypted connections trust besides the public authorities.

use std::path::{Path, PathBuf};

/// The certificates of a private authority, read from a file in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaFile {
    path: PathBuf,
    pem: Vec<u8>,
}

impl CaFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or holds no certificate.
    pub fn read(path: &str) -> Result<Self, String> {
        let pem = std::fs::read(path).map_err(|cause| format!("it cannot be read ({cause})"))?;
        let mark = b"-----BEGIN CERTIFICATE-----";
        if !pem.windows(mark.len()).any(|some| some == mark) {
            return Err("it holds no certificate: put the authority's there, in PEM".to_owned());
        }
        Ok(Self { path: path.into(), pem })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    #[must_use]
    pub fn pem(&self) -> &[u8] {
        &self.pem
    }
}
