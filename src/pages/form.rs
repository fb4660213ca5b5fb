//! A nomination as a form to be printed and signed, for a person who is reached by no mail and no sign-in (REGISTER.md section 1). A
//! coordinator records what was signed.

use askama::Template;
use entity::id::NominationId;
use entity::value::Role;
use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

use self::form_page::{
    ApproverCapacity, ChecklistResult, FormPageNomination as Nomination, FormPageNominationChecklist as ChecklistItem,
    FormPageNominationDecisions as Decision, NominationState,
};
use super::answer::{ApiDate as Date, NetworkRole};
use super::page::{Frame, PageName, PageQuery, PageResult, read, render, to_variables};
use super::words;
use crate::graphql::id::NodeId;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/form/page.graphql",
    response_derives = "Debug, PartialEq",
    extern_enums("NetworkRole")
)]
struct FormPage;

/// The page at `/nominations/{number}/form`.
#[derive(Debug)]
pub(crate) struct FormPageQuery;

#[derive(Template)]
#[template(path = "form/page.html", config = "src/pages/askama.toml")]
struct FormTemplate {
    frame: Frame,
    title: String,
    rows: Vec<(&'static str, String)>,
    /// What the nominee fills in. `None` if it does not wait for the nominee.
    nominee: Option<NomineePart>,
    /// What each manager fills in who has not decided yet.
    managers: Vec<ManagerPart>,
}

struct NomineePart {
    /// The manager's question. `None` if the nominee accepts or declines.
    question: Option<String>,
    /// The information pack to hand over with the form.
    pack: Option<String>,
}

struct ManagerPart {
    capacity: &'static str,
    names: String,
    is_line: bool,
    has_hours: bool,
    /// Items that are not met and that a manager who accepts acknowledges.
    unmet: Vec<String>,
}

impl PageQuery for FormPageQuery {
    const NAME: PageName = PageName::Form;
    const OPERATION: &'static str = include_str!("form/page.graphql");

    type Params = NominationId;

    fn variables(id: &NominationId) -> Result<Map<String, Value>, String> {
        to_variables(&form_page::Variables { id: NodeId::Nomination(*id).encode().to_string() })
    }

    fn respond(_: &NominationId, data: Value, frame: Frame) -> Result<PageResult, String> {
        let form_page::ResponseData { documents, nomination } = read(data)?;
        // A nomination that is not found is an API error.
        let nomination = nomination.ok_or("a nomination is null without an error")?;
        let pack = documents.nodes.iter().find(|document| document.is_in_force);
        let pack = pack.map(|pack| {
            let at = pack.address.as_ref().map(|address| format!(", {address}")).unwrap_or_default();
            format!("{}, version {}{at}", pack.title, pack.version)
        });
        let managers = [ApproverCapacity::LINE, ApproverCapacity::SENIOR];
        render(&FormTemplate {
            frame,
            title: format!("Nomination as {} for {}", words::role_name(nomination.role), nomination.unit_name),
            rows: rows(&nomination),
            nominee: nominee_part(&nomination, pack),
            managers: managers.into_iter().filter_map(|capacity| manager_part(&nomination, capacity)).collect(),
        })
    }
}

fn nominee_part(nomination: &Nomination, pack: Option<String>) -> Option<NomineePart> {
    match nomination.state {
        NominationState::AWAITING_NOMINEE => Some(NomineePart { question: None, pack }),
        NominationState::QUESTION => {
            let is_open = |decision: &&Decision| decision.question.is_some() && decision.answer.is_none();
            let asked = nomination.decisions.iter().find(is_open)?;
            Some(NomineePart { question: asked.question.clone(), pack: None })
        }
        _ => None,
    }
}

/// What the managers of a capacity fill in. `None` if none of them may decide now.
fn manager_part(nomination: &Nomination, capacity: ApproverCapacity) -> Option<ManagerPart> {
    let deciders = nomination.possible_deciders.iter().filter(|decider| decider.capacity == capacity);
    let names: Vec<_> = deciders.map(|decider| name(decider.person.display_name.as_ref())).collect();
    let is_line = capacity == ApproverCapacity::LINE;
    let is_unmet = |item: &&ChecklistItem| item.result == ChecklistResult::NOT_MET && !item.required;
    let unmet = nomination.checklist.iter().filter(is_unmet);
    (!names.is_empty()).then(|| ManagerPart {
        capacity: if is_line { "Line manager" } else { "Senior manager" },
        names: names.join(" or "),
        is_line,
        has_hours: nomination.role.0 == Role::PeerSupporter,
        unmet: unmet.map(|item| item.sentence.clone()).collect(),
    })
}

fn name(name: Option<&String>) -> String {
    name.cloned().unwrap_or_else(|| "name not on file".to_owned())
}

fn rows(nomination: &Nomination) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("Nominee", name(nomination.person.display_name.as_ref())),
        ("Role", words::role_name(nomination.role).to_owned()),
        ("Team", format!("{}, code {}", nomination.unit_name, nomination.unit_code)),
        ("Nominated by", name(nomination.nominated_by.display_name.as_ref())),
        ("Nominated on", words::date(nomination.opened_on)),
    ];
    if nomination.role.0 == Role::PeerSupporter {
        rows.push(("Part of their time as Peer Supporter", words::share(nomination.share)));
    }
    if nomination.outside_team {
        rows.push(("Works", "in another team".to_owned()));
    }
    rows.extend(nomination.statement.clone().map(|statement| ("Statement", statement)));
    rows.extend(nomination.lapses_on.map(|Date(day)| ("Open until", words::date(Date(day.plus_days(-1))))));
    rows
}
