//! A role as its approvers see it.

use super::StoredRole;
use crate::coverage::Index;
use crate::coverage::roster::{Approval, PersonIx, UnitIx};
use crate::period::Day;
use crate::register::facts::{DecisionFacts, NominationFacts};
use crate::register::renewal::has_ended;
use crate::table::approval;
use crate::value::ApproverCapacity;
use crate::value::register::DecisionKind;

impl StoredRole {
    /// Returns the role as a nomination that is approved, on `day`: who may renew an approval is decided as who might have
    /// given it. A senior manager's approval that has ended bars no one; a line manager's always does, as in coverage.
    /// `person` and `unit` are those of the role.
    #[must_use]
    pub fn as_nomination(&self, index: &Index, person: PersonIx, unit: UnitIx, day: Day) -> NominationFacts {
        let row = &self.row;
        let bars = |row: &&approval::Model| {
            let filed = Approval { on: row.decided_on, by: None, withdrawn_on: row.withdrawn_on };
            let holds = row.capacity == ApproverCapacity::Line || !has_ended(index, unit, filed, day);
            holds && self.counts(row.id)
        };
        let decision = |approval: &approval::Model| {
            let decider = index.person_by_id(approval.approver_id?)?;
            Some(DecisionFacts {
                capacity: approval.capacity,
                kind: DecisionKind::Accept,
                on: approval.decided_on,
                decider,
                principal: approval.principal_id.and_then(|id| index.person_by_id(id)).unwrap_or(decider),
                recorder: self.recorder(approval.id).and_then(|id| index.person_by_id(id)),
                protected_hours: approval.protected_hours,
                answered: true,
            })
        };
        let begun = row.valid_from.unwrap_or(day);
        NominationFacts {
            person,
            role: row.role,
            unit,
            share: u32::try_from(row.share).unwrap_or(0),
            outside_team: self.terms_on(day).is_some_and(|terms| terms.outside_team),
            nominator: person,
            opened_on: begun,
            counted_from: begun,
            accepted_on: Some(begun),
            wished_start: None,
            ended: None,
            in_dispute: false,
            decisions: self.approvals.iter().filter(bars).filter_map(decision).collect(),
        }
    }
}
