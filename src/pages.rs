//! The pages for people with a browser. They work without JavaScript, and use the NHS design system if it was present when psn
//! was built.
//!
//! Each page is a folder with its GraphQL operation (`page.graphql`) and its template (`page.html`). The file next to the
//! folder has the typed answer, which is checked against the schema at compile time, and the texts for the template. A page has
//! no other access to data: its operation is executed like any client's, on behalf of the signed-in user, or of the recipient of
//! a mail with a link. A page cannot show what the API hides from them. Rights, time limits and routes belong to the HTTP layer, in `http::pages`. Pages without
//! data have no operation: messages, the documents, and the list of the demonstration's mails.

pub(crate) mod act;
mod answer;
pub(crate) mod demo_mails;
pub(crate) mod docs;
pub(crate) mod form;
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
use serde_json::json;

use self::act::steps::ActStepsQuery;
use self::act::{ActPageQuery, ActRecordQuery};
use self::form::FormPageQuery;
use self::home::HomePageQuery;
use self::landing::LandingPageQuery;
use self::page::{PageName, PageQuery as _};
use self::team::TeamPageQuery;
use self::unit::UnitPageQuery;
use crate::graphql::limits::Limits;
use crate::graphql::persisted::{PersistedDocument, PersistedError};

/// The operations of the pages, read once when the service starts.
#[derive(Debug)]
pub struct Pages([PersistedDocument; OPERATIONS.len()]);

/// Each operation with its file, in the order of [`PageName`].
const OPERATIONS: [(PageName, &str, &str); 12] = [
    (PageName::Home, "home/page.graphql", HomePageQuery::OPERATION),
    (PageName::Landing, "landing/page.graphql", LandingPageQuery::OPERATION),
    (PageName::Unit, "unit/page.graphql", UnitPageQuery::OPERATION),
    (PageName::Team, "team/page.graphql", TeamPageQuery::OPERATION),
    (PageName::Form, "form/page.graphql", FormPageQuery::OPERATION),
    (PageName::ActSteps, "act/steps.graphql", ActStepsQuery::OPERATION),
    (PageName::Act, "act/page.graphql", ActPageQuery::OPERATION),
    (PageName::ActRecord, "act/record.graphql", ActRecordQuery::OPERATION),
    (PageName::ActRespond, "act/respond.graphql", include_str!("pages/act/respond.graphql")),
    (PageName::ActAnswer, "act/answer.graphql", include_str!("pages/act/answer.graphql")),
    (PageName::ActDecide, "act/decide.graphql", include_str!("pages/act/decide.graphql")),
    (PageName::ActDispute, "act/dispute.graphql", include_str!("pages/act/dispute.graphql")),
];

impl Pages {
    /// Reads the built-in operations and validates them against the schema.
    ///
    /// # Errors
    ///
    /// The first operation that is not a valid document, which is a bug.
    pub fn read() -> Result<Self, PersistedError> {
        PersistedDocument::own(OPERATIONS.map(|(_, file, text)| (file, text))).map(Self)
    }

    /// Returns the operations that exceed `limits`, each with its cost. Their pages can never be shown.
    #[must_use]
    pub fn too_costly(&self, limits: &Limits) -> Vec<(&str, u64)> {
        let given = json!({ "code": "A", "id": "A", "input": { "items": [{}] } });
        let refused = |page: &PersistedDocument| {
            let variables = Variables::from_json(given.clone());
            limits.admit(Arc::clone(&page.document), None, &variables).err()?.cost
        };
        self.0.iter().filter_map(|page| Some((page.file.as_str(), refused(page)?))).collect()
    }

    /// Returns the operation of a page.
    pub(crate) const fn document(&self, name: PageName) -> &Arc<ExecutableDocument> {
        &self.0[name as usize].document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_in_the_order_of_their_names() {
        for (place, (name, _, _)) in OPERATIONS.iter().enumerate() {
            assert_eq!(*name as usize, place);
        }
    }
}
