//! The nominee: whether they may be nominated for the role just now.

use entity::coverage::roster::{PersonIx, UnitIx};
use entity::register::checklist::{Nominee, hard_failures};
use entity::register::nomination::{may_come_again_on, state};
use entity::register::terms::RegisterTerms;
use entity::store::register::nomination as store;
use entity::value::Role;
use entity::value::register::{NominationEnd, NominationState};

use super::{CommandRefusal, NominateItem, RefusalCode, RegisterCommand, Step};
use crate::graphql::error::ApiError;
use crate::graphql::nominations::facts_of;
use crate::graphql::scalar::Date;

/// A nominee, and the unit that the role is for.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) nominee: PersonIx,
    pub(super) unit: UnitIx,
}

/// Checks what only the nominee and coordinators are told.
pub(super) async fn check_nominee(
    command: &RegisterCommand,
    item: &NominateItem,
    place: Place,
    step: Step,
    terms: &RegisterTerms,
) -> Result<Option<CommandRefusal>, ApiError> {
    let Place { nominee, unit } = place;
    let (index, today) = (command.index(), command.today);
    let role: Role = item.role.into();
    let earlier = store::of_person(command.txn.connection(), &command.numbers_of(nominee)).await?;
    for stored in earlier.iter().filter(|stored| stored.row.role == role) {
        let Some(facts) = facts_of(&command.known, stored) else { continue };
        let state = state(index, &facts, terms, today);
        let same_unit = facts.unit == unit;
        if same_unit && facts.ended.is_none() && state != NominationState::Lapsed {
            let sentence = "There is an open nomination for this person, role and unit already.";
            return Ok(Some(CommandRefusal::new(RefusalCode::AlreadyDone, sentence)));
        }
        let is_by_approver = facts.ended.is_some_and(|ended| ended.how == NominationEnd::DeclinedByApprover);
        let Some(again) = may_come_again_on(index, &facts, terms, step.by, today) else { continue };
        if is_by_approver && same_unit {
            let sentence = format!("A manager declined this nomination. It can be made again from {again}.");
            return Ok(Some(CommandRefusal::new(RefusalCode::CannotBeNominated, sentence)));
        }
        if !is_by_approver {
            let sentence = format!(
                "This person did not take up a nomination for this role. Until {again} only they can put themselves forward."
            );
            return Ok(Some(CommandRefusal::new(RefusalCode::CannotBeNominated, sentence)));
        }
    }
    let nominee = Nominee {
        person: nominee,
        role,
        unit,
        share: if role == Role::PeerSupporter { u32::try_from(item.share).unwrap_or(0) } else { 1000 },
        outside_team: item.outside_team,
        day: item.wished_start.map_or(step.on, |Date(day)| day),
    };
    Ok(hard_failures(index, &nominee, terms)
        .first()
        .map(|failure| CommandRefusal::new(RefusalCode::ChecklistNotMet, failure.item.sentence.clone())))
}
