//! The list of steps of a link, if its mail asks for several.

use std::collections::HashMap;

use askama::Template;
use entity::period::Day;
use entity::register::action_link::LinkedStep;
use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

use crate::graphql::id::NodeId;
use crate::pages::answer::{ApiDate as Date, NetworkRole};
use crate::pages::page::{Frame, PageName, PageQuery, PageResult, read, render, to_variables};
use crate::pages::words;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/steps.graphql",
    response_derives = "Debug",
    extern_enums("NetworkRole")
)]
struct ActSteps;

/// The list of steps.
#[derive(Debug)]
pub(crate) struct ActStepsQuery;

/// The link.
#[derive(Clone, Debug)]
pub(crate) struct ActStepsParams {
    /// Each step with the path of its page, and whether it was taken by the link.
    pub(crate) steps: Vec<(LinkedStep, String, bool)>,
    /// The last day on which the link is valid.
    pub(crate) until: Day,
}

#[derive(Template)]
#[template(path = "act/steps.html", config = "src/pages/askama.toml")]
struct StepsTemplate {
    frame: Frame,
    title: &'static str,
    steps: Vec<StepView>,
    until: String,
}

struct StepView {
    words: String,
    /// `None` if it waits for the reader no more.
    path: Option<String>,
}

impl PageQuery for ActStepsQuery {
    const NAME: PageName = PageName::ActSteps;
    const OPERATION: &'static str = include_str!("steps.graphql");

    type Params = ActStepsParams;

    fn variables(_: &ActStepsParams) -> Result<Map<String, Value>, String> {
        to_variables(&act_steps::Variables {})
    }

    fn respond(params: &ActStepsParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let act_steps::ResponseData { nominations } = read(data)?;
        let about = |node: act_steps::ActStepsNominationsNodes| {
            (node.id, format!("{} for {}", words::role_name(node.role), node.unit_name))
        };
        let waiting: HashMap<String, String> = nominations.nodes.into_iter().map(about).collect();
        let steps = (1..).zip(&params.steps).map(|(number, (step, path, is_taken))| {
            let found = match step {
                LinkedStep::Respond(id) | LinkedStep::Answer(id) | LinkedStep::Decide(id) => {
                    waiting.get(NodeId::Nomination(*id).encode().as_str()).cloned()
                }
                LinkedStep::Dispute(_) => Some("A record from paper".to_owned()),
            };
            match (is_taken, found) {
                (true, _) => StepView { words: format!("{number}. Your answer has been recorded."), path: None },
                (false, None) => StepView { words: format!("{number}. This no longer waits for you."), path: None },
                (false, Some(found)) => StepView { words: format!("{number}. {found}"), path: Some(path.clone()) },
            }
        });
        render(&StepsTemplate {
            frame,
            title: "What waits for you",
            steps: steps.collect(),
            until: words::date(Date(params.until)),
        })
    }
}
