//! "Do this week": at most five things, worst first, each with what to do and where.

use std::collections::HashSet;

use entity::data_age::OLD_AFTER_DAYS;
use entity::id::UnitId;
use entity::value::{Status, UnknownBecause};

use super::Setting;
use super::names::Names;
use crate::output::one_line::clip;
use crate::report::build::{Report, below_target, champions_short, one_per_group, trainers_short};
use crate::report::snapshot_tree::{SnapshotUnit, Team};
use crate::report::tasks::{to_close, to_keep};
use crate::report::wording::{Fraction, counted, int, listed, near_day, number, with_full_stop};

/// Maximum number of actions: as many as a person can remember.
const MOST: usize = 5;
/// A team that loses its cover within this number of days comes before every gap.
const URGENT_DAYS: i64 = 14;
/// Maximum number of such teams with an action of their own.
const MOST_URGENT: usize = 2;
/// Number of gaps that always have an action of their own.
const GAPS_AT_LEAST: usize = 2;

/// One thing to do.
#[derive(Debug)]
pub(super) struct Action {
    /// The problem and what to do.
    pub(super) text: String,
    /// Text and address of a link to the details.
    pub(super) link: Option<(&'static str, String)>,
    /// The teams that it is about, including those of the cover group.
    pub(super) teams: Vec<UnitId>,
}

/// Returns what to do this week, most urgent first: cover that ends soon, gaps by staff affected, cover that ends later,
/// staff lists to correct and approvals to confirm; then Level 1, Wellbeing Champions and Trainers if there is room.
pub(super) fn actions(report: &Report<'_>, setting: &Setting, names: &Names) -> Vec<Action> {
    let maker = Maker { report, setting, names };
    let mut all = maker.about_cover(maker.lists().into_iter().chain(maker.unproven()));
    all.extend(maker.level1());
    all.extend(maker.champions());
    all.extend(maker.trainers());
    all.truncate(MOST);
    all
}

/// Returns what to do about the gaps and the teams at risk of a report that has only those that are new or worse.
pub(super) fn actions_on_news(report: &Report<'_>, setting: &Setting, names: &Names) -> Vec<Action> {
    let maker = Maker { report, setting, names };
    maker.about_cover(maker.unread_lists())
}

struct Maker<'r> {
    report: &'r Report<'r>,
    setting: &'r Setting,
    names: &'r Names,
}

impl Maker<'_> {
    /// Returns actions about cover that ends soon, gaps, cover that ends later, and `others`; at most [`MOST`].
    fn about_cover(&self, others: impl IntoIterator<Item = Action>) -> Vec<Action> {
        let is_urgent =
            |team: &&Team| team.at_risk_from.is_some_and(|from| from.days_since(self.report.day) <= URGENT_DAYS);
        let losing: Vec<&Team> = one_per_group(self.report.at_risk.iter().map(|place| place.team)).collect();
        let urgent = losing.iter().copied().filter(is_urgent).count().min(MOST_URGENT);
        let (urgent, later) = losing.split_at(urgent);
        let gaps: Vec<&Team> = self.gaps();

        let mut all: Vec<Action> = urgent.iter().map(|team| self.losing(team)).collect();
        let mut last: Vec<Action> = self.losing_later(later, urgent).into_iter().chain(others).collect();
        last.truncate(MOST.saturating_sub(all.len() + gaps.len().min(GAPS_AT_LEAST)));
        let room = MOST.saturating_sub(all.len() + last.len());
        all.extend(gaps.into_iter().take(room).map(|team| self.gap(team)));
        all.append(&mut last);
        all
    }

    /// Returns an action about one team, or about the teams of its cover group, which have their gap and their cover in common.
    fn about(&self, team: &Team, text: String) -> Action {
        let link = self.setting.team_link(&team.unit_code).map(|link| ("Open the team", link));
        let teams = self
            .report
            .teams_listed
            .iter()
            .map(|listed| listed.team)
            .filter(|other| are_assessed_together(team, other));
        Action { text, link, teams: teams.map(|team| team.unit_id).collect() }
    }

    /// Returns an action about all units of the mail, with a link to the unit, or to the list of units if there are several.
    fn overall(&self, text: String) -> Action {
        let link = match self.report.tops().as_slice() {
            [_] => self.report.units.first().and_then(|answered| self.setting.unit_link(&answered.unit.unit_code)),
            _ => self.setting.home_link(),
        };
        Action { text, link: link.map(|link| ("Open the list", link)), teams: Vec::new() }
    }

    fn named(&self, team: &Team, one: &str, several: &str) -> String {
        match &team.cover_group {
            Some(_) => format!("{} and the teams of its cover group {several}", self.names.team(team)),
            None => format!("{} {one}", self.names.team(team)),
        }
    }

    fn losing(&self, team: &Team) -> Action {
        let from = team.at_risk_from.map(|from| near_day(from, self.report.day)).unwrap_or_default();
        let loses = self.named(team, "loses its cover", "lose their cover");
        self.about(team, format!("{loses} on {from}. Before then: {}.", to_keep([team])))
    }

    /// Returns an action about the teams that lose their cover and have no action of their own. `named` are those that have
    /// one. Every team of a cover group is counted, as in the subject.
    fn losing_later(&self, teams: &[&Team], named: &[&Team]) -> Option<Action> {
        match teams {
            [] => None,
            [one] => Some(self.losing(one)),
            [first, ..] => {
                let from = first.at_risk_from.map(|from| near_day(from, self.report.day)).unwrap_or_default();
                let all = self.report.at_risk.iter().map(|place| place.team);
                let all =
                    number(all.filter(|team| !named.iter().any(|named| are_assessed_together(named, team))).count());
                let more = if named.is_empty() { "" } else { "more " };
                let steps = with_full_stop(&to_keep(teams.iter().copied()));
                let text = format!("{all} {more}teams lose their cover, the first on {from}. {steps}");
                Some(self.overall(text))
            }
        }
    }

    /// Returns the teams with a gap, those without any Peer Supporter first, then by staff.
    fn gaps(&self) -> Vec<&Team> {
        let gaps = one_per_group(self.report.gaps.iter().map(|gap| gap.place.team));
        let (mut none, some): (Vec<&Team>, Vec<&Team>) =
            gaps.filter(|team| team.status != Status::Unknown).partition(|team| team.status == Status::None);
        none.extend(some);
        none
    }

    fn gap(&self, team: &Team) -> Action {
        let staff = counted(i64::from(team.headcount), "member of staff", "staff");
        let what = match team.status {
            Status::None => self.named(team, "has no Peer Supporter", "have no Peer Supporter"),
            Status::MixGap => self.named(
                team,
                "does not have the mix that its policy asks for",
                "do not have the mix that their policy asks for",
            ),
            _ => self.named(team, "has too few Peer Supporters", "have too few Peer Supporters"),
        };
        let since = team.gap_opened_on.filter(|since| *since < self.report.day);
        let since = since.map(|since| format!(", since {}", near_day(since, self.report.day))).unwrap_or_default();
        self.about(team, format!("{what} ({staff}{since}). {}", to_close(team).join(" ")))
    }

    /// Returns an action about staff lists with rejected rows, or else about staff lists that are too old.
    fn lists(&self) -> Option<Action> {
        self.unread_lists().or_else(|| self.old_lists())
    }

    fn unread_lists(&self) -> Option<Action> {
        let because =
            |team: &Team| matches!(team.unknown_because, Some(UnknownBecause::RowsNotRead | UnknownBecause::DataStale));
        let unknown = int(self.report.gaps.iter().filter(|gap| because(gap.place.team)).count());
        (unknown > 0).then(|| {
            let teams = counted(unknown, "team", "teams");
            self.overall(format!("Ask for a correct staff list: without it the cover of {teams} is not known."))
        })
    }

    fn old_lists(&self) -> Option<Action> {
        let (as_at, employer) = self.report.oldest_list()?;
        (self.report.day.days_since(as_at) > OLD_AFTER_DAYS).then(|| {
            let of = employer.map_or_else(String::new, |employer| format!(" of {}", clip(employer, 60)));
            let as_at = near_day(as_at, self.report.day);
            self.overall(format!("Ask for a new staff list{of}: the last one is from {as_at}."))
        })
    }

    /// Returns an action about approvals by a person who did not hold the office.
    fn unproven(&self) -> Option<Action> {
        let teams = self.report.teams_listed.iter().map(|listed| listed.team);
        let teams: Vec<&Team> = one_per_group(teams.filter(|team| team.is_covered() && team.unproven > 0)).collect();
        let mut named: Vec<String> = teams.iter().take(2).map(|team| self.names.team(team)).collect();
        if let Some(more) = teams.len().checked_sub(named.len()).filter(|more| *more > 0) {
            named.push(format!("{} more", number(more)));
        }
        let text = format!(
            "Confirm the approvals in {}: they were given by a person who did not hold the office on that day.",
            listed(&named)
        );
        match teams.as_slice() {
            [] => None,
            [one] => Some(self.about(one, text)),
            _ => Some(self.overall(text)),
        }
    }

    /// Returns an action about the unit that needs most people to reach its Level 1 target.
    fn level1(&self) -> Option<Action> {
        let missing = |unit: &SnapshotUnit| {
            let needed = i64::from(unit.level1_target.unwrap_or(0)) * i64::from(unit.headcount);
            (needed - i64::from(unit.level1_done) * 100 + 99) / 100
        };
        let tops = self.report.top_units();
        let below = tops.iter().filter(|unit| below_target(unit.level1_done, unit.headcount, unit.level1_target));
        let unit = below.max_by_key(|unit| missing(unit))?;
        let of = if tops.len() > 1 { format!(" of {}", self.names.unit(unit)) } else { String::new() };
        let text = format!(
            "Ask {}{of} to do the Level 1 module: {} have done it, the target is {}%.",
            counted(missing(unit), "more member of staff", "more members of staff"),
            Fraction::new(unit.level1_done, unit.headcount).counts(),
            unit.level1_target.unwrap_or(0)
        );
        let link = self.setting.unit_link(&unit.unit_code).map(|link| ("Open the unit", link));
        Some(Action { text, link, teams: Vec::new() })
    }

    fn champions(&self) -> Option<Action> {
        let teams: Vec<&Team> = one_per_group(self.report.champions.iter().map(|place| place.team)).collect();
        let short = teams.iter().filter_map(|team| champions_short(team));
        let missing: i64 = short.map(|(have, needed)| i64::from(needed) - i64::from(have)).sum();
        (missing > 0).then(|| {
            self.overall(format!(
                "Find {} for {}.",
                counted(missing, "Wellbeing Champion", "Wellbeing Champions"),
                counted(int(teams.len()), "team", "teams")
            ))
        })
    }

    fn trainers(&self) -> Option<Action> {
        let short = self.report.top_units().into_iter().find(|unit| trainers_short(unit))?;
        Some(self.overall(format!(
            "Ask the coordinator for more Trainers: {} for {}, and one is needed for every {}.",
            counted(i64::from(short.trainers), "active Trainer", "active Trainers"),
            counted(i64::from(short.active_supporters), "Peer Supporter", "Peer Supporters"),
            short.supporters_per_trainer.unwrap_or_default()
        )))
    }
}

/// Whether two teams have their gap and their cover in common: the same team, or teams of one cover group.
fn are_assessed_together(team: &Team, other: &Team) -> bool {
    other.unit_id == team.unit_id || (team.cover_group.is_some() && other.cover_group == team.cover_group)
}

/// Returns the teams that have an action of their own.
pub(super) fn teams_named(actions: &[Action]) -> HashSet<UnitId> {
    actions.iter().flat_map(|action| action.teams.iter().copied()).collect()
}
