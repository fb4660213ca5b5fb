//! The roster, arranged so that every question about a unit or a person is answered without a search. Built once, in time
//! linear in the roster; it answers for every day.

use std::collections::HashMap;
use std::hash::Hash;

use super::roster::{
    Allocation, Away, Certificate, Exemption, FiledPolicy, NetworkRole, Pass, PersonIx, Post, Roster, UnitIx, Word,
};
use crate::period::{Day, Validity};

/// A roster with its arrangements.
#[derive(Debug)]
pub struct Index {
    roster: Roster,
    tree: Tree,
    posts_by_unit: Grouped,
    posts_by_person: Grouped,
    allocations_by_unit: Grouped,
    allocations_by_person: HashMap<PersonIx, Vec<u32>>,
    champions_by_unit: HashMap<UnitIx, Vec<NetworkRole>>,
    passes: HashMap<PersonIx, Vec<Pass>>,
    away: HashMap<PersonIx, Vec<Validity>>,
    policies: HashMap<UnitIx, Vec<FiledPolicy>>,
    exemptions: HashMap<UnitIx, Vec<Exemption>>,
    groups: HashMap<Word, Vec<UnitIx>>,
}

/// Rows numbered by a key from 0: those of key k are `rows[starts[k]..starts[k + 1]]`.
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

    fn of(&self, key: usize) -> &[u32] {
        &self.rows[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

/// The tree, numbered so that everything at or below a unit is one run of numbers.
#[derive(Debug)]
struct Tree {
    parents: Vec<Option<UnitIx>>,
    depth: Vec<u32>,
    /// A unit's own number, and the number of the last unit at or below it.
    first: Vec<u32>,
    last: Vec<u32>,
    /// Units by number, parents before children.
    order: Vec<UnitIx>,
}

impl Tree {
    fn new(roster: &Roster) -> Self {
        let parents: Vec<_> = roster.units.iter().map(|unit| unit.parent).collect();
        let mut children: HashMap<Option<UnitIx>, Vec<UnitIx>> = HashMap::new();
        for (unit, parent) in (0u32..).map(UnitIx).zip(&parents) {
            children.entry(*parent).or_default().push(unit);
        }
        let mut tree = Self {
            depth: vec![0; parents.len()],
            first: vec![0; parents.len()],
            last: vec![0; parents.len()],
            order: Vec::with_capacity(parents.len()),
            parents,
        };
        let mut next = children.get(&None).cloned().unwrap_or_default();
        next.reverse();
        while let Some(unit) = next.pop() {
            tree.first[unit.at()] = u32::try_from(tree.order.len()).unwrap_or(u32::MAX);
            tree.depth[unit.at()] = tree.parents[unit.at()].map_or(0, |above| tree.depth[above.at()] + 1);
            tree.order.push(unit);
            next.extend(children.get(&Some(unit)).into_iter().flatten().rev());
        }
        for unit in tree.order.iter().rev() {
            let own = tree.first[unit.at()].max(tree.last[unit.at()]);
            tree.last[unit.at()] = own;
            if let Some(above) = tree.parents[unit.at()] {
                tree.last[above.at()] = tree.last[above.at()].max(own);
            }
        }
        tree
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
    /// Arranges a roster.
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
        let mut groups: HashMap<Word, Vec<UnitIx>> = HashMap::new();
        for (unit, facts) in (0u32..).map(UnitIx).zip(&roster.units) {
            if let Some(group) = facts.cover_group {
                groups.entry(group).or_default().push(unit);
            }
        }
        // By code, so that nobody is told of a group's members in the order in which they happened to be filed.
        groups
            .values_mut()
            .for_each(|units| units.sort_by(|a, b| roster.units[a.at()].code.cmp(&roster.units[b.at()].code)));
        Self {
            tree: Tree::new(&roster),
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
            roster,
        }
    }

    /// The facts themselves.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Every unit, parents before children.
    #[must_use]
    pub fn units_downwards(&self) -> &[UnitIx] {
        &self.tree.order
    }

    /// How many units are above this one.
    #[must_use]
    pub fn depth(&self, unit: UnitIx) -> u32 {
        self.tree.depth[unit.at()]
    }

    /// The unit itself and those above it, nearest first.
    pub fn upwards(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> {
        std::iter::successors(Some(unit), |unit| self.tree.parents[unit.at()])
    }

    /// Whether `unit` is `above` or below it.
    #[must_use]
    pub fn is_at_or_below(&self, unit: UnitIx, above: UnitIx) -> bool {
        self.below(above).contains(&self.place(unit))
    }

    /// A unit's place in [`units_downwards`](Self::units_downwards).
    #[must_use]
    pub fn place(&self, unit: UnitIx) -> usize {
        self.tree.first[unit.at()] as usize
    }

    /// The places of the unit itself and of everything below it.
    #[must_use]
    pub fn below(&self, unit: UnitIx) -> std::ops::RangeInclusive<usize> {
        self.place(unit)..=self.tree.last[unit.at()] as usize
    }

    /// The lowest unit that is at or above both.
    #[must_use]
    pub fn meeting(&self, a: UnitIx, b: UnitIx) -> UnitIx {
        self.upwards(a).find(|above| self.is_at_or_below(b, *above)).unwrap_or(a)
    }

    /// The units that name a cover group.
    #[must_use]
    pub fn group(&self, group: Word) -> &[UnitIx] {
        self.groups.get(&group).map_or(&[], Vec::as_slice)
    }

    /// All posts placed directly in a unit, counting or not.
    pub fn posts_in(&self, unit: UnitIx) -> impl Iterator<Item = &Post> {
        self.posts_by_unit.of(unit.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// All posts of a person, counting or not.
    pub fn posts_of(&self, person: PersonIx) -> impl Iterator<Item = &Post> {
        self.posts_by_person.of(person.at()).iter().map(|row| &self.roster.posts[*row as usize])
    }

    /// Whether a post counts on `day`: it is valid, its unit is open, and it is not Bank (COVERAGE.md section 2).
    #[must_use]
    pub fn counts(&self, post: &Post, day: Day) -> bool {
        !post.bank && post.validity.holds_on(day) && self.roster.units[post.unit.at()].validity.holds_on(day)
    }

    /// The posts in a unit that count on `day`.
    pub fn counting_posts_in(&self, unit: UnitIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_in(unit).filter(move |post| self.counts(post, day))
    }

    /// The posts of a person that count on `day`.
    pub fn counting_posts_of(&self, person: PersonIx, day: Day) -> impl Iterator<Item = &Post> {
        self.posts_of(person).filter(move |post| self.counts(post, day))
    }

    /// The Peer Supporter allocations to a unit, as places in the roster's list.
    #[must_use]
    pub fn allocations_to(&self, unit: UnitIx) -> &[u32] {
        self.allocations_by_unit.of(unit.at())
    }

    /// The Peer Supporter allocations of a person.
    pub fn allocations_of(&self, person: PersonIx) -> impl Iterator<Item = &Allocation> {
        let rows = self.allocations_by_person.get(&person).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| &self.roster.allocations[*row as usize])
    }

    /// The Wellbeing Champions of a unit, valid or not.
    #[must_use]
    pub fn champions_of(&self, unit: UnitIx) -> &[NetworkRole] {
        self.champions_by_unit.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The passes of a person beyond Level 1, by day.
    #[must_use]
    pub fn passes_of(&self, person: PersonIx) -> &[Pass] {
        self.passes.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The last pass of any of `certificates` on or before `day`.
    #[must_use]
    pub fn last_pass(&self, person: PersonIx, certificates: &[Certificate], day: Day) -> Option<Day> {
        let passes = self.passes_of(person).iter().rev();
        passes.filter(|pass| certificates.contains(&pass.certificate)).map(|pass| pass.on).find(|on| *on <= day)
    }

    /// The spells of a person away; those that touch or overlap are one.
    #[must_use]
    pub fn away(&self, person: PersonIx) -> &[Validity] {
        self.away.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The policies of a unit itself, by day.
    #[must_use]
    pub fn policies_of(&self, unit: UnitIx) -> &[FiledPolicy] {
        self.policies.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The exemptions of a unit itself.
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
