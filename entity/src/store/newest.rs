//! Reads the versions by which in-memory caches are checked: the version of the facts, and the last stored day. They
//! are read beside another row, in that row's own statement, so that a cached answer needs no further query.

use sea_orm::sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement, SubQueryStatement};
use sea_orm::{DbErr, EntityTrait, QueryResult, QuerySelect as _, Select};

use super::facts::missing;
use crate::id::SnapshotId;
use crate::period::Day;
use crate::table::{fact_version, snapshot};

/// The columns that [`beside`] adds. No table has columns of these names.
const FACTS: &str = "newest_facts";
const SNAPSHOT: &str = "newest_snapshot";
const SNAPSHOT_DAY: &str = "newest_snapshot_day";

/// The newest versions at the time of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The version of the facts, as from [`super::roster::version`].
    pub facts: i64,
    /// The newest revision of the last stored day, with that day. `None` before the first snapshot.
    pub snapshot: Option<(SnapshotId, Day)>,
}

impl Newest {
    /// Reads the versions from a row of a statement that was extended by [`beside`].
    pub(super) fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        let snapshot: Option<SnapshotId> = row.try_get("", SNAPSHOT)?;
        let day: Option<Day> = row.try_get("", SNAPSHOT_DAY)?;
        let facts: Option<i64> = row.try_get("", FACTS)?;
        Ok(Self { facts: facts.ok_or_else(missing)?, snapshot: snapshot.zip(day) })
    }
}

/// Extends the statement so that each of its rows also holds the newest versions.
pub(super) fn beside<E: EntityTrait>(select: Select<E>) -> Select<E> {
    let version = Query::select()
        .column(fact_version::Column::Version)
        .from(fact_version::Entity)
        .and_where(Expr::col((fact_version::Entity, fact_version::Column::Id)).eq(1))
        .take();
    let last = |column: snapshot::Column| {
        Query::select()
            .column(column)
            .from(snapshot::Entity)
            .order_by(snapshot::Column::Day, Order::Desc)
            .order_by(snapshot::Column::Revision, Order::Desc)
            .limit(1)
            .take()
    };
    select
        .expr_as(value_of(version), FACTS)
        .expr_as(value_of(last(snapshot::Column::Id)), SNAPSHOT)
        .expr_as(value_of(last(snapshot::Column::Day)), SNAPSHOT_DAY)
}

fn value_of(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(select)))
}
