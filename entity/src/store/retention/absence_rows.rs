//! Removes the rows of old absences. [`absence`] decides which.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::rows::{ExpiredRows, recorded};
use super::{Kind, absence};
use crate::id::{PersonId, UnavailabilityId};
use crate::period::{Day, Validity};
use crate::store::audit::AuditContext;
use crate::store::{begin_write, facts};
use crate::table::{fact_version, unavailability};

/// Number of people whose absences are checked at a time, and of rows that one statement names.
const CHUNK: usize = 500;

/// Absences of a chunk of people that were over on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Absences {
    spells: Vec<UnavailabilityId>,
    /// First day of the oldest absence.
    oldest: Option<Day>,
    /// First day after the last absence.
    back: Option<Day>,
    /// The last person who was checked. `None` if there are no more.
    last: Option<PersonId>,
}

/// Returns the absences that were over on `cutoff`, of the next chunk of people after `after`.
async fn absences(db: &impl ConnectionTrait, cutoff: Day, after: PersonId) -> Result<Absences, DbErr> {
    let people: Vec<PersonId> = unavailability::Entity::find()
        .select_only()
        .column(unavailability::Column::PersonId)
        .filter(unavailability::Column::ValidTo.lte(cutoff))
        .filter(unavailability::Column::PersonId.gt(after))
        .distinct()
        .order_by_asc(unavailability::Column::PersonId)
        .limit(CHUNK as u64)
        .into_tuple()
        .all(db)
        .await?;
    let rows = unavailability::Entity::find()
        .filter(unavailability::Column::PersonId.is_in(people.iter().copied()))
        .order_by_asc(unavailability::Column::PersonId)
        .all(db)
        .await?;
    let mut found = Absences { last: people.last().copied(), ..Absences::default() };
    for of_person in rows.chunk_by(|a, b| a.person_id == b.person_id) {
        let spells: Vec<_> = of_person
            .iter()
            .map(|row| ((row.id, row.valid_from), Validity { from: Some(row.valid_from), to: row.valid_to }))
            .collect();
        let (gone, back) = absence::over(&spells, cutoff);
        found.back = found.back.max(back);
        for (id, from) in gone {
            found.spells.push(id);
            found.oldest = Some(found.oldest.map_or(from, |oldest| oldest.min(from)));
        }
    }
    Ok(found)
}

pub(super) async fn absences_found(db: &impl ConnectionTrait, cutoff: Day) -> Result<ExpiredRows, DbErr> {
    let (mut expired, mut after) = (ExpiredRows::default(), PersonId(0));
    loop {
        let Absences { spells, oldest, back: _, last } = absences(db, cutoff, after).await?;
        expired.rows += spells.len() as u64;
        expired.oldest = [expired.oldest, oldest].into_iter().flatten().min();
        match last {
            Some(last) => after = last,
            None => return Ok(expired),
        }
    }
}

/// Removes the absences that were over on `cutoff`, of the next chunk of people after `after`. Returns the number of
/// rows, and the last person of the chunk; `None` if there are no more people.
pub async fn remove_absences(
    db: &DatabaseConnection,
    cutoff: Day,
    after: PersonId,
    by: &AuditContext,
) -> Result<(u64, Option<PersonId>), DbErr> {
    let txn = begin_write(db).await?;
    // Locked before they are read, so that an import that corrects one of them runs either before or after.
    let facts = facts::lock(&txn).await?;
    let Absences { spells, oldest: _, back, last } = absences(&txn, cutoff, after).await?;
    if spells.is_empty() {
        txn.rollback().await?;
        return Ok((0, last));
    }
    for some in spells.chunks(CHUNK) {
        unavailability::Entity::delete_many()
            .filter(unavailability::Column::Id.is_in(some.iter().copied()))
            .exec(&txn)
            .await?;
    }
    // In the same transaction, so that a day with a removed absence is never computed again.
    let row = fact_version::ActiveModel {
        id: Set(facts.id),
        whole_from: Set(facts.whole_from.max(back)),
        ..Default::default()
    };
    fact_version::Entity::update(row).exec(&txn).await?;
    facts::bump_data_version(&txn).await?;
    Ok((recorded(txn, Kind::Absences, spells.len() as u64, by).await?, last))
}
