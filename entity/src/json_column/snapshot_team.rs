//! Lists about one team, as `snapshot_team` stores them.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::coverage::PublishedCause;
use crate::coverage::mix::{UnmetRule, Verdict};
use crate::value::Reason;

/// Why a team will lose its cover, as a report may show it. Stored as a list of `{"reason": "CERTIFICATE_EXPIRED",
/// "people": 1}`, `{}`, `{"policy": true}` and `{"sentence": "…"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(try_from = "Vec<CauseRecord>", into = "Vec<CauseRecord>")]
pub struct AtRiskCauses(pub Vec<PublishedCause>);

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    people: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
}

impl From<AtRiskCauses> for Vec<CauseRecord> {
    fn from(AtRiskCauses(causes): AtRiskCauses) -> Self {
        let record = |cause| match cause {
            PublishedCause::Work { reason, people } => {
                CauseRecord { reason: Some(reason), people: Some(people), ..CauseRecord::default() }
            }
            PublishedCause::Unstated => CauseRecord::default(),
            PublishedCause::Policy => CauseRecord { policy: Some(true), ..CauseRecord::default() },
            PublishedCause::Other { sentence } => CauseRecord { sentence: Some(sentence), ..CauseRecord::default() },
        };
        causes.into_iter().map(record).collect()
    }
}

/// A record is not a cause.
#[derive(Debug, thiserror::Error)]
#[error("not a cause that is stored")]
struct NotACause;

impl TryFrom<Vec<CauseRecord>> for AtRiskCauses {
    type Error = NotACause;

    /// Refuses a reason that is never stored, because it would be published.
    fn try_from(records: Vec<CauseRecord>) -> Result<Self, NotACause> {
        let cause = |record| match record {
            CauseRecord { reason: Some(reason), people: Some(people), policy: None, sentence: None }
                if reason.is_open_step() =>
            {
                Ok(PublishedCause::Work { reason, people })
            }
            CauseRecord { reason: None, people: None, policy: None, sentence: None } => Ok(PublishedCause::Unstated),
            CauseRecord { reason: None, people: None, policy: Some(true), sentence: None } => {
                Ok(PublishedCause::Policy)
            }
            CauseRecord { reason: None, people: None, policy: None, sentence: Some(sentence) } => {
                Ok(PublishedCause::Other { sentence })
            }
            _ => Err(NotACause),
        };
        records.into_iter().map(cause).collect::<Result<_, _>>().map(Self)
    }
}

/// Number of allocated people who do not count, by headline, in the order of [`Reason`]. Stored as `{reason: people}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromJsonQueryResult)]
pub struct NotCounting(pub Vec<(Reason, u32)>);

impl Serialize for NotCounting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(reason, people)| (reason, people)))
    }
}

impl<'de> Deserialize<'de> for NotCounting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // PostgreSQL stores the keys in an order of its own.
        Ok(Self(BTreeMap::deserialize(deserializer)?.into_iter().collect()))
    }
}

/// The results of all mix rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct MixResults(pub Vec<StoredMixResult>);

/// The result of a mix rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMixResult {
    /// The rule as the policy words it. Empty in snapshots from before this was stored.
    #[serde(default)]
    pub rule: String,
    /// Whether the rule can make a team a MIX_GAP.
    pub must: bool,
    /// The result.
    #[serde(rename = "state")]
    pub verdict: Verdict,
    /// The result in a sentence that may be published.
    pub sentence: String,
}

impl MixResults {
    /// Returns the MUST rules that are not met.
    pub fn unmet_must(&self) -> impl Iterator<Item = UnmetRule> {
        self.unmet(true).map(|result| UnmetRule::stored(&result.rule, result.sentence.clone(), true))
    }

    /// Returns the number of MUST rules that are not met.
    #[must_use]
    pub fn count_unmet_must(&self) -> u32 {
        u32::try_from(self.unmet(true).count()).unwrap_or(u32::MAX)
    }

    /// Returns, for each SHOULD rule that is not met, a sentence that says what would meet it.
    pub fn unmet_should(&self) -> impl Iterator<Item = &str> {
        self.unmet(false).map(|result| result.sentence.as_str())
    }

    fn unmet(&self, must: bool) -> impl Iterator<Item = &StoredMixResult> {
        self.0.iter().filter(move |result| result.must == must && result.verdict == Verdict::Unmet)
    }
}

#[cfg(test)]
mod tests {
    use super::{AtRiskCauses, MixResults, NotCounting, StoredMixResult};
    use crate::coverage::PublishedCause;
    use crate::coverage::mix::Verdict;
    use crate::value::Reason;

    #[test]
    fn causes_are_stored_by_what_a_report_shows() {
        let causes = AtRiskCauses(vec![
            PublishedCause::Work { reason: Reason::CertificateExpired, people: 1 },
            PublishedCause::Unstated,
            PublishedCause::Policy,
            PublishedCause::Other { sentence: "The headcount will go from 9 to 12.".to_owned() },
        ]);
        let json = concat!(
            r#"[{"reason":"CERTIFICATE_EXPIRED","people":1},{},{"policy":true},"#,
            r#"{"sentence":"The headcount will go from 9 to 12."}]"#
        );
        assert_eq!(serde_json::to_string(&causes).unwrap(), json);
        assert_eq!(serde_json::from_str::<AtRiskCauses>(json).unwrap(), causes);
    }

    #[test]
    fn a_cause_that_is_never_stored_is_refused() {
        let refused = [
            r#"[{"reason":"AWAY","people":1}]"#,
            r#"[{"reason":"CERTIFICATE_EXPIRED"}]"#,
            r#"[{"reason":"CERTIFICATE_EXPIRED","people":1,"sentence":"x"}]"#,
            r#"[{"reason":"WEATHER","people":1}]"#,
            r#"[{"people":1}]"#,
            r#"[{"policy":false}]"#,
            r#"[{"name":"x"}]"#,
            "{}",
        ];
        for json in refused {
            assert!(serde_json::from_str::<AtRiskCauses>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn people_who_do_not_count_are_stored_by_reason() {
        let people = NotCounting(vec![(Reason::Level2Missing, 2), (Reason::CertificateExpired, 1)]);
        let (json, other_order) =
            (r#"{"LEVEL2_MISSING":2,"CERTIFICATE_EXPIRED":1}"#, r#"{"CERTIFICATE_EXPIRED":1,"LEVEL2_MISSING":2}"#);
        assert_eq!(serde_json::to_string(&people).unwrap(), json);
        let sorted = NotCounting({
            let mut sorted = people.0;
            sorted.sort_unstable();
            sorted
        });
        for stored in [json, other_order] {
            assert_eq!(serde_json::from_str::<NotCounting>(stored).unwrap(), sorted, "{stored}");
        }
        assert!(serde_json::from_str::<NotCounting>(r#"{"WEATHER":1}"#).is_err());
    }

    #[test]
    fn only_unmet_rules_are_listed() {
        let result = |must, verdict, sentence: &str| StoredMixResult {
            rule: "2 different band".to_owned(),
            must,
            verdict,
            sentence: sentence.to_owned(),
        };
        let results = MixResults(vec![
            result(true, Verdict::Met, "a"),
            result(true, Verdict::Unmet, "b"),
            result(false, Verdict::Unmet, "c"),
            result(true, Verdict::NotApplicable, "d"),
        ]);
        assert_eq!(results.count_unmet_must(), 1);
        assert_eq!(results.unmet_must().count(), 1);
        assert_eq!(results.unmet_should().collect::<Vec<_>>(), ["c"]);
        let stored = serde_json::to_string(&MixResults(results.0[3..].to_vec())).unwrap();
        assert_eq!(stored, r#"[{"rule":"2 different band","must":true,"state":"NOT_APPLICABLE","sentence":"d"}]"#);
        let older: MixResults = serde_json::from_str(r#"[{"must":true,"state":"UNMET","sentence":"b"}]"#).unwrap();
        assert_eq!(older.0[0], StoredMixResult { rule: String::new(), ..results.0[1].clone() });
    }
}
