//! What the viewer of a request may see: every read begins here, and is narrowed here.
//!
//! The table of rights says how far each role reaches; the imported data says which roles the viewer has today, and to which
//! units and people they reach. Today always decides, whatever day the query is about: a manager who moved to another unit last
//! month is no longer responsible for the old one, not even for the days when they were.

mod condition;
mod day;
mod record;
mod role;

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::Context;
use entity::coverage::Tree;
use entity::coverage::roster::{Allocation, PersonIx, UnitIx};
use entity::id::PersonId;
use entity::period::Day;
use entity::value::{AccessRole, Role};
use tokio::sync::OnceCell;

use super::directory::ReferenceData;
use super::error::{ApiError, Code};
use super::request_state::{facts, today};
use crate::access::{Reach, Right, Viewer};
pub(crate) use condition::MailsOf;
pub(crate) use record::VisibleDays;

/// What one viewer may see. Hidden data is absent: it is missing from lists, counts and totals, and a request for it by code or
/// id is answered as if it did not exist.
#[derive(Debug)]
pub(crate) struct Scope {
    viewer: Viewer,
    /// Today, on which rights are decided.
    today: Day,
    /// The viewer's index in the roster, whichever of their linked numbers they signed in with.
    me: Option<PersonIx>,
    roles: Vec<AccessRole>,
    known: Arc<ReferenceData>,
    /// Units that the viewer is responsible for; all units below them count too.
    answered: Vec<UnitIx>,
    /// Teams that the viewer is a Peer Supporter of.
    supported: Vec<UnitIx>,
    /// The viewer's roles in the network with their units, by role, then by unit code.
    network_roles: Vec<(Role, UnitIx)>,
    /// Units that a token was given; all below them count too.
    given: Vec<UnitIx>,
    /// People whose named line manager the viewer is today.
    managed: HashSet<PersonIx>,
    /// Units in which the viewer is the named line manager of a counting post.
    managed_units: HashSet<UnitIx>,
}

/// The scope of one request's viewer, once a field has needed it.
#[derive(Debug, Default)]
pub(super) struct ScopeCell(OnceCell<Arc<Scope>>);

impl Scope {
    /// Returns the scope of the request's viewer, worked out once per request.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the request did not come through [`prepare`](super::prepare) or has no [`Viewer`], otherwise
    /// database errors.
    pub(crate) async fn from_context<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Self>, ApiError> {
        let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
        let cell = ctx
            .data_opt::<ScopeCell>()
            .ok_or_else(|| ApiError::internal("the request was not prepared with graphql::prepare"))?;
        let today = today(ctx)?;
        cell.0
            .get_or_try_init(|| async {
                let known = facts(ctx).await?;
                Ok(Arc::new(Self::new(viewer.clone(), Arc::clone(known), today)))
            })
            .await
    }

    pub(crate) fn new(viewer: Viewer, known: Arc<ReferenceData>, today: Day) -> Self {
        let given = viewer.units().iter().filter_map(|unit| known.unit_by_id(*unit)).collect();
        let mut scope = Self {
            roles: viewer.granted().to_vec(),
            me: viewer.person_id().and_then(|id| known.person_by_id(id)),
            today,
            viewer,
            known,
            answered: Vec::new(),
            supported: Vec::new(),
            network_roles: Vec::new(),
            given,
            managed: HashSet::new(),
            managed_units: HashSet::new(),
        };
        if let Some(place) = scope.me {
            scope.learn(place);
        }
        scope
    }

    /// The viewer.
    pub(crate) const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The viewer's index in the roster. `None` for a token, and for a person who is no longer on file.
    pub(crate) const fn me(&self) -> Option<PersonIx> {
        self.me
    }

    /// The roles that the viewer has today, in the order of the table.
    pub(crate) fn roles(&self) -> &[AccessRole] {
        &self.roles
    }

    /// How far a right reaches for each role of the viewer. Reaches that depend on how a token was made are resolved here.
    fn reaches(&self, right: Right) -> impl Iterator<Item = Reach> {
        self.roles.iter().map(move |role| match right.reach(*role) {
            Reach::GivenUnitsIfNamed if self.viewer.sees_names() => Reach::GivenUnits,
            Reach::IfExploring if self.viewer.explores() => Reach::Everything,
            Reach::GivenUnitsIfNamed | Reach::IfExploring => Reach::Nothing,
            reach => reach,
        })
    }

    /// Whether the viewer has the right for anything at all.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.reaches(right).any(|reach| reach != Reach::Nothing)
    }

    /// How far a right reaches for the viewer. Empty if they do not have it.
    pub(crate) fn extent(&self, right: Right) -> Vec<Reach> {
        if right.is_for_people_only() && self.viewer.person_id().is_none() {
            return Vec::new();
        }
        if self.all(right) {
            return vec![Reach::Everything];
        }
        self.reaches(right).filter(|reach| *reach != Reach::Nothing).collect()
    }

    /// Whether the viewer has the right for everything; never a token, if the right is for people only.
    pub(crate) fn has_for_everything(&self, right: Right) -> bool {
        self.extent(right).contains(&Reach::Everything)
    }

    /// Whether the right reaches everything.
    pub(crate) fn all(&self, right: Right) -> bool {
        self.reaches(right).any(|reach| reach == Reach::Everything)
    }

    /// Returns an error if the viewer does not have the right for everything.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`].
    pub(crate) fn require(&self, right: Right) -> Result<(), ApiError> {
        if self.all(right) {
            return Ok(());
        }
        Err(ApiError::new(
            Code::Forbidden,
            "You do not have the right to do this. Ask the administrator of this service for a role that has it.",
        ))
    }

    /// Whether a right reaches a unit: its team, or other data about it.
    pub(crate) fn sees_unit(&self, right: Right, unit: UnitIx) -> bool {
        self.reaches(right).any(|reach| self.reaches_unit(reach, unit))
    }

    fn reaches_unit(&self, reach: Reach, unit: UnitIx) -> bool {
        match reach {
            Reach::Everything => true,
            Reach::TheirUnits => self.is_below(&self.answered, unit),
            Reach::UnitsOfTheirPeople => self.managed_units.contains(&unit),
            Reach::TheirTeams => self.supported.contains(&unit),
            Reach::GivenUnits => self.is_below(&self.given, unit),
            // Reaches that depend on how a token was made are resolved in `reaches`.
            Reach::Nothing | Reach::Themselves | Reach::TheirPeople | Reach::GivenUnitsIfNamed | Reach::IfExploring => {
                false
            }
        }
    }

    /// Whether a right reaches a unit and everything below it, so that the viewer may see figures over all of them.
    pub(crate) fn sees_below(&self, right: Right, unit: UnitIx) -> bool {
        let has_none_below = || self.tree().subtree(unit).count() == 1;
        self.reaches(right).any(|reach| match reach {
            reach @ (Reach::TheirTeams | Reach::UnitsOfTheirPeople) => {
                self.reaches_unit(reach, unit) && has_none_below()
            }
            reach => self.reaches_unit(reach, unit),
        })
    }

    /// Today's tree, whatever day the query is about.
    fn tree(&self) -> &Tree {
        self.known.facts.index.tree(self.today)
    }

    fn is_below(&self, tops: &[UnitIx], unit: UnitIx) -> bool {
        tops.iter().any(|top| self.tree().is_at_or_below(unit, *top))
    }

    /// Whether the viewer may see a person: themselves, people they manage, and people who work, support or manage in their
    /// units today or later. A former supporter who has gone elsewhere is no longer visible; the old record still has their
    /// name.
    pub(crate) fn sees_person(&self, person: PersonId, today: Day) -> bool {
        if self.all(Right::People) {
            return true;
        }
        let Some(place) = self.known.person_by_id(person) else { return false };
        if self.me == Some(place) && self.may(Right::People) {
            return true;
        }
        let index = &self.known.facts.index;
        let managed = self.reaches(Right::People).any(|reach| reach == Reach::TheirPeople);
        (managed && self.managed.contains(&place))
            || index
                .posts_of(place)
                .any(|post| post.validity.holds_on(today) && self.sees_unit(Right::People, post.unit))
            || index
                .allocations_of(place)
                .any(|allocation| !allocation.validity.ended_by(today) && self.sees_allocation(allocation))
            || self
                .known
                .directory
                .answered_by(index.roster().people[place.at()].id, today)
                .filter_map(|(unit, _)| self.known.unit_by_id(unit))
                .any(|unit| self.sees_unit(Right::People, unit))
    }

    /// Whether the viewer may export all data held on a person, including employee number and work address.
    pub(crate) fn may_export(&self, person: PersonIx) -> bool {
        self.all(Right::SubjectAccess) || (self.may(Right::SubjectAccess) && self.me == Some(person))
    }

    /// Whether the viewer may see the record of a Peer Supporter's allocation.
    pub(crate) fn sees_allocation(&self, allocation: &Allocation) -> bool {
        self.sees_unit(Right::SupporterRecords, allocation.unit)
            || self.reaches(Right::SupporterRecords).any(|reach| match reach {
                Reach::Themselves => self.me == Some(allocation.person),
                Reach::TheirPeople => self.managed.contains(&allocation.person),
                _ => false,
            })
    }

    /// The highest units that are the viewer's own, by appointment or because a token was given them.
    pub(crate) fn own_units(&self) -> Vec<UnitIx> {
        let mut units: Vec<_> = self.answered.iter().chain(&self.given).copied().collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// The units whose Peer Supporter the viewer is today.
    pub(crate) fn supported(&self) -> &[UnitIx] {
        &self.supported
    }

    /// The roles that the viewer holds in the network today with their units, by role, then by unit code.
    pub(crate) fn network_roles(&self) -> &[(Role, UnitIx)] {
        &self.network_roles
    }

    /// The units in which the viewer is the named line manager of a counting post today.
    pub(crate) const fn managed_units(&self) -> &HashSet<UnitIx> {
        &self.managed_units
    }

    /// The people whose named line manager the viewer is today.
    pub(crate) const fn managed(&self) -> &HashSet<PersonIx> {
        &self.managed
    }

    /// Whether the viewer may make tokens and grant roles. A token never may: otherwise a stolen one could make more.
    fn manages_access(&self) -> bool {
        self.has_for_everything(Right::ManageAccess)
    }

    /// Returns an error unless the viewer may manage tokens, grants and sessions.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`].
    pub(crate) fn require_managing_access(&self) -> Result<(), ApiError> {
        self.require_of_person(Right::ManageAccess)
    }

    /// Returns an error unless the viewer has the right and is a person who has signed in. API tokens never have it: what
    /// cannot be undone, and what would outlive a stolen token.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`].
    pub(crate) fn require_of_person(&self, right: Right) -> Result<(), ApiError> {
        self.require(right)?;
        if self.has_for_everything(right) {
            return Ok(());
        }
        Err(ApiError::new(Code::Forbidden, "Only a person who has signed in may do this. API tokens may not."))
    }

    /// Whether the viewer may see and change the settings of a person's weekly report. A token never may: a stolen one could
    /// have reports sent elsewhere.
    pub(crate) fn sets_report_of(&self, person: PersonId) -> bool {
        let own = || self.me.is_some() && self.me == self.known.person_by_id(person);
        self.viewer.person_id().is_some()
            && (self.all(Right::ReportSettings) || (self.may(Right::ReportSettings) && own()))
    }
}
