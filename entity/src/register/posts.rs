//! Which posts put a nominee in the team of a nomination (REGISTER.md section 2). For a Peer Supporter or Champion these
//! are the posts in the unit or in a member of its cover group that day; for a Trainer, those at or below the unit.

use crate::coverage::Index;
use crate::coverage::colleagues::CoverScope;
use crate::coverage::roster::{PersonIx, Post, UnitIx};
use crate::period::Day;
use crate::value::Role;

/// A role that a person has, or would have, for a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidacy {
    pub(super) person: PersonIx,
    pub(super) role: Role,
    pub(super) unit: UnitIx,
    /// Whether the person would cover the team from outside.
    pub(super) outside_team: bool,
}

/// Whether a counting post in `post_unit` is a post in the team of `unit`, for a role, on a day.
pub(super) fn is_in_team(index: &Index, role: Role, unit: UnitIx, post_unit: UnitIx, day: Day) -> bool {
    match role {
        Role::Trainer => index.tree(day).is_at_or_below(post_unit, unit),
        Role::PeerSupporter | Role::Champion => CoverScope::on(index, unit, day).units(index).contains(&post_unit),
    }
}

impl Candidacy {
    /// Whether any counting post will do. A Champion only counts in a team of their own.
    pub(super) fn is_from_outside(&self) -> bool {
        self.outside_team && self.role != Role::Champion
    }

    /// Returns the person's counting posts in the team on a day.
    pub(super) fn posts_in_team(self, index: &Index, day: Day) -> impl Iterator<Item = &Post> {
        index
            .counting_posts_of(self.person, day)
            .filter(move |post| is_in_team(index, self.role, self.unit, post.unit, day))
    }

    /// Returns the person's counting posts that make the role possible: those in the team, or all of them for cover from
    /// outside the team.
    pub(super) fn posts(self, index: &Index, day: Day) -> impl Iterator<Item = &Post> {
        index
            .counting_posts_of(self.person, day)
            .filter(move |post| self.is_from_outside() || is_in_team(index, self.role, self.unit, post.unit, day))
    }
}
