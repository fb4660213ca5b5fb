//! The directory: teams, and the people that their staff can contact. It is for all staff, so it has no figure and no reason
//! why a person is not listed.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::PersonId;
use entity::store::register::directory_entry::EntryTexts;

use super::super::day_view::DayView;
use super::super::error::ApiError;
use super::super::loader::Rows;
use super::super::loader::people::{EntryOf, TitleOf};
use super::enums::AppointmentRole;

/// The most people of one kind that an entry lists.
const MOST_PEOPLE: usize = 50;

/// A team today.
#[derive(Clone, Debug)]
pub(crate) struct DirectoryEntry {
    pub(crate) view: Arc<DayView>,
    /// Its index in the coverage.
    pub(crate) place: usize,
}

/// A person as the directory lists them.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DirectoryPerson {
    /// First and last name. Null if not on file.
    name: Option<String>,
    /// The job title of their first counting post with a title. Null if none has one.
    job_title: Option<String>,
}

/// A Peer Supporter as the directory lists them, with what they say about themselves.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DirectorySupporter {
    /// First and last name. Null if not on file.
    name: Option<String>,
    /// The job title of their first counting post with a title. Null if none has one.
    job_title: Option<String>,
    /// How to contact them. Null if they have not said.
    contact: Option<String>,
    /// The languages that they speak. Null if they have not said.
    languages: Option<String>,
    /// A few words about themselves. Null if they have not said.
    about: Option<String>,
}

/// A person who is responsible for a unit, as shown in the directory.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DirectoryManager {
    /// The role in which they are responsible for it.
    role: AppointmentRole,
    /// Who.
    person: DirectoryPerson,
}

impl DirectoryEntry {
    fn unit(&self) -> UnitIx {
        self.view.coverage.teams[self.place].unit
    }

    async fn listed(&self, ctx: &Context<'_>, mut people: Vec<PersonId>) -> Result<Vec<DirectoryPerson>, ApiError> {
        people.sort_unstable();
        people.dedup();
        people.truncate(MOST_PEOPLE);
        let shown = people.into_iter().map(|id| self.person(ctx, id));
        futures_util::future::try_join_all(shown).await
    }

    async fn person(&self, ctx: &Context<'_>, id: PersonId) -> Result<DirectoryPerson, ApiError> {
        let rows = Rows::from_context(ctx)?;
        let title = TitleOf { person: id, on: self.view.as_of.day };
        let (row, job_title) = tokio::try_join!(rows.load_one(id), rows.load_one(title))?;
        Ok(DirectoryPerson { name: row.and_then(|row| row.name()), job_title })
    }

    /// What a Peer Supporter says about themselves. `None` if they chose to be left out, under any of their numbers.
    async fn texts(&self, ctx: &Context<'_>, person: PersonIx) -> Result<Option<(PersonId, EntryTexts)>, ApiError> {
        let rows = Rows::from_context(ctx)?;
        let person = &self.view.index().roster().people[person.at()];
        let numbers = std::iter::once(person.id).chain(person.linked.iter().copied());
        let entries = futures_util::future::try_join_all(numbers.map(|id| rows.load_one(EntryOf(id)))).await?;
        let mut entries = entries.into_iter().flatten();
        let first = entries.next();
        if first.iter().cloned().chain(entries).any(|entry| !entry.listed) {
            return Ok(None);
        }
        Ok(Some((person.id, first.map(|entry| entry.texts.clone()).unwrap_or_default())))
    }
}

/// A team and the Peer Supporters, Champions and managers that its staff can contact today.
#[Object]
impl DirectoryEntry {
    /// The board's own code of the unit.
    async fn code(&self) -> &str {
        &self.view.facts(self.unit()).code
    }

    /// The name of the unit.
    async fn name(&self) -> &str {
        &self.view.facts(self.unit()).name
    }

    /// Where it is. Null if it is not on file.
    async fn site(&self) -> Option<&str> {
        let site = self.view.facts(self.unit()).site;
        site.map(|site| self.view.index().roster().words.get(site))
    }

    /// The names of the units above, from the top down.
    async fn path(&self) -> Vec<&str> {
        let above = self.view.tree().ancestors(self.unit()).skip(1);
        let mut names: Vec<_> = above.map(|above| self.view.facts(above).name.as_str()).collect();
        names.reverse();
        names
    }

    /// The Peer Supporters of the team, or its cover group, who are available today and have not chosen to be left out; at most
    /// 50. Empty if there are none.
    async fn supporters(&self, ctx: &Context<'_>) -> Result<Vec<DirectorySupporter>, ApiError> {
        let roster = self.view.index().roster();
        let active =
            self.view.coverage.teams[self.place].standings.iter().filter(|standing| standing.reasons.is_active());
        let mut people: Vec<_> =
            active.map(|standing| roster.allocations[standing.allocation as usize].person).collect();
        people.sort_unstable();
        people.dedup();
        let said = people.into_iter().map(|person| self.texts(ctx, person));
        let said = futures_util::future::try_join_all(said).await?;
        let shown = said.into_iter().flatten().take(MOST_PEOPLE).map(|(person, texts)| async move {
            let DirectoryPerson { name, job_title } = self.person(ctx, person).await?;
            let EntryTexts { contact, languages, about } = texts;
            Ok::<_, ApiError>(DirectorySupporter { name, job_title, contact, languages, about })
        });
        futures_util::future::try_join_all(shown).await
    }

    /// The team's Wellbeing Champions today; at most 50. Empty if it has none.
    async fn champions(&self, ctx: &Context<'_>) -> Result<Vec<DirectoryPerson>, ApiError> {
        let (index, day) = (self.view.index(), self.view.as_of.day);
        let works_there = |person| index.counting_posts_of(person, day).any(|post| post.unit == self.unit());
        let champions = index.champions_of(self.unit());
        let champions = champions.filter(|role| role.validity.holds_on(day) && works_there(role.person));
        self.listed(ctx, champions.map(|role| index.roster().people[role.person.at()].id).collect()).await
    }

    /// The people who are responsible for the unit today; at most 50. Empty if the post is vacant: people who have left are not
    /// listed.
    async fn managers(&self, ctx: &Context<'_>) -> Result<Vec<DirectoryManager>, ApiError> {
        let day = self.view.as_of.day;
        let own = self.view.known.directory.appointments(self.view.facts(self.unit()).id).iter();
        let index = self.view.index();
        let works =
            |id| self.view.known.person_by_id(id).is_some_and(|ix| index.counting_posts_of(ix, day).next().is_some());
        let own = own.filter(|row| row.validity.holds_on(day) && works(row.person)).take(MOST_PEOPLE);
        let shown = own.map(|row| async {
            let person = self.person(ctx, row.person).await?;
            Ok::<_, ApiError>(DirectoryManager { role: row.role.into(), person })
        });
        futures_util::future::try_join_all(shown).await
    }
}
