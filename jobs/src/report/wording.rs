//! Figures and statuses in words. Every percentage is shown with its numerator and denominator.

use entity::coverage::Percent;
use entity::period::Day;
use entity::value::{Status, UnknownBecause};

use super::snapshot_tree::Team;

pub use entity::coverage::wording::{counted, grouped, listed, with_full_stop};

/// A part of a whole. Fractions are summed and never averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Numerator.
    pub part: i64,
    /// Denominator.
    pub whole: i64,
}

impl Fraction {
    /// Creates a fraction from two counts of people or teams.
    #[must_use]
    pub fn new(part: i32, whole: i32) -> Self {
        Self { part: i64::from(part), whole: i64::from(whole) }
    }

    /// Returns the percentage in whole percent, as the mail shows it. `None` if the denominator is 0.
    #[must_use]
    pub fn percent(self) -> Option<u16> {
        // Sums of stored figures are never negative.
        let figure = |sum: i64| u64::try_from(sum).unwrap_or(0);
        Percent::new(figure(self.part), figure(self.whole)).map(Percent::rounded)
    }

    /// Returns `56 of 97 (58%)`, or `no staff assessed` if the denominator is 0. `nothing` is the noun, here `staff`.
    #[must_use]
    pub fn words(self, nothing: &str) -> String {
        match self.percent() {
            Some(percent) => format!("{} of {} ({percent}%)", grouped(self.part), grouped(self.whole)),
            None => format!("no {nothing} assessed"),
        }
    }

    /// Returns `3 of 8`.
    #[must_use]
    pub fn counts(self) -> String {
        format!("{} of {}", grouped(self.part), grouped(self.whole))
    }

    /// Returns `3 of 8 teams have cover (38%)`, or `no teams to assess` if there are none.
    #[must_use]
    pub fn with_cover(self) -> String {
        match self.percent() {
            Some(percent) => {
                let have = if self.whole == 1 { "team has" } else { "teams have" };
                format!("{} of {} {have} cover ({percent}%)", grouped(self.part), grouped(self.whole))
            }
            None => "no teams to assess".to_owned(),
        }
    }

    /// Returns the change since the last report. It compares the rounded percentages, because "56%, up from 56%" says nothing.
    #[must_use]
    pub fn since(self, before: Self, nothing: &str) -> String {
        let was = before.words(nothing);
        match (self.percent(), before.percent()) {
            (now, then) if now == then => "unchanged".to_owned(),
            (Some(now), Some(then)) if now > then => format!("up from {was}"),
            (Some(_), Some(_)) => format!("down from {was}"),
            (None, _) | (_, None) => format!("last report: {was}"),
        }
    }
}

/// Converts a count of rows or teams.
#[must_use]
pub fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Returns a count with its thousands grouped: `12,345`.
#[must_use]
pub fn number(count: usize) -> String {
    grouped(int(count))
}

/// Returns `23 November 2026`.
#[must_use]
pub fn day(day: Day) -> String {
    day.date().format("%-d %B %Y").to_string()
}

/// Returns `23 November`, with the year if it is not that of `today`.
#[must_use]
pub fn near_day(near: Day, today: Day) -> String {
    let year = |day: Day| day.date().format("%Y").to_string();
    if year(near) == year(today) { near.date().format("%-d %B").to_string() } else { day(near) }
}

/// Returns a team's status as a heading.
#[must_use]
pub const fn status(team: &Team) -> &'static str {
    status_because(team.status, team.unknown_because)
}

/// Returns a status as a heading. For UNKNOWN, the reason decides the words.
#[must_use]
pub const fn status_because(status: Status, unknown_because: Option<UnknownBecause>) -> &'static str {
    match status {
        Status::NotApplicable => "No staff",
        Status::Exempt => "Exempt",
        Status::Unknown => match unknown_because {
            Some(UnknownBecause::RowsNotRead) => "Not known: staff list has errors",
            Some(UnknownBecause::DataStale) => "Not known: staff list is too old",
            Some(UnknownBecause::NoPolicy) | None => "No policy",
        },
        Status::None => "No Peer Supporter",
        Status::Partial => "Too few Peer Supporters",
        Status::MixGap => "Mix not met",
        Status::AtRisk => "Covered, at risk",
        Status::Covered => "Covered",
    }
}

/// Returns a team's status and gap as a clause: `no Peer Supporter, 2 short`.
#[must_use]
pub fn state(team: &Team) -> String {
    match (team.status, team.gap) {
        (Status::None, Some(gap)) => format!("no Peer Supporter, {gap} short"),
        (Status::None, None) => "no Peer Supporter".to_owned(),
        (Status::Partial, Some(gap)) => format!("{gap} short"),
        (Status::Partial, None) => "too few Peer Supporters".to_owned(),
        (Status::MixGap, _) => "mix not met".to_owned(),
        (Status::Unknown, _) => match team.unknown_because {
            Some(UnknownBecause::RowsNotRead) => "not known, the staff list has errors".to_owned(),
            Some(UnknownBecause::DataStale) => "not known, the staff list is too old".to_owned(),
            Some(UnknownBecause::NoPolicy) | None => "no policy".to_owned(),
        },
        (Status::NotApplicable, _) => "no staff".to_owned(),
        (Status::Exempt, _) => "exempt".to_owned(),
        (Status::AtRisk, _) => "covered, at risk".to_owned(),
        (Status::Covered, _) => "covered".to_owned(),
    }
}

/// Returns a team's previous status as the second half of a sentence: `it had no Peer Supporter`.
#[must_use]
pub fn state_before(team: &Team) -> String {
    match (team.status, team.gap) {
        (Status::None, _) => "it had no Peer Supporter".to_owned(),
        (Status::Partial, Some(gap)) => format!("it was {gap} short"),
        (Status::Partial, None) => "it had too few Peer Supporters".to_owned(),
        (Status::MixGap, _) => "its mix was not met".to_owned(),
        (Status::Unknown, _) => "its cover was not known".to_owned(),
        (Status::NotApplicable, _) => "it had no staff".to_owned(),
        (Status::Exempt, _) => "it was exempt".to_owned(),
        (Status::AtRisk | Status::Covered, _) => "it had cover".to_owned(),
    }
}

/// Describes the Peer Supporters of a team that has some but too few, so that the reader knows what `1 more` adds to. The
/// figures are those of the cover group if the team has one. The share that a policy requires for the team's size is not in
/// the row, so the sum of the shares is compared with the number of people required.
#[must_use]
pub fn who_is_there(team: &Team) -> Option<String> {
    let Team { supporters: people, share, .. } = *team;
    let needed = team.required.filter(|_| team.status == Status::Partial && team.gap.is_some_and(|gap| gap > 0))?;
    let supporters = counted(i64::from(people), "Peer Supporter", "Peer Supporters");
    let sum = shares(share);
    let place = if team.cover_group.is_some() { "in the group" } else { "here" };
    let is_needed = if needed == 1 { "1 is needed".to_owned() } else { format!("{needed} are needed") };
    let adds_up = format!("Peer Supporters' time {place} adds up to {sum}");
    Some(if people == 0 {
        format!("{adds_up}, but no one gives at least half of theirs.")
    } else if share == people * 1000 {
        format!("{supporters} {place}; {is_needed}.")
    } else if share >= needed * 1000 {
        format!("{supporters} {place} with at least half of their time; {is_needed}.")
    } else if people >= needed {
        // If each of them gave all of their share, there would be enough people.
        format!("{adds_up}; {is_needed}. More of their time {place} would close the gap as well.")
    } else {
        format!("{adds_up}; {is_needed}.")
    })
}

/// Returns thousandths of a Peer Supporter in words: `0.4 of a Peer Supporter`, `1.25 Peer Supporters`.
fn shares(thousandths: i32) -> String {
    match thousandths {
        ..1000 => format!("{} of a Peer Supporter", decimal(thousandths)),
        1000 => "1 Peer Supporter".to_owned(),
        _ => format!("{} Peer Supporters", decimal(thousandths)),
    }
}

/// Returns thousandths as a decimal without trailing zeros. Nothing is rounded, so 999 does not become 1.
#[must_use]
pub fn decimal(thousandths: i32) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns the sentence with its first letter in lower case.
#[must_use]
pub fn lower_first(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first: String = rest.next().map(|first| first.to_lowercase().collect()).unwrap_or_default();
    format!("{first}{}", rest.as_str())
}

#[cfg(test)]
mod tests {
    use entity::value::Status;

    use super::{Fraction, who_is_there};
    use crate::report::sample::team;
    use crate::report::snapshot_tree::Team;

    #[test]
    fn a_percentage_is_whole_and_shows_its_counts() {
        assert_eq!(Fraction::new(56, 97).words("teams"), "56 of 97 (58%)");
        assert_eq!(Fraction::new(9960, 10_000).words("staff"), "9,960 of 10,000 (99%)");
        assert_eq!(Fraction::new(4, 1000).words("staff"), "4 of 1,000 (1%)");
        assert_eq!(Fraction::new(0, 0).words("staff"), "no staff assessed");
        assert_eq!(Fraction::new(7, 7).words("teams"), "7 of 7 (100%)");
    }

    #[test]
    fn a_change_compares_rounded_percentages() {
        let last = Fraction::new(54, 96);
        assert_eq!(Fraction::new(56, 97).since(last, "teams"), "up from 54 of 96 (56%)");
        assert_eq!(Fraction::new(55, 100).since(last, "teams"), "down from 54 of 96 (56%)");
        assert_eq!(last.since(last, "teams"), "unchanged");
        assert_eq!(Fraction::new(27, 48).since(last, "teams"), "unchanged");
        assert_eq!(Fraction::new(563, 1000).since(last, "teams"), "unchanged");
        let none = Fraction::new(0, 0);
        assert_eq!(last.since(none, "teams"), "last report: no teams assessed");
        assert_eq!(none.since(last, "teams"), "last report: 54 of 96 (56%)");
        assert_eq!(none.since(none, "teams"), "unchanged");
    }

    #[test]
    fn a_gap_describes_present_supporters() {
        let described = |supporters, share, required| {
            let short = Team { status: Status::Partial, gap: Some(1), required: Some(required), ..team(1, "T", 20) };
            who_is_there(&Team { supporters, share, ..short }).unwrap()
        };
        assert_eq!(
            described(1, 700, 1),
            "Peer Supporters' time here adds up to 0.7 of a Peer Supporter; 1 is needed. More of their time here would close the gap as well."
        );
        assert!(
            described(2, 1999, 2)
                .starts_with("Peer Supporters' time here adds up to 1.999 Peer Supporters; 2 are needed.")
        );
        assert_eq!(described(1, 1000, 2), "1 Peer Supporter here; 2 are needed.");
        assert_eq!(described(1, 1250, 2), "Peer Supporters' time here adds up to 1.25 Peer Supporters; 2 are needed.");
        assert_eq!(
            described(0, 1000, 1),
            "Peer Supporters' time here adds up to 1 Peer Supporter, but no one gives at least half of theirs."
        );
        assert_eq!(described(1, 2200, 2), "1 Peer Supporter here with at least half of their time; 2 are needed.");
        assert_eq!(who_is_there(&team(1, "T", 20)), None);
    }
}
