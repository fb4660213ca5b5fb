//! Checks whether a database holds the demonstration's board and nothing else. A real board can have the same codes and
//! names as the demonstration, which are drawn from public lists, so these cannot decide it; only the audit log can.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::id::ImportBatchId;
use crate::store::audit::{self, AuditFilter};
use crate::table::import_batch;
use crate::value::{Action, ImportState};

/// Returns the number of applied imports if all of them were made by `psn demo`. `None` if there are others, or none at
/// all: files that were imported after the demonstration may be a real board's.
pub async fn imports(db: &impl ConnectionTrait) -> Result<Option<usize>, DbErr> {
    let applied: Vec<ImportBatchId> = import_batch::Entity::find()
        .select_only()
        .column(import_batch::Column::Id)
        .filter(import_batch::Column::State.eq(ImportState::Applied))
        .into_tuple()
        .all(db)
        .await?;
    for batch in &applied {
        let (action, object) = (Some(Action::DemonstrationMade), Some(mark(*batch)));
        if audit::list(db, &AuditFilter { action, object, ..AuditFilter::default() }, 1).await?.is_empty() {
            return Ok(None);
        }
    }
    Ok((!applied.is_empty()).then_some(applied.len()))
}

/// Returns the name that the audit log uses for an import of the demonstration's board.
#[must_use]
pub fn mark(batch: ImportBatchId) -> String {
    format!("import:{batch}")
}
