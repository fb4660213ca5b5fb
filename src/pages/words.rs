//! Figures and statuses in words. Those that are also in the weekly mail have the same words there.

use entity::data_age::is_old;
use entity::value::{Role, StandingGroup, Status, UnknownBecause};
use jobs::report::wording;

use super::answer::{ApiDate as Date, ApiLevel1Band as Level1Band, NetworkRole};

/// The text for a number that the API hides because it is small.
pub(super) const HIDDEN: &str = "not shown (small number)";

/// A part of a whole, as in the API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    pub(super) numerator: i64,
    pub(super) denominator: i64,
    /// 0 to 100, to the nearest tenth. `None` if the denominator is 0.
    pub(super) percent: Option<f64>,
}

impl Share {
    /// The percentage as a whole number, rounded as in the mail. `None` if the denominator is 0.
    fn whole_percent(self) -> Option<u16> {
        self.percent.and_then(|_| wording::Fraction { part: self.numerator, whole: self.denominator }.percent())
    }

    /// `62%`, or `no percentage` if the denominator is 0.
    pub(super) fn percent(self) -> String {
        self.whole_percent().map_or_else(|| "no percentage".to_owned(), |percent| format!("{percent}%"))
    }

    /// `1,034 of 2,000 staff`.
    pub(super) fn counts(self, of: &str) -> String {
        format!("{} of {} {of}", wording::grouped(self.numerator), wording::grouped(self.denominator))
    }

    /// `62% (1,034 of 2,000)`, or `none to assess`.
    pub(super) fn in_a_cell(self) -> String {
        match self.whole_percent() {
            Some(percent) => {
                format!("{percent}% ({} of {})", wording::grouped(self.numerator), wording::grouped(self.denominator))
            }
            None => "none to assess".to_owned(),
        }
    }

    /// Compares the share with an earlier day, by the rounded percentages: "56%, up from 56%" would say nothing.
    pub(super) fn since(self, then: Self, day: Date) -> Option<String> {
        let (now, before, day) = (self.whole_percent()?, then.whole_percent()?, date(day));
        Some(if now == before {
            format!("The same as on {day}.")
        } else if now > before {
            format!("Up from {before}% on {day}.")
        } else {
            format!("Down from {before}% on {day}.")
        })
    }
}

/// Converts a generated fragment on `Ratio` to a [`Share`].
macro_rules! share_of {
    ($part:path) => {
        impl From<&$part> for crate::pages::words::Share {
            fn from(part: &$part) -> Self {
                Self { numerator: part.numerator, denominator: part.denominator, percent: part.percent }
            }
        }
    };
}
pub(super) use share_of;

/// Level 1 training, as in the API: a count, a band, or hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level1Figure {
    pub(super) done: Option<Share>,
    pub(super) band: Option<Level1Band>,
    pub(super) hidden: bool,
    pub(super) target: Option<i64>,
    pub(super) met: Option<bool>,
}

impl Level1Figure {
    /// The figure: `90% (18 of 20)`, `80% to 89%`, or the text for a hidden one.
    pub(super) fn figure(self) -> String {
        match (self.done, self.band) {
            (Some(done), _) => done.in_a_cell(),
            (None, Some(band)) => band_in_words(band).to_owned(),
            (None, None) if self.hidden => HIDDEN.to_owned(),
            (None, None) => "no staff".to_owned(),
        }
    }

    /// A sentence about the target. `None` if there is no target.
    pub(super) fn target(self) -> Option<String> {
        let target = self.target?;
        Some(match self.met {
            Some(true) => format!("The target of {target}% is met."),
            Some(false) => format!("The target of {target}% is not met."),
            None => format!("The target is {target}%."),
        })
    }
}

const fn band_in_words(band: Level1Band) -> &'static str {
    match band {
        Level1Band::Below50 => "less than 50%",
        Level1Band::From50To79 => "50% to 79%",
        Level1Band::From80To89 => "80% to 89%",
        Level1Band::From90 => "90% or more",
    }
}

/// Converts a generated fragment on `Level1` to a [`Level1Figure`].
macro_rules! level1_of {
    ($part:path) => {
        impl From<&$part> for crate::pages::words::Level1Figure {
            fn from(part: &$part) -> Self {
                let done = part.done.as_ref().map(crate::pages::words::Share::from);
                Self { done, band: part.band, hidden: part.hidden, target: part.target, met: part.met }
            }
        }
    };
}
pub(super) use level1_of;

/// How old the data behind a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DataAge {
    pub(super) sentence: String,
    /// Whether the data is so old that the page starts with a warning.
    pub(super) is_old: bool,
}

/// Describes the age of the oldest staff list behind some figures: employer, date and age in days.
pub(super) fn data_age(list: Option<(Option<&str>, Date, i64)>) -> DataAge {
    let Some((employer, as_at, days)) = list else {
        return DataAge { sentence: "No staff list is on file for these figures.".to_owned(), is_old: false };
    };
    let whose = employer.map_or_else(String::new, |employer| format!(" of {employer}"));
    let age = match days {
        0 => "today".to_owned(),
        days => format!("{} old", wording::counted(days, "day", "days")),
    };
    DataAge {
        sentence: format!(
            "The oldest staff list behind these figures is the list{whose} as at {}: {age}.",
            date(as_at)
        ),
        is_old: is_old(days),
    }
}

/// Describes a generated fragment on `StaffListAge`.
macro_rules! data_age_of {
    ($list:expr) => {
        crate::pages::words::data_age($list.map(|list| (list.employer.as_deref(), list.as_at, list.age_in_days)))
    };
}
pub(super) use data_age_of;

/// A part of a person's time in thousandths, as a percentage: `10%`, `12.5%`.
pub(super) fn share(thousandths: i64) -> String {
    match (thousandths / 10, thousandths % 10) {
        (whole, 0) => format!("{whole}%"),
        (whole, tenth) => format!("{whole}.{tenth}%"),
    }
}

/// A role in a sentence.
pub(super) const fn role_name(role: NetworkRole) -> &'static str {
    match role.0 {
        Role::PeerSupporter => "Peer Supporter",
        Role::Trainer => "Trainer",
        Role::Champion => "Wellbeing Champion",
    }
}

/// `23 November 2026`.
pub(super) fn date(day: Date) -> String {
    wording::day(day.0)
}

/// `1 team`, `2 teams`.
pub(super) fn counted(number: i64, one: &str, many: &str) -> String {
    wording::counted(number, one, many)
}

/// A status as a tag: its text, and the colour in the design system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) words: &'static str,
    pub(super) colour: &'static str,
}

/// The tag of a status.
pub(super) fn tag(status: Status, unknown_because: Option<UnknownBecause>) -> Tag {
    let colour = match status {
        Status::Covered => "green",
        Status::AtRisk => "yellow",
        Status::MixGap | Status::Partial => "orange",
        Status::None => "red",
        Status::Unknown | Status::NotApplicable | Status::Exempt => "grey",
    };
    Tag { words: wording::status_because(status, unknown_because), colour }
}

/// A group of allocations in words.
pub(super) const fn standing_group(group: StandingGroup) -> &'static str {
    match group {
        StandingGroup::Counts => "Count towards cover",
        StandingGroup::NotAvailable => "Long absence, or paused",
        StandingGroup::Training => "Training is missing or has expired",
        StandingGroup::Approval => "A sign-off, an approval or the signed agreement is missing or has expired",
        StandingGroup::ProtectedTime => "No protected time is recorded",
        StandingGroup::Other => "Left, moved, stood down, not started, or cannot count in this team",
    }
}

/// Returns a person's name, or a text if no name is on file.
pub(super) fn name(name: Option<&str>) -> String {
    name.map_or_else(|| "Name not on file".to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::try_from(text.to_owned()).unwrap()
    }

    fn share(numerator: i64, denominator: i64, percent: Option<f64>) -> Share {
        Share { numerator, denominator, percent }
    }

    #[test]
    fn share_of_nothing_has_no_percentage() {
        let half = share(1_034, 2_068, Some(50.0));
        assert_eq!(half.percent(), "50%");
        assert_eq!(half.counts("staff"), "1,034 of 2,068 staff");
        assert_eq!(half.in_a_cell(), "50% (1,034 of 2,068)");
        assert_eq!(share(0, 0, None).in_a_cell(), "none to assess");
        assert_eq!(share(1, 3, Some(33.3)).percent(), "33%");
    }

    #[test]
    fn change_compares_rounded_percentages() {
        let (now, then, on) = (share(1, 2, Some(50.0)), share(2, 5, Some(40.0)), day("2026-11-09"));
        assert_eq!(now.since(then, on).as_deref(), Some("Up from 40% on 9 November 2026."));
        assert_eq!(then.since(now, on).as_deref(), Some("Down from 50% on 9 November 2026."));
        assert_eq!(now.since(share(2, 4, Some(50.0)), on).as_deref(), Some("The same as on 9 November 2026."));
        assert_eq!(now.since(share(0, 0, None), on), None);
    }

    #[test]
    fn level_1_is_a_count_a_band_or_hidden() {
        let nothing = Level1Figure { done: None, band: None, hidden: false, target: Some(90), met: None };
        let count = Level1Figure { done: Some(share(18, 20, Some(90.0))), met: Some(true), ..nothing };
        assert_eq!(
            (count.figure(), count.target()),
            ("90% (18 of 20)".into(), Some("The target of 90% is met.".into()))
        );
        let band = Level1Figure { band: Some(Level1Band::From80To89), met: Some(false), ..nothing };
        assert_eq!(
            (band.figure().as_str(), band.target().unwrap()),
            ("80% to 89%", "The target of 90% is not met.".into())
        );
        assert_eq!(Level1Figure { hidden: true, ..nothing }.figure(), "not shown (small number)");
        assert_eq!(nothing.figure(), "no staff");
    }

    #[test]
    fn data_is_old_after_35_days() {
        let age = |days| data_age(Some((Some("NHS"), day("2026-10-12"), days)));
        assert!(!age(35).is_old && age(36).is_old);
        assert_eq!(
            age(35).sentence,
            "The oldest staff list behind these figures is the list of NHS as at 12 October 2026: 35 days old."
        );
        assert!(!data_age(None).is_old);
    }
}
