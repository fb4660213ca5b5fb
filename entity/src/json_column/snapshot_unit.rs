//! Numbers of allocations by reason, and what is hidden of them, as `snapshot_unit` stores them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::coverage::breakdown::{STANDING, StandingCounts};
use crate::id::UnitId;

/// Number of allocations at or below a unit, by group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StandingRecord(pub StandingCounts);

/// Number of allocations of a unit itself that do not count, by group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct OwnStandingRecord(pub [u32; STANDING]);

/// The part of a decision that a unit's row stores besides what is shown: the unit's own row, and the exchanges that
/// begin in its rows. The stored names are short, since a nation stores a hundred thousand of these per day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct DisclosureRecord {
    /// Hidden columns of the unit's own row, as the bits of [`Columns`](crate::coverage::disclosure::Columns).
    #[serde(default, rename = "s", skip_serializing_if = "is_zero")]
    pub standing: u8,
    /// The exchanges.
    #[serde(default, rename = "y", skip_serializing_if = "Vec::is_empty")]
    pub standing_exchanges: Vec<ExchangeRecord>,
}

/// An exchange: from the unit's own row, to which unit, to that unit's own row, loses, gains.
pub type ExchangeRecord = (bool, Option<UnitId>, bool, u8, u8);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_zero(bits: &u8) -> bool {
    *bits == 0
}

#[cfg(test)]
mod tests {
    use super::{DisclosureRecord, OwnStandingRecord, StandingRecord};
    use crate::coverage::breakdown::StandingCounts;
    use crate::id::UnitId;

    #[test]
    fn counts_are_stored_as_lists() {
        let standing = StandingRecord(StandingCounts([1, 0, 7, 0, 3, 0]));
        assert_eq!(serde_json::to_string(&standing).unwrap(), "[1,0,7,0,3,0]");
        assert_eq!(serde_json::from_str::<StandingRecord>("[1,0,7,0,3,0]").unwrap(), standing);
        assert!(serde_json::from_str::<StandingRecord>("[1,0,7]").is_err());
        assert_eq!(serde_json::to_string(&OwnStandingRecord([0, 2, 0, 0, 1])).unwrap(), "[0,2,0,0,1]");
    }

    #[test]
    fn decisions_are_stored_without_what_is_empty() {
        let own = DisclosureRecord { standing: 5, ..DisclosureRecord::default() };
        assert_eq!(serde_json::to_string(&own).unwrap(), r#"{"s":5}"#);
        let exchanges = vec![(true, Some(UnitId(7)), false, 1, 2), (false, None, false, 0, 4)];
        let both = DisclosureRecord { standing: 0, standing_exchanges: exchanges };
        let json = r#"{"y":[[true,7,false,1,2],[false,null,false,0,4]]}"#;
        assert_eq!(serde_json::to_string(&both).unwrap(), json);
        assert_eq!(serde_json::from_str::<DisclosureRecord>(json).unwrap(), both);
    }
}
