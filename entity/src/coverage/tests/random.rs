//! Rosters that nobody would think of: a dozen of each kind of row, days within two years, most things in order.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::coverage::Policy;
use crate::coverage::mix::{self, Rule};
use crate::coverage::roster::{
    Allocation, Approval, Away, Certificate, Exemption, FiledPolicy, NetworkRole, Pass, Person, PersonIx, Post, Roster,
    Unit, UnitIx, Word, Words,
};
use crate::id::{AllocationId, PersonId, UnitId};
use crate::period::{Day, Validity};

const UNITS: u32 = 9;
const PEOPLE: u32 = 12;
/// People without posts of their own who approve most of what is approved.
const MANAGERS: u32 = 2;

/// How many cases of each property.
pub(super) const CASES: u32 = 256;

/// A day of two years.
pub(super) fn any_day() -> impl Strategy<Value = Day> {
    (0i64..730).prop_map(|days| Day::new(2026, 1, 1).unwrap().plus_days(days))
}

/// A day of the eighteen months before, so that most of what lasts months still lasts.
fn early_day() -> impl Strategy<Value = Day> {
    (0i64..540).prop_map(|days| Day::new(2024, 9, 1).unwrap().plus_days(days))
}

/// Mostly without dates; else from, through, or both, which may leave no day at all.
fn any_validity() -> impl Strategy<Value = Validity> {
    prop_oneof![
        12 => Just(Validity::ALWAYS),
        1 => any_day().prop_map(|day| Validity { from: Some(day), to: None }),
        1 => any_day().prop_map(|day| Validity { from: None, to: Some(day) }),
        1 => (any_day(), any_day()).prop_map(|(from, to)| Validity { from: Some(from), to: Some(to) }),
    ]
}

/// Begins on a day, and ends after as many days as `lengths` gives; open-ended now and then.
fn spell(lengths: std::ops::Range<i64>) -> impl Strategy<Value = Validity> {
    (any_day(), weighted(0.9, lengths))
        .prop_map(|(from, days)| Validity { from: Some(from), to: days.map(|days| from.plus_days(days)) })
}

pub(super) fn any_unit() -> impl Strategy<Value = UnitIx> {
    (0..UNITS).prop_map(UnitIx)
}

fn any_person() -> impl Strategy<Value = PersonIx> {
    (0..PEOPLE).prop_map(PersonIx)
}

/// One of three values, or a blank.
fn any_word() -> impl Strategy<Value = Option<Word>> {
    weighted(0.8, 0usize..3).prop_map(|place| {
        let mut words = words();
        place.and_then(|place| words.word(["red", "green", "blue"][place]))
    })
}

fn words() -> Words {
    let mut words = Words::default();
    for text in ["red", "green", "blue"] {
        words.word(text);
    }
    words
}

fn units() -> impl Strategy<Value = Vec<Unit>> {
    let row = (any::<prop::sample::Index>(), any_word(), weighted(0.4, 0usize..2), any_validity());
    vec(row, UNITS as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate().map(|(place, (parent, site, group, validity))| Unit {
            id: UnitId(i64::try_from(place).unwrap()),
            // Codes run against the order on file, so that neither stands in for the other.
            code: format!("U{:02}", 50 - place),
            name: String::new(),
            parent: (place > 0).then(|| UnitIx(u32::try_from(parent.index(place)).unwrap())),
            site,
            // Two of the words serve as names of cover groups.
            cover_group: group.and_then(|group| words().word(["red", "green"][group])),
            validity: if place == 0 { Validity::ALWAYS } else { validity },
        });
        rows.collect()
    })
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let row = (any_word(), weighted(0.95, early_day()));
    vec(row, (PEOPLE + MANAGERS) as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, (employer, level1_on))| Person {
            id: PersonId(i64::try_from(place).unwrap()),
            employer,
            level1_on,
        })
        .collect()
    })
}

fn post() -> impl Strategy<Value = Post> {
    let who = (any_person(), any_unit(), any_validity(), 0i32..120, prop::bool::weighted(0.06));
    (who, any_word(), any_word(), weighted(0.3, any_person())).prop_map(
        |((person, unit, validity, wte, bank), job_family, band, line_manager)| Post {
            person,
            unit,
            validity,
            wte,
            bank,
            job_family,
            band,
            line_manager,
        },
    )
}

/// Mostly by one of the managers, `usual` being which.
fn approval(usual: u32) -> impl Strategy<Value = Approval> {
    let by = prop_oneof![12 => Just(PersonIx(PEOPLE + usual)), 1 => (0..PEOPLE + MANAGERS).prop_map(PersonIx)];
    (weighted(0.97, early_day()), weighted(0.97, by)).prop_map(|(on, by)| Approval { on, by })
}

fn allocation() -> impl Strategy<Value = Allocation> {
    let share = prop_oneof![3 => Just(1000u32), 1 => Just(500u32), 1 => 1u32..1000];
    let who = (any_person(), any_unit(), share, any_validity());
    let rest = (prop::bool::weighted(0.97), weighted(0.97, early_day()), weighted(0.06, spell(0..90)));
    (who, approval(0), approval(1), rest).prop_map(
        |((person, unit, share, validity), line, senior, (has_protected_time, signed_off_on, pause))| Allocation {
            id: AllocationId(0),
            person,
            unit,
            share,
            validity,
            line,
            senior,
            has_protected_time,
            signed_off_on,
            pause,
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

fn certificate() -> impl Strategy<Value = Certificate> {
    prop_oneof![4 => Just(Certificate::Level2), 2 => Just(Certificate::Refresher), 1 => Just(Certificate::Level3)]
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let texts: &[&str] =
        &["2 different job_family", "1 from red of band", "2 from green of site", "2 different employer"];
    let rule = (prop::sample::select(texts), any::<bool>());
    vec(rule, 0..3).prop_map(|rules| {
        rules.into_iter().flat_map(|(text, must)| mix::parse(text, must).expect("a mix rule")).collect()
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let people = prop_oneof![1 => Just(0u32), 4 => Just(1u32), 1 => Just(2u32)];
    let ratio = (2u32..9, people, 24u32..48, 24u32..48, 5u32..40);
    (ratio, 0u32..100, rules()).prop_map(
        |((staff_per_supporter, min_supporters, cert, approval, away), horizon, mix)| Policy {
            staff_per_supporter,
            min_supporters,
            certificate_months: cert,
            approval_months: approval,
            away_days: away,
            horizon_days: horizon,
            mix,
            ..Policy::default()
        },
    )
}

/// A policy of the root for nearly always, and some more; of one unit never two from the same day, as on file.
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

/// Any roster.
pub(super) fn any_roster() -> impl Strategy<Value = Roster> {
    let roles = (vec(allocation(), 0..16), vec(role(), 0..6), vec(role(), 0..6));
    let level2 = vec(weighted(0.95, early_day()), PEOPLE as usize);
    let training = (level2, vec((any_person(), certificate(), any_day()), 0..10));
    let away = vec((any_person(), spell(0..60)), 0..8);
    let exemptions = vec((any_unit(), spell(0..120)), 0..3);
    (units(), people(), vec(post(), 8..45), roles, training, away, policies(), exemptions).prop_map(
        |(units, people, posts, (mut allocations, champions, trainers), training, away, policies, exemptions)| {
            for (id, allocation) in (0..).zip(&mut allocations) {
                allocation.id = AllocationId(id);
            }
            let (level2, more) = training;
            let passed = |(person, on): (u32, Option<Day>)| {
                on.map(|on| Pass { person: PersonIx(person), certificate: Certificate::Level2, on })
            };
            let mut passes: Vec<_> = (0..).zip(level2).filter_map(passed).collect();
            passes.extend(more.into_iter().map(|(person, certificate, on)| Pass { person, certificate, on }));
            let exemption = |(unit, validity)| Exemption { unit, validity };
            Roster {
                units,
                people,
                posts,
                allocations,
                champions,
                trainers,
                passes,
                away: away.into_iter().map(|(person, validity)| Away { person, validity }).collect(),
                policies,
                exemptions: exemptions.into_iter().map(exemption).collect(),
                words: words(),
            }
        },
    )
}

/// An order of `length` rows: where each old row goes.
pub(super) fn any_order(length: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..length).collect::<Vec<_>>()).prop_shuffle()
}
