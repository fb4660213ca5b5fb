//! Which mails are due, from the rules of the register, and what each says.

use std::collections::{BTreeMap, BTreeSet};

use entity::coverage::roster::PersonIx;
use entity::id::{PaperRecordId, UnitId};
use entity::register::action_link::LinkedStep;
use entity::register::approvers::approvers;
use entity::register::digest::{DigestItem, KnownNomination, Part, digests};
use entity::register::facts::{NominationFacts, capacities};
use entity::register::lapse::lapses;
use entity::register::notice::{ChangeFacts, Notice, notices};
use entity::store::register::mailing::{Occasion, ToldOf};
use entity::value::command::ObjectKind;
use serde_json::Value as Json;

use super::facts::{DayFacts, MailedChange, keys};
use super::reach::Reach;
use super::view::LetterView;
use super::wording::Wording;

/// A mail that is due.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) to: PersonIx,
    pub(super) occasion: Occasion,
    /// The nominations of a digest.
    pub(super) told: Vec<ToldOf>,
    /// What the mail asks for.
    pub(super) steps: Vec<LinkedStep>,
    pub(super) view: LetterView,
}

/// Returns every mail that is due.
pub(super) fn letters(facts: &DayFacts, wording: &Wording<'_>) -> Vec<Letter> {
    let mut letters = digest_letters(facts, wording);
    letters.extend(lapses(&facts.index, facts.today).into_iter().map(|lapse| Letter {
        to: lapse.person,
        occasion: Occasion::Lapse { allocation: lapse.allocation, on: lapse.on, within: lapse.within },
        told: Vec::new(),
        steps: Vec::new(),
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
        let decision = |item: &DigestItem| (item.part == Part::Decide).then_some(LinkedStep::Decide(item.nomination));
        let told =
            |item: &DigestItem| ToldOf { person: id, nomination: item.nomination, stage: item.stage, on: facts.today };
        Letter {
            to: person,
            occasion: Occasion::Digest(facts.today),
            told: items.iter().map(told).collect(),
            steps: items.iter().filter_map(decision).collect(),
            view: wording.digest(&items),
        }
    };
    found.into_iter().map(letter).collect()
}

/// Returns mails that ask coordinators to print a form for the steps that these mails ask for, if no person who may take the
/// step can be reached.
pub(super) fn form_letters(facts: &DayFacts, wording: &Wording<'_>, due: &[Letter], reach: &Reach) -> Vec<Letter> {
    let mut forms = BTreeMap::new();
    for letter in due.iter().filter(|letter| facts.is_here(letter.to) && !reach.reaches(letter.to)) {
        for step in &letter.steps {
            let (LinkedStep::Respond(id) | LinkedStep::Answer(id) | LinkedStep::Decide(id)) = step else { continue };
            let Some(nomination) = facts.nominations.get(id) else { continue };
            let is_decision = matches!(step, LinkedStep::Decide(_));
            if is_decision && others_decide(facts, &nomination.facts, letter.to, reach) {
                continue;
            }
            let change = match letter.occasion {
                Occasion::Change(change) => Some(change),
                _ => None,
            };
            let occasion = Occasion::Form { step: *step, change };
            forms.insert(occasion.to_string(), (occasion, letter.to, wording.form(*step, nomination)));
        }
    }
    let to_all = |(occasion, of, view): (Occasion, PersonIx, LetterView)| {
        let others = facts.coordinators.iter().filter(move |coordinator| **coordinator != of);
        let letter = move |coordinator: &PersonIx| Letter {
            to: *coordinator,
            occasion,
            told: Vec::new(),
            steps: Vec::new(),
            view: view.clone(),
        };
        others.map(letter).collect::<Vec<_>>()
    };
    forms.into_values().flat_map(to_all).collect()
}

/// Whether in each capacity in which a person may decide there is another one who can be reached.
fn others_decide(facts: &DayFacts, nomination: &NominationFacts, person: PersonIx, reach: &Reach) -> bool {
    let mine = capacities(nomination.role).iter().filter(|capacity| !nomination.is_accepted(**capacity));
    let deciders = mine.map(|capacity| approvers(&facts.index, *capacity, nomination, facts.today));
    let mut of_person = deciders.filter(|found| found.iter().any(|approver| approver.decider == person));
    of_person.all(|found| found.iter().any(|approver| reach.reaches(approver.decider)))
}

/// The step that a mail about a change asks for. `None` if it asks for none.
fn step_of(
    notice: Notice,
    change: &entity::table::register_change::Model,
    nomination: Option<&KnownNomination>,
) -> Option<LinkedStep> {
    match notice {
        Notice::Nominated => nomination.map(|known| LinkedStep::Respond(known.id)),
        Notice::Question => nomination.map(|known| LinkedStep::Answer(known.id)),
        Notice::RecordedFromPaper => {
            let record = change.after.as_ref()?.get("paper")?.get("record")?.as_i64()?;
            Some(LinkedStep::Dispute(PaperRecordId(record)))
        }
        Notice::Approved
        | Notice::Declined
        | Notice::TakenBack
        | Notice::TheirsApproved
        | Notice::DidNotGoAhead
        | Notice::UnitChanged(_)
        | Notice::Recorded
        | Notice::Undone => None,
    }
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
        steps: step_of(notice, &change.row, nomination).into_iter().collect(),
        view: wording.notice(notice, change.row.command, nomination),
    };
    notices(&facts.index, described, facts.today).into_iter().map(letter).collect()
}
