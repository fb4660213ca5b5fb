use proptest::prelude::*;

use super::super::mix::parse;
use super::*;

const READERS: [Reader; 3] = [Reader::Mail, Reader::Records, Reader::Figures];

/// A team without any Peer Supporter who counts.
fn nobody(not_counting: &[(Reason, u32)], short: u32) -> Gap<'_> {
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
    Gap { status: Status::Unknown, unknown_because: Some(because), rows_not_read, ..nobody(&[], 0) }
}

fn rules(text: &str) -> Vec<UnmetRule> {
    parse(text, true).expect("rules").into_iter().map(UnmetRule::Rule).collect()
}

#[test]
fn says_how_many_to_nominate() {
    for reader in READERS {
        assert_eq!(to_close(&nobody(&[], 1), reader), ["Nominate 1 person."]);
        assert_eq!(to_close(&nobody(&[], 2), reader), ["Nominate 2 people."]);
        let in_parts = Gap { status: Status::Partial, share: 800, ..nobody(&[], 1) };
        assert_eq!(to_close(&in_parts, reader), ["Nominate 1 person, with at least half of their share here."]);
    }
}

#[test]
fn a_team_without_a_gap_needs_nothing() {
    for status in [Status::NotApplicable, Status::Exempt, Status::AtRisk, Status::Covered] {
        for reader in READERS {
            let gap = Gap { status, ..nobody(&[(Reason::Left, 1)], 3) };
            assert!(to_close(&gap, reader).is_empty(), "{status}");
        }
    }
}

#[test]
fn an_unknown_team_needs_a_list_or_a_policy() {
    for reader in READERS {
        let said = |because, rows| to_close(&unknown(because, rows), reader);
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
    for reader in [Reader::Mail, Reader::Records] {
        assert_eq!(
            to_close(&nobody(&some, 4), reader),
            [
                "Arrange Level 2 training and sign-off (2) for 3 colleagues who are already allocated.",
                "Also nominate 1 person.",
                "1 allocated colleague has left: end the allocation.",
            ]
        );
        assert_eq!(
            to_close(&nobody(&one, 1), reader),
            [
                "Arrange protected time for 1 colleague who is already allocated.",
                "If their time does not close the gap, nominate 1 person.",
            ]
        );
    }
}

#[test]
fn only_readers_of_the_records_learn_who_is_not_available() {
    let absent = [(Reason::Paused, 1), (Reason::Away, 1), (Reason::StoodDown, 1)];
    assert_eq!(to_close(&nobody(&absent, 1), Reader::Mail), ["Nominate 1 person."]);
    assert_eq!(to_close(&nobody(&absent, 1), Reader::Figures), ["Nominate 1 person."]);
    assert_eq!(
        to_close(&nobody(&absent, 1), Reader::Records),
        ["Nominate 1 person.", "2 allocated Peer Supporters are not available."]
    );
    assert_eq!(to_close(&nobody(&absent[1..], 1), Reader::Records)[1], "1 allocated Peer Supporter is not available.");
}

#[test]
fn an_unmet_rule_is_an_instruction() {
    let gap =
        |text| Gap { status: Status::MixGap, supporters: 1, share: 1000, unmet_must: rules(text), ..nobody(&[], 0) };
    for reader in READERS {
        assert_eq!(
            to_close(&gap("2 different job_family; 1 from Nursing of job_family; 3 from 6 of band"), reader),
            [
                "Nominate people so that Peer Supporters here are from at least 2 different job families.",
                "Nominate people so that at least 1 Peer Supporter here is from the job family 'Nursing'.",
                "Nominate people so that at least 3 Peer Supporters here are from the band '6'.",
            ]
        );
        let short = Gap { status: Status::Partial, short: 2, ..gap("2 different site") };
        assert_eq!(
            to_close(&short, reader),
            ["Nominate 2 people.", "Choose people so that Peer Supporters here are from at least 2 different sites."]
        );
        let stored = Gap { unmet_must: vec![UnmetRule::Sentence("one more band".to_owned())], ..gap("") };
        assert_eq!(to_close(&stored, reader), ["One more band."]);
    }
}

#[test]
fn a_wrong_mix_alone_asks_for_no_number_of_people() {
    let open = [(Reason::NotSignedOff, 1)];
    let gap = Gap { status: Status::MixGap, supporters: 1, share: 1000, ..nobody(&open, 0) };
    assert_eq!(
        to_close(&Gap { unmet_must: rules("2 different band"), ..gap }, Reader::Mail),
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
        let with = |not_counting| Gap { status, ..nobody(not_counting, short) };
        prop_assert_eq!(to_close(&with(&all), Reader::Mail), to_close(&with(&work), Reader::Mail));
    }

    /// Who does not see the records is told the same, whoever does not count and why.
    #[test]
    fn no_reason_changes_a_word_for_readers_of_figures(
        all in reasons(), short in 0..4_u32, share in 0..2_u32, status in status(),
    ) {
        let with = |not_counting| Gap { status, share, unmet_must: rules("2 different band"), ..nobody(not_counting, short) };
        prop_assert_eq!(to_close(&with(&all), Reader::Figures), to_close(&with(&[]), Reader::Figures));
    }

    /// Readers of the records are told the mail's instructions, and one sentence more in which away and paused are one number.
    #[test]
    fn away_and_paused_are_never_told_apart(
        away in 0..4_u32, paused in 0..4_u32, stood_down in 0..4_u32, open in 0..3_u32, short in 1..4_u32,
    ) {
        let work = (Reason::Level2Missing, open);
        let told = |all: &[(Reason, u32)]| to_close(&nobody(all, short), Reader::Records);
        let all = told(&[(Reason::StoodDown, stood_down), (Reason::Paused, paused), (Reason::Away, away), work]);
        prop_assert_eq!(&all, &told(&[(Reason::Paused, paused + away), work]));
        let mail = to_close(&nobody(&[work], short), Reader::Mail);
        prop_assert_eq!(&all[..mail.len()], &mail[..]);
        prop_assert_eq!(all.len() - mail.len(), usize::from(paused + away > 0));
    }
}
