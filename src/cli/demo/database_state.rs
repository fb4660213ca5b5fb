//! Whether the demonstration may use a database: an empty one, or one that `psn demo` created itself.

use entity::actor::Actor;
use entity::id::ImportBatchId;
use entity::store::audit::{self, Event};
use entity::store::{demonstration, tree};
use entity::table::{audit_event, import_batch, unit};
use entity::value::Action;
use sea_orm::{DbErr, EntityTrait as _, PaginatorTrait as _};

use super::failed;
use crate::app::App;
use crate::error::ExitError;

/// The state of a database that the demonstration may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatabaseState {
    /// It has never been used.
    Empty,
    /// It contains the demonstration's board, and nothing from other files.
    Demonstration {
        /// The number of its imports that are done.
        imports: usize,
    },
}

/// Inspects a database without writing, even if its tables do not exist yet.
///
/// # Errors
///
/// [`ExitError::Refused`] for a database with anything that the demonstration did not create; [`ExitError::Failed`] for one
/// that cannot be read.
pub(super) async fn inspect(app: &App) -> Result<DatabaseState, ExitError> {
    if migration::is_new(&app.db).await.map_err(|error| app.migration_failed(&error))? {
        return Ok(DatabaseState::Empty);
    }
    let failed = failed("the content of the database cannot be read");
    if let Some(state) = read(app).await.map_err(&failed)? {
        return Ok(state);
    }
    let root = tree::root(&app.db, app.today()).await.map_err(failed)?;
    let holds = root.map_or_else(|| "other data".to_owned(), |root| format!("another board, {}", root.name));
    Err(ExitError::Refused(format!(
        "{} contains {holds}, which `psn demo` did not create: choose an empty database with --database-url",
        app.settings.database.url()
    )))
}

/// Returns `None` for any other database.
async fn read(app: &App) -> Result<Option<DatabaseState>, DbErr> {
    let db = &app.db;
    let units = unit::Entity::find().count(db).await?;
    let imports = import_batch::Entity::find().count(db).await?;
    // Every action leaves an event, even before the first import: a new token, a refused sign-in.
    let events = audit_event::Entity::find().count(db).await?;
    if units == 0 && imports == 0 && events == 0 {
        return Ok(Some(DatabaseState::Empty));
    }
    let imports = demonstration::imports(db).await?;
    Ok(imports.map(|imports| DatabaseState::Demonstration { imports }))
}

/// Marks the database as the demonstration's, whose board was imported by `batch`. Nothing else records this action, and the
/// audit log does not allow anyone to add or remove it later.
///
/// # Errors
///
/// [`ExitError::Failed`].
pub(super) async fn mark(app: &App, batch: ImportBatchId) -> Result<(), ExitError> {
    let event = Event::new(app.clock.now(), Actor::Operator, Action::DemonstrationMade);
    let recorded = audit::record_alone(&app.db, &Event { object: Some(demonstration::mark(batch)), ..event }).await;
    recorded.map(|_| ()).map_err(failed("the database could not be marked as a demonstration"))
}
