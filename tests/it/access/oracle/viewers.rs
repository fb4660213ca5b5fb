//! Every viewer.

use entity::id::{ApiTokenId, PersonId, UnitId};
use entity::value::AccessRole;
use psn::access::Viewer;

/// An admin who is also auditor, whose answers have everything.
pub(super) fn admin() -> Viewer {
    Viewer::person(PersonId(63), vec![AccessRole::Admin, AccessRole::Auditor])
}

/// The people of the world, each with the reason why they are a viewer, and the roles that were granted to them.
const PEOPLE: [(&str, i64, &[AccessRole]); 26] = [
    ("senior manager of NORTH", 2, &[]),
    ("delegate for NORTH, line manager of many, Trainer", 1, &[]),
    ("senior manager of SOUTH", 50, &[]),
    ("delegate whose delegation has ended", 51, &[]),
    ("senior manager whose appointment has ended", 52, &[]),
    ("delegate of an appointment that has ended", 53, &[]),
    ("delegate for a post that is vacant", 56, &[]),
    ("senior manager of S1 and supporter of N2 and N3", 55, &[]),
    ("senior manager from next year", 57, &[]),
    ("senior manager on a Bank contract only", 65, &[]),
    ("coordinator", 54, &[AccessRole::Coordinator]),
    ("line manager across sectors", 8, &[]),
    ("supporter of one team", 6, &[]),
    ("supporter who is away", 7, &[]),
    ("supporter of two teams, line manager", 58, &[]),
    ("supporter in a cover group", 38, &[]),
    ("supporter in a cover group across sectors", 61, &[]),
    ("supporter who is paused", 62, &[]),
    ("supporter whose allocation has ended", 59, &[]),
    ("supporter from next year", 68, &[]),
    ("Trainer", 67, &[]),
    ("plain staff", 41, &[]),
    ("staff who moved in October", 66, &[]),
    ("leaver with a grant", 60, &[AccessRole::Admin]),
    ("admin", 63, &[AccessRole::Admin]),
    ("auditor", 64, &[AccessRole::Auditor]),
];

/// The tokens: role, units and names.
const TOKENS: [(&str, AccessRole, &[i64], bool); 7] = [
    ("dashboard without units", AccessRole::Dashboard, &[], true),
    ("dashboard of SOUTH", AccessRole::Dashboard, &[3], false),
    ("dashboard of SOUTH with names", AccessRole::Dashboard, &[3], true),
    ("dashboard of N1 and S4 with names", AccessRole::Dashboard, &[4, 11], true),
    ("dashboard of a unit that is gone", AccessRole::Dashboard, &[999], true),
    ("admin's token", AccessRole::Admin, &[], false),
    ("auditor's token", AccessRole::Auditor, &[], false),
];

/// Every viewer, by name.
pub(super) fn all() -> Vec<(&'static str, Viewer)> {
    let people = PEOPLE.iter().map(|(name, id, given)| (*name, Viewer::person(PersonId(*id), given.to_vec())));
    let tokens = (100..).zip(&TOKENS).map(|(id, (name, role, units, names))| {
        let units = units.iter().copied().map(UnitId).collect();
        (*name, Viewer::token(ApiTokenId(id), *role, units, *names))
    });
    let exploring = Viewer::token(ApiTokenId(150), AccessRole::Dashboard, vec![UnitId(3)], false).with_exploring();
    people.chain(tokens).chain([("dashboard of SOUTH that explores", exploring)]).collect()
}
