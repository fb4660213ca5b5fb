//! The names of units on a page, as in the weekly mail: the name alone; with the site if two units of the page have the same
//! name; with the code if the site does not distinguish them either.

use std::collections::{BTreeMap, BTreeSet};

/// The units of one page.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// Site and code of the units with a name. A unit in two lists of the page counts once.
    by_name: BTreeMap<&'a str, BTreeSet<(Option<&'a str>, &'a str)>>,
}

/// What distinguishes a unit from others with the same name.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitLabel<'a> {
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) site: Option<&'a str>,
}

impl<'a> FromIterator<UnitLabel<'a>> for Names<'a> {
    fn from_iter<I: IntoIterator<Item = UnitLabel<'a>>>(units: I) -> Self {
        let mut names = Self::default();
        for UnitLabel { code, name, site } in units {
            names.by_name.entry(name).or_default().insert((site, code));
        }
        names
    }
}

impl Names<'_> {
    /// Returns the name of a unit on this page.
    pub(super) fn display_name(&self, unit: UnitLabel<'_>) -> String {
        let UnitLabel { code, name, site } = unit;
        let namesakes = self.by_name.get(name).into_iter().flatten().filter(|(_, other)| *other != code);
        let sites: Vec<_> = namesakes.map(|(other, _)| *other).collect();
        match site {
            _ if sites.is_empty() => name.to_owned(),
            Some(at) if !sites.contains(&site) => format!("{name}, {at}"),
            _ => format!("{name} ({code})"),
        }
    }
}

/// Returns the [`UnitLabel`] of a generated unit.
macro_rules! named {
    ($unit:expr) => {
        $crate::pages::names::UnitLabel {
            code: $unit.code.as_str(),
            name: $unit.name.as_str(),
            site: $unit.site.as_deref(),
        }
    };
}
pub(super) use named;

#[cfg(test)]
mod tests {
    use super::{Names, UnitLabel};

    fn label<'a>(code: &'a str, name: &'a str, site: Option<&'a str>) -> UnitLabel<'a> {
        UnitLabel { code, name, site }
    }

    #[test]
    fn only_equal_names_get_site_or_code() {
        let units = [
            label("A", "Ward 1", Some("Royal Infirmary")),
            label("B", "Ward 1", Some("Western General")),
            label("C", "Ward 2", Some("Royal Infirmary")),
            label("D", "Ward 3", Some("Royal Infirmary")),
            label("E", "Ward 3", None),
        ];
        let names: Names<'_> = units.into_iter().chain([units[2]]).collect();
        assert_eq!(
            units.map(|unit| names.display_name(unit)),
            ["Ward 1, Royal Infirmary", "Ward 1, Western General", "Ward 2", "Ward 3, Royal Infirmary", "Ward 3 (E)"]
        );
    }

    #[test]
    fn code_distinguishes_wards_of_one_site() {
        let units = [label("A", "Ward 1", Some("Royal")), label("B", "Ward 1", Some("Royal"))];
        let names: Names<'_> = units.into_iter().collect();
        assert_eq!(units.map(|unit| names.display_name(unit)), ["Ward 1 (A)", "Ward 1 (B)"]);
    }
}
