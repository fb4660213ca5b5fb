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
pub(crate) mod page;
mod paging;
pub(crate) mod team;
pub(crate) mod unit;
mod words;

use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;
use serde_json::{Map, Value};

use self::home::HomePageQuery;
use self::landing::LandingPageQuery;
use self::page::{PageName, PageQuery as _};
use self::team::TeamPageQuery;
use self::unit::UnitPageQuery;
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
            ("home/page.graphql", HomePageQuery::OPERATION),
            ("landing/page.graphql", LandingPageQuery::OPERATION),
            ("unit/page.graphql", UnitPageQuery::OPERATION),
            ("team/page.graphql", TeamPageQuery::OPERATION),
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

    /// Returns the operation of a page.
    pub(crate) const fn document(&self, name: PageName) -> &Arc<ExecutableDocument> {
        let page = match name {
            PageName::Home => &self.home,
            PageName::Landing => &self.landing,
            PageName::Unit => &self.unit,
            PageName::Team => &self.team,
        };
        &page.document
    }
}
