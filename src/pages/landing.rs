//! The redirect after signing in: a senior manager of one unit goes to that unit, everyone else to the home page. It has no
//! template. The home page itself never redirects, because it links to the pages of all roles.

use entity::value::AccessRole as Role;
use graphql_client::GraphQLQuery;
use jobs::links;
use serde_json::{Map, Value};

use super::answer::AccessRole;
use super::home;
use super::page::{Frame, PageName, PageQuery, PageResult, read, to_variables};

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
pub(crate) struct LandingPageQuery;

impl PageQuery for LandingPageQuery {
    const NAME: PageName = PageName::Landing;
    const OPERATION: &'static str = include_str!("landing/page.graphql");

    type Params = ();

    fn variables((): &()) -> Result<Map<String, Value>, String> {
        to_variables(&landing_page::Variables {})
    }

    fn respond((): &(), data: Value, _: Frame) -> Result<PageResult, String> {
        let landing_page::ResponseData { viewer } = read(data)?;
        let roles: Vec<Role> = viewer.roles.iter().map(|role| role.0).collect();
        Ok(PageResult::Redirect(match viewer.units.nodes.as_slice() {
            [only] if starts_at_own_unit(&roles) => links::unit_path(&only.code),
            _ => home::PATH.to_owned(),
        }))
    }
}

/// Whether users with these roles start at the unit that they are responsible for. Those who work with the whole network do
/// not.
fn starts_at_own_unit(roles: &[Role]) -> bool {
    let works_with_the_network =
        [Role::Admin, Role::Coordinator, Role::Auditor].iter().any(|role| roles.contains(role));
    roles.contains(&Role::SeniorManager) && !works_with_the_network
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_senior_managers_start_at_their_unit() {
        assert!(starts_at_own_unit(&[Role::SeniorManager, Role::LineManager, Role::Staff]));
        assert!(!starts_at_own_unit(&[Role::SeniorManager, Role::Coordinator, Role::Staff]));
        assert!(!starts_at_own_unit(&[Role::Supporter, Role::Staff]));
    }
}
