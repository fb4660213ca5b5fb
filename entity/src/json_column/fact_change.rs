//! What a change of the facts touched, as `fact_change` stores it.

use std::collections::BTreeSet;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::id::{PersonId, UnitId};

/// The people and units whose facts a change touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Touched {
    /// The people whose own facts changed: allocations with their approvals, terms, sign-offs and pauses, roles as
    /// Wellbeing Champion or Trainer, training. Any of several linked ids.
    pub people: BTreeSet<PersonId>,
    /// The units whose own policies, exemptions or appointments changed.
    pub units: BTreeSet<UnitId>,
}

impl Touched {
    /// A change of the facts of one person.
    #[must_use]
    pub fn person(person: PersonId) -> Self {
        Self { people: BTreeSet::from([person]), units: BTreeSet::new() }
    }

    /// A change of the facts of one unit.
    #[must_use]
    pub fn unit(unit: UnitId) -> Self {
        Self { people: BTreeSet::new(), units: BTreeSet::from([unit]) }
    }

    /// Adds what another change touched.
    pub fn extend(&mut self, other: Self) {
        self.people.extend(other.people);
        self.units.extend(other.units);
    }
}

#[cfg(test)]
mod tests {
    use super::Touched;
    use crate::id::{PersonId, UnitId};

    #[test]
    fn touched_ids_are_stored_as_numbers() {
        let mut touched = Touched::person(PersonId(7));
        touched.extend(Touched::person(PersonId(5)));
        touched.extend(Touched::unit(UnitId(2)));
        let json = r#"{"people":[5,7],"units":[2]}"#;
        assert_eq!(serde_json::to_string(&touched).unwrap(), json);
        assert_eq!(serde_json::from_str::<Touched>(json).unwrap(), touched);
    }
}
