//! People by name, employee number or work address.

use std::collections::BTreeMap;

use async_graphql::{Context, Object};
use entity::coverage::roster::PersonIx;
use entity::id::PersonId;
use entity::spelling::search_form;
use entity::table::person;
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::super::access::Scope;
use super::super::day_view::known;
use super::super::directory::ReferenceData;
use super::super::error::ApiError;
use super::super::loader::KEYS;
use super::super::object::organisation::Person;
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::{db, today};
use super::search::PeopleSearch;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// People that the viewer may see whose name matches, by last and then first name. Employee numbers and work addresses,
    /// which the API does not return, are searched only for people whose data the viewer may export (`subjectAccess`). Empty if
    /// no one is found, or if the viewer does not have the right PEOPLE.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "2 to 200 characters, ignoring case, accents and spacing: each word is a part of the name, or the whole text is a \
                    part of the employee number or of the work address."
        )]
        search: String,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Person>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let search = PeopleSearch::new(&search)?;
        let today = today(ctx)?;
        let (known, scope) = known(ctx).await?;
        let people = &known.facts.index.roster().people;
        let seen = (0u32..).map(PersonIx).take(people.len());
        // The rights decide which people are searched before any row is read.
        let seen: Vec<PersonIx> = match scope.may(Right::People) {
            true => seen.filter(|place| scope.sees_person(people[place.at()].id, today)).collect(),
            false => Vec::new(),
        };
        let rows = SearchRow::read(db(ctx)?, known, scope, &seen).await?;
        let mut found: Vec<(String, i64)> = found(known, scope, &search, rows).collect();
        found.sort_unstable();
        let total = Total::Known(found.len());
        let slice = cut(&page, "people-found", found, Clone::clone)?;
        Ok(slice.listed(total, |(_, id)| Person { id: PersonId(id), on: None }))
    }
}

/// The data by which a person is found.
#[derive(Debug, FromQueryResult)]
struct SearchRow {
    id: PersonId,
    number: String,
    first_name: Option<String>,
    last_name: Option<String>,
    work_email: Option<String>,
}

impl SearchRow {
    /// Reads the rows of people, by id. Names are never kept in memory between requests.
    async fn read(
        db: &DatabaseConnection,
        known: &ReferenceData,
        scope: &Scope,
        seen: &[PersonIx],
    ) -> Result<Vec<Self>, ApiError> {
        let select = person::Entity::find().select_only().columns([
            person::Column::Id,
            person::Column::Number,
            person::Column::FirstName,
            person::Column::LastName,
            person::Column::WorkEmail,
        ]);
        let select = select.order_by_asc(person::Column::Id);
        if scope.all(Right::People) {
            return Ok(select.into_model().all(db).await?);
        }
        let people = &known.facts.index.roster().people;
        let ids = seen.iter().map(|place| &people[place.at()]);
        let mut ids: Vec<PersonId> = ids.flat_map(|one| one.linked.iter().copied().chain([one.id])).collect();
        ids.sort_unstable();
        let mut rows = Vec::new();
        for ids in ids.chunks(KEYS) {
            let some = select.clone().filter(person::Column::Id.is_in(ids.iter().copied()));
            rows.extend(some.into_model().all(db).await?);
        }
        Ok(rows)
    }

    /// First and last name in the form that is searched.
    fn name(&self) -> String {
        search_form(&format!(
            "{} {}",
            self.first_name.as_deref().unwrap_or(""),
            self.last_name.as_deref().unwrap_or("")
        ))
    }

    /// Last and first name in the form that is sorted.
    fn order(&self) -> String {
        search_form(&format!(
            "{} {}",
            self.last_name.as_deref().unwrap_or(""),
            self.first_name.as_deref().unwrap_or("")
        ))
    }
}

/// The people found, each once, with their sort key. `rows` are in order of id, so that of linked rows the first is the one
/// whose name is shown.
fn found(
    known: &ReferenceData,
    scope: &Scope,
    search: &PeopleSearch,
    rows: Vec<SearchRow>,
) -> impl Iterator<Item = (String, i64)> {
    let mut people: BTreeMap<PersonIx, (String, i64, bool)> = BTreeMap::new();
    for row in rows {
        // A person who was added after the data was read is not found yet.
        let Some(place) = known.person_by_id(row.id) else { continue };
        let by_contact = || {
            let contacts = [Some(row.number.as_str()), row.work_email.as_deref()];
            scope.may_export(place) && contacts.into_iter().flatten().any(|contact| search.finds_contact(contact))
        };
        let is_found = search.finds_name(&row.name()) || by_contact();
        let entry = people.entry(place).or_insert_with(|| (row.order(), row.id.0, false));
        entry.2 |= is_found;
    }
    people.into_values().filter(|(.., is_found)| *is_found).map(|(order, id, _)| (order, id))
}
