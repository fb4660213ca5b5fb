//! The home page. For each role of the viewer it says what they can do here, with links.

use askama::Template;
use entity::value::{AccessRole as Role, Role as Held};
use graphql_client::GraphQLQuery;
use jobs::links;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{AccessRole, NetworkRole, TeamStatus, UnknownBecause};
use super::names::{Names, UnitLabel, named};
use super::page::{Frame, Named, PageName, PageQuery, PageResult, read, render, to_variables};
use super::paging::{Paging, end_of};
use super::words::{Share, Tag, share_of, tag};

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/home/page.graphql",
    response_derives = "Debug",
    extern_enums("AccessRole", "NetworkRole", "TeamStatus", "UnknownBecause")
)]
struct HomePage;

share_of!(home_page::Part);

/// The path of this page.
pub(super) const PATH: &str = "/";

/// The page at `/`.
#[derive(Debug)]
pub(crate) struct HomePageQuery;

/// The parameters in the URL: the cursors of the three lists.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct HomePageParams {
    units: Option<String>,
    teams: Option<String>,
    people: Option<String>,
}

#[derive(Template)]
#[template(path = "home/page.html", config = "src/pages/askama.toml")]
struct HomePageTemplate {
    frame: Frame,
    heading: String,
    roles: Vec<RoleView>,
    is_empty: bool,
    units: Vec<UnitView>,
    unit_pages: Paging,
}

/// What a user with a role can do here.
#[derive(Default)]
struct RoleView {
    sentence: String,
    links: Vec<LinkView>,
    /// The HTML id of the list of links, if it has further pages.
    id: Option<&'static str>,
    pages: Paging,
}

struct LinkView {
    to: Named,
    tag: Option<Tag>,
}

struct UnitView {
    unit: Named,
    staff: String,
    teams: String,
}

/// The links for the roles.
struct RoleLinks {
    /// The figures of the top unit, and the playground. For users who see the whole network.
    whole: Vec<LinkView>,
    /// The viewer's own units.
    own: Vec<LinkView>,
    /// The teams that the viewer supports.
    supported: PagedLinks,
    /// The teams of the people that the viewer manages.
    managed: PagedLinks,
}

/// One page of a list of links, and the links to its other pages.
#[derive(Default)]
struct PagedLinks {
    links: Vec<LinkView>,
    pages: Paging,
}

impl PageQuery for HomePageQuery {
    const NAME: PageName = PageName::Home;
    const OPERATION: &'static str = include_str!("home/page.graphql");

    type Params = HomePageParams;

    fn variables(params: &HomePageParams) -> Result<Map<String, Value>, String> {
        let HomePageParams { units, teams, people } = params;
        let (units, teams, people) = (units.clone(), teams.clone(), people.clone());
        to_variables(&home_page::Variables { units, teams, people })
    }

    fn respond(params: &HomePageParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let home_page::ResponseData { viewer, board } = read(data)?;
        let roles: Vec<Role> = viewer.roles.iter().map(|role| role.0).collect();
        let listed = viewer.units.nodes.iter().map(|unit| named!(unit));
        let listed = listed.chain(viewer.supports.nodes.iter().map(|unit| named!(unit)));
        let names: Names<'_> = listed.chain(viewer.units_of_people.nodes.iter().map(|unit| named!(unit))).collect();
        let held = |wanted: Held| {
            let own = viewer.network_roles.iter().filter(move |held| held.role.0 == wanted);
            let own = own.map(|held| UnitLabel { code: &held.unit_code, name: &held.unit_name, site: None });
            let names: Names<'_> = own.clone().collect();
            own.map(|unit| names.display_name(unit)).collect::<Vec<_>>()
        };
        let now = [
            ("units", params.units.as_deref()),
            ("teams", params.teams.as_deref()),
            ("people", params.people.as_deref()),
        ];
        let paging = |list, of, end| Paging::new(PATH, &now, list, of, end);
        let units = &viewer.units;
        let board = board.filter(|_| viewer.sees_whole_network);
        let is_empty = viewer.sees_whole_network && board.is_none();
        let places = RoleLinks {
            whole: whole(board.as_ref(), frame),
            own: own(units),
            supported: PagedLinks {
                links: teams(&viewer.supports, &names),
                pages: paging("teams", "the teams that you support", end_of!(viewer.supports.page_info)),
            },
            managed: PagedLinks {
                links: teams(&viewer.units_of_people, &names),
                pages: paging("people", "the teams of your people", end_of!(viewer.units_of_people.page_info)),
            },
        };
        let name = viewer.person.as_ref().and_then(|person| person.display_name.as_deref());
        render(&HomePageTemplate {
            frame,
            heading: name.map_or_else(|| "Welcome".to_owned(), |name| format!("Welcome, {name}")),
            roles: role_views(&roles, &held(Held::Trainer), &held(Held::Champion), places),
            is_empty,
            unit_pages: paging("units", "your units", end_of!(units.page_info)),
            units: units.nodes.iter().map(|unit| UnitView::new(unit, &names)).collect(),
        })
    }
}

impl UnitView {
    fn new(unit: &home_page::HomePageViewerUnitsNodes, names: &Names<'_>) -> Self {
        let figure = |share: Option<Share>| share.map_or_else(|| "not shown".to_owned(), Share::in_a_cell);
        let figures = unit.roll_up.as_ref();
        Self {
            unit: Named { path: links::unit_path(&unit.code), name: names.display_name(named!(unit)) },
            staff: figure(figures.map(|figures| Share::from(&figures.staff_covered))),
            teams: figure(figures.map(|figures| Share::from(&figures.teams_covered))),
        }
    }
}

fn link(name: String, path: String) -> LinkView {
    LinkView { to: Named { name, path }, tag: None }
}

fn whole(board: Option<&home_page::HomePageBoard>, frame: Frame) -> Vec<LinkView> {
    let figures =
        board.map(|top| link(format!("Figures of {}, and of every unit below", top.name), links::unit_path(&top.code)));
    let playground =
        frame.explores.then(|| link("The playground, to query the API yourself".to_owned(), "/playground".to_owned()));
    figures.into_iter().chain(playground).collect()
}

/// Returns a link to the unit if there is only one. Several units are in a table.
fn own(units: &home_page::HomePageViewerUnits) -> Vec<LinkView> {
    match units.nodes.as_slice() {
        [] => Vec::new(),
        [only] => vec![link(format!("Figures of {}", only.name), links::unit_path(&only.code))],
        _ => vec![link("Figures of your units".to_owned(), "#units".to_owned())],
    }
}

/// Returns links to teams, with their statuses. A unit that is not a team on the day has a unit page only.
fn teams(list: &home_page::OwnTeams, names: &Names<'_>) -> Vec<LinkView> {
    let link = |unit: &home_page::OwnTeamsNodes| {
        let path = if unit.team.is_some() { links::team_path(&unit.code) } else { links::unit_path(&unit.code) };
        let status = unit.team.as_ref().map(|team| tag(team.status.0, team.unknown_because.map(|because| because.0)));
        LinkView { to: Named { name: names.display_name(named!(unit)), path }, tag: status }
    };
    list.nodes.iter().map(link).collect()
}

/// Returns what the viewer can do here, one entry per role, the widest role first. `trains` and `champions` are the names of
/// the units for which they are Trainer and Wellbeing Champion.
fn role_views(roles: &[Role], trains: &[String], champions: &[String], places: RoleLinks) -> Vec<RoleView> {
    let RoleLinks { whole, own, supported, managed } = places;
    let mut views = Vec::new();
    let mut say = |sentence: &str, links: Vec<LinkView>, paged: Option<(&'static str, Paging)>| {
        let (id, pages) = paged.map_or((None, Paging::default()), |(id, pages)| (Some(id), pages));
        views.push(RoleView { sentence: sentence.to_owned(), links, id, pages });
    };
    let is = |role| roles.contains(&role);
    // These roles have the same links. A user with two of them sees both sentences, but the links only once.
    let mut whole = Some(whole);
    for (_, sentence) in WHOLE_NETWORK.iter().filter(|(role, _)| is(*role)) {
        say(sentence, whole.take().unwrap_or_default(), None);
    }
    if is(Role::SeniorManager) {
        say(
            "You are a senior manager, or you stand in for one. You can see how well the teams of your units are covered, and \
             what would close each gap.",
            own,
            None,
        );
    } else if is(Role::Dashboard) {
        say("You are signed in with an API token. You can see the figures of its units.", own, None);
    }
    if is(Role::LineManager) {
        say(
            "You are a line manager. You can see whether the teams of the people you manage are covered, and the records of \
             those of them who are Peer Supporters.",
            managed.links,
            Some(("people", managed.pages)),
        );
    }
    if is(Role::Supporter) {
        say(
            "You are a Peer Supporter. You can see whether the teams that you support are covered.",
            supported.links,
            Some(("teams", supported.pages)),
        );
    }
    if is(Role::Trainer) {
        let of = joined(trains);
        say(&format!("You are a Trainer for {of}. There are no pages for Trainers yet."), Vec::new(), None);
    }
    if !champions.is_empty() {
        let of = joined(champions);
        let sentence =
            format!("You are a Wellbeing Champion for {of}. There are no pages for Wellbeing Champions yet.");
        say(&sentence, Vec::new(), None);
    }
    if views.is_empty() {
        views.push(RoleView {
            sentence:
                "You are signed in as a member of staff. The pages here are for people who manage teams or support \
                       colleagues, so there are no figures for you to see."
                    .to_owned(),
            ..RoleView::default()
        });
    }
    views
}

/// What users who see the whole network can do here.
const WHOLE_NETWORK: [(Role, &str); 3] = [
    (
        Role::Admin,
        "You are an administrator of this service. You can see every unit and team, manage access and erase people's data.",
    ),
    (Role::Coordinator, "You coordinate the network. You can see every unit and team, and the weekly gap reports."),
    (Role::Auditor, "You are an auditor. You can see every unit and team, and read the audit log in the playground."),
];

/// `Ward 1`, `Ward 1 and Ward 2`, `Ward 1, Ward 2 and Ward 3`.
fn joined(names: &[String]) -> String {
    match names {
        [] => "the network".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(roles: &[Role], champions: &[&str]) -> Vec<String> {
        let places = RoleLinks {
            whole: Vec::new(),
            own: Vec::new(),
            supported: PagedLinks::default(),
            managed: PagedLinks::default(),
        };
        let champions: Vec<_> = champions.iter().map(|name| (*name).to_owned()).collect();
        role_views(roles, &["North".to_owned()], &champions, places).into_iter().map(|role| role.sentence).collect()
    }

    #[test]
    fn every_role_has_one_sentence() {
        for role in Role::ALL {
            let views = sentences(&[*role], &[]);
            assert_eq!(views.len(), 1, "{role}");
            assert_eq!(views[0].contains("no figures for you"), *role == Role::Staff, "{role}");
        }
        assert_eq!(sentences(&[Role::Supporter, Role::Staff], &[]).len(), 1);
        assert_eq!(sentences(&[Role::Supporter, Role::SeniorManager, Role::Staff], &[]).len(), 2);
    }

    #[test]
    fn champion_sentence_names_units() {
        assert_eq!(
            sentences(&[Role::Staff], &["Ward 25"]),
            ["You are a Wellbeing Champion for Ward 25. There are no pages for Wellbeing Champions yet."]
        );
        assert!(sentences(&[Role::Staff], &["A", "B", "C"])[0].contains("for A, B and C."));
    }

    #[test]
    fn links_are_shown_once() {
        let whole = vec![link("Figures".to_owned(), "/units/BOARD".to_owned())];
        let places =
            RoleLinks { whole, own: Vec::new(), supported: PagedLinks::default(), managed: PagedLinks::default() };
        let views = role_views(&[Role::Admin, Role::Auditor], &[], &[], places);
        assert_eq!(views.iter().map(|role| role.links.len()).collect::<Vec<_>>(), [1, 0]);
    }
}
