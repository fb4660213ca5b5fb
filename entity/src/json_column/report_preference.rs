//! The sections that a person leaves out, as `report_preference` stores them.

use std::collections::BTreeSet;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::value::ReportSection;

/// The sections that are left out of a person's report. A word that this version does not know hides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(from = "Words")]
pub struct HiddenSections(pub BTreeSet<ReportSection>);

#[derive(Deserialize)]
#[serde(transparent)]
struct Words(#[serde(deserialize_with = "super::or_empty")] Vec<String>);

impl From<Words> for HiddenSections {
    fn from(Words(words): Words) -> Self {
        Self(words.iter().filter_map(|word| word.parse().ok()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::HiddenSections;
    use crate::value::ReportSection;

    #[test]
    fn sections_are_stored_as_words() {
        let hidden = HiddenSections([ReportSection::Facts, ReportSection::Better].into());
        assert_eq!(serde_json::to_string(&hidden).unwrap(), r#"["BETTER","FACTS"]"#);
        assert_eq!(serde_json::from_str::<HiddenSections>(r#"["FACTS","BETTER"]"#).unwrap(), hidden);
    }

    #[test]
    fn an_unknown_word_hides_nothing() {
        let hidden: HiddenSections = serde_json::from_str(r#"["WEATHER","FACTS"]"#).unwrap();
        assert_eq!(hidden, HiddenSections([ReportSection::Facts].into()));
        assert_eq!(serde_json::from_str::<HiddenSections>(r#"{"FACTS":1}"#).unwrap(), HiddenSections::default());
    }
}
