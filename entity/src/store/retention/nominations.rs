//! Erases nominations that ended long ago, with their decisions and texts. Change records stay, and name what no longer exists.
//! The images of the rows go as well: they hold who was nominated and why a manager declined.

use std::collections::BTreeSet;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use super::Kind;
use super::rows::{ExpiredRows, recorded};
use crate::coverage::Index;
use crate::id::{NominationId, RegisterTextId};
use crate::period::Day;
use crate::register::nomination::ended_on;
use crate::store::audit::AuditContext;
use crate::store::register::nomination::{self as store, StoredNomination};
use crate::store::roster::{LoadError, load, load_within};
use crate::store::{begin_write, facts};
use crate::table::{nomination, nomination_decision, paper_record, register_change_row, register_text};

/// Rows that one statement names.
const CHUNK: usize = 500;

fn as_database_error(error: LoadError) -> DbErr {
    match error {
        LoadError::Database(error) => error,
        LoadError::Mix(error) => DbErr::Custom(error.to_string()),
    }
}

/// The day on which a nomination ended, if it is no longer kept on `day`: the months of the policy that is in force then have
/// passed. A nomination that lapsed ended on the day on which it did. One whose nominee or unit is not on file is kept.
fn expired_on(index: &Index, stored: &StoredNomination, day: Day) -> Option<Day> {
    let facts = stored.facts(|id| index.person_by_id(id), |id| index.unit_by_id(id))?;
    let opened = index.register_terms(facts.unit, facts.opened_on);
    let ended = ended_on(index, &facts, &opened, day)?;
    let kept = index.register_terms(facts.unit, day).ended_months;
    (ended.plus_months(kept) <= day).then_some(ended)
}

/// Nominations that were opened before a day: no younger one can have expired.
fn opened_before(day: Day) -> Condition {
    Condition::all().add(nomination::Column::OpenedOn.lt(day))
}

/// Counts the nominations that are no longer kept on `day`.
pub(super) async fn expired_nominations(db: &DatabaseConnection, day: Day) -> Result<ExpiredRows, DbErr> {
    let all = store::matching(db, opened_before(day)).await?;
    if all.is_empty() {
        return Ok(ExpiredRows::default());
    }
    let facts = load(db).await.map_err(as_database_error)?;
    let ended: Vec<Day> = all.iter().filter_map(|stored| expired_on(&facts.index, stored, day)).collect();
    Ok(ExpiredRows { rows: ended.len() as u64, oldest: ended.into_iter().min() })
}

/// Erases the nominations that are no longer kept on `day`, at most a chunk of them. Returns their number.
pub async fn remove_nominations(db: &DatabaseConnection, day: Day, by: &AuditContext) -> Result<u64, DbErr> {
    let txn = begin_write(db).await?;
    // No command decides on one of them meanwhile.
    facts::lock(&txn).await?;
    let mut all = store::matching(&txn, opened_before(day)).await?;
    if all.is_empty() {
        txn.rollback().await?;
        return Ok(0);
    }
    let (facts, txn) = load_within(txn).await.map_err(as_database_error)?;
    all.retain(|stored| expired_on(&facts.index, stored, day).is_some());
    all.truncate(CHUNK);
    let nominations: Vec<NominationId> = all.iter().map(|stored| stored.row.id).collect();
    let mut decisions = Vec::new();
    let mut texts: BTreeSet<RegisterTextId> = BTreeSet::new();
    let mut papers = Vec::new();
    for StoredNomination { row, decisions: own, records } in &all {
        papers.extend(records.iter().map(|record| record.id));
        texts.extend(row.statement_id);
        for decision in own {
            texts.extend(decision.question_id.into_iter().chain(decision.answer_id));
            decisions.push(decision.id);
        }
    }
    let images = |table: &str, keys: Vec<i64>| {
        let of_table = register_change_row::Column::TableName.eq(table);
        register_change_row::Entity::delete_many()
            .filter(of_table)
            .filter(register_change_row::Column::RowId.is_in(keys))
    };
    for some in decisions.chunks(CHUNK) {
        images("nomination_decision", some.iter().map(|id| id.0).collect()).exec(&txn).await?;
        let gone = nomination_decision::Column::Id.is_in(some.iter().copied());
        nomination_decision::Entity::delete_many().filter(gone).exec(&txn).await?;
    }
    // A record of a paper stays, because what it brought about may stay; where the paper is filed goes.
    for some in papers.chunks(CHUNK) {
        let of_them = paper_record::Column::Id.is_in(some.iter().copied());
        let blank = Expr::value(Option::<String>::None);
        let rows = paper_record::Entity::update_many().col_expr(paper_record::Column::Reference, blank);
        rows.filter(of_them).exec(&txn).await?;
    }
    images("nomination", nominations.iter().map(|id| id.0).collect()).exec(&txn).await?;
    let gone = nomination::Column::Id.is_in(nominations);
    let removed = nomination::Entity::delete_many().filter(gone).exec(&txn).await?;
    let texts: Vec<RegisterTextId> = texts.into_iter().collect();
    for some in texts.chunks(CHUNK) {
        let gone = register_text::Column::Id.is_in(some.iter().copied());
        register_text::Entity::delete_many().filter(gone).exec(&txn).await?;
    }
    recorded(txn, Kind::Nominations, removed.rows_affected, by).await
}
