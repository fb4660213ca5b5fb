//! The pages for people with a browser. They work without JavaScript, and use the NHS design system if it was present when psn
//! was built.
//!
//! Each page is a folder with its GraphQL operation (`page.graphql`) and its template (`page.html`). The file next to the
//! folder has the typed answer, which is checked against the schema at compile time, and the texts for the template. A page has
//! no other access to data: its operation is executed like any client's, on behalf of the signed-in user. A page cannot show
//! what the API hides from them. Rights, time limits and routes belong to the HTTP layer, in `http::pages`. Pages without
//! data have no operation: messages, the documents, and the list of the demonstration's mails.

mod answer;
pub(crate) mod demo_mails;
pub(crate) mod docs;
pub(crate) mod home;
pub(crate) mod landing;
pub(crate) mod message;
mod names;
mod paging;
pub(crate) mod team;
pub(crate) mod unit;
mod words;

use std::sync::Arc;

use askama::Template;
use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;
use serde_json::{Map, Value};

use crate::graphql::limits::Limits;
use crate::graphql::persisted::{PersistedDocument, PersistedError};

/// The operations of the pages, read once when the service starts.
#[derive(Debug)]
pub struct Pages {
    home: PersistedDocument,
    landing: PersistedDocument,
    unit: PersistedDocument,
    team: PersistedDocument,
}

impl Pages {
    /// Reads the built-in operations and validates them against the schema.
    ///
    /// # Errors
    ///
    /// The first operation that is not a valid document, which is a bug.
    pub fn read() -> Result<Self, PersistedError> {
        let [home, landing, unit, team] = PersistedDocument::own([
            ("home/page.graphql", home::OPERATION),
            ("landing/page.graphql", landing::OPERATION),
            ("unit/page.graphql", unit::OPERATION),
            ("team/page.graphql", team::OPERATION),
        ])?;
        Ok(Self { home, landing, unit, team })
    }

    /// Returns the pages whose operations exceed `limits`, each with its cost. They can never be shown.
    #[must_use]
    pub fn too_costly(&self, limits: &Limits) -> Vec<(&str, u64)> {
        let code = || Value::Object(Map::from_iter([("code".to_owned(), Value::from("A"))]));
        [&self.home, &self.landing, &self.unit, &self.team]
            .into_iter()
            .filter_map(|page| {
                let refused = limits.admit(Arc::clone(&page.document), None, &Variables::from_json(code())).err()?;
                Some((page.file.as_str(), refused.cost?))
            })
            .collect()
    }
}

/// A page: its operation, and how the answer becomes a page.
pub(crate) trait PageQuery {
    /// The parameters in the URL of the page.
    type Params: Send + Sync;

    /// Returns the operation of the page.
    fn document(pages: &Pages) -> &Arc<ExecutableDocument>;

    /// Returns the variables of the operation.
    ///
    /// # Errors
    ///
    /// A text for the log, if the variables cannot be written as JSON, which is a bug.
    fn variables(params: &Self::Params) -> Result<Map<String, Value>, String>;

    /// Returns the page for an answer without errors.
    ///
    /// # Errors
    ///
    /// A text for the log, if the answer does not match the schema or the template fails, which is a bug.
    fn respond(params: &Self::Params, data: Value, frame: Frame) -> Result<PageResult, String>;
}

/// The result of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageResult {
    /// A page, as HTML.
    Html(String),
    /// A redirect to another page of this service, by its path.
    Redirect(String),
}

/// The user state that the header of a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether a user is signed in and can sign out.
    pub(crate) is_signed_in: bool,
    /// Whether the user may open the playground.
    pub(crate) explores: bool,
}

/// A link to a unit, in a breadcrumb or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: String,
    path: String,
}

fn render(template: &impl Template) -> Result<PageResult, String> {
    template.render().map(PageResult::Html).map_err(|error| format!("template failed: {error}"))
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_json::from_value(data).map_err(|error| format!("the answer does not match the schema: {error}"))
}

fn to_variables(variables: &impl serde::Serialize) -> Result<Map<String, Value>, String> {
    match serde_json::to_value(variables) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(format!("variables must be an object, not {other}")),
        Err(error) => Err(format!("variables cannot be serialised: {error}")),
    }
}
