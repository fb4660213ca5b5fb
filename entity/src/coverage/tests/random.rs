//! Rosters that no one would write by hand: a dozen of each kind of row, days within two years, most things in order.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::coverage::PolicyTerms;
use crate::coverage::mix::{self, Rule};
use crate::coverage::roster::{
    Agreement, Appointment, Approval, Away, Certificate, Delegation, Exemption, FiledPolicy, Framework, NetworkRole,
    Organisation, Pass, Person, PersonAssessment, PersonIx, Placement, Post, Roster, Signature, StaffList, Unit,
    UnitIx,
};
use crate::id::{AssessmentId, DocumentId, FrameworkId, PersonId, UnitId};
use crate::interner::{Interner, Symbol};
use crate::period::{Day, Validity};
use crate::value::register::DelegationKind;
use crate::value::{AppointmentRole, ApproverOffice};

mod allocation;
pub(super) mod change;

const UNITS: u32 = 9;
const PEOPLE: u32 = 12;
/// People without posts of their own who give most approvals: the line manager, then the senior manager.
const MANAGERS: u32 = 2;

/// Number of cases per property.
pub(crate) const CASES: u32 = 256;

/// A day within two years.
pub(crate) fn any_day() -> impl Strategy<Value = Day> {
    (0i64..730).prop_map(|days| Day::new(2026, 1, 1).unwrap().plus_days(days))
}

/// A day within the eighteen months before, so that most things that last for months are still valid.
fn early_day() -> impl Strategy<Value = Day> {
    (0i64..540).prop_map(|days| Day::new(2024, 9, 1).unwrap().plus_days(days))
}

/// Mostly without dates; sometimes with a first day, a last day or both, which may leave no day at all.
fn any_validity() -> impl Strategy<Value = Validity> {
    prop_oneof![
        12 => Just(Validity::ALWAYS),
        1 => any_day().prop_map(|day| Validity { from: Some(day), to: None }),
        1 => any_day().prop_map(|day| Validity { from: None, to: Some(day) }),
        1 => (any_day(), any_day()).prop_map(|(from, to)| Validity { from: Some(from), to: Some(to) }),
    ]
}

/// Begins on a day, and ends after a number of days from `lengths`; open-ended now and then.
fn spell(lengths: std::ops::Range<i64>) -> impl Strategy<Value = Validity> {
    (any_day(), weighted(0.9, lengths))
        .prop_map(|(from, days)| Validity { from: Some(from), to: days.map(|days| from.plus_days(days)) })
}

/// The current day. `None` if the age of the lists does not matter.
pub(crate) fn any_today() -> impl Strategy<Value = Option<Day>> {
    weighted(0.7, any_day())
}

/// An approval of either capacity by one of the managers or any other person.
pub(crate) fn any_approval() -> impl Strategy<Value = Approval> {
    let withdrawn = weighted(0.1, any_day());
    (prop_oneof![early_day(), any_day()], (0..PEOPLE + MANAGERS).prop_map(PersonIx), withdrawn)
        .prop_map(|(on, by, withdrawn_on)| Approval { on, by: Some(by), withdrawn_on })
}

pub(crate) fn any_unit() -> impl Strategy<Value = UnitIx> {
    (0..UNITS).prop_map(UnitIx)
}

fn any_person() -> impl Strategy<Value = PersonIx> {
    (0..PEOPLE).prop_map(PersonIx)
}

/// The values of the words, of which the first two are names of cover groups too.
const VALUES: [&str; 3] = ["red", "green", "blue"];

/// One of three values, or a blank.
fn any_word() -> impl Strategy<Value = Option<Symbol>> {
    weighted(0.8, prop::sample::select(&VALUES[..])).prop_map(|text| text.and_then(|text| words().value(text)))
}

fn any_employer() -> impl Strategy<Value = Option<Symbol>> {
    weighted(0.99, prop::sample::select(&VALUES[..])).prop_map(|text| text.and_then(|text| words().value(text)))
}

fn words() -> Interner {
    let mut words = Interner::default();
    for text in VALUES {
        words.value(text);
        words.key(text);
    }
    words.value("Service");
    words
}

/// The first parent of a unit and its moves: each to a unit with a lower index, so that there is never a cycle.
fn placements(place: usize, first: prop::sample::Index, moves: Vec<(Day, prop::sample::Index)>) -> Vec<Placement> {
    let below = |index: prop::sample::Index| (place > 0).then(|| UnitIx(u32::try_from(index.index(place)).unwrap()));
    let mut moves = if place > 0 { moves } else { Vec::new() };
    moves.sort_by_key(|(from, _)| *from);
    moves.dedup_by_key(|(from, _)| *from);
    let later = moves.into_iter().map(|(from, parent)| Placement { from: Some(from), parent: below(parent) });
    std::iter::once(Placement { from: None, parent: below(first) }).chain(later).collect()
}

fn units() -> impl Strategy<Value = Vec<Unit>> {
    let index = any::<prop::sample::Index>;
    let moves = prop_oneof![3 => Just(Vec::new()), 1 => vec((any_day(), index()), 1..3)];
    let level = weighted(0.8, prop::sample::select(&["red", "Service", "Service"][..]));
    let row = (index(), moves, any_word(), level, weighted(0.4, 0usize..2), any_validity());
    vec(row, UNITS as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, (parent, moves, site, level, group, validity))| Unit {
            id: UnitId(i64::try_from(place).unwrap()),
            // Codes run against the order on file, so that neither can replace the other.
            code: format!("U{:02}", 50 - place),
            name: String::new(),
            placements: placements(place, parent, moves),
            level: level.and_then(|level| words().value(level)),
            site,
            cover_group: group.and_then(|group| words().key(VALUES[group])),
            validity: if place == 0 { Validity::ALWAYS } else { validity },
        })
        .collect()
    })
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    vec(weighted(0.95, early_day()), (PEOPLE + MANAGERS) as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, level1_on)| {
            let id = PersonId(i64::try_from(place).unwrap());
            Person { id, linked: Vec::new(), level1_on }
        })
        .collect()
    })
}

fn post() -> impl Strategy<Value = Post> {
    let who = (any_person(), any_unit(), any_validity(), 0i32..120, prop::bool::weighted(0.06));
    let manager = weighted(0.7, prop_oneof![2 => Just(PersonIx(PEOPLE)), 1 => any_person()]);
    (who, any_word(), any_word(), any_employer(), manager).prop_map(
        |((person, unit, validity, wte, bank), job_family, band, employer, line_manager)| Post {
            person,
            unit,
            validity,
            wte,
            bank,
            job_family,
            band,
            employer,
            line_manager,
        },
    )
}

fn role() -> impl Strategy<Value = NetworkRole> {
    (any_person(), any_unit(), any_validity()).prop_map(|(person, unit, validity)| NetworkRole {
        person,
        unit,
        validity,
    })
}

/// The senior manager of the whole organisation, and some more appointments.
fn appointments() -> impl Strategy<Value = Vec<Appointment>> {
    let role = prop_oneof![3 => Just(AppointmentRole::SeniorManager), 1 => Just(AppointmentRole::Coordinator)];
    let manager = || (0..PEOPLE + MANAGERS).prop_map(PersonIx);
    let early = || (early_day(), 0i64..600).prop_map(|(from, days)| (Some(from), Some(from.plus_days(days))));
    let early = || prop_oneof![Just((None, None)), early()].prop_map(|(from, to)| Validity { from, to });
    let delegate = || weighted(0.5, (manager(), early()));
    let more = (any_unit(), manager(), role, early(), delegate())
        .prop_map(|(unit, person, role, validity, delegate)| Appointment { unit, person, role, validity, delegate });
    let root = (early(), delegate()).prop_map(|(validity, delegate)| Appointment {
        unit: UnitIx(0),
        person: PersonIx(PEOPLE + 1),
        role: AppointmentRole::SeniorManager,
        validity,
        delegate,
    });
    (root, vec(more, 0..5)).prop_map(|(root, more)| std::iter::once(root).chain(more).collect())
}

/// People who stand in for line managers, and for people without one.
fn delegations() -> impl Strategy<Value = Vec<Delegation>> {
    let kind = prop_oneof![2 => Just(DelegationKind::Delegate), 1 => Just(DelegationKind::Acting)];
    let anyone = || (0..PEOPLE + MANAGERS).prop_map(PersonIx);
    let principal = prop_oneof![1 => Just(PersonIx(PEOPLE)), 2 => anyone()];
    let row = (kind, principal, anyone(), early_day(), 0i64..600);
    let row = row.prop_map(|(kind, principal, delegate, from, days)| Delegation {
        kind,
        principal,
        delegate,
        validity: Validity { from: Some(from), to: Some(from.plus_days(days)) },
    });
    vec(row, 0..6)
}

/// The most versions of the agreement.
const AGREEMENTS: usize = 3;

/// Versions of the agreement, never two from the same day, as on file. Their ids run against their days.
fn agreements() -> impl Strategy<Value = Vec<Agreement>> {
    let row = (prop_oneof![2 => early_day(), 1 => any_day()], 0i64..200);
    vec(row, 0..=AGREEMENTS).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows = (0..).zip(rows).filter(|(_, (from, _))| seen.insert(*from));
        rows.map(|(id, (from, days))| Agreement { id: DocumentId(id), from, sign_by: from.plus_days(days) }).collect()
    })
}

/// A signature of any version, mostly an early one.
fn signature(person: impl Strategy<Value = PersonIx>) -> impl Strategy<Value = Signature> {
    let agreement = (0..i64::try_from(AGREEMENTS).unwrap()).prop_map(DocumentId);
    let on = prop_oneof![3 => early_day(), 1 => any_day()];
    (person, agreement, on).prop_map(|(person, agreement, on)| Signature { person, agreement, on })
}

/// Most people have signed most versions.
fn signatures() -> impl Strategy<Value = Vec<Signature>> {
    let each: Vec<_> = (0..PEOPLE).map(|person| vec(signature(Just(PersonIx(person))), 1..6)).collect();
    each.prop_map(|rows| rows.into_iter().flatten().collect())
}

/// The most versions of the competence framework.
const FRAMEWORKS: usize = 3;

/// Versions of the competence framework, never two from the same day, as on file.
fn frameworks() -> impl Strategy<Value = Vec<Framework>> {
    let row = (prop_oneof![2 => early_day(), 1 => any_day()], 0i64..300);
    vec(row, 0..=FRAMEWORKS).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows = (0..).zip(rows).filter(|(_, (from, _))| seen.insert(*from));
        rows.map(|(id, (from, days))| Framework { id: FrameworkId(id), from, transition_until: from.plus_days(days) })
            .collect()
    })
}

/// An assessment against any version, mostly met, on one of a few days so that some are on the same one.
fn assessed(person: impl Strategy<Value = PersonIx>) -> impl Strategy<Value = PersonAssessment> {
    let framework = (0..i64::try_from(FRAMEWORKS).unwrap()).prop_map(FrameworkId);
    let on = prop_oneof![3 => early_day(), 2 => any_day(), 1 => Just(Day::new(2026, 3, 2).unwrap())];
    (person, framework, on, prop::bool::weighted(0.7), 0i64..1_000_000).prop_map(|(person, framework, on, met, id)| {
        PersonAssessment { id: AssessmentId(id), person, framework, on, met }
    })
}

/// Lists of each employer; of one employer never two of the same day, as on file.
fn staff_lists() -> impl Strategy<Value = Vec<StaffList>> {
    let rejected = prop_oneof![2 => Just(Vec::new()), 1 => vec((any_unit(), 1u32..6), 1..4)];
    let row = (any_employer(), prop_oneof![early_day(), any_day()], rejected);
    vec(row, 0..14).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows =
            rows.into_iter().filter(|(employer, as_at, _)| employer.is_some() && seen.insert((*employer, *as_at)));
        rows.map(|(employer, as_at, mut unread)| {
            unread.sort_unstable();
            unread.dedup_by_key(|(unit, _)| *unit);
            StaffList { employer, series: 0, as_at, unread }
        })
        .collect()
    })
}

fn certificate() -> impl Strategy<Value = Certificate> {
    prop_oneof![
        4 => Just(Certificate::Level2),
        2 => Just(Certificate::Refresher),
        2 => Just(Certificate::Level3),
        2 => Just(Certificate::Level3Refresher),
    ]
}

/// A pass on a day, whose record now and then has an expiry of its own.
fn pass(
    person: impl Strategy<Value = PersonIx>,
    certificate: impl Strategy<Value = Certificate>,
    on: impl Strategy<Value = Day>,
) -> impl Strategy<Value = Pass> {
    (person, certificate, on, weighted(0.15, 0i64..1500)).prop_map(|(person, certificate, on, lasts)| Pass {
        person,
        certificate,
        on,
        expires: lasts.map(|days| on.plus_days(days)),
    })
}

/// Nearly everyone has passed Levels 2 and 3, and some have passed more.
fn passes() -> impl Strategy<Value = Vec<Pass>> {
    let each = |certificate: Certificate| {
        let passes: Vec<_> = (0..PEOPLE)
            .map(|person| weighted(0.93, pass(Just(PersonIx(person)), Just(certificate), early_day())))
            .collect();
        passes
    };
    let more = vec(pass(any_person(), certificate(), prop_oneof![early_day(), any_day()]), 0..12);
    (each(Certificate::Level2), each(Certificate::Level3), more)
        .prop_map(|(level2, level3, more)| level2.into_iter().chain(level3).flatten().chain(more).collect())
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let texts: &[&str] =
        &["2 different job_family", "1 from RED of band", "2 from green of site", "2 different employer"];
    let rule = (prop::sample::select(texts), any::<bool>());
    vec(rule, 0..3).prop_map(|rules| {
        rules.into_iter().flat_map(|(text, must)| mix::parse(text, must).expect("a mix rule")).collect()
    })
}

pub(super) fn policy() -> impl Strategy<Value = PolicyTerms> {
    let people = prop_oneof![4 => Just(1u32), 1 => Just(2u32)];
    let months = (12u32..48, 12u32..48, 12u32..48);
    let trainers = (prop::sample::select(&["Service", "RED ", "service"][..]), 0u32..3, 0u32..3);
    let office = prop_oneof![2 => Just(ApproverOffice::Shown), 1 => Just(ApproverOffice::Required)];
    let records = (office, (prop::bool::weighted(0.4), prop::bool::weighted(0.4)));
    (2u32..9, people, months, (5u32..40, 0u32..100, 0u32..500), trainers, records, rules()).prop_map(
        |(staff, people, months, days, trainers, (approver_office, required), mix)| PolicyTerms {
            staff_per_supporter: staff,
            min_supporters: people,
            certificate_months: months.0,
            approval_months: months.1,
            trainer_certificate_months: months.2,
            away_days: days.0,
            horizon_days: days.1,
            stale_days: days.2,
            trainer_level: trainers.0.to_owned(),
            min_trainers: trainers.1,
            min_champions: trainers.2,
            approver_office,
            agreement_required: required.0,
            framework_transition_gates: required.1,
            mix,
            ..PolicyTerms::default()
        },
    )
}

/// A policy of the root in nearly every roster, and some more; of one unit never two from the same day, as on file.
fn policies() -> impl Strategy<Value = Vec<FiledPolicy>> {
    let root = weighted(0.9, (Just(UnitIx(0)), early_day(), policy()));
    (root, vec((any_unit(), any_day(), policy()), 0..5)).prop_map(|(root, more)| {
        let rows = root.into_iter().chain(more).map(|(unit, from, policy)| FiledPolicy { unit, from, policy });
        let mut filed: Vec<FiledPolicy> = rows.collect();
        let mut seen = std::collections::HashSet::new();
        filed.retain(|filed| seen.insert((filed.unit, filed.from)));
        filed
    })
}

/// Any roster. A person of several linked employee numbers is one of its people, so links need no rows of their own.
pub(crate) fn any_roster() -> impl Strategy<Value = Roster> {
    let staff = (units(), people(), vec(post(), 8..45));
    let roles = (vec(allocation::allocation(), 0..16), vec(role(), 0..6), vec(role(), 0..6));
    let away = vec((any_person(), spell(0..60)), 0..8);
    let exemptions = vec((any_unit(), spell(0..120)), 0..3);
    let rules = (policies(), exemptions, appointments(), delegations(), staff_lists());
    (
        staff,
        roles,
        passes(),
        away,
        rules,
        (agreements(), signatures(), frameworks(), vec(assessed(any_person()), 0..12)),
    )
        .prop_map(|((units, people, posts), (allocations, champions, trainers), passes, away, rules, signed)| {
            let (agreements, signatures, frameworks, assessments) = signed;
            let (policies, exemptions, appointments, delegations, staff_lists) = rules;
            let exemption = |(unit, validity)| Exemption { unit, validity };
            let allocations = allocation::placed(allocations, &posts).into_iter().map(Into::into).collect();
            let away = away.into_iter().map(|(person, validity)| Away { person, validity }).collect();
            Roster {
                organisation: Organisation {
                    units,
                    people,
                    posts,
                    passes,
                    away,
                    staff_lists,
                    successions: Vec::new(),
                    agreements,
                    frameworks,
                    words: words(),
                }
                .into(),
                allocations,
                champions,
                trainers,
                policies,
                exemptions: exemptions.into_iter().map(exemption).collect(),
                appointments,
                delegations,
                register_terms: Vec::new(),
                signatures,
                assessments: numbered(assessments),
                retrained: HashMap::new(),
            }
        })
}

/// Assessments with different ids, as on file.
fn numbered(mut rows: Vec<PersonAssessment>) -> Vec<PersonAssessment> {
    let mut seen = std::collections::HashSet::new();
    rows.retain(|row| seen.insert(row.id));
    rows
}

/// An order of `length` rows: where each old row goes.
pub(crate) fn any_order(length: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..length).collect::<Vec<_>>()).prop_shuffle()
}
