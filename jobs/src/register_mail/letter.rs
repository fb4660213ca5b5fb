//! Which mails are due, from the rules of the register, and what each says.

use std::collections::{BTreeMap, BTreeSet};

use entity::coverage::roster::PersonIx;
use entity::id::UnitId;
use entity::register::digest::{DigestItem, KnownNomination, digests};
use entity::register::due_renewal::{DueRenewal, due_renewals};
use entity::register::lapse::lapses;
use entity::register::notice::{ChangeFacts, notices};
use entity::register::silence::lapse_notices;
use entity::store::register::mailing::{Occasion, ToldOf, ToldRenewal};
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
    /// The approvals due for renewal of a digest.
    pub(super) renewals: Vec<ToldRenewal>,
    pub(super) view: LetterView,
}

/// Returns every mail that is due.
pub(super) fn letters(facts: &DayFacts, wording: &Wording<'_>) -> Vec<Letter> {
    let mut nominations: Vec<_> = facts.nominations.values().cloned().collect();
    nominations.sort_unstable_by_key(|nomination| nomination.id);
    let mut letters = digest_letters(facts, wording, &nominations);
    letters.extend(lapses(&facts.index, facts.today).into_iter().map(|lapse| {
        let occasion = Occasion::Lapse { allocation: lapse.allocation, on: lapse.on, within: lapse.within };
        Letter::new(lapse.person, occasion, wording.lapse(lapse))
    }));
    letters.extend(lapse_notices(&facts.index, &nominations, facts.today).into_iter().map(|lapse| {
        let nomination = facts.nominations.get(&lapse.nomination);
        let view = wording.nomination_lapse(lapse.notice, nomination);
        Letter::new(lapse.to, Occasion::NominationLapse(lapse.nomination), view)
    }));
    letters.extend(facts.changes.iter().flat_map(|change| change_letters(facts, wording, change)));
    letters
}

impl Letter {
    /// A mail that is no digest.
    const fn new(to: PersonIx, occasion: Occasion, view: LetterView) -> Self {
        Self { to, occasion, told: Vec::new(), renewals: Vec::new(), view }
    }
}

/// One mail per person, about nominations and renewals together.
fn digest_letters(facts: &DayFacts, wording: &Wording<'_>, nominations: &[KnownNomination]) -> Vec<Letter> {
    let mut digest: BTreeMap<PersonIx, (Vec<DigestItem>, Vec<DueRenewal>)> = BTreeMap::new();
    for (person, items) in digests(&facts.index, nominations, &facts.told, &facts.coordinators, facts.today) {
        digest.entry(person).or_default().0 = items;
    }
    for (person, due) in due_renewals(&facts.index, &facts.lapses, &facts.told_renewals, facts.today) {
        digest.entry(person).or_default().1 = due;
    }
    let people = &facts.index.roster().people;
    let letter = |(to, (items, due)): (PersonIx, (Vec<DigestItem>, Vec<DueRenewal>))| {
        let person = people[to.at()].id;
        let told = |item: &DigestItem| ToldOf { person, nomination: item.nomination, stage: item.stage };
        let renewal = |due: &DueRenewal| ToldRenewal { person, approval: due.approval, within: due.within };
        Letter {
            to,
            occasion: Occasion::Digest(facts.today),
            told: items.iter().map(told).collect(),
            renewals: due.iter().map(renewal).collect(),
            view: wording.digest(&items, &due),
        }
    };
    digest.into_iter().map(letter).collect()
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
    let letter = |(person, notice)| {
        let view = wording.notice(notice, change.row.command, nomination);
        Letter::new(person, Occasion::Change(change.row.id), view)
    };
    notices(&facts.index, described, facts.today).into_iter().map(letter).collect()
}
