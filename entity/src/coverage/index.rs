//! The roster, indexed so that every lookup for a unit or a person avoids a search. Built once, in time linear in the
//! roster; valid for every day.

mod register;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::roster::{
    Allocation, Appointment, Away, Certificate, Delegation, Exemption, FiledPolicy, NetworkRole, Pass, PersonIx, Post,
    Roster, StaffList, UnitIx,
};
use super::tree::Tree;
use crate::interner::Symbol;
use crate::period::{Day, Validity};
use crate::register::terms::RegisterTerms;

/// A roster with its indexes.
#[derive(Debug)]
pub struct Index {
    roster: Roster,
    /// The trees, each with the first day on which it holds, oldest first. The first holds for every day before the
    /// second.
    trees: Vec<(Option<Day>, Tree)>,
    posts_by_unit: Grouped,
    posts_by_person: Grouped,
    allocations_by_unit: Grouped,
    allocations_by_person: HashMap<PersonIx, Vec<u32>>,
    champions_by_unit: HashMap<UnitIx, Vec<NetworkRole>>,
    passes: HashMap<PersonIx, Vec<Pass>>,
    away: HashMap<PersonIx, Vec<Validity>>,
    policies: HashMap<UnitIx, Vec<FiledPolicy>>,
    exemptions: HashMap<UnitIx, Vec<Exemption>>,
    groups: HashMap<Symbol, Vec<UnitIx>>,
    appointments_by_unit: HashMap<UnitIx, Vec<Appointment>>,
    appointments_by_person: HashMap<PersonIx, Vec<Appointment>>,
    /// By line manager, or by the person who has none.
    delegations: HashMap<PersonIx, Vec<Delegation>>,
    /// By unit and first day of the policy.
    register_terms: HashMap<(UnitIx, Day), RegisterTerms>,
    /// By employer; the lists of each in order of series and as-at day.
    staff_lists: HashMap<Option<Symbol>, Vec<StaffList>>,
    /// Units that are named in rejected rows of any list.
    units_not_read: HashSet<UnitIx>,
}

/// Rows grouped by a key from 0: the rows of key k are `rows[starts[k]..starts[k + 1]]`.
#[derive(Debug)]
struct Grouped {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Grouped {
    fn new(keys: usize, key_of_row: impl ExactSizeIterator<Item = usize> + Clone) -> Self {
        let mut starts = vec![0u32; keys + 1];
        for key in key_of_row.clone() {
            starts[key + 1] += 1;
        }
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut rows = vec![0u32; key_of_row.len()];
        for (row, key) in (0u32..).zip(key_of_row) {
            rows[next[key] as usize] = row;
            next[key] += 1;
        }
        Self { starts, rows }
    }

    fn rows_of(&self, key: usize) -> &[u32] {
        &self.rows[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

fn by_key<K: Eq + Hash, T: Clone>(rows: &[T], key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row.clone());
    }
    groups
}

impl Index {
    /// Builds the indexes of a roster.
    #[must_use]
    pub fn new(roster: Roster) -> Self {
        let mut allocations_by_person: HashMap<PersonIx, Vec<u32>> = HashMap::new();
        for (row, allocation) in (0u32..).zip(&roster.allocations) {
            allocations_by_person.entry(allocation.person).or_default().push(row);
        }
        let mut passes = by_key(&roster.passes, |pass| pass.person);
        passes.values_mut().for_each(|passes| passes.sort_by_key(|pass| pass.on));
        let mut policies = by_key(&roster.policies, |filed| filed.unit);
        policies.values_mut().for_each(|filed| filed.sort_by_key(|filed| filed.from));
        let mut groups: HashMap<Symbol, Vec<UnitIx>> = HashMap::new();
        for (unit, facts) in (0u32..).map(UnitIx).zip(&roster.units) {
            if let Some(group) = facts.cover_group {
                groups.entry(group).or_default().push(unit);
            }
        }
        // Sorted by code, so that the order does not depend on when a member was filed.
        groups
            .values_mut()
            .for_each(|units| units.sort_by(|a, b| roster.units[a.at()].code.cmp(&roster.units[b.at()].code)));
        let mut staff_lists = by_key(&roster.staff_lists, |list| list.employer);
        staff_lists.values_mut().for_each(|lists| lists.sort_by_key(|list| (list.series, list.as_at)));
        let units_not_read = roster.staff_lists.iter().flat_map(|list| &list.unread).map(|(unit, _)| *unit).collect();
        Self {
            trees: Tree::dated(&roster),
            posts_by_unit: Grouped::new(roster.units.len(), roster.posts.iter().map(|post| post.unit.at())),
            posts_by_person: Grouped::new(roster.people.len(), roster.posts.iter().map(|post| post.person.at())),
            allocations_by_unit: Grouped::new(
                roster.units.len(),
                roster.allocations.iter().map(|allocation| allocation.unit.at()),
            ),
            allocations_by_person,
            champions_by_unit: by_key(&roster.champions, |role| role.unit),
            passes,
            away: by_key(&roster.away, |away| away.person)
                .into_iter()
                .map(|(person, spells)| (person, merge(spells)))
                .collect(),
            policies,
            exemptions: by_key(&roster.exemptions, |exemption| exemption.unit),
            groups,
            appointments_by_unit: by_key(&roster.appointments, |appointment| appointment.unit),
            appointments_by_person: by_key(&roster.appointments, |appointment| appointment.person),
            delegations: by_key(&roster.delegations, |delegation| delegation.principal),
            register_terms: roster
                .register_terms
                .iter()
                .map(|filed| ((filed.unit, filed.from), filed.terms.clone()))
                .collect(),
            staff_lists,
            units_not_read,
            roster,
        }
    }

    /// Returns the roster.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Returns the tree of a day.
    #[must_use]
    pub fn tree(&self, day: Day) -> &Tree {
        let begun = self.trees.iter().rposition(|(from, _)| from.is_none_or(|from| from <= day));
        &self.trees[begun.unwrap_or(0)].1
    }

    /// Returns the days on which any unit moves in the tree, with the tree from that day.
    pub fn moves(&self) -> impl Iterator<Item = (Day, &Tree)> {
        self.trees.iter().filter_map(|(from, tree)| from.map(|from| (from, tree)))
    }

    /// Returns the units of a cover group, by code.
    #[must_use]
    pub fn group(&self, group: Symbol) -> &[UnitIx] {
        self.groups.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Returns all posts placed directly in a unit, counting or not.
    pub fn posts_in(&self, unit: UnitIx) -> impl Iterator<Item = &Post> {
        self.posts_by_unit.rows_of(unit.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// Returns all posts of a person, counting or not.
    pub fn posts_of(&self, person: PersonIx) -> impl Iterator<Item = &Post> {
        self.posts_by_person.rows_of(person.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// Whether a post counts on `day`: it is valid, its unit is open, and it is not Bank (COVERAGE.md section 2).
    #[must_use]
    pub fn counts(&self, post: &Post, day: Day) -> bool {
        !post.bank && post.validity.holds_on(day) && self.roster.units[post.unit.at()].validity.holds_on(day)
    }

    /// Returns the posts in a unit that count on `day`.
    pub fn counting_posts_in(&self, unit: UnitIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_in(unit).filter(move |post| self.counts(post, day))
    }

    /// Returns the posts of a person that count on `day`.
    pub fn counting_posts_of(&self, person: PersonIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_of(person).filter(move |post| self.counts(post, day))
    }

    /// Returns the Peer Supporter allocations to a unit, as indices in the roster's list.
    #[must_use]
    pub fn allocations_to(&self, unit: UnitIx) -> &[u32] {
        self.allocations_by_unit.rows_of(unit.at())
    }

    /// Returns the Peer Supporter allocations of a person.
    pub fn allocations_of(&self, person: PersonIx) -> impl Iterator<Item = &Allocation> {
        let rows = self.allocations_by_person.get(&person).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| &self.roster.allocations[*row as usize])
    }

    /// Returns the Wellbeing Champion roles of a unit, valid or not.
    #[must_use]
    pub fn champions_of(&self, unit: UnitIx) -> &[NetworkRole] {
        self.champions_by_unit.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the passes of a person beyond Level 1, by day.
    #[must_use]
    pub fn passes_of(&self, person: PersonIx) -> &[Pass] {
        self.passes.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Returns the last pass of any of `certificates` on or before `day`. Of several on one day, the one that ends
    /// first.
    #[must_use]
    pub fn last_pass(&self, person: PersonIx, certificates: &[Certificate], day: Day) -> Option<&Pass> {
        let passes = self.passes_of(person).iter();
        passes
            .filter(|pass| pass.on <= day && certificates.contains(&pass.certificate))
            .max_by_key(|pass| (pass.on, std::cmp::Reverse(pass.expires.unwrap_or(Day::LAST))))
    }

    /// Returns the first day without the certificate that the last pass of any of `certificates` on or before `day`
    /// gives, under a policy that lets it last `months`. `None` without such a pass. Of several on one day the earliest
    /// end decides: a later one may be a mistake, and would call a team covered that may not be.
    #[must_use]
    pub fn certificate_ends(
        &self,
        person: PersonIx,
        certificates: &[Certificate],
        day: Day,
        months: u32,
    ) -> Option<Day> {
        let passes = self.passes_of(person).iter();
        let known = passes.filter(|pass| pass.on <= day && certificates.contains(&pass.certificate));
        // Ordered by day, then by the earliest end.
        let last = known.max_by_key(|pass| (pass.on, std::cmp::Reverse(pass.ends(months))));
        last.map(|pass| pass.ends(months))
    }

    /// Returns the appointments of people who are responsible for the unit itself, valid or not.
    #[must_use]
    pub fn appointments_for(&self, unit: UnitIx) -> &[Appointment] {
        self.appointments_by_unit.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the appointments of a person, valid or not.
    #[must_use]
    pub fn appointments_of(&self, person: PersonIx) -> &[Appointment] {
        self.appointments_by_person.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Returns the as-at day of the newest staff list of an employer. `None` if no list was ever applied. If several
    /// employers have names that compare as equal, the oldest of their newest lists.
    #[must_use]
    pub fn newest_list(&self, employer: Option<Symbol>) -> Option<Day> {
        self.staff_lists.get(&employer).and_then(|lists| newest_of_each(lists))
    }

    /// Returns the employers with a staff list, each with the as-at day of its newest one.
    pub fn newest_lists(&self) -> impl Iterator<Item = (Option<Symbol>, Day)> {
        self.staff_lists.iter().filter_map(|(employer, lists)| Some((*employer, newest_of_each(lists)?)))
    }

    /// Returns r of a unit on `day`: the number of rejected rows that named it, over all employers, each with its
    /// newest staff list as at `day` or before. 0 on days on which the unit is closed (COVERAGE.md section 5).
    #[must_use]
    pub fn rows_not_read(&self, unit: UnitIx, day: Day) -> u32 {
        if !self.units_not_read.contains(&unit) || !self.roster.units[unit.at()].validity.holds_on(day) {
            return 0;
        }
        let newest = |lists: &[StaffList]| {
            let list = lists.iter().rev().find(|list| list.as_at <= day)?;
            list.unread.iter().find(|(named, _)| *named == unit).map(|(_, rows)| *rows)
        };
        self.staff_lists.values().flat_map(|lists| each_series(lists)).filter_map(newest).sum()
    }

    /// Returns the periods in which a person is away. Periods that touch or overlap are merged.
    #[must_use]
    pub fn away(&self, person: PersonIx) -> &[Validity] {
        self.away.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Returns the policies of the unit itself, by day.
    #[must_use]
    pub fn policies_of(&self, unit: UnitIx) -> &[FiledPolicy] {
        self.policies.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the exemptions of the unit itself.
    #[must_use]
    pub fn exemptions_of(&self, unit: UnitIx) -> &[Exemption] {
        self.exemptions.get(&unit).map_or(&[], Vec::as_slice)
    }
}

fn merge(spells: Vec<Away>) -> Vec<Validity> {
    let mut spells: Vec<_> = spells.into_iter().map(|away| away.validity).filter(|spell| !spell.is_empty()).collect();
    spells.sort_by_key(|spell| spell.from);
    let mut merged: Vec<Validity> = Vec::with_capacity(spells.len());
    for spell in spells {
        match merged.last_mut() {
            Some(last) if last.touches(spell) => *last = last.hull(spell),
            _ => merged.push(spell),
        }
    }
    merged
}

/// Splits the lists by series: one per employer key, oldest list first.
fn each_series(lists: &[StaffList]) -> impl Iterator<Item = &[StaffList]> {
    lists.chunk_by(|a, b| a.series == b.series)
}

/// Returns the as-at day of the oldest among the newest lists of each series.
fn newest_of_each(lists: &[StaffList]) -> Option<Day> {
    each_series(lists).filter_map(<[StaffList]>::last).map(|list| list.as_at).min()
}
