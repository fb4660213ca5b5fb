//! Small rosters that read like the page: units and people by name, and everything in order by default.

mod answer;
mod supporter;

pub(crate) use self::answer::Answer;
use crate::coverage::roster::{
    AllocationTerms, Appointment, Away, Certificate, Delegation, Exemption, FiledPolicy, NetworkRole, Person, PersonIx,
    Placement, Post, Roster, StaffList, Unit, UnitIx,
};
use crate::coverage::{Index, PolicyTerms, Question, WhatIf, compute, mix};
use crate::id::{PersonId, UnitId};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;
use crate::value::register::DelegationKind;

/// The day for which boards are computed by default.
pub(crate) const TODAY: &str = "2026-11-16";
/// The employer in a post by default.
pub(crate) const NHS: &str = "NHS";
/// The root, which has the default policy unless the board is [`Board::without_policy`].
pub(crate) const ROOT: &str = "BOARD";

/// Parses a day.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// From the first and the last day, as people write them; `""` is no start date, or no end date.
pub(crate) fn through(first: &str, last: &str) -> Validity {
    let day = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity::from_last(day(first), day(last))
}

/// Terms from a day on: protected time, and whether cover from outside the team is agreed.
pub(crate) fn terms(from: Option<Day>, is_protected: bool, outside_team: bool) -> AllocationTerms {
    AllocationTerms { from, protected_hours: is_protected.then_some(400), outside_team }
}

/// A roster under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    pub(crate) roster: Roster,
    names: Vec<String>,
}

impl Board {
    /// A root with the default policy since 2020, and nothing else.
    pub(crate) fn new() -> Self {
        Self::without_policy().policy(ROOT, "2020-01-01", |_| {})
    }

    /// A root, and nothing else.
    pub(crate) fn without_policy() -> Self {
        let mut board = Self::default();
        board.add_unit(ROOT, None);
        board
    }

    /// A unit below the root.
    pub(crate) fn unit(self, code: &str) -> Self {
        self.below(ROOT, code)
    }

    /// A unit below another.
    pub(crate) fn below(mut self, parent: &str, code: &str) -> Self {
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
    pub(crate) fn moved(mut self, code: &str, on: &str, parent: &str) -> Self {
        let (unit, parent) = (self.place(code), Some(self.place(parent)));
        self.roster.units[unit.at()].placements.push(Placement { from: Some(day(on)), parent });
        self
    }

    /// Sets the level of a unit.
    pub(crate) fn level(mut self, code: &str, level: &str) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].level = self.roster.words.value(level);
        self
    }

    /// Sets the days on which a unit is open.
    pub(crate) fn open(mut self, code: &str, validity: Validity) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].validity = validity;
        self
    }

    /// Sets the site of a unit.
    pub(crate) fn site(mut self, code: &str, site: &str) -> Self {
        let unit = self.place(code);
        self.roster.units[unit.at()].site = self.roster.words.value(site);
        self
    }

    /// Units that are assessed together.
    pub(crate) fn group(mut self, name: &str, codes: &[&str]) -> Self {
        for code in codes {
            let unit = self.place(code);
            self.roster.units[unit.at()].cover_group = self.roster.words.key(name);
        }
        self
    }

    /// Adds this number of people with a post in a unit, whose names do not matter.
    pub(crate) fn staff(mut self, unit: &str, people: u32) -> Self {
        for _ in 0..people {
            let name = format!("person {}", self.names.len());
            self = self.post(&name, unit);
        }
        self
    }

    /// A full-time permanent post without dates, with the NHS as employer.
    pub(crate) fn post(self, person: &str, unit: &str) -> Self {
        self.post_with(person, unit, |_| {})
    }

    /// Such a post, changed.
    pub(crate) fn post_with(mut self, person: &str, unit: &str, change: impl FnOnce(&mut Post)) -> Self {
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
    pub(crate) fn post_as(mut self, person: &str, unit: &str, job_family: &str) -> Self {
        let family = self.roster.words.value(job_family);
        self.post_with(person, unit, |post| post.job_family = family)
    }

    /// A post with another employer.
    pub(crate) fn post_for(mut self, person: &str, unit: &str, employer: &str) -> Self {
        let employer = self.roster.words.value(employer);
        self.post_with(person, unit, |post| post.employer = employer)
    }

    /// A post that names a line manager.
    pub(crate) fn post_under(mut self, person: &str, unit: &str, manager: &str) -> Self {
        let manager = self.person(manager);
        self.post_with(person, unit, |post| post.line_manager = Some(manager))
    }

    /// An absence.
    pub(crate) fn away(mut self, person: &str, first: &str, last: &str) -> Self {
        let person = self.person(person);
        self.roster.away.push(Away { person, validity: through(first, last) });
        self
    }

    /// A Wellbeing Champion.
    pub(crate) fn champion(mut self, person: &str, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.champions.push(NetworkRole { person, unit, validity });
        self
    }

    /// A Trainer with a Level 3 pass.
    pub(crate) fn trainer(self, person: &str, unit: &str, validity: Validity) -> Self {
        self.pass(person, Certificate::Level3, "2025-03-01").trainer_role(person, unit, validity)
    }

    /// A Trainer's role, without any pass.
    pub(crate) fn trainer_role(mut self, person: &str, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.trainers.push(NetworkRole { person, unit, validity });
        self
    }

    /// A person's appointment as responsible for a unit.
    pub(crate) fn appointment(mut self, person: &str, role: AppointmentRole, unit: &str, validity: Validity) -> Self {
        let (person, unit) = (self.person(person), self.place(unit));
        self.roster.appointments.push(Appointment { unit, person, role, validity, delegate: None });
        self
    }

    /// The delegate of the last appointment.
    pub(crate) fn delegate(mut self, person: &str, validity: Validity) -> Self {
        let person = self.person(person);
        let appointment = self.roster.appointments.last_mut().expect("an appointment");
        appointment.delegate = Some((person, validity));
        self
    }

    /// A person who stands in for a line manager without an appointment, or as one for a person who has none.
    pub(crate) fn delegation(
        mut self,
        kind: DelegationKind,
        principal: &str,
        delegate: &str,
        validity: Validity,
    ) -> Self {
        let (principal, delegate) = (self.person(principal), self.person(delegate));
        self.roster.delegations.push(Delegation { kind, principal, delegate, validity });
        self
    }

    /// An applied staff list of an employer, with the number of rejected rows by unit.
    pub(crate) fn staff_list(self, employer: &str, as_at: &str, rejected: &[(&str, u32)]) -> Self {
        self.staff_list_in(0, employer, as_at, rejected)
    }

    /// An applied staff list of one of several employers whose names are the same value.
    pub(crate) fn staff_list_in(mut self, series: u32, employer: &str, as_at: &str, rejected: &[(&str, u32)]) -> Self {
        let employer = self.roster.words.value(employer);
        let unread = rejected.iter().map(|(unit, rows)| (self.place(unit), *rows)).collect();
        self.roster.staff_lists.push(StaffList { employer, series, as_at: day(as_at), unread });
        self
    }

    /// A policy: the defaults, changed.
    pub(crate) fn policy(mut self, unit: &str, from: &str, change: impl FnOnce(&mut PolicyTerms)) -> Self {
        let mut policy = PolicyTerms::default();
        change(&mut policy);
        let unit = self.place(unit);
        self.roster.policies.push(FiledPolicy { unit, from: day(from), policy });
        self
    }

    /// The default policy of a unit with MUST mix rules.
    pub(crate) fn must_mix(self, unit: &str, from: &str, rules: &str) -> Self {
        self.policy(unit, from, |policy| policy.mix = mix::parse(rules, true).expect("mix rules"))
    }

    /// An exemption.
    pub(crate) fn exempt(mut self, unit: &str, first: &str, last: &str) -> Self {
        let unit = self.place(unit);
        self.roster.exemptions.push(Exemption { unit, validity: through(first, last) });
        self
    }

    /// Returns the index of a unit in the roster.
    pub(crate) fn place(&self, code: &str) -> UnitIx {
        let place = self.roster.units.iter().position(|unit| unit.code == code).expect("a unit of this board");
        UnitIx(u32::try_from(place).unwrap())
    }

    /// Returns the index of a person in the roster; a new person is added, without any post.
    pub(crate) fn person(&mut self, name: &str) -> PersonIx {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let id = PersonId(i64::try_from(self.roster.people.len()).unwrap());
            self.roster.people.push(Person { id, linked: Vec::new(), level1_on: None });
            self.names.len() - 1
        });
        PersonIx(u32::try_from(place).unwrap())
    }

    /// The coverage of the default day, whatever the age of the staff lists.
    pub(crate) fn today(&self) -> Answer {
        self.on(TODAY)
    }

    /// The coverage of a day, whatever the age of the staff lists.
    pub(crate) fn on(&self, on: &str) -> Answer {
        self.ask(&Question { day: day(on), today: None, what_if: None })
    }

    /// The coverage of a day, computed on the day `today`.
    pub(crate) fn asked(&self, on: &str, today: &str) -> Answer {
        self.ask(&Question { day: day(on), today: Some(day(today)), what_if: None })
    }

    /// The coverage of the default day, with another policy to try.
    pub(crate) fn what_if(&self, what_if: &WhatIf) -> Answer {
        self.ask(&Question { day: day(TODAY), today: None, what_if: Some(what_if) })
    }

    fn ask(&self, question: &Question<'_>) -> Answer {
        let index = Index::new(self.roster.clone());
        let coverage = compute(&index, question);
        Answer { names: self.names.clone(), index, coverage }
    }
}
