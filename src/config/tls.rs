//! Certificate authorities that encrypted connections trust in addition to the public ones.

use std::path::{Path, PathBuf};

/// The certificates of a private certificate authority, read from a PEM file.
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
    /// An error if the file cannot be read or contains no certificate.
    pub fn read(path: &str) -> Result<Self, String> {
        let pem = std::fs::read(path).map_err(|cause| format!("the file cannot be read ({cause})"))?;
        let mark = b"-----BEGIN CERTIFICATE-----";
        if !pem.windows(mark.len()).any(|some| some == mark) {
            return Err("the file contains no certificate: it must contain the authority's certificate in PEM format"
                .to_owned());
        }
        Ok(Self { path: path.into(), pem })
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content of the file, in PEM format.
    #[must_use]
    pub fn pem(&self) -> &[u8] {
        &self.pem
    }
}
