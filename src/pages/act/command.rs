//! The command that a form sends: its operation with its variables, and the refusals in its answer.

use entity::register::action_link::LinkedStep;
use graphql_client::GraphQLQuery;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graphql::id::NodeId;
use crate::pages::answer::ApiDate as Date;
use crate::pages::page::{PageName, read, to_variables};

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/respond.graphql",
    response_derives = "Debug",
    variables_derives = "Debug, PartialEq"
)]
struct ActRespond;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/answer.graphql",
    response_derives = "Debug",
    variables_derives = "Debug, PartialEq"
)]
struct ActAnswer;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/decide.graphql",
    response_derives = "Debug",
    variables_derives = "Debug, PartialEq"
)]
struct ActDecide;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/dispute.graphql",
    response_derives = "Debug",
    variables_derives = "Debug, PartialEq"
)]
struct ActDispute;

/// The fields of a form that was sent, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// The value of a field without spaces around it. Empty if it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The value of a field. `None` if it was not filled in. A line break is one character, as people count it.
    fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|value| !value.is_empty()).map(|value| value.replace("\r\n", "\n"))
    }

    /// The version that the page showed.
    fn version(&self) -> Option<i64> {
        self.text("version").parse().ok()
    }

    fn yes_or_no(&self, name: &str) -> Option<bool> {
        match self.text(name) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// Whether one of the values of a field is this one.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(field, sent)| field == name && sent == value)
    }
}

/// Why a form was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormError {
    /// The HTML id of the field. Empty if it is about the form as a whole.
    pub(super) field: String,
    /// What is wrong and what to do.
    pub(super) message: String,
}

impl FormError {
    pub(crate) fn new(field: &str, message: &str) -> Self {
        Self { field: field.to_owned(), message: message.to_owned() }
    }
}

/// A command to be executed on behalf of the recipient of the mail.
#[derive(Clone, Debug)]
pub(crate) struct LinkCommand {
    pub(crate) operation: PageName,
    pub(crate) variables: Map<String, Value>,
}

/// Returns the command of a form about `step`. `key` is its idempotency key.
///
/// # Errors
///
/// What is missing in the form. The outer error is a text for the log, if the variables cannot be written as JSON, which is a
/// bug.
pub(crate) fn command(
    step: LinkedStep,
    fields: &Fields,
    key: String,
) -> Result<Result<LinkCommand, Vec<FormError>>, String> {
    let key = Some(key);
    let choice = fields.text("choice");
    let choose = || Ok(Err(vec![FormError::new("choice", "Choose one of the answers.")]));
    let (operation, variables) = match step {
        LinkedStep::Respond(id) => {
            let response = match choice {
                "ACCEPT" => act_respond::NomineeResponse::ACCEPT,
                "DECLINE" => act_respond::NomineeResponse::DECLINE,
                _ => return choose(),
            };
            let input = act_respond::RespondToNominationInput {
                nomination_id: NodeId::Nomination(id).encode().to_string(),
                response,
                information_pack_id: fields.filled("informationPackId"),
                paper: None,
                expected_version: fields.version(),
                idempotency_key: key,
            };
            (PageName::ActRespond, to_variables(&act_respond::Variables { input })?)
        }
        LinkedStep::Answer(id) => {
            let Some(answer) = fields.filled("answer") else {
                return Ok(Err(vec![FormError::new("answer", "Write an answer.")]));
            };
            let input = act_answer::AnswerNominationInput {
                nomination_id: NodeId::Nomination(id).encode().to_string(),
                answer,
                expected_version: fields.version(),
                idempotency_key: key,
            };
            (PageName::ActAnswer, to_variables(&act_answer::Variables { input })?)
        }
        LinkedStep::Decide(id) => {
            let decision = match choice {
                "ACCEPT" => act_decide::DecisionKind::ACCEPT,
                "DECLINE" => act_decide::DecisionKind::DECLINE,
                "ASK" => act_decide::DecisionKind::ASK,
                _ => return choose(),
            };
            let input = match decision_input(NodeId::Nomination(id), decision, fields, key) {
                Ok(input) => input,
                Err(errors) => return Ok(Err(errors)),
            };
            (PageName::ActDecide, to_variables(&act_decide::Variables { input })?)
        }
        LinkedStep::Dispute(id) => {
            let record_id = NodeId::PaperRecord(id).encode().to_string();
            let input = act_dispute::DisputeRecordInput { record_id, idempotency_key: key };
            (PageName::ActDispute, to_variables(&act_dispute::Variables { input })?)
        }
    };
    Ok(Ok(LinkCommand { operation, variables }))
}

/// What was filled in for another choice than the chosen one is left out.
///
/// # Errors
///
/// Everything that is missing.
fn decision_input(
    nomination: NodeId,
    decision: act_decide::DecisionKind,
    fields: &Fields,
    idempotency_key: Option<String>,
) -> Result<act_decide::DecideNominationInput, Vec<FormError>> {
    use act_decide::{ApproverCapacity, DecisionKind};
    let mut errors = Vec::new();
    let mut miss = |field: &str, message: &str| errors.push(FormError::new(field, message));
    let office = match fields.text("office").split_once(':') {
        Some(("LINE", manager)) => Some((ApproverCapacity::LINE, manager.to_owned())),
        Some(("SENIOR", manager)) => Some((ApproverCapacity::SENIOR, manager.to_owned())),
        _ => None,
    };
    if office.is_none() {
        miss("office", "Choose for which manager you decide.");
    }
    let is_line = office.as_ref().is_some_and(|(capacity, _)| *capacity == ApproverCapacity::LINE);
    let accepts = decision == DecisionKind::ACCEPT;
    let hours = fields.filled("protectedHours").filter(|_| accepts);
    let protected_hours = hours.as_ref().map(|hours| hours.replace(',', ".").parse::<f64>());
    if matches!(protected_hours, Some(Err(_))) {
        miss("protectedHours", "Write the hours as a number, such as 4 or 7.5.");
    } else if accepts && protected_hours.is_none() && fields.has("asks", "protectedHours") {
        miss("protectedHours", "Write how many hours per month are protected, from 0.5 to 40.");
    }
    let (skills, experience) = (fields.yes_or_no("skills"), fields.yes_or_no("experience"));
    if accepts && is_line && skills.is_none() {
        miss("skills", "Say whether the nominee has the skills.");
    }
    if accepts && is_line && experience.is_none() {
        miss("experience", "Say whether the nominee has the experience.");
    }
    let acknowledged: Vec<_> = fields.0.iter().filter(|(name, _)| accepts && name == "acknowledged").collect();
    let asked: Vec<_> = fields.0.iter().filter(|(name, _)| accepts && name == "unmet").collect();
    if asked.iter().any(|(_, code)| !fields.has("acknowledged", code)) {
        miss("acknowledged", "To accept, tick each item that is not met.");
    }
    let reason = fields.filled("reason").filter(|_| decision == DecisionKind::DECLINE);
    if decision == DecisionKind::DECLINE && reason.is_none() {
        miss("reason", "Choose a reason.");
    }
    let question = fields.filled("question").filter(|_| decision == DecisionKind::ASK);
    if decision == DecisionKind::ASK && question.is_none() {
        miss("question", "Write your question.");
    }
    let Some((capacity, manager)) = office.filter(|_| errors.is_empty()) else { return Err(errors) };
    let reason_code = |word: String| serde_json::from_value::<act_decide::DeclineReason>(Value::from(word)).ok();
    let code = |word: &str| serde_json::from_value::<act_decide::ChecklistCode>(Value::from(word)).ok();
    let item = act_decide::DecisionItem {
        nomination_id: nomination.encode().to_string(),
        capacity,
        on_behalf_of: Some(manager),
        protected_hours: protected_hours.and_then(Result::ok),
        reason: reason.and_then(reason_code),
        question,
        acknowledged: acknowledged.into_iter().filter_map(|(_, word)| code(word)).collect(),
        skills: skills.filter(|_| accepts && is_line),
        experience: experience.filter(|_| accepts && is_line),
        decision,
        paper: None,
        expected_version: fields.version(),
        idempotency_key,
    };
    Ok(act_decide::DecideNominationInput { items: vec![item], protected_hours: None, paper: None, preview: false })
}

/// The answer of each of the commands: one has a list of results, the others one result.
#[derive(Deserialize)]
struct CommandAnswer {
    payload: CommandPayload,
}

#[derive(Deserialize)]
struct CommandPayload {
    #[serde(default)]
    results: Vec<CommandPayload>,
    #[serde(default)]
    refusals: Vec<RefusalAnswer>,
}

#[derive(Deserialize)]
struct RefusalAnswer {
    code: String,
    message: String,
    path: Vec<String>,
}

/// Returns why a command was refused. Empty if it was done, now or before.
///
/// # Errors
///
/// A text for the log, if the answer does not match the schema, which is a bug.
pub(crate) fn refusals(data: Value) -> Result<Vec<FormError>, String> {
    let CommandAnswer { payload } = read(data)?;
    let of_items = payload.results.into_iter().flat_map(|item| item.refusals);
    let all = of_items.chain(payload.refusals);
    let left = all.filter(|refusal| !["ALREADY_DONE", "IDEMPOTENCY_KEY_REUSED"].contains(&refusal.code.as_str()));
    Ok(left.map(form_error).collect())
}

/// A refusal in words for people who see a form and no API.
fn form_error(RefusalAnswer { code, message, path }: RefusalAnswer) -> FormError {
    let known = ["protectedHours", "reason", "question", "skills", "experience", "acknowledged", "answer"];
    let last = path.last().map(String::as_str);
    let field = known.into_iter().find(|name| Some(*name) == last).unwrap_or_default();
    let message = match code.as_str() {
        "CHANGED_MEANWHILE" => {
            "This nomination was changed after you opened the page. Check it, and send your answer again."
        }
        "HOURS_OUT_OF_RANGE" => "Write the hours as a number from 0.5 to 40.",
        "NOT_ACKNOWLEDGED" => "To accept, tick each item that is not met.",
        "NOT_APPROVER" => "You are not one of the managers who decide on this nomination now.",
        "INFORMATION_NOT_READ" => "There is a new information pack. Read it, and send your answer again.",
        "TEXT_TOO_LONG" => "Your text is too long. Write at most 500 characters.",
        _ => &message,
    };
    FormError::new(field, message)
}

#[cfg(test)]
mod tests {
    use entity::id::NominationId;
    use serde_json::json;

    use super::*;

    fn fields(sent: &[(&str, &str)]) -> Fields {
        Fields(sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn input(step: LinkedStep, sent: &[(&str, &str)]) -> Value {
        let command = command(step, &fields(sent), "link-1".to_owned()).unwrap().unwrap();
        command.variables["input"].clone()
    }

    const DECIDE: LinkedStep = LinkedStep::Decide(NominationId(7));

    #[test]
    fn what_belongs_to_another_choice_is_left_out() {
        let all = [
            ("office", "LINE:abc"),
            ("protectedHours", "7,5"),
            ("skills", "yes"),
            ("experience", "no"),
            ("acknowledged", "GRADE"),
            ("acknowledged", "LEVEL_1"),
            ("reason", "TIME"),
            ("question", " When? "),
        ];
        let of = |choice: &'static str| input(DECIDE, &[&[("choice", choice)], &all[..]].concat())["items"][0].clone();
        let accept = of("ACCEPT");
        assert_eq!(
            (&accept["protectedHours"], &accept["skills"], &accept["experience"]),
            (&json!(7.5), &json!(true), &json!(false))
        );
        assert_eq!(accept["acknowledged"], json!(["GRADE", "LEVEL_1"]));
        assert_eq!((&accept["reason"], &accept["question"]), (&Value::Null, &Value::Null));
        let decline = of("DECLINE");
        assert_eq!((&decline["reason"], &decline["protectedHours"]), (&json!("TIME"), &Value::Null));
        assert_eq!((&of("ASK")["question"], &of("ASK")["onBehalfOf"]), (&json!("When?"), &json!("abc")));
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once() {
        let missing = |sent: &[(&str, &str)]| -> Vec<String> {
            let errors = command(DECIDE, &fields(sent), String::new()).unwrap().unwrap_err();
            errors.into_iter().map(|error| error.field).collect()
        };
        let line = [("choice", "ACCEPT"), ("office", "LINE:abc"), ("asks", "protectedHours"), ("unmet", "GRADE")];
        assert_eq!(missing(&line), ["protectedHours", "skills", "experience", "acknowledged"]);
        let senior = [("choice", "ACCEPT"), ("office", "SENIOR:abc"), ("asks", "protectedHours")];
        assert_eq!(missing(&senior), ["protectedHours"]);
        assert_eq!(missing(&[("choice", "DECLINE"), ("office", "SENIOR:abc")]), ["reason"]);
        assert_eq!(missing(&[("choice", "ASK")]), ["office", "question"]);
    }

    #[test]
    fn form_without_an_answer_is_no_command() {
        for (step, sent) in [
            (LinkedStep::Respond(NominationId(7)), &[("choice", "PERHAPS")][..]),
            (LinkedStep::Answer(NominationId(7)), &[("answer", "  ")]),
            (DECIDE, &[]),
            (DECIDE, &[("choice", "ACCEPT")]),
            (DECIDE, &[("choice", "ACCEPT"), ("office", "LINE:abc"), ("protectedHours", "a few")]),
        ] {
            let errors = command(step, &fields(sent), String::new()).unwrap().unwrap_err();
            assert!(!errors.is_empty(), "{step:?}");
        }
    }

    #[test]
    fn refusals_name_the_fields_of_the_form() {
        let refused = json!({ "code": "MISSING", "message": "Ask.", "path": ["input", "question"] });
        let expected = FormError { field: "question".to_owned(), message: "Ask.".to_owned() };
        for payload in [json!({ "refusals": [refused] }), json!({ "results": [{ "refusals": [refused] }] })] {
            assert_eq!(refusals(json!({ "payload": payload })).unwrap(), std::slice::from_ref(&expected));
        }
        let of_code = |code: &str| {
            let whole = json!({ "payload": { "refusals": [{ "code": code, "message": "See `x`.", "path": [] }] } });
            refusals(whole).unwrap()
        };
        assert_eq!(of_code("OWN_CASE")[0].field, "");
        assert!(!of_code("NOT_APPROVER")[0].message.contains('`'));
        assert_eq!(of_code("ALREADY_DONE"), []);
        assert!(refusals(json!({})).is_err());
    }
}
