//! A SQLite database for each test: a copy of a file that is migrated once per test process.

use std::path::Path;

use tokio::sync::OnceCell;

/// Writes a migrated, empty database into `folder` and returns its URL.
///
/// The secrets that migrations draw are the same in all copies.
pub(super) async fn copy_into(folder: &Path) -> String {
    // The bytes and not a path: no one would remove a file that outlives all tests.
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(migrated_file).await;
    let file = folder.join("psn.db");
    std::fs::write(&file, template).expect("a file is written");
    url(&file)
}

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// The content of a migrated, empty database file.
async fn migrated_file() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("template.db");
    let db = entity::store::connect(&url(&file)).await.expect("the database opens");
    migration::migrate(&db).await.expect("the tables are made");
    // The last connection writes the log back when it closes. `PRAGMA wal_checkpoint(TRUNCATE)` before that waited for the
    // whole busy timeout of 10 seconds. What is still in the log would be missing from every copy.
    db.close().await.expect("the connections close");
    let log = folder.path().join("template.db-wal");
    assert!(log.metadata().map_or(0, |log| log.len()) == 0, "the template has an unwritten log");
    std::fs::read(&file).expect("the file is read")
}
