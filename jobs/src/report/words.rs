//! Figures and statuses in words: plain British English, every percentage with its numerator and denominator.

use entity::coverage::Percent;
use entity::coverage::closing::{self, Gap};
use entity::period::Day;
use entity::value::{Reason, Status, UnknownBecause};

use super::board::Team;

/// A part of a whole, never averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// How many.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
}

impl Fraction {
    /// From two counts of people or teams.
    #[must_use]
    pub fn of(part: i32, whole: i32) -> Self {
        Self { part: i64::from(part), whole: i64::from(whole) }
    }

    /// The percentage as the mail shows it: whole percent. `None` if there is nothing to divide by.
    fn percent(self) -> Option<u16> {
        // Sums of stored figures are never negative.
        let figure = |sum: i64| u64::try_from(sum).unwrap_or(0);
        Percent::new(figure(self.part), figure(self.whole)).map(Percent::rounded)
    }

    /// `56 of 97 (58 %)`; `no staff assessed` if there is nothing to divide by.
    #[must_use]
    pub fn words(self, nothing: &str) -> String {
        match self.percent() {
            Some(percent) => format!("{} of {} ({percent} %)", grouped(self.part), grouped(self.whole)),
            None => format!("no {nothing} assessed"),
        }
    }

    /// The change since the last report. It compares the percentages that are shown: "56 %, up from 56 %" would say nothing.
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

/// `1,034`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// `1 team`, `2 teams`.
#[must_use]
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `23 November 2026`.
#[must_use]
pub fn day(day: Day) -> String {
    day.date().format("%-d %B %Y").to_string()
}

/// A team's status as a heading of its row.
#[must_use]
pub const fn status(team: &Team) -> &'static str {
    status_because(team.status, team.unknown_because)
}

/// A status as a heading, with why it is UNKNOWN.
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

/// A team's state in a clause: `no Peer Supporter, 2 short`.
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

/// Who is there where a team is short of people but not of everybody, so that `1 more` says more than what; its figures are
/// the group's where the team is assessed with one. What a policy asks for by size is not in the row: shares are set beside the
/// whole people that are needed.
#[must_use]
pub fn who_is_there(team: &Team) -> Option<String> {
    let Team { supporters: people, share, .. } = *team;
    let needed = team.required.filter(|_| team.status == Status::Partial && team.gap.is_some_and(|gap| gap > 0))?;
    let supporters = counted(i64::from(people), "Peer Supporter", "Peer Supporters");
    let sum = shares(share);
    let place = if team.cover_group.is_some() { "in the group" } else { "here" };
    Some(if people == 0 {
        format!("Shares {place} come to {sum} of {needed} needed, but nobody has half of their share {place}.")
    } else if share == people * 1000 {
        format!("{supporters} {place} of {needed} needed.")
    } else if share >= needed * 1000 {
        format!("{supporters} {place} with at least half of their share, of {needed} needed.")
    } else if people >= needed {
        // Each of them whole would be as many people as are needed.
        let larger = if people == 1 { "a larger share" } else { "larger shares" };
        format!(
            "{supporters} {place}, but shares come to {sum} of {needed} needed: {larger} of their time {place} would close the gap as well."
        )
    } else {
        format!("{supporters} {place}; shares come to {sum} of {needed} needed.")
    })
}

/// Thousandths as a decimal without needless zeros, cut off and not rounded: 999 is not a whole.
fn shares(thousandths: i32) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Allocated people who do not count, by headline.
#[must_use]
pub fn not_counting(team: &Team) -> Vec<(Reason, u32)> {
    team.not_counting.iter().map(|(why, people)| (*why, u32::try_from(*people).unwrap_or(0))).collect()
}

/// What would close a team's gap, in sentences; empty where there is none.
#[must_use]
pub fn what_would_close(team: &Team) -> String {
    // Stored figures are never negative.
    let figure = |stored: i32| u32::try_from(stored).unwrap_or(0);
    let not_counting = not_counting(team);
    let gap = Gap {
        status: team.status,
        short: team.gap.map(figure),
        supporters: figure(team.supporters),
        share: figure(team.share),
        not_counting: &not_counting,
        unknown_because: team.unknown_because,
        rows_not_read: figure(team.rows_not_read),
        // The mail is read by more than those who may read the records.
        with_reasons: false,
    };
    closing::what_would_close(gap, team.unmet_must.iter().map(|sentence| ended(sentence))).join(" ")
}

/// The sentence with a capital and a full stop.
#[must_use]
pub fn ended(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first: String = rest.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let stop = if sentence.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", rest.as_str())
}

#[cfg(test)]
mod tests {
    use entity::value::{Reason, Status};

    use super::{Fraction, counted, grouped, what_would_close, who_is_there};
    use crate::report::board::Team;
    use crate::report::sample::team;

    #[test]
    fn a_percentage_shows_its_counts_and_is_rounded_to_whole_percent() {
        assert_eq!(Fraction::of(56, 97).words("teams"), "56 of 97 (58 %)");
        assert_eq!(Fraction::of(9960, 10_000).words("staff"), "9,960 of 10,000 (99 %)");
        assert_eq!(Fraction::of(4, 1000).words("staff"), "4 of 1,000 (1 %)");
        assert_eq!(Fraction::of(0, 0).words("staff"), "no staff assessed");
        assert_eq!(Fraction::of(7, 7).words("teams"), "7 of 7 (100 %)");
    }

    #[test]
    fn a_change_compares_the_percentages_that_are_shown() {
        let last = Fraction::of(54, 96);
        assert_eq!(Fraction::of(56, 97).since(last, "teams"), "up from 54 of 96 (56 %)");
        assert_eq!(Fraction::of(55, 100).since(last, "teams"), "down from 54 of 96 (56 %)");
        assert_eq!(last.since(last, "teams"), "unchanged");
        assert_eq!(Fraction::of(27, 48).since(last, "teams"), "unchanged");
        assert_eq!(Fraction::of(563, 1000).since(last, "teams"), "unchanged");
        let none = Fraction::of(0, 0);
        assert_eq!(last.since(none, "teams"), "last report: no teams assessed");
        assert_eq!(none.since(last, "teams"), "last report: 54 of 96 (56 %)");
        assert_eq!(none.since(none, "teams"), "unchanged");
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!((grouped(0), grouped(999), grouped(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
        assert_eq!((counted(1, "team", "teams"), counted(0, "team", "teams")), ("1 team".into(), "0 teams".into()));
    }

    #[test]
    fn what_would_close_a_gap_names_people_rules_and_those_who_do_not_count() {
        let partial = Team {
            status: Status::Partial,
            gap: Some(2),
            supporters: 1,
            share: 1000,
            not_counting: vec![(Reason::StoodDown, 4), (Reason::CertificateExpired, 2), (Reason::NotSignedOff, 1)],
            unmet_must: vec!["one more job family".into()],
            ..team(1, "T", 60)
        };
        assert_eq!(
            what_would_close(&partial),
            "2 more Peer Supporters. One more job family. 3 allocated Peer Supporters do not count."
        );
        let shares =
            Team { gap: Some(1), supporters: 0, share: 800, not_counting: vec![], unmet_must: vec![], ..partial };
        assert_eq!(what_would_close(&shares), "1 more Peer Supporter, with at least half of their share here.");
        assert_eq!(what_would_close(&team(1, "T", 60)), "");
    }

    #[test]
    fn a_gap_says_who_is_there() {
        let there = |supporters, share, required| {
            let short = Team { status: Status::Partial, gap: Some(1), required: Some(required), ..team(1, "T", 20) };
            who_is_there(&Team { supporters, share, ..short }).unwrap()
        };
        assert_eq!(
            there(1, 700, 1),
            "1 Peer Supporter here, but shares come to 0.7 of 1 needed: a larger share of their time here would close the gap as well."
        );
        assert!(
            there(2, 1999, 2)
                .starts_with("2 Peer Supporters here, but shares come to 1.999 of 2 needed: larger shares")
        );
        assert_eq!(there(1, 1000, 2), "1 Peer Supporter here of 2 needed.");
        assert_eq!(there(1, 1250, 2), "1 Peer Supporter here; shares come to 1.25 of 2 needed.");
        assert_eq!(there(0, 1000, 1), "Shares here come to 1 of 1 needed, but nobody has half of their share here.");
        assert_eq!(there(1, 2200, 2), "1 Peer Supporter here with at least half of their share, of 2 needed.");
        assert_eq!(who_is_there(&team(1, "T", 20)), None);
    }
}
