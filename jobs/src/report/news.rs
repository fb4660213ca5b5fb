//! The content of a midweek report: what became worse for one reader since the week's gap report. Pure.

use entity::period::IsoWeek;

use super::build::{Report, build};
use super::compare::{Change, is_newly_at_risk};
use super::recipients::{Answer, Recipient};
use super::snapshot_tree::SnapshotTree;
use super::wording::near_day;

/// What became worse for one reader: new gaps, gaps that are worse, and covered teams that will lose their cover although the
/// gap report did not say so, or earlier than it said.
#[derive(Clone, Debug)]
pub struct News<'a>(
    /// The report with only those gaps and teams at risk. Its lists are not complete: a team that is not in them may have had
    /// a gap for weeks.
    Report<'a>,
);

impl<'a> News<'a> {
    /// Compares the snapshot of the gap report with the current one. If there is no previous snapshot, nothing is new.
    #[must_use]
    pub fn new(
        current: &'a SnapshotTree,
        previous: Option<&'a SnapshotTree>,
        week: IsoWeek,
        answers: &[Answer],
    ) -> Self {
        let whole = build(current, previous, week, answers);
        let before = |team| previous.and_then(|tree| tree.team(team));
        let gaps = whole.gaps.into_iter().filter(|gap| matches!(gap.change, Some(Change::New | Change::Worse)));
        let at_risk = whole
            .at_risk
            .into_iter()
            .filter(|place| previous.is_some() && is_newly_at_risk(place.team, before(place.team.unit_id)));
        Self(Report { gaps: gaps.collect(), at_risk: at_risk.collect(), closed: Vec::new(), ..whole })
    }

    /// Whether nothing became worse.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.gaps.is_empty() && self.0.at_risk.is_empty()
    }

    /// Returns the report with only the gaps and teams at risk that are new or worse.
    pub(super) const fn changed(&self) -> &Report<'a> {
        &self.0
    }

    /// Returns `since Monday`, or `since 16 November` if the week has no gap report of its own.
    pub(super) fn since(&self) -> String {
        match self.0.previous {
            Some(day) if day != self.0.week.monday() => format!("since {}", near_day(day, self.0.day)),
            Some(_) | None => "since Monday".to_owned(),
        }
    }
}

/// Returns the recipients who chose a midweek report and have something new in it, each with that, and how many chose one
/// and have nothing new.
pub(super) fn with_news<'a>(
    recipients: Vec<Recipient>,
    current: &'a SnapshotTree,
    previous: Option<&'a SnapshotTree>,
    week: IsoWeek,
) -> (Vec<(Recipient, News<'a>)>, u64) {
    let (mut with_news, mut quiet) = (Vec::new(), 0);
    for recipient in recipients.into_iter().filter(|recipient| recipient.midweek) {
        let news = News::new(current, previous, week, &recipient.answers);
        if news.is_empty() {
            quiet += 1;
        } else {
            with_news.push((recipient, news));
        }
    }
    (with_news, quiet)
}

#[cfg(test)]
mod tests;
