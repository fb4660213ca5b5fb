//! The caller and their own data.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use entity::coverage::roster::{PersonIx, UnitIx};

use super::super::day_view::DayView;
use super::super::error::ApiError;
use super::super::mutation::report_settings::ReportPreferences;
use super::super::page::{Listed, Page, Total, cut};
use super::enums::{AccessRole, NetworkRole};
use super::organisation::{self, Person, Unit};
use super::right::ViewerRight;
use crate::access::Right;

/// The most roles in the network that a viewer is shown of their own.
const MOST_ROLES: usize = 50;

/// The viewer of the request.
#[derive(Clone, Debug)]
pub(crate) struct ViewerObject(pub(crate) Arc<DayView>);

/// A role in the network that the viewer holds today. It names the unit and shows nothing else about it, because the role alone
/// gives no right to see the unit.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ViewerNetworkRole {
    /// Which role.
    role: NetworkRole,
    /// The board's own code of the unit that the role names.
    unit_code: String,
    /// The name of the unit.
    unit_name: String,
}

/// The caller and their own data.
#[Object(name = "Viewer")]
impl ViewerObject {
    /// The actor, as in the audit log: `person:12`, `token:3`.
    async fn actor(&self) -> String {
        self.0.scope().viewer().actor().to_string()
    }

    /// The roles that the viewer has today. `rights` says what they allow.
    async fn roles(&self) -> Vec<AccessRole> {
        self.0.scope().roles().iter().copied().map(AccessRole::from).collect()
    }

    /// The roles in the network that the viewer holds today, by role, then by unit code; at most 50. Empty if there are none,
    /// and for an API token.
    async fn network_roles(&self) -> Vec<ViewerNetworkRole> {
        let held = self.0.scope().network_roles().iter().take(MOST_ROLES);
        let shown = held.map(|(role, unit)| {
            let unit = self.0.facts(*unit);
            ViewerNetworkRole { role: (*role).into(), unit_code: unit.code.clone(), unit_name: unit.name.clone() }
        });
        shown.collect()
    }

    /// The rights of the viewer today; at most one entry per right. If the viewer has the right for a field that is null or
    /// empty, the object does not exist or there is no data yet. If the right is missing here, or does not reach the unit or
    /// person, the viewer may not see the field.
    async fn rights(&self) -> Vec<ViewerRight> {
        ViewerRight::all(self.0.scope())
    }

    /// The person who signed in. Null for an API token.
    async fn person(&self) -> Option<Person> {
        self.0.scope().viewer().person_id().and_then(|id| Person::seen(&self.0, id))
    }

    /// Whether the viewer may see the whole organisation, and not only a part of it.
    async fn sees_whole_network(&self) -> bool {
        self.0.scope().all(Right::Figures)
    }

    /// Whether the viewer may request a run of a job.
    async fn may_request_runs(&self) -> bool {
        self.0.scope().all(Right::RequestRuns)
    }

    /// The settings of the viewer's weekly report. Null unless the viewer may change them; API tokens may not.
    async fn report_preferences(&self, ctx: &Context<'_>) -> Result<Option<ReportPreferences>, ApiError> {
        let scope = self.0.scope();
        match scope.viewer().person_id().filter(|id| scope.sets_report_of(*id)) {
            Some(id) => ReportPreferences::load(ctx, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The units that the viewer is responsible for today, by appointment or as a delegate, or that the API token was given.
    /// All units below them are included in the viewer's rights.
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Unit>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        organisation::listed(&self.0, &page, self.0.scope().own_units())
    }

    /// The units that the viewer supports as a Peer Supporter today.
    async fn supports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Unit>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let mut units: Vec<UnitIx> = self.0.scope().supported().to_vec();
        units.sort_unstable();
        units.dedup();
        organisation::listed(&self.0, &page, units)
    }

    /// The units in which the people of `people` have their counting posts today.
    async fn units_of_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Unit>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let units = self.0.scope().managed_units().iter().copied().collect();
        organisation::listed(&self.0, &page, units)
    }

    /// The people whose named line manager the viewer is today.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Person>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let mut people: Vec<PersonIx> = self.0.scope().managed().iter().copied().collect();
        people.sort_unstable();
        let total = Total::Known(people.len());
        // The indexes are in the order of the ids; an index itself changes if a person is removed.
        let id = |place: PersonIx| self.0.index().roster().people[place.at()].id;
        let slice = cut(&page, "people", people, |place| id(*place).0)?;
        Ok(slice.listed(total, |place| Person { id: id(place), on: Some(self.0.as_of.day) }))
    }
}
