//! A made-up board on SQLite, and the times that are measured on it.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use sea_orm::DatabaseConnection;

use crate::board::{self, Size};

/// Makes a board of this size in `folder` and imports it into a new database there.
pub(crate) async fn import_board(
    size: Size,
    folder: &Path,
) -> Result<DatabaseConnection, Box<dyn Error + Send + Sync>> {
    board::write(size, folder)?;
    let db = entity::store::connect(&format!("sqlite:{}", folder.join("psn.db").display())).await?;
    migration::migrate(&db).await?;
    board::import(&db, folder).await?;
    Ok(db)
}

/// The median; zero without any time.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A time as the tables print it: `1.7 ms`.
pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
