//! How units are named on a page, as in the weekly mail: by name alone, with the site if two units of the page have the same name,
//! with the code if the site does not tell them apart either.

use std::collections::{BTreeMap, BTreeSet};

/// The units of one page.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// Site and code of the units of a name. A unit in two lists of the page is one.
    by_name: BTreeMap<&'a str, BTreeSet<(Option<&'a str>, &'a str)>>,
}

/// A unit by code, name and site.
pub(super) type Unit<'a> = (&'a str, &'a str, Option<&'a str>);

impl<'a> FromIterator<Unit<'a>> for Names<'a> {
    fn from_iter<I: IntoIterator<Item = Unit<'a>>>(units: I) -> Self {
        let mut names = Self::default();
        for (code, name, site) in units {
            names.by_name.entry(name).or_default().insert((site, code));
        }
        names
    }
}

impl Names<'_> {
    /// What to call a unit on this page.
    pub(super) fn of(&self, (code, name, site): Unit<'_>) -> String {
        let namesakes = self.by_name.get(name).into_iter().flatten().filter(|(_, other)| *other != code);
        let sites: Vec<_> = namesakes.map(|(other, _)| *other).collect();
        match site {
            _ if sites.is_empty() => name.to_owned(),
            Some(at) if !sites.contains(&site) => format!("{name}, {at}"),
            _ => format!("{name} ({code})"),
        }
    }
}

/// A generated unit with its code, name and site as [`Names`] takes it.
macro_rules! named {
    ($unit:expr) => {
        ($unit.code.as_str(), $unit.name.as_str(), $unit.site.as_deref())
    };
}
pub(super) use named;

#[cfg(test)]
mod tests {
    use super::{Names, Unit};

    #[test]
    fn only_what_has_the_same_name_is_told_apart() {
        let units: [Unit<'_>; 5] = [
            ("A", "Ward 1", Some("Royal Infirmary")),
            ("B", "Ward 1", Some("Western General")),
            ("C", "Ward 2", Some("Royal Infirmary")),
            ("D", "Ward 3", Some("Royal Infirmary")),
            ("E", "Ward 3", None),
        ];
        let names: Names<'_> = units.into_iter().chain([units[2]]).collect();
        assert_eq!(
            units.map(|unit| names.of(unit)),
            ["Ward 1, Royal Infirmary", "Ward 1, Western General", "Ward 2", "Ward 3, Royal Infirmary", "Ward 3 (E)"]
        );
    }

    #[test]
    fn at_one_site_the_code_tells_wards_apart() {
        let units: [Unit<'_>; 2] = [("A", "Ward 1", Some("Royal")), ("B", "Ward 1", Some("Royal"))];
        let names: Names<'_> = units.into_iter().collect();
        assert_eq!(units.map(|unit| names.of(unit)), ["Ward 1 (A)", "Ward 1 (B)"]);
    }
}
