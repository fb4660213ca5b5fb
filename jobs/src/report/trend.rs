//! Cover of units over the last weeks: covered teams on each Monday that has a snapshot.

use std::collections::{BTreeMap, HashMap};

use entity::id::UnitId;
use entity::period::Day;

use super::snapshot_tree::SnapshotUnit;
use super::wording::Fraction;

/// Cover of several units by day.
#[derive(Clone, Debug, Default)]
pub struct Trends {
    by_unit: HashMap<UnitId, BTreeMap<Day, Fraction>>,
}

impl Trends {
    /// Maximum number of Mondays in a trend.
    pub const WEEKS: u16 = 12;

    /// Adds the row of one unit on one day.
    pub fn add(&mut self, day: Day, unit: &SnapshotUnit) {
        let covered = Fraction::new(unit.teams_covered(), unit.teams_assessed());
        self.by_unit.entry(unit.unit_id).or_default().insert(day, covered);
    }

    /// Returns covered teams of assessed teams in all of `units` together, by day, oldest first. Days without an assessed
    /// team are left out, and so are days on which one of the units did not exist, because the sum would cover fewer units.
    #[must_use]
    pub fn for_units(&self, units: &[UnitId]) -> Vec<(Day, Fraction)> {
        let mut sums: BTreeMap<Day, (usize, Fraction)> = BTreeMap::new();
        for unit in units {
            for (day, covered) in self.by_unit.get(unit).into_iter().flatten() {
                let (known, sum) = sums.entry(*day).or_insert((0, Fraction { part: 0, whole: 0 }));
                *known += 1;
                sum.part += covered.part;
                sum.whole += covered.whole;
            }
        }
        sums.into_iter()
            .filter(|(_, (known, sum))| *known == units.len() && sum.whole > 0)
            .map(|(day, (_, sum))| (day, sum))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use entity::id::UnitId;

    use super::Trends;
    use crate::report::sample::{at, short, team, unit};

    #[test]
    fn sums_units_on_days_that_all_have() {
        let (covered, gap) = (team(11, "A", 9), short(12, "B", 9, 1, "2026-11-02"));
        let mut trends = Trends::default();
        trends.add(at("2026-11-09"), &unit(2, "NORTH", None, &[&gap]));
        trends.add(at("2026-11-16"), &unit(2, "NORTH", None, &[&covered, &gap]));
        trends.add(at("2026-11-16"), &unit(3, "SOUTH", None, &[&covered]));
        trends.add(at("2026-11-23"), &unit(2, "NORTH", None, &[]));
        let trend = |units: &[i64]| -> Vec<(String, i64, i64)> {
            let units: Vec<_> = units.iter().map(|unit| UnitId(*unit)).collect();
            trends.for_units(&units).into_iter().map(|(day, sum)| (day.to_string(), sum.part, sum.whole)).collect()
        };
        assert_eq!(trend(&[2]), [("2026-11-09".into(), 0, 1), ("2026-11-16".into(), 1, 2)]);
        assert_eq!(trend(&[2, 3]), [("2026-11-16".into(), 2, 3)]);
        assert_eq!(trend(&[4]), []);
    }
}
