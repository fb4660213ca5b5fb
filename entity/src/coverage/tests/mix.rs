//! Mix rules (COVERAGE.md section 6).

use super::board::{Answer, Board};
use crate::coverage::mix::{UnmetRule, Verdict, parse};
use crate::value::Status;

/// A team under these MUST rules with two nurses and a doctor; it has no supporter yet.
fn team(rules: &str) -> Board {
    let board = Board::new().unit("T").unit("U").must_mix("T", "2026-01-01", rules);
    board.post_as("Ann", "T", "Nursing").post_as("Bob", "T", "Nursing").post_as("Doc", "T", "Medicine")
}

fn verdict(answer: &Answer) -> (Verdict, u32) {
    let outcome = &answer.team("T").mix[0];
    (outcome.verdict, outcome.found)
}

#[test]
fn different_counts_values_and_not_people() {
    let board = team("2 different job_family").supporter("Ann", "T").supporter("Bob", "T");
    assert_eq!((verdict(&board.today()), board.today().status("T")), ((Verdict::Unmet, 1), Status::MixGap));
    let board = board.share("Doc", "T", 1);
    assert_eq!((verdict(&board.today()), board.today().status("T")), ((Verdict::Met, 2), Status::Covered));
}

#[test]
fn one_person_may_bring_several_values() {
    let board = team("2 different job_family").supporter("Ann", "T");
    assert_eq!(board.clone().post_as("Ann", "U", "Medicine").today().status("T"), Status::Covered);
    let mut bank = board.clone();
    let word = bank.roster.words.value("Medicine");
    let bank = bank.post_with("Ann", "U", |post| (post.bank, post.job_family) = (true, word));
    assert_eq!(bank.today().status("T"), Status::MixGap);
}

#[test]
fn from_counts_people_who_have_the_value() {
    let board = team("2 from Nursing of job_family").supporter("Ann", "T").post_as("Ann", "U", "Nursing");
    assert_eq!(verdict(&board.today()), (Verdict::Unmet, 1));
    assert_eq!(verdict(&board.supporter("Bob", "T").today()), (Verdict::Met, 2));
}

#[test]
fn only_active_people_meet_a_rule() {
    let board = team("1 from Medicine of job_family").supporter("Ann", "T");
    let board = board.supporter_with("Doc", "T", |allocation| allocation.terms = Vec::new());
    assert_eq!(verdict(&board.today()), (Verdict::Unmet, 0));
}

#[test]
fn a_rule_staff_could_not_meet_is_not_applicable() {
    let board = team("3 different job_family").supporter("Ann", "T");
    assert_eq!((verdict(&board.today()), board.today().status("T")), ((Verdict::NotApplicable, 1), Status::Covered));
    // A third value among the people's posts elsewhere makes it applicable, whether they support or not.
    let board = board.post_as("Doc", "U", "Science");
    assert_eq!((verdict(&board.today()), board.today().status("T")), ((Verdict::Unmet, 1), Status::MixGap));
    let few = team("3 from Nursing of job_family").supporter("Ann", "T");
    assert_eq!(verdict(&few.today()).0, Verdict::NotApplicable);
}

#[test]
fn supporters_from_outside_make_no_rule_applicable() {
    let board = team("1 from Science of job_family").post_as("Eve", "U", "Science").outside_supporter("Eve", "T");
    assert_eq!((verdict(&board.today()), board.today().status("T")), ((Verdict::NotApplicable, 1), Status::Covered));
}

#[test]
fn a_spelling_is_never_a_second_value() {
    let board = Board::new().unit("T").must_mix("T", "2026-01-01", "2 different job_family");
    let spelled = ["Health & Care", " health  AND care ", "\u{ff28}ealth and Care"];
    let board = spelled.iter().fold(board, |board, family| board.post_as(family, "T", family).supporter(family, "T"));
    assert_eq!(verdict(&board.clone().today()), (Verdict::NotApplicable, 1));
    let board = board.post_as("Dan", "T", "Nursing - Adult").supporter("Dan", "T");
    assert_eq!(verdict(&board.clone().today()), (Verdict::Met, 2));
    let dashed =
        board.must_mix("T", "2026-02-01", "3 different job_family").post_as("Eve", "T", "Nursing \u{2013} Adult");
    assert_eq!(verdict(&dashed.today()), (Verdict::NotApplicable, 2));
}

#[test]
fn a_rule_names_a_value_in_any_spelling() {
    let board = Board::new().unit("T").must_mix("T", "2026-01-01", "1 from  health AND care of job_family");
    let board = board.post_as("Ann", "T", "Health & Care").post_as("Bob", "T", "Nursing");
    assert_eq!(verdict(&board.clone().supporter("Bob", "T").today()), (Verdict::Unmet, 0));
    assert_eq!(verdict(&board.supporter("Ann", "T").today()), (Verdict::Met, 1));
}

#[test]
fn a_blank_is_no_value() {
    let board = Board::new().unit("T").must_mix("T", "2026-01-01", "2 different job_family");
    let board = board.post_as("Ann", "T", "Nursing").post_as("Cat", "T", "   ").post_as("Dan", "T", "\u{200b}");
    assert_eq!(verdict(&board.supporter("Ann", "T").today()), (Verdict::NotApplicable, 1));
}

#[test]
fn site_is_of_the_units_of_all_posts() {
    let board = team("2 different site").site("T", "Stobhill").site("U", "Gartnavel");
    let board = board.post_as("Bob", "U", "Nursing").supporter("Ann", "T");
    assert_eq!(verdict(&board.today()), (Verdict::Unmet, 1));
    assert_eq!(verdict(&board.supporter("Bob", "T").today()), (Verdict::Met, 2));
}

#[test]
fn employer_is_of_all_counting_posts() {
    let board = team("2 different employer").supporter("Ann", "T").post_for("Bob", "T", "Council");
    assert_eq!(verdict(&board.today()), (Verdict::Unmet, 1));
    assert_eq!(verdict(&board.clone().supporter("Bob", "T").today()), (Verdict::Met, 2));
    // One person whose two numbers are linked brings both employers, also by a post elsewhere.
    assert_eq!(verdict(&board.post_for("Ann", "U", "Council").today()), (Verdict::Met, 2));
}

#[test]
fn a_band_is_a_value_too() {
    let mut board = Board::new().unit("T").must_mix("T", "2026-01-01", "2 different band");
    for (person, band) in [("Ann", "5"), ("Bob", "6"), ("Cat", "6")] {
        let word = board.roster.words.value(band);
        board = board.post_with(person, "T", |post| post.band = word).supporter(person, "T");
    }
    assert_eq!(verdict(&board.today()), (Verdict::Met, 2));
}

#[test]
fn a_should_rule_never_changes_the_status() {
    let board = Board::new().unit("T").policy("T", "2026-01-01", |policy| {
        policy.mix = parse("2 different job_family", false).expect("a rule");
    });
    let board = board.post_as("Ann", "T", "Nursing").post_as("Doc", "T", "Medicine").supporter("Ann", "T");
    let answer = board.today();
    assert_eq!((verdict(&answer).0, answer.status("T")), (Verdict::Unmet, Status::Covered));
    let sentence = answer.team("T").mix[0].sentence();
    assert_eq!(sentence, "Needs active Peer Supporters of at least 2 different job family values; there are 1.");
}

#[test]
fn too_few_supporters_come_before_a_wrong_mix() {
    let board = team("2 different job_family").staff("T", 30).supporter("Ann", "T");
    assert_eq!(board.today().status("T"), Status::Partial);
    assert_eq!(verdict(&board.today()).0, Verdict::Unmet);
}

#[test]
fn an_unreadable_rule_keeps_its_sentence() {
    let stored = |rule| UnmetRule::stored(rule, "Needs more bands.".to_owned(), true).instruction("Nominate");
    assert_eq!(
        stored("1 from Nursing and Midwifery of job_family"),
        "Nominate people so that at least 1 Peer Supporter here is from the job family 'Nursing and Midwifery'."
    );
    assert_eq!(stored("1 different site"), "Nominate people so that Peer Supporters here are from at least 1 site.");
    for unreadable in ["", "two nurses", "2 different band; 2 different site"] {
        assert_eq!(stored(unreadable), "Needs more bands.");
    }
}

#[test]
fn rules_are_read_as_policies_write_them() {
    let rules = parse(" 2 different job_family ;; 1 from Staff of the Board of site;", true).expect("rules");
    assert_eq!(
        rules.iter().map(|rule| rule.text.as_str()).collect::<Vec<_>>(),
        ["2 different job_family", "1 from Staff of the Board of site"]
    );
    assert!(parse(" ", true).expect("no rules").is_empty());
    for wrong in [
        "0 different band",
        "2 different colour",
        "1 from of band",
        "1 from  of band",
        "different band",
        "-1 different band",
        "2 band",
    ] {
        assert_eq!(parse(wrong, true).expect_err("no rule").part, wrong);
    }
}
