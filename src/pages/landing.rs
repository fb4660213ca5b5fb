//! Where the signed-in user goes right after signing in: a senior manager of one unit to that unit, everyone else to the home page.
//! It only redirects, so it has no template. The home page itself never redirects: it leads to the pages of every other role.

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use entity::value::AccessRole as Role;
use graphql_client::GraphQLQuery;
use jobs::links;
use serde_json::{Map, Value};

use super::answer::AccessRole;
use super::{Frame, Page, Pages, Shown, home, read, written};

/// The operation of this page.
pub(crate) const OPERATION: &str = include_str!("landing/page.graphql");

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/landing/page.graphql",
    response_derives = "Debug",
    extern_enums("AccessRole")
)]
struct LandingPage;

/// The redirect after signing in.
#[derive(Debug)]
pub(crate) struct Landing;

impl Page for Landing {
    type Address = ();

    fn document(pages: &Pages) -> &Arc<ExecutableDocument> {
        &pages.landing.document
    }

    fn variables((): &()) -> Result<Map<String, Value>, String> {
        written(&landing_page::Variables {})
    }

    fn shown((): &(), data: Value, _: Frame) -> Result<Shown, String> {
        let landing_page::ResponseData { viewer } = read(data)?;
        let roles: Vec<Role> = viewer.roles.iter().map(|role| role.0).collect();
        Ok(Shown::Elsewhere(match viewer.units.nodes.as_slice() {
            [only] if begins_at_their_unit(&roles) => links::unit_path(&only.code),
            _ => home::PATH.to_owned(),
        }))
    }
}

/// Whether the unit that they answer for is where people with these roles begin. Those who work with the whole network do not.
fn begins_at_their_unit(roles: &[Role]) -> bool {
    let works_with_the_network =
        [Role::Admin, Role::Coordinator, Role::Auditor].iter().any(|role| roles.contains(role));
    roles.contains(&Role::SeniorManager) && !works_with_the_network
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_senior_managers_without_a_wider_role_begin_at_their_unit() {
        assert!(begins_at_their_unit(&[Role::SeniorManager, Role::LineManager, Role::Staff]));
        assert!(!begins_at_their_unit(&[Role::SeniorManager, Role::Coordinator, Role::Staff]));
        assert!(!begins_at_their_unit(&[Role::Supporter, Role::Staff]));
    }
}
