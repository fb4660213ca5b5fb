//! Which numbers are one person (COVERAGE.md section 10).

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _};

use crate::id::PersonId;
use crate::table::person_link;

/// Which ids are one person: the lowest of all that links join, directly or through others, stands for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamePerson {
    /// Each id but the lowest, with a lower one of the same person.
    lower: HashMap<PersonId, PersonId>,
}

impl SamePerson {
    /// Joins the ids of each pair.
    #[must_use]
    pub fn new(links: impl IntoIterator<Item = (PersonId, PersonId)>) -> Self {
        let mut same = Self::default();
        for (a, b) in links {
            let (a, b) = (same.lowest(a), same.lowest(b));
            if a != b {
                same.lower.insert(a.max(b), a.min(b));
            }
        }
        same
    }

    /// The lowest id of the person with this one.
    #[must_use]
    pub fn lowest(&self, id: PersonId) -> PersonId {
        std::iter::successors(Some(id), |id| self.lower.get(id).copied()).last().unwrap_or(id)
    }

    /// Every id that is linked to another.
    #[must_use]
    pub fn linked(&self) -> BTreeSet<PersonId> {
        self.lower.iter().flat_map(|(a, b)| [*a, *b]).collect()
    }
}

/// Reads all links on file.
///
/// # Errors
///
/// What the database said.
pub async fn load(db: &impl ConnectionTrait) -> Result<SamePerson, DbErr> {
    let links = person_link::Entity::find().all(db).await?;
    Ok(SamePerson::new(links.into_iter().map(|link| (link.person_id, link.same_as_id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_join_through_others_in_any_order() {
        let id = PersonId;
        let same = SamePerson::new([(id(5), id(3)), (id(9), id(7)), (id(7), id(5)), (id(3), id(9))]);
        for linked in [3, 5, 7, 9] {
            assert_eq!(same.lowest(id(linked)), id(3));
        }
        assert_eq!(same.lowest(id(4)), id(4));
        assert_eq!(same.linked(), [3, 5, 7, 9].map(id).into());
    }
}
