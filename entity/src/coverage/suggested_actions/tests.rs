use proptest::prelude::*;

use super::super::mix::parse;
use super::*;

const AUDIENCES: [Audience; 3] = [Audience::Mail, Audience::Records, Audience::Figures];

/// A team without any Peer Supporter who counts.
fn gap_with(not_counting: &[(Reason, u32)], short: u32) -> Gap<'_> {
    Gap {
        status: Status::None,
        short,
        supporters: 0,
        share: 0,
        not_counting,
        unmet_must: Vec::new(),
        unknown_because: None,
        rows_not_read: 0,
    }
}

fn unknown(because: UnknownBecause, rows_not_read: u32) -> Gap<'static> {
    Gap { status: Status::Unknown, unknown_because: Some(because), rows_not_read, ..gap_with(&[], 0) }
}

fn rules(text: &str) -> Vec<UnmetRule> {
    parse(text, true).expect("rules").into_iter().map(UnmetRule::Rule).collect()
}

#[test]
fn says_how_many_to_nominate() {
    for audience in AUDIENCES {
        assert_eq!(to_close(&gap_with(&[], 1), audience), ["Nominate 1 person."]);
        assert_eq!(to_close(&gap_with(&[], 2), audience), ["Nominate 2 people."]);
        let in_parts = Gap { status: Status::Partial, share: 800, ..gap_with(&[], 1) };
        assert_eq!(to_close(&in_parts, audience), ["Nominate 1 person, with at least half of their share here."]);
    }
}

#[test]
fn a_team_without_a_gap_needs_nothing() {
    for status in [Status::NotApplicable, Status::Exempt, Status::AtRisk, Status::Covered] {
        for audience in AUDIENCES {
            let gap = Gap { status, ..gap_with(&[(Reason::Left, 1)], 3) };
            assert!(to_close(&gap, audience).is_empty(), "{status}");
        }
    }
}

#[test]
fn an_unknown_team_needs_a_list_or_a_policy() {
    for audience in AUDIENCES {
        let said = |because, rows| to_close(&unknown(because, rows), audience);
        assert_eq!(
            said(UnknownBecause::NoPolicy, 0),
            ["No policy applies here yet. Only the coordinator can set one."]
        );
        assert_eq!(
            said(UnknownBecause::RowsNotRead, 2),
            ["Ask for the staff list to be corrected: 2 rows about this team could not be read."]
        );
        assert_eq!(said(UnknownBecause::DataStale, 0), ["Ask for a new staff list: the last one is too old."]);
    }
}

#[test]
fn open_steps_come_before_new_nominations() {
    let some = [(Reason::Level2Missing, 1), (Reason::NotSignedOff, 2), (Reason::Left, 1)];
    let one = [(Reason::NoProtectedTime, 1)];
    for audience in [Audience::Mail, Audience::Records] {
        assert_eq!(
            to_close(&gap_with(&some, 4), audience),
            [
                "Arrange Level 2 training and sign-off (2) for 3 colleagues who are already allocated.",
                "Also nominate 1 person.",
                "1 allocated colleague has left: end the allocation.",
            ]
        );
        assert_eq!(
            to_close(&gap_with(&one, 1), audience),
            [
                "Arrange protected time for 1 colleague who is already allocated.",
                "If their time does not close the gap, nominate 1 person.",
            ]
        );
    }
}

#[test]
fn only_readers_of_records_learn_about_availability() {
    let absent = [(Reason::Paused, 1), (Reason::Away, 1), (Reason::StoodDown, 1)];
    assert_eq!(to_close(&gap_with(&absent, 1), Audience::Mail), ["Nominate 1 person."]);
    assert_eq!(to_close(&gap_with(&absent, 1), Audience::Figures), ["Nominate 1 person."]);
    assert_eq!(
        to_close(&gap_with(&absent, 1), Audience::Records),
        ["Nominate 1 person.", "2 allocated Peer Supporters are not available."]
    );
    assert_eq!(
        to_close(&gap_with(&absent[1..], 1), Audience::Records)[1],
        "1 allocated Peer Supporter is not available."
    );
}

#[test]
fn an_unmet_rule_is_an_instruction() {
    let gap =
        |text| Gap { status: Status::MixGap, supporters: 1, share: 1000, unmet_must: rules(text), ..gap_with(&[], 0) };
    for audience in AUDIENCES {
        assert_eq!(
            to_close(&gap("2 different job_family; 1 from Nursing of job_family; 3 from 6 of band"), audience),
            [
                "Nominate people so that Peer Supporters here are from at least 2 different job families.",
                "Nominate people so that at least 1 Peer Supporter here is from the job family 'Nursing'.",
                "Nominate people so that at least 3 Peer Supporters here are from the band '6'.",
            ]
        );
        let short = Gap { status: Status::Partial, short: 2, ..gap("2 different site") };
        assert_eq!(
            to_close(&short, audience),
            ["Nominate 2 people.", "Choose people so that Peer Supporters here are from at least 2 different sites."]
        );
        let stored = Gap { unmet_must: vec![UnmetRule::Sentence("one more band".to_owned())], ..gap("") };
        assert_eq!(to_close(&stored, audience), ["One more band."]);
    }
}

#[test]
fn an_unmet_mix_alone_requires_no_extra_people() {
    let open = [(Reason::NotSignedOff, 1)];
    let gap = Gap { status: Status::MixGap, supporters: 1, share: 1000, ..gap_with(&open, 0) };
    assert_eq!(
        to_close(&Gap { unmet_must: rules("2 different band"), ..gap }, Audience::Mail),
        [
            "Arrange sign-off for 1 colleague who is already allocated.",
            "Nominate people so that Peer Supporters here are from at least 2 different bands.",
        ]
    );
}

fn reasons() -> impl Strategy<Value = Vec<(Reason, u32)>> {
    proptest::collection::vec((0..Reason::ALL.len(), 0..4_u32), 0..6)
        .prop_map(|all| all.into_iter().map(|(at, people)| (Reason::ALL[at], people)).collect())
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::None), Just(Status::Partial), Just(Status::MixGap)]
}

proptest! {
    /// The words of the mail are the same whatever personal reasons hold, and for however many people.
    #[test]
    fn personal_reasons_change_no_word(
        away in 0..4_u32, paused in 0..4_u32, stood_down in 0..4_u32, others in reasons(), short in 0..4_u32, status in status(),
    ) {
        let is_personal = |reason: &Reason| matches!(reason, Reason::StoodDown | Reason::Paused | Reason::Away);
        let work: Vec<_> = others.into_iter().filter(|(reason, _)| !is_personal(reason)).collect();
        let mut all = vec![(Reason::StoodDown, stood_down), (Reason::Paused, paused), (Reason::Away, away)];
        all.extend(&work);
        let with = |not_counting| Gap { status, ..gap_with(not_counting, short) };
        prop_assert_eq!(to_close(&with(&all), Audience::Mail), to_close(&with(&work), Audience::Mail));
    }

    /// A reader who may not see the records gets the same text, whatever people do not count and why.
    #[test]
    fn readers_of_figures_see_nothing_of_reasons(
        all in reasons(), short in 0..4_u32, share in 0..2_u32, status in status(),
    ) {
        let with = |not_counting| Gap { status, share, unmet_must: rules("2 different band"), ..gap_with(not_counting, short) };
        prop_assert_eq!(to_close(&with(&all), Audience::Figures), to_close(&with(&[]), Audience::Figures));
    }

    /// Readers of the records get the mail's instructions, and one more sentence in which away and paused are one
    /// number.
    #[test]
    fn away_and_paused_are_never_told_apart(
        away in 0..4_u32, paused in 0..4_u32, stood_down in 0..4_u32, open in 0..3_u32, short in 1..4_u32,
    ) {
        let work = (Reason::Level2Missing, open);
        let shown = |all: &[(Reason, u32)]| to_close(&gap_with(all, short), Audience::Records);
        let all = shown(&[(Reason::StoodDown, stood_down), (Reason::Paused, paused), (Reason::Away, away), work]);
        prop_assert_eq!(&all, &shown(&[(Reason::Paused, paused + away), work]));
        let mail = to_close(&gap_with(&[work], short), Audience::Mail);
        prop_assert_eq!(&all[..mail.len()], &mail[..]);
        prop_assert_eq!(all.len() - mail.len(), usize::from(paused + away > 0));
    }
}
