//! The rights of the viewer: they let a front end tell "not allowed" from "no data".

use async_graphql::{Enum, SimpleObject};

use super::super::access::Scope;
use crate::access::{Reach, Right};

/// A right that the viewer has. A field for which they do not have the right is null or an empty list.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ViewerRight {
    /// The right.
    right: Right,
    /// How far the right reaches, widest first; the scopes add up. Only EVERYTHING if it reaches everything.
    scopes: Vec<RightScope>,
}

/// How far a right of the viewer reaches today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum RightScope {
    /// The whole organisation, or everything of this kind.
    Everything,
    /// The units in `viewer.units` and all units below them.
    OwnUnits,
    /// The teams in `viewer.supports`.
    SupportedTeams,
    /// The units in `viewer.unitsOfPeople`, without the units below them.
    UnitsOfPeople,
    /// The people in `viewer.people`.
    OwnPeople,
    /// The viewer.
    #[graphql(name = "SELF")]
    Viewer,
}

impl RightScope {
    /// `None` for a reach of nothing, or one that depends on how a token was made, which [`Scope::extent`] has resolved.
    const fn from_reach(reach: Reach) -> Option<Self> {
        match reach {
            Reach::Everything => Some(Self::Everything),
            Reach::TheirUnits | Reach::GivenUnits => Some(Self::OwnUnits),
            Reach::TheirTeams => Some(Self::SupportedTeams),
            Reach::UnitsOfTheirPeople => Some(Self::UnitsOfPeople),
            Reach::TheirPeople => Some(Self::OwnPeople),
            Reach::Themselves => Some(Self::Viewer),
            Reach::Nothing | Reach::GivenUnitsIfNamed | Reach::IfExploring => None,
        }
    }
}

impl ViewerRight {
    /// Every right of the viewer, in the order of the table.
    pub(crate) fn all(scope: &Scope) -> Vec<Self> {
        let right = |right: &Right| {
            let mut scopes: Vec<_> = scope.extent(*right).into_iter().filter_map(RightScope::from_reach).collect();
            scopes.sort_unstable();
            scopes.dedup();
            (!scopes.is_empty()).then_some(Self { right: *right, scopes })
        };
        Right::ALL.iter().filter_map(right).collect()
    }
}
