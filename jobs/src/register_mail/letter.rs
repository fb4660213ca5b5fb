//! Which mails are due, from the rules of the register, and what each says.

use std::collections::BTreeSet;

use entity::coverage::roster::PersonIx;
use entity::id::UnitId;
use entity::register::digest::{DigestItem, KnownNomination, digests};
use entity::register::lapse::lapses;
use entity::register::notice::{ChangeFacts, notices};
use entity::store::register::mailing::{Occasion, ToldOf};
use entity::value::command::ObjectKind;
use serde_json::Value as Json;

use super::facts::{DayFacts, MailedChange, keys};
use super::view::LetterView;
use super::wording::Wording;

/// A mail that is due.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) to: PersonIx,
    pub(super) occasion: Occasion,
    /// The nominations of a digest.
    pub(super) told: Vec<ToldOf>,
    pub(super) view: LetterView,
}

/// Returns every mail that is due.
pub(super) fn letters(facts: &DayFacts, wording: &Wording<'_>) -> Vec<Letter> {
    let mut letters = digest_letters(facts, wording);
    letters.extend(lapses(&facts.index, facts.today).into_iter().map(|lapse| Letter {
        to: lapse.person,
        occasion: Occasion::Lapse { allocation: lapse.allocation, on: lapse.on, within: lapse.within },
        told: Vec::new(),
        view: wording.lapse(lapse),
    }));
    letters.extend(facts.changes.iter().flat_map(|change| change_letters(facts, wording, change)));
    letters
}

fn digest_letters(facts: &DayFacts, wording: &Wording<'_>) -> Vec<Letter> {
    let mut open: Vec<_> = facts.nominations.values().cloned().collect();
    open.sort_unstable_by_key(|nomination| nomination.id);
    let found = digests(&facts.index, &open, &facts.told, &facts.coordinators, facts.today);
    let people = &facts.index.roster().people;
    let letter = |(person, items): (PersonIx, Vec<DigestItem>)| {
        let id = people[person.at()].id;
        let told = |item: &DigestItem| ToldOf { person: id, nomination: item.nomination, stage: item.stage };
        Letter {
            to: person,
            occasion: Occasion::Digest(facts.today),
            told: items.iter().map(told).collect(),
            view: wording.digest(&items),
        }
    };
    found.into_iter().map(letter).collect()
}

/// Whether a coordinator recorded the step from paper. The principal of the change is then the person who took it.
fn is_from_paper(change: &entity::table::register_change::Model) -> bool {
    change.after.as_ref().is_some_and(|after| after.get("paper").is_some())
}

fn change_letters(facts: &DayFacts, wording: &Wording<'_>, mailed: &MailedChange) -> Vec<Letter> {
    let MailedChange { change, told_before } = mailed;
    let Some(actor) = facts.person(change.row.actor_id) else { return Vec::new() };
    let people = keys(change, ObjectKind::Person).map(entity::id::PersonId);
    let people: BTreeSet<_> = people.filter_map(|id| facts.person(id)).collect();
    let nomination = facts.nomination_of(change);
    let described = ChangeFacts {
        command: change.row.command,
        actor,
        people: &people.into_iter().collect::<Vec<_>>(),
        unit: keys(change, ObjectKind::Unit).find_map(|id| facts.unit(UnitId(id))),
        nomination: nomination.map(|KnownNomination { id: _, facts, terms }| (facts, terms)),
        begins_role: keys(change, ObjectKind::Allocation).next().is_some(),
        after: change.row.after.as_ref().unwrap_or(&Json::Null),
        on_paper: change.row.principal_id.filter(|_| is_from_paper(&change.row)).and_then(|id| facts.person(id)),
        told_before,
    };
    let letter = |(person, notice)| Letter {
        to: person,
        occasion: Occasion::Change(change.row.id),
        told: Vec::new(),
        view: wording.notice(notice, change.row.command, nomination),
    };
    notices(&facts.index, described, facts.today).into_iter().map(letter).collect()
}
