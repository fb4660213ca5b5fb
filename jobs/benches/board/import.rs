//! Imports the files of a made-up board.

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;

use chrono::{DateTime, Utc};
use entity::period::Day;
use jobs::import::{self, Allowances, FileKind, ImportRequest, Mapping, Mode, NoProgress, SourceFile};
use sea_orm::DatabaseConnection;

/// Imports the files in `folder` as at 2026-11-16 into a migrated database. A rejected row is an error.
pub(crate) async fn import(db: &DatabaseConnection, folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let written = FileKind::ALL.into_iter().filter(|kind| folder.join(kind.file_name()).exists());
    let sources = written.map(|kind| {
        let bytes = Cow::Owned(std::fs::read(folder.join(kind.file_name()))?);
        Ok(SourceFile { kind, name: kind.file_name(), bytes })
    });
    let request = ImportRequest {
        sources: sources.collect::<Result<_, std::io::Error>>()?,
        as_at: Day::new(2026, 11, 16).ok_or("no such day")?,
        mapping: Mapping::default(),
        mode: Mode::Apply,
        allow: Allowances::default(),
        ends_employers: Vec::new(),
        take_over: false,
        list_changes: 0,
        shift_days: 0,
        zone: chrono_tz::Europe::London,
        sheet: None,
    };
    let now: DateTime<Utc> = "2026-11-16T05:00:00Z".parse()?;
    let outcome = import::run(db, request, now, &NoProgress).await?;
    if let Some(refusal) = outcome.refusal {
        return Err(refusal.into());
    }
    match outcome.rejects.first() {
        Some(reject) => Err(format!("{} rows are rejected: {reject:?}", outcome.rejects.len()).into()),
        None => Ok(()),
    }
}
