//! The page on which the reader of a mail takes a step by the link in it, without an account (REGISTER.md section 1). Opening it
//! does nothing, because mail programs open links too; its form sends the command.

pub(crate) mod command;
mod decide;
mod record;
pub(crate) mod steps;

use askama::Template;
use entity::period::Day;
use entity::register::action_link::LinkedStep;
use entity::value::Role;
use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

use self::act_page::{ActPageNomination as Nomination, ActPageNominationDecisions as Decision};
pub(crate) use self::command::{Fields, FormError};
use self::decide::DecideView;
pub(crate) use self::record::ActRecordQuery;
use super::answer::{ApiDate as Date, NetworkRole};
use super::page::{Frame, PageName, PageQuery, PageResult, read, render, to_variables};
use super::words;
use crate::graphql::id::NodeId;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/page.graphql",
    response_derives = "Debug, PartialEq",
    extern_enums("NetworkRole")
)]
struct ActPage;

/// The page of a step about a nomination.
#[derive(Debug)]
pub(crate) struct ActPageQuery;

/// The link, the step, and the form if it was sent and not accepted.
#[derive(Debug)]
pub(crate) struct ActPageParams {
    /// The step.
    pub(crate) step: LinkedStep,
    /// Whether it was taken by the link.
    pub(crate) is_taken: bool,
    /// The path of this page, to which its form is sent.
    pub(crate) path: String,
    /// The path of the list of steps. `None` if there is only one.
    pub(crate) list: Option<String>,
    /// The last day on which the link is valid.
    pub(crate) until: Day,
    /// What was filled in.
    pub(crate) fields: Fields,
    /// What was wrong with it.
    pub(crate) errors: Vec<FormError>,
}

#[derive(Template)]
#[template(path = "act/page.html", config = "src/pages/askama.toml")]
struct ActTemplate<'a> {
    frame: Frame,
    title: String,
    params: &'a ActPageParams,
    rows: Vec<(&'static str, String)>,
    /// `None` if nothing can be done here any more.
    form: Option<FormView>,
    /// The version of the nomination; 0 for a record.
    version: i64,
    /// Why nothing can be done here.
    outcome: &'static str,
    until: String,
}

/// What the form asks.
enum FormView {
    Respond { pack: Option<PackView> },
    Answer { question: String },
    Decide(Box<DecideView>),
    Dispute,
}

/// The information pack, which the nominee reads before accepting.
struct PackView {
    id: String,
    title: String,
    address: Option<String>,
    text: Option<String>,
}

impl ActTemplate<'_> {
    /// The message for a field.
    fn error(&self, field: &str) -> Option<&str> {
        self.params.errors.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// The ids of what describes a field.
    fn described(&self, field: &str, has_hint: bool) -> String {
        let hint = has_hint.then(|| format!("{field}-hint"));
        let error = self.error(field).map(|_| format!("{field}-error"));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    /// What was filled in.
    fn value(&self, field: &str) -> &str {
        self.params.fields.text(field)
    }

    fn has(&self, field: &str, value: &str) -> bool {
        self.params.fields.has(field, value)
    }
}

impl PageQuery for ActPageQuery {
    const NAME: PageName = PageName::Act;
    const OPERATION: &'static str = include_str!("act/page.graphql");

    type Params = ActPageParams;

    fn variables(params: &ActPageParams) -> Result<Map<String, Value>, String> {
        let id = match params.step {
            LinkedStep::Respond(id) | LinkedStep::Answer(id) | LinkedStep::Decide(id) => NodeId::Nomination(id),
            LinkedStep::Dispute(id) => NodeId::PaperRecord(id),
        };
        to_variables(&act_page::Variables { id: id.encode().to_string() })
    }

    fn respond(params: &ActPageParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let data: act_page::ResponseData = read(data)?;
        // A nomination that is not found is an API error.
        let nomination = data.nomination.as_ref().ok_or("a nomination is null without an error")?;
        let me = data.viewer.person.as_ref().map(|person| person.id.as_str());
        let form = if params.is_taken { None } else { form(params.step, &data, nomination, me) };
        render(&ActTemplate {
            frame,
            title: format!("Nomination as {} for {}", words::role_name(nomination.role), nomination.unit_name),
            // Once nothing is asked of the reader, the page has nothing that they may not need to know.
            rows: form.as_ref().map(|_| rows(nomination, me)).unwrap_or_default(),
            version: nomination.version,
            outcome: if params.is_taken { TAKEN } else { NOT_NEEDED },
            form,
            until: words::date(Date(params.until)),
            params,
        })
    }
}

const TAKEN: &str = "Your answer has been recorded. Thank you. There is nothing more that you need to do here.";
/// The sentence of a step that is not asked any more.
pub(crate) const NOT_NEEDED: &str = "This no longer waits for you. There is nothing that you need to do.";

/// Returns the form. `None` if the nomination does not wait for this step of the reader.
fn form(
    step: LinkedStep,
    data: &act_page::ResponseData,
    nomination: &Nomination,
    me: Option<&str>,
) -> Option<FormView> {
    use act_page::NominationState;
    let is_nominee = me == Some(nomination.person.id.as_str());
    match step {
        LinkedStep::Respond(_) => {
            let waits = is_nominee && nomination.state == NominationState::AWAITING_NOMINEE;
            waits.then(|| FormView::Respond { pack: pack(data) })
        }
        LinkedStep::Answer(_) => {
            // If both managers have asked, the command answers the first.
            let is_open = |decision: &&Decision| decision.question.is_some() && decision.answer.is_none();
            let open = nomination.decisions.iter().find(is_open).filter(|_| is_nominee)?;
            let question = open.question.clone().filter(|_| nomination.state == NominationState::QUESTION);
            question.map(|question| FormView::Answer { question })
        }
        LinkedStep::Decide(_) => DecideView::new(nomination, me?).map(Box::new).map(FormView::Decide),
        LinkedStep::Dispute(_) => None,
    }
}

/// The information pack in force, unless the nominee has confirmed that they have read it.
fn pack(data: &act_page::ResponseData) -> Option<PackView> {
    let in_force =
        data.documents.nodes.iter().find(|document| document.is_in_force && document.confirmed_on.is_none())?;
    Some(PackView {
        id: in_force.id.clone(),
        title: format!("{}, version {}", in_force.title, in_force.version),
        address: in_force.address.clone(),
        text: in_force.text.clone(),
    })
}

fn rows(nomination: &Nomination, me: Option<&str>) -> Vec<(&'static str, String)> {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "A colleague".to_owned());
    let is_nominee = me == Some(nomination.person.id.as_str());
    let by_nominee = nomination.person.id == nomination.nominated_by.id;
    let mut rows = Vec::new();
    if !is_nominee {
        rows.push(("Nominee", name(&nomination.person.display_name)));
    }
    rows.push(("Role", words::role_name(nomination.role).to_owned()));
    rows.push(("Team", nomination.unit_name.clone()));
    if nomination.role.0 == Role::PeerSupporter {
        if nomination.outside_team {
            rows.push(("Works", "in another team".to_owned()));
        }
        let whose =
            if is_nominee { "Part of your time as Peer Supporter" } else { "Part of their time as Peer Supporter" };
        rows.push((whose, words::share(nomination.share)));
    }
    let nominator = match (by_nominee, is_nominee) {
        (true, true) => "You put yourself forward".to_owned(),
        (true, false) => "They put themselves forward".to_owned(),
        (false, _) => name(&nomination.nominated_by.display_name),
    };
    rows.push(("Nominated by", nominator));
    rows.push(("Nominated on", words::date(nomination.opened_on)));
    if let Some(day) = nomination.lapses_on {
        rows.push(("Open until", words::date(Date(day.0.plus_days(-1)))));
    }
    if let Some(statement) = &nomination.statement {
        rows.push(("Statement", statement.clone()));
    }
    rows
}
