//! Which mails are due, from the rules of the register, and what each says.

use std::collections::{BTreeMap, BTreeSet};

use entity::coverage::roster::PersonIx;
use entity::id::{PaperRecordId, UnitId};
use entity::register::action_link::LinkedStep;
use entity::register::approvers::approvers;
use entity::register::digest::{DigestItem, KnownNomination, Part, digests};
use entity::register::due_renewal::{DueRenewal, due_renewals};
use entity::register::facts::{NominationFacts, capacities};
use entity::register::lapse::lapses;
use entity::register::notice::{ChangeFacts, Notice, notices};
use entity::register::silence::lapse_notices;
use entity::store::register::mailing::{Occasion, ToldOf, ToldRenewal};
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
    /// The approvals due for renewal of a digest.
    pub(super) renewals: Vec<ToldRenewal>,
    /// What the mail asks for.
    pub(super) steps: Vec<LinkedStep>,
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
        Self { to, occasion, told: Vec::new(), renewals: Vec::new(), steps: Vec::new(), view }
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
        let decision = |item: &DigestItem| (item.part == Part::Decide).then_some(LinkedStep::Decide(item.nomination));
        let told =
            |item: &DigestItem| ToldOf { person, nomination: item.nomination, stage: item.stage, on: facts.today };
        let renewal = |due: &DueRenewal| ToldRenewal { person, approval: due.approval, within: due.within };
        Letter {
            to,
            occasion: Occasion::Digest(facts.today),
            told: items.iter().map(told).collect(),
            renewals: due.iter().map(renewal).collect(),
            steps: items.iter().filter_map(decision).collect(),
            view: wording.digest(&items, &due),
        }
    };
    digest.into_iter().map(letter).collect()
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
        let letter = move |coordinator: &PersonIx| Letter::new(*coordinator, occasion, view.clone());
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
        | Notice::Lapsed
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
    let letter = |(person, notice)| {
        let view = wording.notice(notice, change.row.command, nomination);
        let steps = step_of(notice, &change.row, nomination).into_iter().collect();
        Letter { steps, ..Letter::new(person, Occasion::Change(change.row.id), view) }
    };
    notices(&facts.index, described, facts.today).into_iter().map(letter).collect()
}
