//! The pages that people read in a browser. They work without JavaScript, and look like the NHS where the design system was
//! there when psn was built.
//!
//! Each page is a folder with its GraphQL operation (`page.graphql`) and its template (`page.html`); the file beside it has the typed
//! answer, checked against the schema when it is compiled, and what the template says of it. A page has no other way to data:
//! its operation is executed as any client's is, in the name of the person who asks. What the API hides from them, no page can
//! show. Rights, times and addresses are the HTTP layer's, in `http::pages`. Two pages have no operation: a message of our own, and
//! the list of the demonstration's mails.

mod answer;
pub(crate) mod demo_mails;
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
    /// Reads the operations, which are in the binary, and validates them against the schema.
    ///
    /// # Errors
    ///
    /// The first that is no valid document, an error of the program.
    pub fn read() -> Result<Self, PersistedError> {
        let [home, landing, unit, team] = PersistedDocument::own([
            ("home/page.graphql", home::OPERATION),
            ("landing/page.graphql", landing::OPERATION),
            ("unit/page.graphql", unit::OPERATION),
            ("team/page.graphql", team::OPERATION),
        ])?;
        Ok(Self { home, landing, unit, team })
    }

    /// The pages that `limits` do not allow, each with the cost of its operation: they can never be shown.
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

/// A page: its operation, and what is made of the answer.
pub(crate) trait Page {
    /// What the address of the page says.
    type Address: Send + Sync;

    /// Its operation.
    fn document(pages: &Pages) -> &Arc<ExecutableDocument>;

    /// The variables of its operation.
    ///
    /// # Errors
    ///
    /// A text for the log: variables that cannot be written as JSON, an error of the program.
    fn variables(address: &Self::Address) -> Result<Map<String, Value>, String>;

    /// The page for an answer without errors.
    ///
    /// # Errors
    ///
    /// A text for the log: an answer of another form than the schema has, or a template that fails, an error of the program.
    fn shown(address: &Self::Address, data: Value, frame: Frame) -> Result<Shown, String>;
}

/// What is made of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A page, as HTML.
    Html(String),
    /// Another page of this service, by its path.
    Elsewhere(String),
}

/// What stands around a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether somebody is signed in, who can sign out.
    pub(crate) is_signed_in: bool,
    /// Whether they may open the playground.
    pub(crate) explores: bool,
}

/// A unit in the path above a page, or in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: String,
    path: String,
}

fn render(template: &impl Template) -> Result<Shown, String> {
    template.render().map(Shown::Html).map_err(|error| format!("a template failed: {error}"))
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_json::from_value(data).map_err(|error| format!("an answer has another form than the schema: {error}"))
}

fn written(variables: &impl serde::Serialize) -> Result<Map<String, Value>, String> {
    match serde_json::to_value(variables) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(format!("variables are an object, not {other}")),
        Err(error) => Err(format!("variables cannot be written: {error}")),
    }
}
