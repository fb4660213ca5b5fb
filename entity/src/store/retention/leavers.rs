//! Finds people who left so long ago that their name and contact are erased.

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::id::PersonId;
use crate::period::Day;
use crate::table::{erased_person, person, post};

/// Selects people who had a post, have none that continues or ended after `cutoff`, and were not erased.
pub(super) fn leavers_before(cutoff: Day) -> SelectStatement {
    let held = || Query::select().column(post::Column::PersonId).from(post::Entity).to_owned();
    let still = held()
        .cond_where(Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(cutoff)))
        .to_owned();
    let erased = Query::select().column(erased_person::Column::PersonId).from(erased_person::Entity).to_owned();
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Id.in_subquery(held()))
        .and_where(person::Column::Id.not_in_subquery(still))
        .and_where(person::Column::Id.not_in_subquery(erased))
        .to_owned()
}

/// Returns people whose last post ended on or before `cutoff` and who were not erased, after the person `after`, at
/// most `limit`.
pub async fn leavers(
    db: &impl ConnectionTrait,
    cutoff: Day,
    after: PersonId,
    limit: u64,
) -> Result<Vec<PersonId>, DbErr> {
    person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.in_subquery(leavers_before(cutoff)))
        .filter(person::Column::Id.gt(after))
        .order_by_asc(person::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}
