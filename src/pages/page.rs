//! What all pages have in common: how a page is made from the answer of its operation, and what every page shows.

use askama::Template;
use serde_json::{Map, Value};

/// The operations of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageName {
    /// `/`.
    Home,
    /// The redirect after signing in.
    Landing,
    /// `/units/{code}`.
    Unit,
    /// `/teams/{code}`.
    Team,
    /// `/nominations/{number}/form`.
    Form,
    /// `/act/{secret}`, the list of steps.
    ActSteps,
    /// `/act/{secret}`, about a nomination.
    Act,
    /// `/act/{secret}`, about a record from paper.
    ActRecord,
    /// A nominee's answer.
    ActRespond,
    /// A nominee's answer to a question.
    ActAnswer,
    /// A manager's decision.
    ActDecide,
    /// A dispute about a record from paper.
    ActDispute,
}

/// A page: its operation, and how the answer becomes a page.
pub(crate) trait PageQuery {
    /// The name under which the list of pages has the operation.
    const NAME: PageName;
    /// The text of the operation.
    const OPERATION: &'static str;

    /// The parameters in the URL of the page.
    type Params: Send + Sync;

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
pub(super) struct Named {
    pub(super) name: String,
    pub(super) path: String,
}

/// Renders a template to a page.
pub(super) fn render(template: &impl Template) -> Result<PageResult, String> {
    template.render().map(PageResult::Html).map_err(|error| format!("template failed: {error}"))
}

/// Reads the answer of an operation.
pub(super) fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_json::from_value(data).map_err(|error| format!("the answer does not match the schema: {error}"))
}

/// Writes the variables of an operation as JSON.
pub(super) fn to_variables(variables: &impl serde::Serialize) -> Result<Map<String, Value>, String> {
    match serde_json::to_value(variables) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(other) => Err(format!("variables must be an object, not {other}")),
        Err(error) => Err(format!("variables cannot be serialised: {error}")),
    }
}
