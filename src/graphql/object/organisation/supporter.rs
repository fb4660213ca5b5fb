//! One allocation of a Peer Supporter, and whether it counts, in words (COVERAGE.md section 4).

use async_graphql::{Context, Enum, ID, SimpleObject};
use entity::coverage::PolicyTerms;
use entity::coverage::approval::approvals;
use entity::coverage::roster::{Allocation, Approval as Decided, Certificate, PersonIx};
use entity::coverage::standing::Reasons;
use entity::id::PersonId;
use entity::period::Day;
use entity::store::register::change::Object;
use entity::value::Reason;

use super::{Person, Supporter, Unit};
use crate::graphql::access::VisibleDays;
use crate::graphql::error::ApiError;
use crate::graphql::history::{self, VisibleChange};
use crate::graphql::id::NodeId;
use crate::graphql::object::enums::StandingReason;
use crate::graphql::object::roll_up::hundredths;
use crate::graphql::page::Listed;
use crate::graphql::scalar::Date;

impl Supporter {
    pub(crate) fn allocation(&self) -> &Allocation {
        let place = self.team.row().standings[self.place].allocation;
        &self.team.view.index().roster().allocations[place as usize]
    }

    /// The days that the record shows to the viewer.
    fn visible_days(&self) -> VisibleDays {
        self.team.view.scope().visible_days(self.allocation())
    }

    /// Whether the record shows the viewer the state of the person on the requested date.
    fn shows_person_state(&self) -> bool {
        self.visible_days().has(self.team.view.as_of.day)
    }

    /// The order of allocations: unit code, first day, id.
    pub(crate) fn order(&self) -> (String, Option<Day>, i64) {
        let allocation = self.allocation();
        (self.team.view.facts(allocation.unit).code.clone(), allocation.validity.from, allocation.id.0)
    }

    /// The reasons that the viewer may see.
    pub(crate) fn reasons(&self) -> Reasons {
        let all = self.team.row().standings[self.place].reasons;
        if self.shows_person_state() { all } else { all.of_allocation() }
    }

    fn id_of(&self, person: PersonIx) -> PersonId {
        self.team.view.index().roster().people[person.at()].id
    }

    /// The policy that the allocation was assessed with: the team's, or the defaults if there is no policy or no staff.
    fn policy(&self) -> PolicyTerms {
        let row = self.team.row();
        row.policy.clone().filter(|_| row.headcount > 0).unwrap_or_default()
    }

    /// Of several approvals the last that was decided by the day, otherwise the first later one.
    fn latest(&self, approvals: &[Decided]) -> Option<Decided> {
        let (day, visible) = (self.team.view.as_of.day, self.visible_days());
        let mut known = approvals.iter().filter(|decided| visible.knows(decided.on));
        known.clone().rev().find(|decided| decided.on <= day).or(known.next()).copied()
    }

    fn approval(&self, approvals: &[Decided]) -> Option<Approval> {
        let latest = self.latest(approvals)?;
        let ends = latest.ends(self.policy().approval_months);
        Some(Approval {
            decided_on: Date(latest.on),
            by: latest.by.and_then(|by| Person::seen(&self.team.view, self.id_of(by))),
            last_day: Date(ends.plus_days(-1)),
        })
    }

    fn certificate_until(&self) -> Option<Day> {
        let (person, day) = (self.allocation().person, self.team.view.as_of.day);
        let index = self.team.view.index();
        index.last_pass(person, &[Certificate::Level2], day)?;
        let months = self.policy().certificate_months;
        index.certificate_ends(person, &[Certificate::Level2, Certificate::Refresher], day, months)
    }

    /// The next expiry, if the viewer may see the state of the person on the day.
    pub(crate) fn expiry(&self) -> Option<Expiry> {
        if !self.shows_person_state() {
            return None;
        }
        let allocation = self.allocation();
        let (line, senior) = approvals(self.team.view.index(), allocation, self.team.view.as_of.day, &self.policy());
        let ends = [
            (Expiring::Certificate, self.certificate_until()),
            (Expiring::LineApproval, line.lapse_on),
            (Expiring::SeniorApproval, senior.lapse_on),
            (Expiring::Allocation, allocation.validity.to),
        ];
        let day = self.team.view.as_of.day;
        let coming = ends.into_iter().filter_map(|(what, end)| Some((end.filter(|end| *end > day)?, what)));
        coming.min_by_key(|(end, _)| *end).map(|(end, what)| Expiry { what, last_day: Date(end.plus_days(-1)) })
    }
}

/// The allocation of a Peer Supporter to a unit. A person who supports two teams has two. Whether it counts is computed for
/// every request and never stored.
#[async_graphql::Object(name = "Supporter")]
impl Supporter {
    /// The allocation's ID, for commands about it. Opaque.
    async fn allocation_id(&self) -> ID {
        NodeId::Allocation(self.allocation().id).encode()
    }

    /// The Peer Supporter.
    async fn person(&self) -> Person {
        // A viewer who may see the record may see the person.
        Person { id: self.id_of(self.allocation().person), on: Some(self.team.view.as_of.day) }
    }

    /// The unit of the allocation; in a cover group, any of its members.
    async fn unit(&self) -> Unit {
        Unit::new(&self.team.view, self.allocation().unit)
    }

    /// The part of the person's time that is allocated here, in thousandths: 1000 is all of it.
    async fn share(&self) -> u32 {
        self.allocation().share_on(self.team.view.as_of.day)
    }

    /// Whether it counts: no reason applies why it does not.
    async fn is_active(&self) -> bool {
        self.reasons().is_active()
    }

    /// The first reason why it does not count. Null if it counts.
    async fn headline(&self) -> Option<StandingReason> {
        self.reasons().headline().map(StandingReason::from)
    }

    /// Every reason why it does not count, the headline first. On a day outside the allocation's dates, only 'ended' or 'not
    /// started' is returned, unless the record is the viewer's own or that of a person they manage, or they see all records, or
    /// it begins later than today and the day is not before today. The same rule applies to the headline, words, pause,
    /// certificate and expiry.
    async fn reasons_against(&self) -> Vec<StandingReason> {
        self.reasons().iter().map(StandingReason::from).collect()
    }

    /// Whether it counts and why not, in one sentence without the name.
    async fn standing_in_words(&self) -> String {
        in_words(self.reasons())
    }

    /// Whether cover from outside the team is on file: if so, the person need not work in the team to count.
    async fn outside_team(&self) -> bool {
        self.allocation().terms_on(self.visible_days().latest(self.team.view.as_of.day)).outside_team
    }

    /// Whether it depends on an approval by a person who did not hold the office on the day of the decision. Null on a day that
    /// the viewer may not see, as for `reasonsAgainst`.
    async fn is_unproven(&self) -> Option<bool> {
        self.shows_person_state().then(|| self.team.row().standings[self.place].is_unproven)
    }

    /// Whether a file says something else about the role by which it counts for less, so that the more cautious of file and
    /// register counts until a coordinator settles it. Null on a day that the viewer may not see, as for `reasonsAgainst`.
    async fn differs_from_file(&self) -> Option<bool> {
        let disputed = self.allocation().disputed;
        let differs = disputed.is_some_and(|disputed| disputed.since <= self.team.view.as_of.day);
        self.shows_person_state().then_some(differs)
    }

    /// First day of the allocation. Null if it has no start date.
    async fn first_day(&self) -> Option<Date> {
        self.allocation().validity.from.map(Date)
    }

    /// Last day of the allocation. Null if it has no end date.
    async fn last_day(&self) -> Option<Date> {
        self.allocation().validity.last().map(Date)
    }

    /// The line manager's approval. Null if none is on file.
    async fn line_approval(&self) -> Option<Approval> {
        self.approval(&self.allocation().line)
    }

    /// The senior manager's approval. Null if none is on file.
    async fn senior_approval(&self) -> Option<Approval> {
        self.approval(&self.allocation().senior)
    }

    /// Protected time, in hours per month. Null if it is not recorded.
    async fn protected_hours(&self) -> Option<f64> {
        let day = self.visible_days().latest(self.team.view.as_of.day);
        let hours = self.allocation().terms_on(day).protected_hours;
        hours.map(|hours| hundredths(i64::from(hours)))
    }

    /// Day of the sign-off against the competence framework: the last on or before the date, otherwise the next one. A later
    /// assessment may have ended it; then `reasonsAgainst` says so. Null if there is none.
    async fn signed_off_on(&self) -> Option<Date> {
        let (day, visible) = (self.team.view.as_of.day, self.visible_days());
        let assessed = self.team.view.index().assessments_of(self.allocation().person);
        let met = assessed.iter().filter(|assessed| assessed.met).map(|assessed| assessed.on);
        let known = self.allocation().signed_off.iter().copied().chain(met).filter(|on| visible.knows(*on));
        let (begun, coming): (Vec<_>, Vec<_>) = known.partition(|on| *on <= day);
        begun.into_iter().max().or_else(|| coming.into_iter().min()).map(Date)
    }

    /// The pause of the role on the day, or the next one. Null if there is none, or none on a day that the viewer may see, as
    /// for `reasonsAgainst`.
    async fn pause(&self) -> Option<Pause> {
        let (day, visible) = (self.team.view.as_of.day, self.visible_days());
        if !visible.has(day) {
            return None;
        }
        let pauses = self.team.view.index().allocations_of(self.allocation().person).flat_map(|own| &own.pauses);
        let coming = pauses.filter(|pause| !pause.ended_by(day)).filter_map(|pause| visible.part_of(*pause));
        let pause = coming.min_by_key(|pause| pause.from)?;
        Some(Pause { first_day: pause.from.map(Date), last_day: pause.last().map(Date), holds: pause.holds_on(day) })
    }

    /// Last day of the Level 2 certificate under the team's policy. Null without a Level 2 pass.
    async fn certificate_last_day(&self) -> Option<Date> {
        self.certificate_until().filter(|_| self.shows_person_state()).map(|until| Date(until.plus_days(-1)))
    }

    /// The next expiry among those that are valid on the day. Null if nothing expires.
    async fn next_expiry(&self) -> Option<Expiry> {
        self.expiry()
    }

    /// What was changed about the allocation in the register, newest first: only what the viewer may see. Empty if there is nothing.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Listed<VisibleChange>, ApiError> {
        history::list(ctx, &[Object::allocation(self.allocation().id)], first, after).await
    }
}

fn in_words(reasons: Reasons) -> String {
    let clauses: Vec<_> = reasons.iter().map(Reason::phrase).collect();
    match clauses.split_last() {
        None => "Active: counts for the team.".to_owned(),
        Some((only, [])) => format!("Does not count: {only}."),
        Some((last, others)) => format!("Does not count: {} and {last}.", others.join(", ")),
    }
}

/// A manager's approval of an allocation.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Approval {
    /// The day on which it was decided.
    decided_on: Date,
    /// The approver. Null if no approver is on file, in which case the approval is not valid, or if the viewer may not see that
    /// person.
    by: Option<Person>,
    /// The last day on which it is valid, under the team's policy. If it is withdrawn, the day before that.
    last_day: Date,
}

/// A pause of the role: a pause on one allocation pauses all of the person's allocations.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Pause {
    /// First day of the pause. Null if it has no start date.
    first_day: Option<Date>,
    /// Last day of the pause. Null if it has no end date, or ends after the days that the viewer may see of the record.
    last_day: Option<Date>,
    /// Whether it applies on the requested date.
    holds: bool,
}

/// Something that an allocation needs and that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum Expiring {
    /// The Level 2 certificate.
    Certificate,
    /// The line manager's approval.
    LineApproval,
    /// The senior manager's approval.
    SeniorApproval,
    /// The allocation itself.
    Allocation,
}

/// The next expiry.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Expiry {
    /// What expires.
    what: Expiring,
    /// The last day on which it is valid.
    pub(crate) last_day: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_one_sentence() {
        assert_eq!(in_words(Reasons::default()), "Active: counts for the team.");
        let one = Reasons::from_iter([Reason::Paused]);
        assert_eq!(in_words(one), "Does not count: is paused.");
        let three = Reasons::from_iter([Reason::Paused, Reason::NotSignedOff, Reason::NoProtectedTime]);
        assert_eq!(
            in_words(three),
            "Does not count: is paused, is not signed off against the competence framework and has no protected time recorded."
        );
    }
}
