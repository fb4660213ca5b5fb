//! Level 1 for readers who are not responsible for a unit: they see the band of its percentage instead of the count.
//!
//! How many people have completed Level 1 is training compliance. Readers who are responsible for a unit see the exact
//! count, however small. Everyone else who sees figures of the unit, and a published export, gets a band.
//!
//! **Which bands are shown** is decided by the headcount alone, never by the count. It is tempting to hide only the
//! bands that reveal the count, and wrong: of 10 people, 80 to 89 % is exactly 8, so if only that band were hidden,
//! "hidden" would mean 8. A band is shown for groups of at least as many people as the limit of small numbers, in which
//! each of the four bands leaves two or more counts possible. So a band never reveals a count, nor that everyone or no
//! one has completed Level 1 in a small group. With the default limit that means groups of 15 people or more.
//! Headcounts are public, so it is known beforehand which bands are hidden, and that reveals nothing. A board, an HSCP
//! or a sector has far more people and is never hidden.
//!
//! **A cover group** of several teams has no band for these readers. They see the band of the one member that is their
//! own team, and the difference would be about the others, who may be few.
//!
//! **What is not promised.** Each band is decided separately. If a team has the lowest count of its band and the unit
//! above it the highest count of a lower band, the two together can reveal the count of the teams beside it. Hiding a
//! band in just those cases would reveal which case it is; ruling them out would hide sectors. `cargo bench -p jobs
//! --bench level1` counts how often it happens in a simulated year. A band that changes from one day to the next
//! reveals that its boundary was passed.

use std::ops::Range;

use super::disclosure::Limit;

/// The percentage of people with Level 1, in four bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level1Band {
    /// Less than 50 %.
    Below50,
    /// 50 % or more, less than 80 %.
    From50To79,
    /// 80 % or more, less than 90 %.
    From80To89,
    /// 90 % or more.
    From90,
}

impl Level1Band {
    /// Every band, lowest first.
    pub const ALL: [Self; 4] = [Self::Below50, Self::From50To79, Self::From80To89, Self::From90];

    /// Returns the lowest percentage of the band, 0 to 90.
    #[must_use]
    pub const fn from_percent(self) -> u32 {
        match self {
            Self::Below50 => 0,
            Self::From50To79 => 50,
            Self::From80To89 => 80,
            Self::From90 => 90,
        }
    }

    /// Returns the lowest percentage above the band. `None` for the highest band, which ends with 100.
    const fn end_percent(self) -> Option<u32> {
        match self {
            Self::Below50 => Some(Self::From50To79.from_percent()),
            Self::From50To79 => Some(Self::From80To89.from_percent()),
            Self::From80To89 => Some(Self::From90.from_percent()),
            Self::From90 => None,
        }
    }

    /// Returns the code of the band, as used in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Below50 => "BELOW_50",
            Self::From50To79 => "FROM_50_TO_79",
            Self::From80To89 => "FROM_80_TO_89",
            Self::From90 => "FROM_90",
        }
    }

    /// Returns the band of `done` people out of `headcount`: the highest with `100 * done >= from * headcount`. `None`
    /// if the headcount is 0.
    #[must_use]
    pub fn from_counts(done: u32, headcount: u32) -> Option<Self> {
        let reached = |band: &Self| 100 * u64::from(done) >= u64::from(band.from_percent()) * u64::from(headcount);
        Self::ALL.into_iter().rev().find(reached).filter(|_| headcount > 0)
    }

    /// Returns the band for readers who do not see the count. `None` if the group is too small for one; see the module.
    #[must_use]
    pub fn published(done: u32, headcount: u32, limit: Limit) -> Option<Self> {
        Self::from_counts(done, headcount).filter(|_| is_large_enough(headcount, limit))
    }

    /// Returns the range of counts that are possible with this band in a group of `headcount` people.
    #[must_use]
    pub fn possible_counts(self, headcount: u32) -> Range<u32> {
        let first = |percent: u32| (u64::from(percent) * u64::from(headcount)).div_ceil(100);
        let end = self.end_percent().map_or(u64::from(headcount) + 1, first);
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        count(first(self.from_percent()))..count(end)
    }

    /// Whether a target of `target` percent is met. `None` if the band alone does not decide it.
    #[must_use]
    pub fn decides(self, target: u32) -> Option<bool> {
        if self.from_percent() >= target {
            return Some(true);
        }
        self.end_percent().is_some_and(|end| end <= target).then_some(false)
    }
}

/// Whether a group of `headcount` people is large enough for its band to be shown to readers who do not see the count.
#[must_use]
pub fn is_large_enough(headcount: u32, limit: Limit) -> bool {
    headcount >= limit.get() && Level1Band::ALL.iter().all(|band| band.possible_counts(headcount).len() >= 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bands_begin_at_50_80_and_90_percent() {
        let bands = [(49, Level1Band::Below50), (50, Level1Band::From50To79), (79, Level1Band::From50To79)];
        let upper = [(80, Level1Band::From80To89), (89, Level1Band::From80To89), (90, Level1Band::From90)];
        for (done, band) in bands.into_iter().chain(upper).chain([(0, Level1Band::Below50), (100, Level1Band::From90)])
        {
            assert_eq!(Level1Band::from_counts(done, 100), Some(band), "{done} of 100");
        }
    }

    #[test]
    fn the_percentage_is_never_rounded_into_a_band() {
        assert_eq!(Level1Band::from_counts(899, 1000), Some(Level1Band::From80To89));
        assert_eq!(Level1Band::from_counts(8_999_999, 10_000_000), Some(Level1Band::From80To89));
        assert_eq!(Level1Band::from_counts(u32::MAX, u32::MAX), Some(Level1Band::From90));
    }

    #[test]
    fn an_empty_group_has_no_band() {
        assert_eq!(Level1Band::from_counts(0, 0), None);
        assert_eq!(Level1Band::published(0, 0, Limit::default()), None);
    }

    #[test]
    fn bands_are_shown_from_15_people_or_the_limit() {
        let shown =
            |headcount, limit| Level1Band::published(headcount, headcount, Limit::new(limit).unwrap()).is_some();
        assert!((1..15).all(|headcount| !shown(headcount, 5)));
        assert!((15..1000).all(|headcount| shown(headcount, 5)));
        assert!(!shown(29, 30) && shown(30, 30));
    }

    #[test]
    fn a_band_decides_a_target_only_if_all_counts_do() {
        use Level1Band::{Below50, From50To79, From80To89, From90};
        assert_eq!((From90.decides(90), From90.decides(80), From90.decides(95)), (Some(true), Some(true), None));
        assert_eq!((From80To89.decides(90), From80To89.decides(85)), (Some(false), None));
        assert_eq!((From50To79.decides(80), From50To79.decides(50)), (Some(false), Some(true)));
        assert_eq!((Below50.decides(0), Below50.decides(50), Below50.decides(30)), (Some(true), Some(false), None));
    }

    proptest! {
        #[test]
        fn a_shown_band_leaves_two_counts_or_more(done in 0..400u32, headcount in 0..400u32, limit in Limit::RANGE) {
            let (done, limit) = (done.min(headcount), Limit::new(limit).unwrap());
            // The readers' own arithmetic: every count that would have been published with the same band.
            let published = Level1Band::published(done, headcount, limit);
            let alike = (0..=headcount).filter(|other| Level1Band::published(*other, headcount, limit) == published).count();
            prop_assert!(alike >= 2 || headcount == 0, "{} of {}", done, headcount);
            prop_assert!(published.is_none() || headcount >= limit.get());
        }

        #[test]
        fn possible_counts_are_those_of_the_band(headcount in 0..400u32) {
            for band in Level1Band::ALL {
                let own: Vec<u32> = (0..=headcount).filter(|done| Level1Band::from_counts(*done, headcount) == Some(band)).collect();
                if headcount > 0 {
                    prop_assert_eq!(own, band.possible_counts(headcount).collect::<Vec<_>>());
                }
            }
        }

        #[test]
        fn a_decided_target_holds_for_each_count(headcount in 1..300u32, target in 0..=100u32) {
            for band in Level1Band::ALL {
                let met = |done| super::super::rollup::level1_met(done, headcount, target);
                if let Some(decided) = band.decides(target) {
                    prop_assert!(band.possible_counts(headcount).all(|done| met(done) == Some(decided)));
                }
            }
        }
    }
}
