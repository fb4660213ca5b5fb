//! The page after sign-in. Somebody who answers for one unit goes straight there; everyone else is told what they can do here.

use std::sync::Arc;

use askama::Template;
use async_graphql::parser::types::ExecutableDocument;
use entity::value::AccessRole as Role;
use graphql_client::GraphQLQuery;
use jobs::links;
use serde_json::{Map, Value};

use super::answer::{AccessRole, TeamStatus, UnknownBecause};
use super::words::{Share, Tag, share_of, tag};
use super::{Frame, Named, Page, Pages, Shown, read, render, written};

/// The operation of this page.
pub(crate) const OPERATION: &str = include_str!("home/page.graphql");

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/home/page.graphql",
    response_derives = "Debug",
    extern_enums("AccessRole", "TeamStatus", "UnknownBecause")
)]
struct HomePage;

share_of!(home_page::Part);

/// The page at `/`.
#[derive(Debug)]
pub(crate) struct Home;

/// What the address says: where the list of units begins.
#[derive(Debug, Default)]
pub(crate) struct Address {
    pub(crate) after: Option<String>,
}

#[derive(Template)]
#[template(path = "home/page.html", config = "src/pages/askama.toml")]
struct View {
    frame: Frame,
    heading: String,
    sentences: Vec<&'static str>,
    units: Vec<UnitView>,
    more_units: Option<String>,
    teams: Vec<TeamView>,
    links: Vec<Named>,
}

struct UnitView {
    unit: Named,
    staff: String,
    teams: String,
}

struct TeamView {
    unit: Named,
    tag: Tag,
}

impl Page for Home {
    type Address = Address;

    fn document(pages: &Pages) -> &Arc<ExecutableDocument> {
        &pages.home.document
    }

    fn variables(address: &Address) -> Result<Map<String, Value>, String> {
        written(&home_page::Variables { after: address.after.clone() })
    }

    fn shown(address: &Address, data: Value, frame: Frame) -> Result<Shown, String> {
        let home_page::ResponseData { viewer, board, teams } = read(data)?;
        let roles: Vec<Role> = viewer.roles.iter().map(|role| role.0).collect();
        let units = viewer.units;
        if let ([only], None, true) = (units.nodes.as_slice(), &address.after, lands_on_their_unit(&roles)) {
            return Ok(Shown::Elsewhere(links::unit_path(&only.code)));
        }
        let more_units = units.page_info.end_cursor.filter(|_| units.page_info.has_next_page);
        let figure = |share: Option<Share>| share.map_or_else(|| "not shown".to_owned(), Share::in_a_cell);
        let unit_view = |unit: home_page::HomePageViewerUnitsNodes| UnitView {
            unit: Named { path: links::unit_path(&unit.code), name: unit.name },
            staff: figure(unit.roll_up.as_ref().map(|figures| Share::from(&figures.staff_covered))),
            teams: figure(unit.roll_up.as_ref().map(|figures| Share::from(&figures.teams_covered))),
        };
        let whole_network = board.filter(|_| viewer.sees_whole_network);
        let is_listed = !viewer.sees_whole_network && units.nodes.is_empty();
        let team_view = |team: home_page::HomePageTeamsNodes| TeamView {
            unit: Named { path: links::team_path(&team.unit.code), name: team.unit.name },
            tag: tag(team.status.0, team.unknown_because.map(|because| because.0)),
        };
        let mut links = Vec::new();
        let board_is_empty = viewer.sees_whole_network && whole_network.is_none();
        links.extend(whole_network.map(|top| Named {
            name: format!("Figures of {}, and of every unit below", top.name),
            path: links::unit_path(&top.code),
        }));
        if frame.explores {
            links.push(Named {
                name: "The playground, to ask the API yourself".to_owned(),
                path: "/playground".to_owned(),
            });
        }
        let name = viewer.person.and_then(|person| person.display_name);
        render(&View {
            frame,
            heading: name.map_or_else(|| "Welcome".to_owned(), |name| format!("Welcome, {name}")),
            sentences: sentences(&roles, board_is_empty),
            more_units: more_units.map(|cursor| format!("/?after={}", links::encoded(&cursor))),
            teams: if is_listed { teams.nodes.into_iter().map(team_view).collect() } else { Vec::new() },
            units: units.nodes.into_iter().map(unit_view).collect(),
            links,
        })
    }
}

/// Whether somebody with these roles has nothing else to begin with than the unit that they answer for.
fn lands_on_their_unit(roles: &[Role]) -> bool {
    let works_with_the_network =
        [Role::Admin, Role::Coordinator, Role::Auditor].iter().any(|role| roles.contains(role));
    roles.contains(&Role::SeniorManager) && !works_with_the_network
}

/// What somebody with these roles can do here: one sentence per role, the widest first.
fn sentences(roles: &[Role], board_is_empty: bool) -> Vec<&'static str> {
    let mut sentences: Vec<_> =
        WHAT_ROLES_DO.iter().filter(|(role, _)| roles.contains(role)).map(|(_, sentence)| *sentence).collect();
    if sentences.is_empty() {
        sentences.push(
            "You are signed in as a member of staff. The pages here are for people who manage teams or support colleagues, \
             so there are no figures for you to see.",
        );
    }
    if board_is_empty {
        sentences.push("There is no data yet: no staff lists have been imported.");
    }
    sentences
}

/// What each role can do here. STAFF is everyone who works here, and says nothing beside another role.
const WHAT_ROLES_DO: [(Role, &str); 8] = [
    (Role::Admin, "You run this service. You can see every unit and team, manage access and erase people's data."),
    (Role::Coordinator, "You coordinate the network. You can see every unit and team, and the weekly gap reports."),
    (Role::Auditor, "You are an auditor. You can see every unit and team, and read the audit log in the playground."),
    (
        Role::SeniorManager,
        "You answer for units as a senior manager. You can see how well their teams are covered, and what would close each gap.",
    ),
    (
        Role::LineManager,
        "You are a line manager. You can see whether the teams of the people that you manage are covered, and the records of \
         those of your people who are Peer Supporters.",
    ),
    (Role::Supporter, "You are a Peer Supporter. You can see whether the teams that you support are covered."),
    (Role::Trainer, "You are a Trainer of the network. There are no pages for Trainers yet."),
    (Role::Dashboard, "You are signed in with an API token. You can see the figures of the units that it was given."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_told_what_it_can_do() {
        for role in Role::ALL {
            let said = sentences(&[*role], false);
            assert_eq!(said.len(), 1, "{role}");
            assert_eq!(said[0].contains("no figures for you"), *role == Role::Staff, "{role}");
        }
        assert_eq!(sentences(&[Role::Supporter, Role::Staff], false).len(), 1);
        assert!(sentences(&[Role::Admin], true)[1].contains("no data yet"));
    }

    #[test]
    fn only_senior_managers_without_a_wider_role_land_on_their_unit() {
        assert!(lands_on_their_unit(&[Role::SeniorManager, Role::LineManager, Role::Staff]));
        assert!(!lands_on_their_unit(&[Role::SeniorManager, Role::Coordinator, Role::Staff]));
        assert!(!lands_on_their_unit(&[Role::Supporter, Role::Staff]));
    }
}
