//! The sections with teams, a few rows each: teams that lose their cover soon, changes, the largest gaps.

use std::collections::HashSet;

use entity::id::UnitId;
use entity::value::ReportSection;

use super::Setting;
use super::names::Names;
use crate::output::one_line::clip;
use crate::report::build::{Closed, Gap, How, Report, one_per_group};
use crate::report::compare::Change;
use crate::report::snapshot_tree::Team;
use crate::report::tasks::{to_close, to_keep, what_ends};
use crate::report::wording::{counted, near_day, number, state, state_before, status, who_is_there};

/// Maximum number of teams in a section. The attached list has every team.
pub(super) const MOST_ROWS: usize = 5;

/// A heading and the teams below it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) heading: &'static str,
    /// The setting with which a reader can leave it out. `None` if it is always shown.
    pub(super) optional: Option<ReportSection>,
    pub(super) rows: Vec<TeamEntry>,
    /// The number of teams that are not shown, as a sentence. Empty if all are shown.
    pub(super) rest: String,
}

impl Section {
    /// The heading in capitals, for the text part.
    pub(super) fn capitals(&self) -> String {
        self.heading.to_uppercase()
    }
}

/// One team.
#[derive(Debug)]
pub(super) struct TeamEntry {
    pub(super) title: String,
    /// Address of the team's page.
    pub(super) link: Option<String>,
    /// Members of staff of the team, or of its cover group.
    pub(super) staff: String,
    /// The status in a few words.
    pub(super) state: String,
    /// The sentences below.
    pub(super) lines: Vec<String>,
}

/// Builds the sections of a report.
pub(super) struct SectionBuilder<'r> {
    pub(super) report: &'r Report<'r>,
    pub(super) setting: &'r Setting,
    pub(super) names: &'r Names,
    /// Teams with an action of their own, which already says what to do.
    pub(super) named: &'r HashSet<UnitId>,
}

impl<'r> SectionBuilder<'r> {
    /// Returns every section that has a team: cover that ends soon, changes, then the largest of the other gaps.
    pub(super) fn sections(&self) -> Vec<Section> {
        let report = self.report;
        let once = |gaps: Vec<&'r Gap<'r>>| -> Vec<&'r Gap<'r>> {
            let kept: HashSet<UnitId> =
                one_per_group(gaps.iter().map(|gap| gap.place.team)).map(|team| team.unit_id).collect();
            gaps.into_iter().filter(|gap| kept.contains(&gap.place.team.unit_id)).collect()
        };
        let changed = |change: Change| once(report.gaps.iter().filter(|gap| gap.change == Some(change)).collect());
        let other = report
            .gaps
            .iter()
            .filter(|gap| match gap.change {
                Some(Change::Same) => !self.named.contains(&gap.place.team.unit_id),
                None => true,
                Some(Change::New | Change::Worse | Change::Better | Change::Closed) => false,
            })
            .collect();
        let other = once(other);
        let at_risk: Vec<&Team> = one_per_group(report.at_risk.iter().map(|place| place.team)).collect();
        let other_heading = if report.previous.is_some() { "Largest of the other gaps" } else { "Largest gaps" };
        let (moved, closed): (Vec<_>, Vec<_>) =
            report.closed.iter().partition(|closed| matches!(closed.how, How::Moved));
        let in_full = |gap: &&Gap<'_>| self.gap(gap, true);
        let in_short = |gap: &&Gap<'_>| self.gap(gap, report.previous.is_none());
        // In the first report this section has every gap, including new ones, so it cannot be left out.
        let optional_other = report.previous.map(|_| ReportSection::OtherGaps);
        let sections = [
            self.section("Loses cover soon", None, &at_risk, |team| self.at_risk(team)),
            self.section("New since the last report", None, &changed(Change::New), in_full),
            self.section("Worse since the last report", None, &changed(Change::Worse), in_full),
            self.section(
                "Better since the last report",
                Some(ReportSection::Better),
                &changed(Change::Better),
                in_full,
            ),
            self.section("Closed since the last report", Some(ReportSection::Closed), &closed, |closed| {
                self.closed(closed)
            }),
            self.section("No longer in your units", Some(ReportSection::Closed), &moved, |closed| self.closed(closed)),
            self.section(other_heading, optional_other, &other, in_short),
        ];
        sections.into_iter().filter(|section| !section.rows.is_empty()).collect()
    }

    fn section<T>(
        &self,
        heading: &'static str,
        optional: Option<ReportSection>,
        all: &[T],
        row: impl Fn(&T) -> TeamEntry,
    ) -> Section {
        let rest = match all.len().saturating_sub(MOST_ROWS) {
            0 => String::new(),
            more => format!("And {} more.", number(more)),
        };
        Section { heading, optional, rows: all.iter().take(MOST_ROWS).map(row).collect(), rest }
    }

    fn row(&self, team: &Team, state: String, lines: Vec<String>) -> TeamEntry {
        TeamEntry {
            title: self.names.team(team),
            link: self.setting.team_link(&team.unit_code),
            staff: counted(i64::from(team.headcount), "member of staff", "staff"),
            state,
            lines,
        }
    }

    fn at_risk(&self, team: &Team) -> TeamEntry {
        let from = team.at_risk_from.map(|from| near_day(from, self.report.day)).unwrap_or_default();
        let days = team.at_risk_from.map(|from| from.days_since(self.report.day)).unwrap_or_default();
        let state = format!("Loses its cover on {from}, in {}", counted(days, "day", "days"));
        let why = what_ends(team).into_iter().chain([format!("To prevent it: {}.", to_keep([team]))]);
        self.row(team, state, self.with_group(team, why.collect()))
    }

    fn gap(&self, gap: &Gap<'_>, in_full: bool) -> TeamEntry {
        let team = gap.place.team;
        let since = team.gap_opened_on.filter(|_| gap.age.is_some_and(|days| days > 0));
        let since = since.map(|since| format!("since {}", near_day(since, self.report.day)));
        let was = gap.before.map(|before| format!("last report: {}", state(before)));
        let was = was.filter(|_| matches!(gap.change, Some(Change::Worse | Change::Better)));
        let said: Vec<_> = [Some(status(team).to_owned()), since, was].into_iter().flatten().collect();
        let mut lines: Vec<_> = who_is_there(team).filter(|_| in_full).into_iter().collect();
        if !self.named.contains(&team.unit_id) {
            lines.push(to_close(team).join(" "));
        }
        self.row(team, said.join(", "), if in_full { self.with_group(team, lines) } else { lines })
    }

    fn closed(&self, closed: &Closed<'_>) -> TeamEntry {
        let before = closed.before;
        let now = match closed.how {
            How::Now(now) => format!("Now {}", state(now)),
            How::Moved => "It still has a gap, in a unit that is not yours".to_owned(),
            How::Gone => "It is no longer a team".to_owned(),
        };
        let days = closed.age.filter(|days| *days > 0).map(|days| format!(" for {}", counted(days, "day", "days")));
        let said = format!("{now}; {}{}", state_before(before), days.unwrap_or_default());
        let link = self.setting.team_link(&before.unit_code).filter(|_| matches!(closed.how, How::Now(_)));
        TeamEntry { link, ..self.row(before, said, Vec::new()) }
    }

    /// Adds a first sentence that names the cover group if the figures are about more teams than this one.
    fn with_group(&self, team: &Team, mut lines: Vec<String>) -> Vec<String> {
        if let Some(group) = team.cover_group.as_deref() {
            let group = clip(group, 60);
            let people = counted(i64::from(team.headcount), "member of staff", "staff");
            lines.insert(0, format!("Covered together with the other teams of cover group {group}, {people} in all."));
        }
        lines
    }
}
