//! Whether a database holds the demonstration's board and nothing else. A real board can have every code and name that the
//! demonstration's has, which are drawn from public lists, so neither of these decides; only the audit log does.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::id::ImportBatchId;
use crate::store::audit::{self, Filter};
use crate::table::import_batch;
use crate::value::{Action, ImportState};

/// How many imports were applied, all of them by `psn demo`. Null if any other was, or none at all: files that came after the
/// demonstration's may be a real board's.
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
        if audit::list(db, &Filter { action, object, ..Filter::default() }, 1).await?.is_empty() {
            return Ok(None);
        }
    }
    Ok((!applied.is_empty()).then_some(applied.len()))
}

/// How the audit log names an import by which the demonstration's board came in.
#[must_use]
pub fn mark(batch: ImportBatchId) -> String {
    format!("import:{batch}")
}
