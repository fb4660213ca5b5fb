//! The playground and the NHS design for a demonstration that was built without them: `cargo run -- demo` builds them once and
//! serves them from disk, so that one command on a new machine shows everything. The next build embeds them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::cli::say;
use crate::http::Assets;

/// The time limit of the build, longer than npm takes on a slow connection. The demonstration waits for it.
const LIMIT: Duration = Duration::from_secs(240);

/// Returns the embedded files. If there are none and cargo runs this process, builds them.
///
/// # Errors
///
/// One sentence for the user: why the files are missing, and what to do.
pub(super) async fn assets() -> Result<Assets, String> {
    let embedded = Assets::embedded();
    let Some(folder) = source_folder().filter(|_| !embedded.is_whole()) else { return Ok(embedded) };
    // The demonstration works even if this line cannot be written.
    let _ = say("Building the playground and the NHS design with npm. This is done once and takes up to a minute.");
    build(&folder).await.map_err(|why| {
        format!(
            "{why}. Everything else works without them. To add them, make sure that Node.js 20 or later, npm and a package registry are available, and start the demonstration again."
        )
    })
}

/// Returns the folder of the sources if cargo runs this process. It is never taken from the current folder, because it contains
/// a program that is run.
fn source_folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).join("src/http/assets");
    folder.join("build.mjs").is_file().then_some(folder)
}

/// Builds the files. An error is the start of a sentence.
async fn build(folder: &Path) -> Result<Assets, String> {
    let failed =
        |cause: &dyn std::fmt::Display| format!("The playground and the NHS design could not be built: {cause}");
    let mut node = Command::new("node");
    node.arg(folder.join("build.mjs")).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(LIMIT, node.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => return Err(failed(&"Node.js is not installed")),
        Ok(Err(error)) => return Err(failed(&error)),
        Err(_) => return Err(failed(&format!("it took more than {} minutes", LIMIT.as_secs() / 60))),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        // The program's own line starts with the same words.
        let line = said.lines().rfind(|line| line.contains("could not be built"));
        return Err(line.map_or_else(|| failed(&output.status), |line| line.trim().trim_end_matches('.').to_owned()));
    }
    Assets::read(&folder.join("dist")).map_err(|error| failed(&error))
}
