//! The dated facts of an allocation. Approvals, sign-offs and pauses accumulate: a later day than the last one on file is
//! a renewal; an earlier or a blank one corrects the last. A cell that the last file left blank is recorded as blank, so
//! that a blank corrects only once. Terms apply from the as-at day of the file that changes them.

use entity::period::Day;

use super::super::plan::{Plan, Writes};
use super::super::record::{Accumulated, Allocation, AllocationFacts, AllocationRef, AllocationTerms, Owned};

/// An allocation in the last file that gave it, and in this file.
#[derive(Clone, Copy)]
pub(super) struct RowChange<'a> {
    pub(super) allocation: AllocationRef,
    pub(super) old: Option<&'a Allocation>,
    pub(super) new: &'a Allocation,
}

impl RowChange<'_> {
    /// Plans the changes that the row makes to the dated facts of its allocation, of which `known` are on file.
    pub(super) fn accumulate(self, known: &AllocationFacts, as_at: Day, plan: &mut Plan) {
        self.renew(&mut plan.line_approvals, &known.line, |row| row.line);
        self.renew(&mut plan.senior_approvals, &known.senior, |row| row.senior);
        self.renew(&mut plan.sign_offs, &known.signed_off, |row| row.signed_off_on);
        self.renew(&mut plan.pauses, &known.pauses, |row| row.pause);
        let Self { allocation, old, new } = self;
        // The first terms have no start date; later ones start on the as-at day of the file.
        let changed = old.is_none_or(|old| old.terms != new.terms);
        match known.terms.last() {
            None if new.terms != AllocationTerms::default() || old.is_none() => {
                plan.allocation_terms.added.push(Owned { allocation, fact: (None, new.terms) });
            }
            Some((id, (from, _))) if changed && from.is_some_and(|from| from >= as_at) => {
                plan.allocation_terms.changed.push((*id, Owned { allocation, fact: (*from, new.terms) }));
            }
            Some(_) if changed => {
                plan.allocation_terms.added.push(Owned { allocation, fact: (Some(as_at), new.terms) });
            }
            None | Some(_) => {}
        }
    }

    /// Adds a fact with a later day than the last one on file. An earlier one, or a blank after a day in the last file,
    /// replaces the last one.
    fn renew<T: Accumulated>(
        self,
        writes: &mut Writes<Owned<T>>,
        known: &[(i64, T)],
        given: fn(&Allocation) -> Option<T>,
    ) {
        let owned = |fact| Owned { allocation: self.allocation, fact };
        match (known.last(), given(self.new)) {
            (None, None) => {}
            (None, Some(said)) => writes.added.push(owned(said)),
            (Some((id, _)), None) if self.old.and_then(given).is_some() => writes.removed.push(*id),
            (Some(_), None) => {}
            (Some((_, last)), Some(said)) if *last == said => {}
            (Some((_, last)), Some(said)) if last.day() < said.day() => writes.added.push(owned(said)),
            (Some((id, _)), Some(said)) => {
                // If the correction equals another fact on file, the two become one.
                let is_known = known[..known.len() - 1].iter().any(|(_, earlier)| *earlier == said);
                if is_known {
                    writes.removed.push(*id);
                } else {
                    writes.changed.push((*id, owned(said)));
                }
            }
        }
    }
}
