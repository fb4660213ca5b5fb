//! What the JSON columns hold: one type per column, by which it is written and read. Each file is named after the table.
//! Field names and their order are the stored form, so a change to them needs a migration.

mod delivery;
mod fact_change;
mod import_batch;
mod report_preference;
mod snapshot_team;
mod snapshot_unit;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};

pub use delivery::{MailUnit, MailUnits};
pub use fact_change::Touched;
pub use import_batch::{ImportedFile, ImportedFiles};
pub use report_preference::HiddenSections;
pub use snapshot_team::{AtRiskCauses, MixResults, NotCounting, StoredMixResult};
pub use snapshot_unit::{DisclosureRecord, ExchangeRecord, OwnStandingRecord, StandingRecord};

/// Reads a list in an older form as empty, so that it does not fail everything that is read with it. Only for lists that
/// no figure is computed from.
fn or_empty<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: DeserializeOwned + Default,
    D: Deserializer<'de>,
{
    let json = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(json).unwrap_or_default())
}
