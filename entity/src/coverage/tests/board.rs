//! Small rosters that read like the page: units and people by name, and everything in order unless told otherwise.

use crate::coverage::roster::{
    Allocation, Approval, Away, Certificate, Exemption, FiledPolicy, NetworkRole, Pass, Person, PersonIx, Post, Roster,
    Unit, UnitIx,
};
use crate::coverage::{Coverage, Index, Policy, TeamRow, UnitRow, WhatIf, compute, mix};
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};
use crate::value::{Reason, Status};

/// The day on which boards are asked unless told.
pub(super) const TODAY: &str = "2026-11-16";
/// The root, which has the default policy unless the board is [`Board::without_policy`].
pub(super) const ROOT: &str = "BOARD";

/// The day that `text` names.
pub(super) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// From the first and the last day, as people write them; `""` is always so far, or open-ended.
pub(super) fn through(first: &str, last: &str) -> Validity {
    let day = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity::from_last(day(first), day(last))
}

/// Facts in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    pub(super) roster: Roster,
    names: Vec<String>,
}

impl Board {
    /// A root with the default policy since 2020, and nothing else.
    pub(super) fn new() -> Self {
        Self::without_policy().policy(ROOT, "2020-01-01", |_| {})
    }

    /// A root, and nothing else.
    pub(super) fn without_policy() -> Self {
        let mut board = Self::default();
        board.add_unit(ROOT, None);
        board
    }

    /// A unit below the root.
    pub(super) fn unit(self, code: &str) -> Self {
        self.below(ROOT, code)
    }

    /// A unit below another.
    pub(super) fn below(mut self, parent: &str, code: &str) -> Self {
        let parent = self.place(parent);
        self.add_unit(code, Some(parent));
        self
    }

    fn add_unit(&mut self, code: &str, parent: Option<UnitIx>) {
        let id = UnitId(i64::try_from(self.roster.units.len()).unwrap());
        self.roster.units.push(Unit {
            id,
            code: code.to_owned(),
            name: code.to_owned(),
            parent,
            site: None,
            cover_group: None,
            validity: Validity::ALWAYS,
        });
    }

    /// When a unit is open.
    pub(super) fn open(mut self, code: &str, validity: Validity) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].validity = validity;
        self
    }

    /// Where a unit is.
    pub(super) fn site(mut self, code: &str, site: &str) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].site = self.roster.words.word(site);
        self
    }

    /// Units that are assessed together.
    pub(super) fn group(mut self, name: &str, codes: &[&str]) -> Self {
        for code in codes {
            let unit = self.place(code);
            self.roster.units[unit.at()].cover_group = self.roster.words.word(name);
        }
        self
    }

    /// So many more people with a post in a unit; nobody asks for their names.
    pub(super) fn staff(mut self, unit: &str, people: u32) -> Self {
        for _ in 0..people {
            let name = format!("somebody {}", self.names.len());
            self = self.post(&name, unit);
        }
        self
    }

    /// A full-time permanent post without dates.
    pub(super) fn post(self, person: &str, unit: &str) -> Self {
        self.post_with(person, unit, |_| {})
    }

    /// A post that is changed as told.
    pub(super) fn post_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Post)) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        let (job_family, band, line_manager) = (None, None, None);
        let mut post =
            Post { person, unit, validity: Validity::ALWAYS, wte: 100, bank: false, job_family, band, line_manager };
        change(&mut post);
        self.roster.posts.push(post);
        self
    }

    /// A post with a job family.
    pub(super) fn post_as(mut self, person: &str, unit: &str, job_family: &str) -> Self {
        let family = self.roster.words.word(job_family);
        self.post_with(person, unit, |post| post.job_family = family)
    }

    /// A post that names a line manager.
    pub(super) fn post_under(mut self, person: &str, unit: &str, manager: &str) -> Self {
        let manager = self.person(manager);
        self.post_with(person, unit, |post| post.line_manager = Some(manager))
    }

    /// A Peer Supporter, trained, signed off, approved and with time, allocated to a unit with all of their share.
    pub(super) fn supporter(self, person: &str, unit: &str) -> Self {
        self.supporter_with(person, unit, |_| {})
    }

    /// A Peer Supporter of this share.
    pub(super) fn share(self, person: &str, unit: &str, share: u32) -> Self {
        self.supporter_with(person, unit, |allocation| allocation.share = share)
    }

    /// A Peer Supporter whose allocation is changed as told.
    pub(super) fn supporter_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Allocation)) -> Self {
        if !self.is_trained(person) {
            self = self.level1(person, "2025-09-01").pass(person, Certificate::Level2, "2025-10-01");
        }
        let mut allocation = Allocation {
            id: AllocationId(i64::try_from(self.roster.allocations.len()).unwrap()),
            person: self.person(person),
            unit: self.place(unit),
            share: 1000,
            validity: Validity::ALWAYS,
            line: Approval { on: Some(day("2025-11-30")), by: Some(self.person("a line manager")) },
            senior: Approval { on: Some(day("2025-12-10")), by: Some(self.person("a senior manager")) },
            has_protected_time: true,
            signed_off_on: Some(day("2025-12-20")),
            pause: None,
        };
        change(&mut allocation);
        self.roster.allocations.push(allocation);
        self
    }

    fn is_trained(&mut self, person: &str) -> bool {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on.is_some()
            || self.roster.passes.iter().any(|pass| pass.person == person)
    }

    /// A Level 1 completion. Given before a supporter's first allocation, it stands instead of all their training.
    pub(super) fn level1(mut self, person: &str, on: &str) -> Self {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on = Some(day(on));
        self
    }

    /// A pass. Given before a supporter's first allocation, it stands instead of all their training.
    pub(super) fn pass(mut self, person: &str, certificate: Certificate, on: &str) -> Self {
        let person = self.person(person);
        self.roster.passes.push(Pass { person, certificate, on: day(on) });
        self
    }

    /// A spell away.
    pub(super) fn away(mut self, person: &str, first: &str, last: &str) -> Self {
        let person = self.person(person);
        self.roster.away.push(Away { person, validity: through(first, last) });
        self
    }

    /// A Wellbeing Champion.
    pub(super) fn champion(mut self, person: &str, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.champions.push(NetworkRole { person, unit, validity });
        self
    }

    /// A Trainer with a Level 3 pass.
    pub(super) fn trainer(mut self, person: &str, unit: &str, validity: Validity) -> Self {
        self = self.pass(person, Certificate::Level3, "2025-03-01");
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.trainers.push(NetworkRole { person, unit, validity });
        self
    }

    /// A policy: the defaults, changed as told.
    pub(super) fn policy(mut self, unit: &str, from: &str, change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = Policy::default();
        change(&mut policy);
        let unit = self.place(unit);
        self.roster.policies.push(FiledPolicy { unit, from: day(from), policy });
        self
    }

    /// The default policy of a unit with MUST mix rules.
    pub(super) fn must_mix(self, unit: &str, from: &str, rules: &str) -> Self {
        self.policy(unit, from, |policy| policy.mix = mix::parse(rules, true).expect("mix rules"))
    }

    /// An exemption.
    pub(super) fn exempt(mut self, unit: &str, first: &str, last: &str) -> Self {
        let unit = self.place(unit);
        self.roster.exemptions.push(Exemption { unit, validity: through(first, last) });
        self
    }

    /// Where a unit stands in the roster.
    pub(super) fn place(&self, code: &str) -> UnitIx {
        let place = self.roster.units.iter().position(|unit| unit.code == code).expect("a unit of this board");
        UnitIx(u32::try_from(place).unwrap())
    }

    /// Where a person stands in the roster; whoever is not there yet is added, without any post.
    pub(super) fn person(&mut self, name: &str) -> PersonIx {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let id = PersonId(i64::try_from(self.roster.people.len()).unwrap());
            self.roster.people.push(Person { id, employer: None, level1_on: None });
            self.names.len() - 1
        });
        PersonIx(u32::try_from(place).unwrap())
    }

    /// The coverage today.
    pub(super) fn today(&self) -> Answer {
        self.on(TODAY)
    }

    /// The coverage on a day.
    pub(super) fn on(&self, on: &str) -> Answer {
        self.ask(day(on), None)
    }

    /// The coverage on a day, with another policy to try.
    pub(super) fn ask(&self, day: Day, what_if: Option<&WhatIf>) -> Answer {
        let index = Index::new(self.roster.clone());
        let coverage = compute(&index, day, what_if);
        Answer { names: self.names.clone(), index, coverage }
    }
}

/// What a board says on a day.
#[derive(Debug)]
pub(super) struct Answer {
    names: Vec<String>,
    pub(super) index: Index,
    pub(super) coverage: Coverage,
}

impl Answer {
    fn code(&self, unit: UnitIx) -> &str {
        &self.index.roster().units[unit.at()].code
    }

    /// The team row of a unit, where it has one.
    pub(super) fn find_team(&self, code: &str) -> Option<&TeamRow> {
        self.coverage.teams.iter().find(|row| self.code(row.unit) == code)
    }

    /// The team row of a unit.
    pub(super) fn team(&self, code: &str) -> &TeamRow {
        self.find_team(code).expect("a team row")
    }

    /// The row of a unit with everything below it, where it has one.
    pub(super) fn find_unit(&self, code: &str) -> Option<&UnitRow> {
        self.coverage.units.iter().find(|row| self.code(row.unit) == code)
    }

    /// The row of a unit with everything below it.
    pub(super) fn unit(&self, code: &str) -> &UnitRow {
        self.find_unit(code).expect("a unit row")
    }

    /// A team's status.
    pub(super) fn status(&self, code: &str) -> Status {
        self.team(code).status
    }

    /// P, A, required and gap.
    pub(super) fn figures(&self, code: &str) -> (u32, u32, Option<u32>, Option<u32>) {
        let row = self.team(code);
        (row.supporters, row.share, row.required, row.gap)
    }

    /// Every reason why a person does not count for a unit, by their first allocation to it; none when active.
    pub(super) fn reasons(&self, person: &str, code: &str) -> Vec<Reason> {
        let roster = self.index.roster();
        let standing = self.coverage.standings.iter().find(|standing| {
            let allocation = &roster.allocations[standing.allocation as usize];
            self.names[allocation.person.at()] == person && self.code(allocation.unit) == code
        });
        standing.expect("an allocation").reasons.iter().collect()
    }

    /// The first day on which a covered team is covered no longer, and what it will be.
    pub(super) fn risk(&self, code: &str) -> Option<(Day, Status)> {
        self.team(code).risk.as_ref().map(|risk| (risk.day, risk.status))
    }
}
