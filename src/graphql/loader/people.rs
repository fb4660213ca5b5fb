//! The data that the API shows about people, read for everyone in an answer.

use std::collections::HashMap;
use std::sync::Arc;

use entity::id::PersonId;
use entity::period::Day;
use entity::store::register::directory_entry::{self, StoredEntry};
use entity::table::{person, post, unit};
use sea_orm::sea_query::{Condition, ExprTrait as _};
use sea_orm::{
    ColumnTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::{Load, Rows};
use crate::graphql::error::ApiError;

/// The data that the API shows about a person.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct PersonRow {
    pub(crate) id: PersonId,
    pub(crate) employer: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
}

impl PersonRow {
    /// First and last name. `None` if neither is on file.
    pub(crate) fn name(&self) -> Option<String> {
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let names: Vec<_> = names.into_iter().flatten().map(str::trim).filter(|name| !name.is_empty()).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

impl Load<PersonId> for Rows {
    type Value = Arc<PersonRow>;

    async fn load(&self, keys: &[PersonId]) -> Result<HashMap<PersonId, Self::Value>, ApiError> {
        let rows: Vec<PersonRow> = person::Entity::find()
            .select_only()
            .columns([
                person::Column::Id,
                person::Column::Employer,
                person::Column::FirstName,
                person::Column::LastName,
            ])
            .filter(person::Column::Id.is_in(keys.iter().copied()))
            .into_model()
            .all(self.db()?)
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// The job title of a person's first counting post with a title, on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TitleOf {
    pub(crate) person: PersonId,
    pub(crate) on: Day,
}

impl Load<TitleOf> for Rows {
    type Value = String;

    /// One statement for each different day. Which posts count is COVERAGE.md section 2.
    async fn load(&self, keys: &[TitleOf]) -> Result<HashMap<TitleOf, String>, ApiError> {
        let mut days: HashMap<Day, Vec<PersonId>> = HashMap::new();
        for key in keys {
            days.entry(key.on).or_default().push(key.person);
        }
        let mut titles = HashMap::with_capacity(keys.len());
        for (on, people) in days {
            let open = unit::Entity::find().select_only().column(unit::Column::Id).filter(holds_on(
                on,
                unit::Column::ValidFrom,
                unit::Column::ValidTo,
            ));
            let rows: Vec<(PersonId, Option<String>)> = post::Entity::find()
                .select_only()
                .columns([post::Column::PersonId, post::Column::JobTitle])
                .filter(post::Column::PersonId.is_in(people))
                .filter(post::Column::Bank.eq(false))
                .filter(post::Column::JobTitle.is_not_null())
                .filter(holds_on(on, post::Column::ValidFrom, post::Column::ValidTo))
                .filter(post::Column::UnitId.in_subquery(open.into_query()))
                .order_by_asc(post::Column::Id)
                .into_tuple()
                .all(self.db()?)
                .await?;
            for (person, title) in rows {
                if let Some(title) = title {
                    titles.entry(TitleOf { person, on }).or_insert(title);
                }
            }
        }
        Ok(titles)
    }
}

/// What a Peer Supporter, named by the lowest of their numbers, says in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EntryOf(pub(crate) PersonId);

impl Load<EntryOf> for Rows {
    type Value = Arc<StoredEntry>;

    async fn load(&self, keys: &[EntryOf]) -> Result<HashMap<EntryOf, Self::Value>, ApiError> {
        let people: Vec<_> = keys.iter().map(|key| key.0).collect();
        let entries = directory_entry::of_people(self.db()?, &people).await?;
        Ok(entries.into_iter().map(|entry| (EntryOf(entry.person), Arc::new(entry))).collect())
    }
}

/// Whether a row with this first day and this day after the last is valid on a day.
fn holds_on(day: Day, from: impl ColumnTrait, to: impl ColumnTrait) -> Condition {
    Condition::all().add(from.is_null().or(from.lte(day))).add(to.is_null().or(to.gt(day)))
}
