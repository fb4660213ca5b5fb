//! Whether a database may be the demonstration's: an empty one, or one that `psn demo` made itself.

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

/// A database that the demonstration may write into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// Nothing was ever done in it.
    Empty,
    /// The demonstration's board is in it, and what no other files brought.
    Ours {
        /// How many of its imports are done.
        imports: usize,
    },
}

/// Looks without writing, also where the tables are not made yet.
///
/// # Errors
///
/// [`ExitError::Refused`] for a database with anything in it that the demonstration did not make; [`ExitError::Failed`] for one that
/// cannot be read.
pub(super) async fn look(app: &App) -> Result<Ground, ExitError> {
    if migration::is_new(&app.db).await.map_err(|error| app.migration_failed(&error))? {
        return Ok(Ground::Empty);
    }
    let failed = failed("what the database holds cannot be read");
    if let Some(ground) = read(app).await.map_err(&failed)? {
        return Ok(ground);
    }
    let root = tree::root(&app.db, app.today()).await.map_err(failed)?;
    let holds = root.map_or_else(|| "other data".to_owned(), |root| format!("another board, {}", root.name));
    Err(ExitError::Refused(format!(
        "{} holds {holds}, and not only what `psn demo` made: name an empty database with --database-url",
        app.settings.database.url()
    )))
}

/// Nothing where it is somebody else's.
async fn read(app: &App) -> Result<Option<Ground>, DbErr> {
    let db = &app.db;
    let units = unit::Entity::find().count(db).await?;
    let imports = import_batch::Entity::find().count(db).await?;
    // Whatever is done leaves an event, also before the first import: a token made, a sign-in refused.
    let events = audit_event::Entity::find().count(db).await?;
    if units == 0 && imports == 0 && events == 0 {
        return Ok(Some(Ground::Empty));
    }
    let imports = demonstration::imports(db).await?;
    Ok(imports.map(|imports| Ground::Ours { imports }))
}

/// Marks the database as the demonstration's, whose board came in by the import `batch`. Nothing else records this action,
/// and the audit log lets nobody add or remove it later.
///
/// # Errors
///
/// [`ExitError::Failed`].
pub(super) async fn mark(app: &App, batch: ImportBatchId) -> Result<(), ExitError> {
    let event = Event::new(app.clock.now(), Actor::Operator, Action::DemonstrationMade);
    let recorded = audit::record_alone(&app.db, &Event { object: Some(demonstration::mark(batch)), ..event }).await;
    recorded.map(|_| ()).map_err(failed("the demonstration could not be recorded as one"))
}
