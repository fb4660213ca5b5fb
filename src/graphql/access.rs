//! What the viewer of a request may see: the one place from which every read begins, and at which it is narrowed.
//!
//! The table of rights says how far each role reaches; here the facts on file say which roles the viewer has today, and which
//! units and people that makes. It is always today that decides, whatever day is asked about: who moved to another unit last
//! month answers for the old one no longer, not even for the days when they did.

mod day;
mod record;

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::Context;
use entity::coverage::Tree;
use entity::coverage::roster::{Allocation, NetworkRole, PersonIx, UnitIx};
use entity::id::PersonId;
use entity::period::Day;
use entity::table::delivery;
use entity::value::{AccessRole, AppointmentRole, DeliveryKind, Role};
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use tokio::sync::OnceCell;

use super::directory::Known;
use super::error::{ApiError, Code};
use super::request_state::{facts, today};
use crate::access::{Reach, Right, Viewer};
pub(crate) use record::ToldDays;

/// What one viewer may see. What is hidden is absent: it is missing from lists, counts and totals, and asking for it by code
/// or id is answered like asking for what never was.
#[derive(Debug)]
pub(crate) struct Scope {
    viewer: Viewer,
    /// Today, which decides.
    today: Day,
    /// The viewer's place in the roster, whichever of their linked numbers they signed in with.
    me: Option<PersonIx>,
    roles: Vec<AccessRole>,
    known: Arc<Known>,
    /// Units that the viewer answers for; all below them count too.
    answered: Vec<UnitIx>,
    /// Teams that the viewer is a Peer Supporter of.
    supported: Vec<UnitIx>,
    /// The viewer's roles in the network with their units, by role, then by unit code.
    network_roles: Vec<(Role, UnitIx)>,
    /// Units that a token was given; all below them count too.
    given: Vec<UnitIx>,
    /// People whose named line manager the viewer is.
    managed: HashSet<PersonIx>,
    /// Units in which the viewer is the named line manager of a counting post.
    managed_units: HashSet<UnitIx>,
}

/// The scope of one request's viewer, once a field has asked for it.
#[derive(Debug, Default)]
pub(super) struct ScopeCell(OnceCell<Arc<Scope>>);

impl Scope {
    /// The scope of the request's viewer, worked out once a request.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the request did not come through [`prepare`](super::prepare) or has no [`Viewer`], else what the
    /// database said.
    pub(crate) async fn of<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Self>, ApiError> {
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

    pub(crate) fn new(viewer: Viewer, known: Arc<Known>, today: Day) -> Self {
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

    /// What the facts on file make of a person today.
    fn learn(&mut self, place: PersonIx) {
        let (known, today) = (Arc::clone(&self.known), self.today);
        let index = &known.facts.index;
        let id = index.roster().people[place.at()].id;
        if !index.posts_of(place).any(|post| post.validity.holds_on(today)) {
            // Who has left is nobody here, whatever is still on file or was granted.
            self.roles.clear();
            return;
        }
        self.roles.push(AccessRole::Staff);
        // As for the weekly mail: an appointment without a counting post is a post left vacant.
        if index.counting_posts_of(place, today).next().is_some() {
            let units = known.directory.answered_by(id, today);
            let units = units.filter(|(_, role)| *role == AppointmentRole::SeniorManager);
            self.answered = units.filter_map(|(unit, _)| known.unit_by_id(unit)).collect();
        }
        self.managed = known.managed_by(place, today);
        self.managed_units = known.units_managed_by(place, today);
        let held = |allocation: &&Allocation| allocation.validity.holds_on(today);
        self.supported = index.allocations_of(place).filter(held).map(|allocation| allocation.unit).collect();
        self.learn_network_roles(place);
        let trains = self.network_roles.iter().any(|(role, _)| *role == Role::Trainer);
        let learnt = [
            (!self.answered.is_empty(), AccessRole::SeniorManager),
            (!self.managed.is_empty(), AccessRole::LineManager),
            (!self.supported.is_empty(), AccessRole::Supporter),
            (trains, AccessRole::Trainer),
        ];
        self.roles.extend(learnt.into_iter().filter(|(holds, _)| *holds).map(|(_, role)| role));
        self.roles.sort_unstable();
        self.roles.dedup();
    }

    /// Which roles in the network a person holds today.
    fn learn_network_roles(&mut self, place: PersonIx) {
        let roster = self.known.facts.index.roster();
        let held = |role: Role, all: &[NetworkRole]| {
            let own = all.iter().filter(|own| own.person == place && own.validity.holds_on(self.today));
            own.map(|own| (role, own.unit)).collect::<Vec<_>>()
        };
        let mut roles: Vec<_> = self.supported.iter().map(|unit| (Role::PeerSupporter, *unit)).collect();
        roles.extend(held(Role::Trainer, &roster.trainers));
        roles.extend(held(Role::Champion, &roster.champions));
        let code = |unit: UnitIx| &roster.units[unit.at()].code;
        roles.sort_by(|(a, at_a), (b, at_b)| a.cmp(b).then_with(|| code(*at_a).cmp(code(*at_b))));
        roles.dedup();
        self.network_roles = roles;
    }

    /// Who is asking.
    pub(crate) const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The roles that the viewer has today, in the order of the table.
    pub(crate) fn roles(&self) -> &[AccessRole] {
        &self.roles
    }

    /// How far a right reaches for each role of the viewer, with what depends on how a token was made decided.
    fn reaches(&self, right: Right) -> impl Iterator<Item = Reach> {
        self.roles.iter().map(move |role| match right.reach(*role) {
            Reach::GivenUnitsIfNamed if self.viewer.sees_names() => Reach::GivenUnits,
            Reach::IfExploring if self.viewer.explores() => Reach::Everything,
            Reach::GivenUnitsIfNamed | Reach::IfExploring => Reach::Nothing,
            reach => reach,
        })
    }

    /// Whether the right reaches anything at all.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.reaches(right).any(|reach| reach != Reach::Nothing)
    }

    /// How far a right reaches for the viewer; empty if they do not have it.
    pub(crate) fn extent(&self, right: Right) -> Vec<Reach> {
        if right.is_for_people_only() && self.viewer.person_id().is_none() {
            return Vec::new();
        }
        if self.all(right) {
            return vec![Reach::Everything];
        }
        self.reaches(right).filter(|reach| *reach != Reach::Nothing).collect()
    }

    /// Whether the right reaches everything.
    pub(crate) fn all(&self, right: Right) -> bool {
        self.reaches(right).any(|reach| reach == Reach::Everything)
    }

    /// Refuses what the viewer has no right to do.
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
            "You have no right to do this; ask whoever runs this service for the role that has it",
        ))
    }

    /// Whether a right reaches a unit: its team, or what is told about it.
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
            // What depends on how a token was made is decided in `reaches`.
            Reach::Nothing | Reach::Themselves | Reach::TheirPeople | Reach::GivenUnitsIfNamed | Reach::IfExploring => {
                false
            }
        }
    }

    /// Whether a right reaches a unit and everything below it, so that figures over all of them may be told.
    pub(crate) fn sees_below(&self, right: Right, unit: UnitIx) -> bool {
        let has_none_below = || self.tree().subtree(unit).count() == 1;
        self.reaches(right).any(|reach| match reach {
            reach @ (Reach::TheirTeams | Reach::UnitsOfTheirPeople) => {
                self.reaches_unit(reach, unit) && has_none_below()
            }
            reach => self.reaches_unit(reach, unit),
        })
    }

    /// Today's tree, whatever day is asked about.
    fn tree(&self) -> &Tree {
        self.known.facts.index.tree(self.today)
    }

    fn is_below(&self, tops: &[UnitIx], unit: UnitIx) -> bool {
        tops.iter().any(|top| self.tree().is_at_or_below(unit, *top))
    }

    /// Whether the viewer sees a person: by themselves, by whom they manage, and by who works, supports or answers in their
    /// units today or later. Who supported them once and has gone elsewhere is theirs no longer; the old record has their name.
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

    /// Whether the viewer may get all that is held on a person, their employee number and work address among it.
    pub(crate) fn gets_all_of(&self, person: PersonIx) -> bool {
        self.all(Right::SubjectAccess) || (self.may(Right::SubjectAccess) && self.me == Some(person))
    }

    /// Whether the viewer sees the record of a Peer Supporter's allocation.
    pub(crate) fn sees_allocation(&self, allocation: &Allocation) -> bool {
        self.sees_unit(Right::SupporterRecords, allocation.unit)
            || self.reaches(Right::SupporterRecords).any(|reach| match reach {
                Reach::Themselves => self.me == Some(allocation.person),
                Reach::TheirPeople => self.managed.contains(&allocation.person),
                _ => false,
            })
    }

    /// The highest units that are the viewer's own, by appointment or by what a token was given.
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

    /// The condition on rows that a right reaches altogether or not at all: stored days, reports, runs, imports.
    pub(crate) fn rows(&self, right: Right) -> Condition {
        if self.may(right) { Condition::all() } else { nothing() }
    }

    /// The condition on API tokens and grants.
    pub(crate) fn managed_access(&self) -> Condition {
        if self.manages_access() { Condition::all() } else { nothing() }
    }

    /// Whether the viewer makes tokens and grants roles. A token never does: whoever steals one cannot make more of them.
    fn manages_access(&self) -> bool {
        self.extent(Right::ManageAccess).contains(&Reach::Everything)
    }

    /// Refuses a viewer who may not manage tokens, grants and sessions.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`].
    pub(crate) fn require_managing_access(&self) -> Result<(), ApiError> {
        self.require_of_person(Right::ManageAccess)
    }

    /// Refuses what the viewer has no right to do, and refuses it to every API token: what cannot be undone, and what would
    /// outlive a token that was stolen.
    ///
    /// # Errors
    ///
    /// [`Code::Forbidden`].
    pub(crate) fn require_of_person(&self, right: Right) -> Result<(), ApiError> {
        self.require(right)?;
        if self.extent(right).contains(&Reach::Everything) {
            return Ok(());
        }
        Err(ApiError::new(Code::Forbidden, "Only a person who has signed in may do this, and never an API token"))
    }

    /// Whether the viewer sees and changes the settings of a person's weekly report. A token never does: who stole one could have
    /// reports sent elsewhere.
    pub(crate) fn sets_report_of(&self, person: PersonId) -> bool {
        let own = || self.me.is_some() && self.me == self.known.person_by_id(person);
        self.viewer.person_id().is_some()
            && (self.all(Right::ReportSettings) || (self.may(Right::ReportSettings) && own()))
    }

    /// The condition on mails, of which a manager sees their own.
    pub(crate) fn mails(&self) -> Condition {
        self.mails_of().condition()
    }

    /// Whose mails the viewer sees.
    pub(crate) fn mails_of(&self) -> MailsOf {
        // Mails go to the lowest of linked numbers.
        let id = |place: PersonIx| self.known.facts.index.roster().people[place.at()].id;
        match self.me.map(id).or(self.viewer.person_id()) {
            _ if self.all(Right::Mails) => MailsOf::Everybody,
            Some(person) if self.may(Right::Mails) => MailsOf::One(person),
            Some(_) | None => MailsOf::Nobody,
        }
    }
}

/// Whose mails a viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MailsOf {
    Everybody,
    One(PersonId),
    Nobody,
}

impl MailsOf {
    /// The condition on rows of `delivery`.
    pub(crate) fn condition(self) -> Condition {
        match self {
            Self::Everybody => Condition::all(),
            // A run summary is about the whole network, also after its reader has left the office. A copy is read by whose
            // report it is, and not by who was sent it: they may answer for none of its units.
            Self::One(person) => Condition::any()
                .add(delivery::Column::Kind.eq(DeliveryKind::Report).and(delivery::Column::PersonId.eq(person)))
                .add(delivery::Column::Kind.eq(DeliveryKind::Copy).and(delivery::Column::OwnerId.eq(person))),
            Self::Nobody => nothing(),
        }
    }
}

/// A condition that no row meets.
fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}
