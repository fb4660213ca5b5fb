//! A part of a whole in percent, rounded in the same way wherever it is shown.

/// A part of a whole that is greater than 0.
///
/// It is rounded to the nearest step, halves up, but 100 always means all and 0 always means none: less than all is
/// never rounded up to 100, and more than none never down to 0. Readers act on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    part: u64,
    whole: u64,
}

impl Percent {
    /// Returns `part` of `whole`, or `None` if the whole is 0, which has no percentage (COVERAGE.md section 7). A part
    /// larger than the whole counts as all of it.
    #[must_use]
    pub fn new(part: impl Into<u64>, whole: impl Into<u64>) -> Option<Self> {
        let whole = whole.into();
        (whole > 0).then(|| Self { part: part.into().min(whole), whole })
    }

    /// Returns tenths of a percent, 0 to 1000, as the API shows it.
    #[must_use]
    pub fn tenths(self) -> u16 {
        self.in_steps(1000)
    }

    /// Returns whole percent, 0 to 100, as the mail shows it.
    #[must_use]
    pub fn rounded(self) -> u16 {
        self.in_steps(100)
    }

    /// Returns the part if the whole is divided into `steps` steps.
    fn in_steps(self, steps: u16) -> u16 {
        let Self { part, whole } = self;
        if part == 0 || part == whole {
            return if part == 0 { 0 } else { steps };
        }
        let (part, whole) = (u128::from(part), u128::from(whole));
        let nearest = (2 * part * u128::from(steps) + whole) / (2 * whole);
        u16::try_from(nearest).unwrap_or(steps).clamp(1, steps - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(part: u64, whole: u64) -> Option<(u16, u16)> {
        Percent::new(part, whole).map(|percent| (percent.tenths(), percent.rounded()))
    }

    #[test]
    fn rounds_halves_up() {
        assert_eq!(shown(2, 3), Some((667, 67)));
        assert_eq!(shown(1, 3), Some((333, 33)));
        assert_eq!(shown(1, 8), Some((125, 13)));
        assert_eq!(shown(1, 2000), Some((1, 1)));
        assert_eq!(shown(45, 1000), Some((45, 5)));
    }

    #[test]
    fn never_rounds_up_to_all() {
        assert_eq!(shown(9_996, 10_000), Some((999, 99)));
        assert_eq!(shown(996, 1000), Some((996, 99)));
        assert_eq!(shown(u64::MAX - 1, u64::MAX), Some((999, 99)));
        assert_eq!(shown(7, 7), Some((1000, 100)));
    }

    #[test]
    fn never_rounds_down_to_none() {
        assert_eq!(shown(4, 10_000), Some((1, 1)));
        assert_eq!(shown(4, 1000), Some((4, 1)));
        assert_eq!(shown(0, 7), Some((0, 0)));
    }

    #[test]
    fn nothing_has_no_percentage() {
        assert_eq!(shown(0, 0), None);
        assert_eq!(shown(3, 0), None);
    }

    #[test]
    fn more_than_all_is_all() {
        assert_eq!(shown(8, 7), Some((1000, 100)));
    }

    proptest! {
        #[test]
        fn is_within_half_a_step_unless_next_to_an_end(part in 0..=5000u64, whole in 1..=5000u64) {
            let part = part.min(whole);
            let percent = Percent::new(part, whole).expect("a whole");
            for (steps, shown) in [(1000, percent.tenths()), (100, percent.rounded())] {
                let shown = u64::from(shown);
                prop_assert_eq!(shown == 0, part == 0);
                prop_assert_eq!(shown == steps, part == whole);
                // |part / whole - shown / steps| <= 1 / (2 * steps)
                let off = (part * steps).abs_diff(shown * whole);
                let is_next_to_an_end = shown == 1 || shown == steps - 1;
                prop_assert!(2 * off <= whole || (is_next_to_an_end && off < whole), "{} of {}: {}", part, whole, shown);
            }
        }

        #[test]
        fn a_larger_part_is_never_shown_as_less(part in 0..5000u64, whole in 1..=5000u64) {
            let less = Percent::new(part.min(whole), whole).expect("a whole");
            let more = Percent::new((part + 1).min(whole), whole).expect("a whole");
            prop_assert!(less.tenths() <= more.tenths() && less.rounded() <= more.rounded());
        }
    }
}
