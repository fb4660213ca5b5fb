//! The days on which a viewer may see the figures of a team.
//!
//! Most teams have one Peer Supporter. The status and gap of each day would reveal on which day a colleague's absence begins
//! and ends, to viewers who may not see their record. They see the figures of today, which are what the service is for, and of
//! other days only what is published once per week.

use entity::coverage::roster::UnitIx;
use entity::period::Day;

use super::Scope;
use crate::access::Right;

impl Scope {
    /// Whether the viewer may see every record on which the figures of a team depend: for a cover group, those of every member
    /// that has not closed by the day.
    pub(crate) fn sees_records_of_team(&self, unit: UnitIx, day: Day) -> bool {
        let index = &self.known.facts.index;
        let facts = |unit: UnitIx| &index.roster().units[unit.at()];
        let seen = |unit: UnitIx| self.sees_unit(Right::SupporterRecords, unit);
        let members = facts(unit).cover_group.map_or(&[][..], |group| index.group(group));
        let mut open = members.iter().filter(|member| !facts(**member).validity.ended_by(day));
        seen(unit) && open.all(|member| seen(*member))
    }

    /// The same for every team at or below a unit.
    pub(crate) fn sees_records_below(&self, unit: UnitIx, day: Day) -> bool {
        let tree = self.known.facts.index.tree(day);
        let below = &tree.preorder()[tree.subtree(unit)];
        self.all(Right::SupporterRecords) || below.iter().all(|unit| self.sees_records_of_team(*unit, day))
    }

    /// Whether the viewer, who may see the team, may see its figures on a day.
    pub(crate) fn may_see_team_on(&self, unit: UnitIx, day: Day) -> bool {
        is_published(day, self.today) || self.sees_records_of_team(unit, day)
    }

    /// The same for the figures over everything at or below a unit.
    pub(crate) fn may_see_below_on(&self, unit: UnitIx, day: Day) -> bool {
        is_published(day, self.today) || self.sees_records_below(unit, day)
    }

    /// Returns a day on which the figures of a team change, as the viewer may see it on the day `asked`: viewers who may not
    /// see every record get the week, by its Monday.
    pub(crate) fn visible_change_day(&self, unit: UnitIx, asked: Day, change: Day) -> Day {
        if self.sees_records_of_team(unit, asked) { change } else { change.monday() }
    }
}

/// Whether every viewer of a team may see its figures of a day: today's, and those of past Mondays as in the weekly report.
fn is_published(day: Day, today: Day) -> bool {
    day == today || (day < today && day == day.monday())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_and_past_mondays_are_published() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let today = day("2026-11-18");
        for (on, published) in [
            ("2026-11-18", true),
            ("2026-11-16", true),
            ("2020-01-06", true),
            ("2026-11-17", false),
            ("2026-11-15", false),
            ("2026-11-19", false),
            ("2026-11-23", false),
        ] {
            assert_eq!(is_published(day(on), today), published, "{on}");
        }
    }
}
