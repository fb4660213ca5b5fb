//! Small rosters that read like the page: units and people by name, and everything in order by default.

use crate::coverage::roster::{
    Allocation, AllocationTerms, Appointment, Approval, Away, Certificate, Exemption, FiledPolicy, NetworkRole, Pass,
    Person, PersonIx, Placement, Post, Roster, StaffList, Unit, UnitIx,
};
use crate::coverage::{Coverage, Index, PolicyTerms, Question, TeamRow, UnitRow, WhatIf, compute, mix};
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};
use crate::value::{AppointmentRole, Reason, Status, UnknownBecause};

/// The day for which boards are computed by default.
pub(super) const TODAY: &str = "2026-11-16";
/// The employer in a post by default.
pub(super) const NHS: &str = "NHS";
/// The root, which has the default policy unless the board is [`Board::without_policy`].
pub(super) const ROOT: &str = "BOARD";

/// Parses a day.
pub(super) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// From the first and the last day, as people write them; `""` is no start date, or no end date.
pub(super) fn through(first: &str, last: &str) -> Validity {
    let day = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity::from_last(day(first), day(last))
}

/// Terms from a day on: protected time, and whether cover from outside the team is agreed.
pub(super) const fn terms(from: Option<Day>, has_protected_time: bool, outside_team: bool) -> AllocationTerms {
    AllocationTerms { from, has_protected_time, outside_team }
}

/// A roster under construction.
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
            placements: vec![Placement { from: None, parent }],
            level: None,
            site: None,
            cover_group: None,
            validity: Validity::ALWAYS,
        });
    }

    /// A unit that moves below another on a day.
    pub(super) fn moved(mut self, code: &str, on: &str, parent: &str) -> Self {
        let (unit, parent) = (self.place(code), Some(self.place(parent)));
        self.roster.units[unit.at()].placements.push(Placement { from: Some(day(on)), parent });
        self
    }

    /// Sets the level of a unit.
    pub(super) fn level(mut self, code: &str, level: &str) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].level = self.roster.words.value(level);
        self
    }

    /// Sets the days on which a unit is open.
    pub(super) fn open(mut self, code: &str, validity: Validity) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].validity = validity;
        self
    }

    /// Sets the site of a unit.
    pub(super) fn site(mut self, code: &str, site: &str) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].site = self.roster.words.value(site);
        self
    }

    /// Units that are assessed together.
    pub(super) fn group(mut self, name: &str, codes: &[&str]) -> Self {
        for code in codes {
            let unit = self.place(code);
            self.roster.units[unit.at()].cover_group = self.roster.words.key(name);
        }
        self
    }

    /// Adds this number of people with a post in a unit, whose names do not matter.
    pub(super) fn staff(mut self, unit: &str, people: u32) -> Self {
        for _ in 0..people {
            let name = format!("person {}", self.names.len());
            self = self.post(&name, unit);
        }
        self
    }

    /// A full-time permanent post without dates, with the NHS as employer.
    pub(super) fn post(self, person: &str, unit: &str) -> Self {
        self.post_with(person, unit, |_| {})
    }

    /// Such a post, changed.
    pub(super) fn post_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Post)) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        let mut post = Post {
            person,
            unit,
            validity: Validity::ALWAYS,
            wte: 100,
            bank: false,
            job_family: None,
            band: None,
            employer: self.roster.words.value(NHS),
            line_manager: None,
        };
        change(&mut post);
        self.roster.posts.push(post);
        self
    }

    /// A post with a job family.
    pub(super) fn post_as(mut self, person: &str, unit: &str, job_family: &str) -> Self {
        let family = self.roster.words.value(job_family);
        self.post_with(person, unit, |post| post.job_family = family)
    }

    /// A post with another employer.
    pub(super) fn post_for(mut self, person: &str, unit: &str, employer: &str) -> Self {
        let employer = self.roster.words.value(employer);
        self.post_with(person, unit, |post| post.employer = employer)
    }

    /// A post that names a line manager.
    pub(super) fn post_under(mut self, person: &str, unit: &str, manager: &str) -> Self {
        let manager = self.person(manager);
        self.post_with(person, unit, |post| post.line_manager = Some(manager))
    }

    /// A trained, signed-off and approved Peer Supporter with protected time, allocated to a unit with a full share.
    pub(super) fn supporter(self, person: &str, unit: &str) -> Self {
        self.supporter_with(person, unit, |_| {})
    }

    /// A Peer Supporter with this share.
    pub(super) fn share(self, person: &str, unit: &str, share: u32) -> Self {
        self.supporter_with(person, unit, |allocation| allocation.share = share)
    }

    /// A Peer Supporter who covers a unit from outside it, as agreed.
    pub(super) fn outside_supporter(self, person: &str, unit: &str) -> Self {
        self.supporter_with(person, unit, |allocation| allocation.terms = vec![terms(None, true, true)])
    }

    /// A Peer Supporter whose allocation is changed.
    pub(super) fn supporter_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Allocation)) -> Self {
        if !self.is_trained(person) {
            self = self.level1(person, "2025-09-01").pass(person, Certificate::Level2, "2025-10-01");
        }
        let mut allocation = Allocation {
            id: AllocationId(i64::try_from(self.roster.allocations.len()).unwrap()),
            person: self.person(person),
            filed_for: PersonId(i64::from(self.person(person).0)),
            unit: self.place(unit),
            share: 1000,
            validity: Validity::ALWAYS,
            line: vec![self.approval("a line manager", "2025-11-30")],
            senior: vec![self.approval("a senior manager", "2025-12-10")],
            terms: vec![terms(None, true, false)],
            signed_off: vec![day("2025-12-20")],
            pauses: Vec::new(),
        };
        change(&mut allocation);
        self.roster.allocations.push(allocation);
        self
    }

    /// An approval by a person on a day.
    pub(super) fn approval(&mut self, by: &str, on: &str) -> Approval {
        Approval { on: day(on), by: Some(self.person(by)) }
    }

    fn is_trained(&mut self, person: &str) -> bool {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on.is_some()
            || self.roster.passes.iter().any(|pass| pass.person == person)
    }

    /// A Level 1 completion. If it comes before a supporter's first allocation, it replaces all their training.
    pub(super) fn level1(mut self, person: &str, on: &str) -> Self {
        let person = self.person(person);
        self.roster.people[person.at()].level1_on = Some(day(on));
        self
    }

    /// A pass. If it comes before a supporter's first allocation, it replaces all their training.
    pub(super) fn pass(mut self, person: &str, certificate: Certificate, on: &str) -> Self {
        let person = self.person(person);
        self.roster.passes.push(Pass { person, certificate, on: day(on), expires: None });
        self
    }

    /// A pass whose record gives its last valid day.
    pub(super) fn pass_through(mut self, person: &str, certificate: Certificate, on: &str, last: &str) -> Self {
        self = self.pass(person, certificate, on);
        let pass = self.roster.passes.last_mut().expect("the pass");
        pass.expires = Some(day(last).plus_days(1));
        self
    }

    /// An absence.
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
    pub(super) fn trainer(self, person: &str, unit: &str, validity: Validity) -> Self {
        self.pass(person, Certificate::Level3, "2025-03-01").trainer_role(person, unit, validity)
    }

    /// A Trainer's role, without any pass.
    pub(super) fn trainer_role(mut self, person: &str, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.trainers.push(NetworkRole { person, unit, validity });
        self
    }

    /// A person's appointment as responsible for a unit.
    pub(super) fn appointment(mut self, person: &str, role: AppointmentRole, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.appointments.push(Appointment { unit, person, role, validity, delegate: None });
        self
    }

    /// The delegate of the last appointment.
    pub(super) fn delegate(mut self, person: &str, validity: Validity) -> Self {
        let person = self.person(person);
        let appointment = self.roster.appointments.last_mut().expect("an appointment");
        appointment.delegate = Some((person, validity));
        self
    }

    /// An applied staff list of an employer, with the number of rejected rows by unit.
    pub(super) fn staff_list(self, employer: &str, as_at: &str, rejected: &[(&str, u32)]) -> Self {
        self.staff_list_in(0, employer, as_at, rejected)
    }

    /// An applied staff list of one of several employers whose names are the same value.
    pub(super) fn staff_list_in(mut self, series: u32, employer: &str, as_at: &str, rejected: &[(&str, u32)]) -> Self {
        let employer = self.roster.words.value(employer);
        let unread = rejected.iter().map(|(unit, rows)| (self.place(unit), *rows)).collect();
        self.roster.staff_lists.push(StaffList { employer, series, as_at: day(as_at), unread });
        self
    }

    /// A policy: the defaults, changed.
    pub(super) fn policy(mut self, unit: &str, from: &str, change: impl FnOnce(&mut PolicyTerms)) -> Self {
        let mut policy = PolicyTerms::default();
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

    /// Returns the index of a unit in the roster.
    pub(super) fn place(&self, code: &str) -> UnitIx {
        let place = self.roster.units.iter().position(|unit| unit.code == code).expect("a unit of this board");
        UnitIx(u32::try_from(place).unwrap())
    }

    /// Returns the index of a person in the roster; a new person is added, without any post.
    pub(super) fn person(&mut self, name: &str) -> PersonIx {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let id = PersonId(i64::try_from(self.roster.people.len()).unwrap());
            self.roster.people.push(Person { id, linked: Vec::new(), level1_on: None });
            self.names.len() - 1
        });
        PersonIx(u32::try_from(place).unwrap())
    }

    /// The coverage of the default day, whatever the age of the staff lists.
    pub(super) fn today(&self) -> Answer {
        self.on(TODAY)
    }

    /// The coverage of a day, whatever the age of the staff lists.
    pub(super) fn on(&self, on: &str) -> Answer {
        self.ask(&Question { day: day(on), today: None, what_if: None })
    }

    /// The coverage of a day, computed on the day `today`.
    pub(super) fn asked(&self, on: &str, today: &str) -> Answer {
        self.ask(&Question { day: day(on), today: Some(day(today)), what_if: None })
    }

    /// The coverage of the default day, with another policy to try.
    pub(super) fn what_if(&self, what_if: &WhatIf) -> Answer {
        self.ask(&Question { day: day(TODAY), today: None, what_if: Some(what_if) })
    }

    fn ask(&self, question: &Question<'_>) -> Answer {
        let index = Index::new(self.roster.clone());
        let coverage = compute(&index, question);
        Answer { names: self.names.clone(), index, coverage }
    }
}

/// The coverage of a board on a day.
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

    /// The team row of a unit, if it has one.
    pub(super) fn find_team(&self, code: &str) -> Option<&TeamRow> {
        self.coverage.teams.iter().find(|row| self.code(row.unit) == code)
    }

    /// The team row of a unit.
    pub(super) fn team(&self, code: &str) -> &TeamRow {
        self.find_team(code).expect("a team row")
    }

    /// The row of a unit with everything below it, if it has one.
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

    /// A team's status, and why it is UNKNOWN.
    pub(super) fn known(&self, code: &str) -> (Status, Option<UnknownBecause>) {
        (self.status(code), self.team(code).unknown_because)
    }

    /// P, A, required and gap.
    pub(super) fn figures(&self, code: &str) -> (u32, u32, Option<u32>, Option<u32>) {
        let row = self.team(code);
        (row.supporters, row.share, row.required, row.gap)
    }

    /// Every reason why a person does not count for a unit, by their first allocation to it. Empty if active.
    pub(super) fn reasons(&self, person: &str, code: &str) -> Vec<Reason> {
        let roster = self.index.roster();
        let standing = self.coverage.standings.iter().find(|standing| {
            let allocation = &roster.allocations[standing.allocation as usize];
            self.names[allocation.person.at()] == person && self.code(allocation.unit) == code
        });
        standing.expect("an allocation").reasons.iter().collect()
    }

    /// The first day on which a covered team is no longer covered, and its status then.
    pub(super) fn risk(&self, code: &str) -> Option<(Day, Status)> {
        self.team(code).risk.as_ref().map(|risk| (risk.day, risk.status))
    }
}
