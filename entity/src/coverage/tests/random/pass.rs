//! Training that was passed.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{PEOPLE, any_day, any_person, early_day};
use crate::coverage::roster::{Certificate, Pass, PersonIx};
use crate::period::Day;

pub(super) fn certificate() -> impl Strategy<Value = Certificate> {
    prop_oneof![
        4 => Just(Certificate::Level2),
        2 => Just(Certificate::Refresher),
        2 => Just(Certificate::Level3),
        2 => Just(Certificate::Level3Refresher),
    ]
}

/// A pass on a day, whose record now and then has an expiry of its own.
pub(super) fn pass(
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
pub(super) fn passes() -> impl Strategy<Value = Vec<Pass>> {
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
