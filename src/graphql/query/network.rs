//! Trainers, Wellbeing Champions and the training modules.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::coverage::roster::{NetworkRole, UnitIx};
use entity::table::course;
use sea_orm::EntityTrait as _;

use super::super::access::Scope;
use super::super::day_view::{DayScope, DayView};
use super::super::error::ApiError;
use super::super::object::course::Course;
use super::super::object::network_role::{Champion, Role, Trainer};
use super::super::object::organisation::Person;
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::db;
use super::super::scalar::Date;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct NetworkQuery;

#[Object]
impl NetworkQuery {
    /// The roles of Trainers that have not ended on the day, by unit code, then by first day: only those of people and units
    /// that the viewer may see. Empty if there are none; the rights PEOPLE and FIGURES decide which the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: day, four filters and Relay's four")]
    async fn trainers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
        #[graphql(desc = "Only those with this `isActive`.")] active: Option<bool>,
        #[graphql(desc = "Only roles in the unit with this code and in those below it.")] under_code: Option<String>,
        #[graphql(desc = "Only those with this `isEmbedded`.")] embedded: Option<bool>,
        #[graphql(
            desc = "Only those whose Level 3 certificate is valid on the day and has its `certificateLastDay` before this date."
        )]
        lapses_before: Option<Date>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Trainer>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let day_scope = DayScope::on(ctx, as_of).await?;
        let under = under_code.map(|code| day_scope.named("underCode", &code)).transpose()?;
        let view = day_scope.with_coverage(ctx).await?;
        let trainers = seen(&view, &view.index().roster().trainers, under).map(Trainer).filter(|trainer| {
            active.is_none_or(|active| trainer.active() == active)
                && embedded.is_none_or(|embedded| trainer.embedded() == embedded)
                && lapses_before.is_none_or(|Date(day)| trainer.lapses_before(day))
        });
        listed(&page, "trainers", trainers.collect(), |trainer| &trainer.0)
    }

    /// The roles of Wellbeing Champions that have not ended on the day, by unit code, then by first day: only those of people
    /// and units that the viewer may see. Empty if there are none; the rights PEOPLE and FIGURES decide which the viewer may
    /// see.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: day, two filters and Relay's four")]
    async fn champions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
        #[graphql(desc = "Only roles in the unit with this code and in those below it.")] under_code: Option<String>,
        #[graphql(desc = "Only those with this `counts`.")] counting: Option<bool>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Champion>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let day_scope = DayScope::on(ctx, as_of).await?;
        let under = under_code.map(|code| day_scope.named("underCode", &code)).transpose()?;
        let view = day_scope.with_coverage(ctx).await?;
        let champions = seen(&view, &view.index().roster().champions, under).map(Champion);
        let champions = champions.filter(|champion| counting.is_none_or(|counting| champion.counting() == counting));
        listed(&page, "champions", champions.collect(), |champion| &champion.0)
    }

    /// The training modules, by code. Empty if there are none, or if the viewer does not have the right COURSES.
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Course>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let mut courses = match Scope::from_context(ctx).await?.all(Right::Courses) {
            true => course::Entity::find().all(db(ctx)?).await?,
            false => Vec::new(),
        };
        // The databases differ in how they sort texts; an organisation has some dozens of modules.
        courses.sort_by(|a, b| a.code_key.cmp(&b.code_key));
        let total = Total::Known(courses.len());
        let slice = cut(&page, "courses", courses, |course| course.code_key.clone())?;
        Ok(slice.listed(total, Course))
    }
}

/// The roles that have not ended on the day, of people and units that the viewer may see.
fn seen<'a>(
    view: &'a Arc<DayView>,
    roles: &'a [NetworkRole],
    under: Option<UnitIx>,
) -> impl Iterator<Item = Role> + use<'a> {
    let own = roles.iter().filter(move |role| {
        !role.validity.ended_by(view.as_of.day)
            && under.is_none_or(|above| view.tree().is_at_or_below(role.unit, above))
            && view.sees(role.unit)
            && Person::seen(view, view.index().roster().people[role.person.at()].id).is_some()
    });
    own.map(|role| Role { view: Arc::clone(view), filed: role.clone() })
}

/// A page of roles, each once: for a person with two linked numbers the same role may be on file twice.
fn listed<T: async_graphql::OutputType>(
    page: &Page,
    list: &str,
    mut items: Vec<T>,
    role: impl Fn(&T) -> &Role,
) -> Result<Listed<T>, ApiError> {
    let order = |item: &T| role(item).order();
    items.sort_by_cached_key(order);
    items.dedup_by_key(|item| order(item));
    let total = Total::Known(items.len());
    let slice = cut(page, list, items, order)?;
    Ok(slice.listed(total, |item| item))
}
