//! What a manager sees and fills in to decide on a nomination.

use entity::value::Role;

use super::act_page::{ActPageNominationPossibleDeciders as Decider, ApproverCapacity, ChecklistCode, ChecklistResult};
use super::{Decision, Nomination};

/// The form of a decision.
pub(super) struct DecideView {
    /// As what the manager may decide: the value of the form's field `office`, and the words. One, unless they are a delegate
    /// as well.
    pub(super) offices: Vec<(String, String)>,
    /// Whether the manager also says whether the nominee has the skills and the experience.
    pub(super) is_line: bool,
    /// Whether protected time is agreed.
    pub(super) has_hours: bool,
    /// The sentences of the items that are met or not known.
    pub(super) checklist: Vec<String>,
    /// Items that are not met and that the manager must acknowledge to accept: the code and the sentence.
    pub(super) unmet: Vec<(String, String)>,
    /// Items that are not met and without which no one can accept.
    pub(super) blocking: Vec<String>,
    /// Whether a question of this manager is open: until it is answered, they can only decline.
    pub(super) waits_for_answer: bool,
    /// Earlier questions to the nominee, each with its answer.
    pub(super) questions: Vec<(String, String)>,
    /// The reasons for declining: the code and the words.
    pub(super) reasons: [(&'static str, &'static str); 6],
}

/// The reasons, in the words that the nominee reads.
const REASONS: [(&str, &str); 6] = [
    ("TIME", "The team cannot spare the time now"),
    ("GRADE", "The grade does not fit the role"),
    ("EXPERIENCE", "More experience is needed first"),
    ("TEAM_NEEDS", "The team needs something else now"),
    ("ROLE_CHANGED", "Their job is changing"),
    ("TALK_TO_ME", "I would like to talk to them"),
];

impl DecideView {
    /// The form for the person with the ID `me`. `None` if they may not decide now.
    pub(super) fn new(nomination: &Nomination, me: &str) -> Option<Self> {
        let mine: Vec<_> = nomination.possible_deciders.iter().filter(|decider| decider.person.id == me).collect();
        if mine.is_empty() {
            return None;
        }
        let is_unmet = |result: &ChecklistResult| *result == ChecklistResult::NOT_MET;
        let items = &nomination.checklist;
        let unmet = items.iter().filter(|item| is_unmet(&item.result) && !item.required);
        let blocking = items.iter().filter(|item| is_unmet(&item.result) && item.required);
        let is_mine = |decision: &&Decision| mine.iter().any(|decider| decider.capacity == decision.capacity);
        let last = nomination.decisions.iter().rfind(is_mine);
        let waits_for_answer = last.is_some_and(|last| last.question.is_some() && last.answer.is_none());
        let questions = nomination.decisions.iter().filter_map(|decision| {
            let answer = decision.answer.clone().unwrap_or_else(|| "Not answered yet".to_owned());
            decision.question.clone().map(|question| (question, answer))
        });
        Some(Self {
            is_line: mine.iter().any(|decider| decider.capacity == ApproverCapacity::LINE),
            offices: mine.iter().map(|decider| office(decider, me)).collect(),
            has_hours: nomination.role.0 == Role::PeerSupporter,
            checklist: items.iter().filter(|item| !is_unmet(&item.result)).map(|item| item.sentence.clone()).collect(),
            unmet: unmet.map(|item| (word(&item.code), item.sentence.clone())).collect(),
            blocking: blocking.map(|item| item.sentence.clone()).collect(),
            waits_for_answer,
            questions: questions.collect(),
            reasons: REASONS,
        })
    }
}

/// As what a person may decide: `LINE:` or `SENIOR:` and the ID of the manager whose approval it is, and the words.
fn office(decider: &Decider, me: &str) -> (String, String) {
    let (code, words) = match decider.capacity {
        ApproverCapacity::SENIOR => ("SENIOR", "senior manager"),
        _ => ("LINE", "line manager"),
    };
    let manager = &decider.on_behalf_of;
    let words = match &manager.display_name {
        _ if manager.id == me => format!("You decide as {words}"),
        Some(name) => format!("You decide for {name}, {words}"),
        None => format!("You decide for the {words}"),
    };
    (format!("{code}:{}", manager.id), words)
}

/// The word of an item in the API.
fn word(code: &ChecklistCode) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
