//! The rule of every field and argument: which of the viewers who have reached the object may see it.
//!
//! A new field needs a rule here. Decide what it reveals and to which viewers; a field that leads to a unit, a person or a
//! record is visible to those who may see that.

mod arguments;
mod fields;

use serde_json::Value;

use super::expected::Place;
pub(super) use arguments::ARGUMENTS;
pub(super) use fields::FIELDS;

/// What the viewer must be allowed to see. It is checked for the item if a field leads to one, otherwise for the object that
/// has the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum See {
    /// A unit and its data on any day.
    Figures,
    /// The figures of a team on the requested date.
    Team,
    /// The figures over a unit and everything below it on the requested date.
    AllBelow,
    /// The same for the viewer's own top unit.
    AllBelowTop,
    /// People by where they work.
    PeopleOfUnit,
    /// A person.
    Person,
    /// The record of an allocation.
    Record,
    /// The state of the person of a record on the requested date.
    PresentRecord,
    /// What a weekly report says about a unit.
    ReportOnUnit,
    Mail,
    Reports,
    Snapshots,
    Runs,
    Rejects,
    Directory,
    /// The audit log.
    Log,
    /// API tokens and grants.
    Access,
    /// Which people may be one person.
    Links,
    /// How many people have completed Level 1.
    Level1Counts,
    /// Why allocations do not count: in this world no snapshot publishes any of these numbers.
    SmallNumbers,
    /// Trying a policy on a unit.
    Tries,
    /// The object that an id finds.
    Found,
    /// The figures of a team; with a filter on unproven approvals, also the records of its cover group.
    PickedTeam,
    /// The record of an allocation; with a filter on the state of the person, also what the record shows of it.
    PickedRecord,
    /// The person and the unit of a Trainer's or Champion's role.
    PersonAndUnit,
    /// The training modules.
    Courses,
    /// A person by name; by number or address, also the export of their data.
    FoundPerson,
}

/// Who sees a field.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Every viewer who has reached the object.
    WithIt,
    /// Viewers who may see this of the object; for others it is null or empty.
    If(See),
    /// The items of which the viewer may see this; a hidden item is null.
    Each(See),
    /// Every viewer, with words or numbers that depend on what they may see.
    Derived(fn(&Place<'_>, &Value) -> Value),
    /// About the viewer; has a test of its own.
    Own,
}

/// What an argument does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// It names something: hidden objects get the same answer as absent ones. See `arguments` and `absent`.
    Name,
    /// It selects from visible data; these are values to try.
    Picks(&'static [&'static str]),
    /// A day.
    Day,
    /// A page of visible items.
    Page,
    /// An input object, with rules of its own.
    Input,
    /// Part of a mutation's input; see `mutations`.
    Wish,
    /// Part of a field that has tests of its own.
    Apart,
}

fn covers(pattern: &str, of: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => of.ends_with(end),
        None => pattern == of,
    }
}

/// The rule of a field.
pub(super) fn of_field(of: &str, name: &str) -> Option<Rule> {
    let row = FIELDS.iter().find(|row| covers(row.0, of) && row.1.split_whitespace().any(|known| known == name));
    row.map(|row| row.2)
}

/// What an argument does; `of` is `Type.field`, or an input object.
pub(super) fn of_argument(of: &str, name: &str) -> Option<Takes> {
    let row = ARGUMENTS.iter().find(|row| covers(row.0, of) && row.1.split_whitespace().any(|known| known == name));
    row.map(|row| row.2)
}
