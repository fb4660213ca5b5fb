//! Teams and people added up over a part of the tree (COVERAGE.md section 7), computed or stored.

use async_graphql::{Object, SimpleObject};
use entity::coverage::rollup::trainers_met;
use entity::coverage::roster::UnitIx;
use entity::coverage::{StandingCounts, UnitRow};
use entity::interner::Symbol;
use entity::period::Day;
use entity::table::snapshot_unit;
use entity::value::Status;

use super::super::day_view::DayView;
use super::super::hidden::Hidden;
use super::super::scalar::Date;
use super::enums::StandingGroup;
use super::level1::Level1;
use super::ratio::Ratio;

/// How many teams have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SimpleObject)]
pub(crate) struct TeamCounts {
    /// All teams, of every status.
    pub(crate) total: u32,
    /// Teams that are covered, without those at risk.
    pub(crate) covered: u32,
    /// Teams that are covered today, but not on some day within the policy's horizon.
    pub(crate) at_risk: u32,
    /// Teams with some active Peer Supporters, but too few.
    pub(crate) partial: u32,
    /// Teams without any active Peer Supporter.
    pub(crate) none: u32,
    /// Teams with enough active Peer Supporters that do not meet a MUST rule about the mix.
    pub(crate) mix_gap: u32,
    /// Teams that are not known to be covered.
    pub(crate) unknown: u32,
    /// Teams with a dated exemption that applies.
    pub(crate) exempt: u32,
    /// Teams without staff that have a Peer Supporter allocated.
    pub(crate) not_applicable: u32,
}

impl TeamCounts {
    /// COVERED and AT_RISK of all teams except NOT_APPLICABLE and EXEMPT: UNKNOWN stays in the denominator.
    fn teams_covered(self) -> Ratio {
        Ratio {
            numerator: self.covered + self.at_risk,
            denominator: self.total.saturating_sub(self.not_applicable + self.exempt),
        }
    }
}

/// The figures of a unit, over everything at or below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RollUp {
    headcount: u32,
    /// In hundredths.
    wte: i64,
    teams: TeamCounts,
    staff_covered: u32,
    staff_assessed: u32,
    level1_done: u32,
    level1_target: Option<u32>,
    active_supporters: u32,
    standing: Option<StandingCounts>,
    hidden: Hidden,
    champions: u32,
    champion_teams: Ratio,
    trainers: u32,
    supporters_per_trainer: Option<u32>,
    trainer_units: Ratio,
    oldest_staff_list: Option<StaffListAge>,
}

/// The oldest of the newest staff lists that the figures are based on.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct StaffListAge {
    /// The employer whose list it is. Null if not stated.
    employer: Option<String>,
    /// The day that the list describes.
    as_at: Date,
    /// Days from that day to today or, in stored figures, to the day of the figures; 0 if the list is of that day or later.
    age_in_days: u32,
}

impl StaffListAge {
    /// The oldest list behind a computed row.
    pub(crate) fn computed(view: &DayView, oldest: Option<(Day, Option<Symbol>)>) -> Option<Self> {
        let (as_at, employer) = oldest?;
        let employer = employer.map(|employer| view.index().roster().words.get(employer).to_owned());
        Some(Self::on(view.today(), as_at, employer))
    }

    fn on(day: Day, as_at: Day, employer: Option<String>) -> Self {
        let age_in_days = u32::try_from(day.days_since(as_at)).unwrap_or(0);
        Self { employer, as_at: Date(as_at), age_in_days }
    }
}

impl RollUp {
    /// A unit's figures as the viewer may see them. `None` if it is closed on the day and has no team below it.
    pub(crate) fn of_unit(view: &DayView, unit: UnitIx) -> Option<Self> {
        view.unit_row(unit).map(|row| Self::computed(view, row, view.hidden(unit)))
    }

    /// The figures of a computed row.
    pub(crate) fn computed(view: &DayView, row: &UnitRow, hidden: Hidden) -> Self {
        let UnitRow {
            unit: _,
            headcount,
            wte,
            teams,
            staff_covered,
            staff_assessed,
            level1_done,
            active_supporters,
            standing,
            champions,
            champion_teams,
            trainers,
            embedded: _,
            trainer_units,
            oldest_list,
            level1_target,
            supporters_per_trainer,
        } = row;
        Self {
            headcount: *headcount,
            wte: *wte,
            teams: TeamCounts {
                total: teams.teams(),
                covered: teams.count(Status::Covered),
                at_risk: teams.count(Status::AtRisk),
                partial: teams.count(Status::Partial),
                none: teams.count(Status::None),
                mix_gap: teams.count(Status::MixGap),
                unknown: teams.count(Status::Unknown),
                exempt: teams.count(Status::Exempt),
                not_applicable: teams.count(Status::NotApplicable),
            },
            staff_covered: *staff_covered,
            staff_assessed: *staff_assessed,
            level1_done: *level1_done,
            level1_target: *level1_target,
            active_supporters: *active_supporters,
            standing: Some(*standing),
            hidden,
            champions: *champions,
            champion_teams: (*champion_teams).into(),
            trainers: *trainers,
            supporters_per_trainer: *supporters_per_trainer,
            trainer_units: (*trainer_units).into(),
            oldest_staff_list: StaffListAge::computed(view, *oldest_list),
        }
    }

    /// The figures of a stored day.
    pub(crate) fn stored(day: Day, row: &snapshot_unit::Model, hidden: Hidden) -> Self {
        let oldest = |as_at| StaffListAge::on(day, as_at, row.oldest_list_employer.clone());
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        Self {
            headcount: count(row.headcount),
            wte: row.wte,
            teams: TeamCounts {
                total: count(row.teams),
                covered: count(row.covered),
                at_risk: count(row.at_risk),
                partial: count(row.partial),
                none: count(row.none),
                mix_gap: count(row.mix_gap),
                unknown: count(row.unknown),
                exempt: count(row.exempt),
                not_applicable: count(row.not_applicable),
            },
            staff_covered: count(row.staff_covered),
            staff_assessed: count(row.staff_assessed),
            level1_done: count(row.level1_done),
            level1_target: row.level1_target.map(count),
            active_supporters: count(row.active_supporters),
            standing: row.standing_counts(),
            hidden,
            champions: count(row.champions),
            champion_teams: Ratio { numerator: count(row.champion_teams_met), denominator: count(row.champion_teams) },
            trainers: count(row.trainers),
            supporters_per_trainer: row.supporters_per_trainer.map(count),
            trainer_units: Ratio { numerator: count(row.trainer_units_met), denominator: count(row.trainer_units) },
            oldest_staff_list: row.oldest_list_on.map(oldest),
        }
    }
}

/// The figures of a unit, over everything at or below it. A person counts once, so children need not sum to their parent.
#[Object]
impl RollUp {
    /// Distinct people with a counting post at or below the unit.
    async fn headcount(&self) -> u32 {
        self.headcount
    }

    /// Whole-time equivalent of their counting posts: 1 is one full-time post.
    async fn wte(&self) -> f64 {
        hundredths(self.wte)
    }

    /// Teams at or below the unit, by status.
    async fn teams(&self) -> TeamCounts {
        self.teams
    }

    /// Teams that are covered (at risk or not) of all that are assessed: all but those that are exempt or not applicable.
    async fn teams_covered(&self) -> Ratio {
        self.teams.teams_covered()
    }

    /// Distinct people of the teams that are covered (at risk or not) of the distinct people of all teams that are assessed.
    async fn staff_covered(&self) -> Ratio {
        Ratio { numerator: self.staff_covered, denominator: self.staff_assessed }
    }

    /// Level 1 training: people who have completed it, against the unit's target.
    async fn level1(&self) -> Level1 {
        let Self { level1_done, headcount, level1_target, hidden, .. } = *self;
        Level1 { done: level1_done, headcount, target: level1_target, detail: hidden.level1 }
    }

    /// The allocations of Peer Supporters at or below the unit that are valid on the day, grouped by the reason why they do not
    /// count. If several reasons apply, the first in `StandingReason` order is used. Empty for snapshots that are older than
    /// this figure.
    async fn standing(&self) -> Vec<StandingCount> {
        let counts = self.standing.iter().flat_map(|counts| {
            entity::value::StandingGroup::ALL.iter().map(|group| {
                let hidden = group.is_in(self.hidden.standing);
                let allocations = (!hidden).then(|| counts.count(*group));
                StandingCount { group: (*group).into(), allocations, hidden }
            })
        });
        counts.collect()
    }

    /// Distinct people with an active Peer Supporter allocation of any share at or below the unit.
    async fn active_supporters(&self) -> u32 {
        self.active_supporters
    }

    /// Distinct people who count as Wellbeing Champion for a team at or below the unit, or for its cover group.
    async fn champions(&self) -> u32 {
        self.champions
    }

    /// Teams at or below the unit that have the Wellbeing Champions that they need, of the teams that have staff and a policy.
    async fn champion_teams_met(&self) -> Ratio {
        self.champion_teams
    }

    /// Units at or below the unit that have the embedded Trainers that they need, of the units that must have them.
    async fn trainer_units_met(&self) -> Ratio {
        self.trainer_units
    }

    /// Distinct active Trainers who serve the unit: at, below or above it.
    async fn trainers(&self) -> u32 {
        self.trainers
    }

    /// One Trainer for this many active supporters, or part thereof, by the unit's policy. Null without a policy.
    async fn supporters_per_trainer(&self) -> Option<u32> {
        self.supporters_per_trainer
    }

    /// Whether there are enough Trainers, and at least one if there is any active supporter. Null without a policy.
    async fn trainers_met(&self) -> Option<bool> {
        self.supporters_per_trainer.map(|ratio| trainers_met(self.trainers, self.active_supporters, ratio))
    }

    /// The oldest of the newest staff lists that the teams at or below the unit are based on. Null if none of them is based on
    /// a list, and for snapshots that are older than this figure.
    async fn oldest_staff_list(&self) -> Option<StaffListAge> {
        self.oldest_staff_list.clone()
    }
}

/// The number of Peer Supporter allocations with the same reason why they do not count.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct StandingCount {
    /// The reason why they do not count.
    group: StandingGroup,
    /// The number of allocations. Null if it is hidden, which never means 0.
    allocations: Option<u32>,
    /// Whether the number is hidden: it is small, or would reveal a small one.
    hidden: bool,
}

/// Hundredths as a decimal number.
pub(crate) fn hundredths(value: i64) -> f64 {
    // Exact: the hundredths of an organisation are far below 2^53, and the division rounds to the nearest decimal.
    #[expect(clippy::cast_precision_loss, reason = "no sum of posts comes near 2^53 hundredths")]
    let value = value as f64;
    value / 100.0
}
