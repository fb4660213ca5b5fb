//! The page of a unit: how well the teams at or below it are covered, and what to do.

mod figures;

use askama::Template;
use graphql_client::GraphQLQuery;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::figures::FiguresView;
use super::answer::{ApiDate as Date, ApiLevel1Band as Level1Band, StandingGroup, TeamStatus, UnknownBecause};
use super::names::{Names, named};
use super::page::{Frame, Named, PageName, PageQuery, PageResult, read, render, to_variables};
use super::paging::{Paging, end_of};
use super::words::{self, Level1Figure, Share, Tag, level1_of, share_of, tag};
use jobs::links;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/unit/page.graphql",
    response_derives = "Debug",
    extern_enums("Level1Band", "StandingGroup", "TeamStatus", "UnknownBecause")
)]
struct UnitPage;

share_of!(unit_page::Part);
level1_of!(unit_page::Level1Part);

/// The page at `/units/{code}`.
#[derive(Debug)]
pub(crate) struct UnitPageQuery;

/// The parameters in the URL: the unit, and the cursors of its three lists.
#[derive(Debug, Default)]
pub(crate) struct UnitPageParams {
    pub(crate) code: String,
    pub(crate) lists: Lists,
}

/// The cursors of the lists of the page.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Lists {
    gaps: Option<String>,
    soon: Option<String>,
    units: Option<String>,
}

#[derive(Template)]
#[template(path = "unit/page.html", config = "src/pages/askama.toml")]
struct UnitPageTemplate {
    frame: Frame,
    path: Vec<Named>,
    name: String,
    caption: String,
    day: String,
    is_open: bool,
    /// The path of the unit's page as a team. `None` if it is not a team.
    team: Option<String>,
    figures: Option<FiguresView>,
    gaps: Vec<GapView>,
    gap_count: String,
    /// The sentence instead of the list if no team has a gap.
    no_gaps: Option<&'static str>,
    gap_pages: Paging,
    soon: Vec<SoonView>,
    /// `None` if no team will lose its cover.
    soon_count: Option<String>,
    soon_pages: Paging,
    below: Vec<BelowView>,
    below_pages: Paging,
}

struct GapView {
    unit: Named,
    tag: Tag,
    words: String,
    todo: Vec<String>,
}

struct SoonView {
    unit: Named,
    from: String,
    /// Why, and how to keep the cover. Empty unless the viewer may see the records.
    sentences: Vec<String>,
}

struct BelowView {
    unit: Named,
    tag: Option<Tag>,
    staff: String,
    teams: String,
    level1: String,
}

impl PageQuery for UnitPageQuery {
    const NAME: PageName = PageName::Unit;
    const OPERATION: &'static str = include_str!("unit/page.graphql");

    type Params = UnitPageParams;

    fn variables(params: &UnitPageParams) -> Result<Map<String, Value>, String> {
        let UnitPageParams { code, lists: Lists { gaps, soon, units } } = params;
        let (code, gaps, soon, units) = (code.clone(), gaps.clone(), soon.clone(), units.clone());
        to_variables(&unit_page::Variables { code, gaps, soon, units })
    }

    fn respond(params: &UnitPageParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let unit_page::ResponseData { unit, gaps, soon } = read(data)?;
        // A unit that is not found is an API error.
        let unit = unit.ok_or("a unit is null without an error")?;
        let own = links::unit_path(&unit.code);
        let lists = &params.lists;
        let now = [("gaps", lists.gaps.as_deref()), ("soon", lists.soon.as_deref()), ("units", lists.units.as_deref())];
        let paging = |list, of, end| Paging::new(&own, &now, list, of, end);
        let figures = unit.roll_up.as_ref().map(|now| FiguresView::new(now, &unit.trend, unit.as_of));
        let path = unit.ancestors.iter();
        let listed = gaps.nodes.iter().map(|team| named!(team.unit));
        let listed = listed.chain(soon.nodes.iter().map(|team| named!(team.unit)));
        let names: Names<'_> = listed.chain(unit.children.nodes.iter().map(|below| named!(below))).collect();
        render(&UnitPageTemplate {
            frame,
            path: path.map(|above| Named { name: above.name.clone(), path: links::unit_path(&above.code) }).collect(),
            caption: match &unit.level {
                Some(level) => format!("{level}, code {}", unit.code),
                None => format!("Code {}", unit.code),
            },
            day: words::date(unit.as_of),
            is_open: unit.is_open,
            team: unit.team.as_ref().map(|_| links::team_path(&unit.code)),
            gap_count: gap_count(gaps.total_count, lists.gaps.is_some()),
            no_gaps: (gaps.total_count == 0).then(|| no_gaps(figures.as_ref(), soon.total_count)),
            gap_pages: paging("gaps", "teams with a gap", end_of!(gaps.page_info)),
            gaps: gaps.nodes.iter().map(|team| GapView::new(team, &names)).collect(),
            soon_count: (soon.total_count > 0).then(|| soon_count(soon.total_count, lists.soon.is_some())),
            soon_pages: paging("soon", "teams that will lose their cover", end_of!(soon.page_info)),
            soon: soon.nodes.iter().filter_map(|team| SoonView::new(team, &names)).collect(),
            below_pages: paging("units", "the units below", end_of!(unit.children.page_info)),
            below: unit.children.nodes.iter().map(|below| BelowView::new(below, &names)).collect(),
            figures,
            name: unit.name.clone(),
        })
    }
}

/// Returns the number of teams with a gap, and which of them are listed.
fn gap_count(total: i64, is_continued: bool) -> String {
    let teams = words::counted(total, "team has", "teams have");
    let which = if is_continued { "These come next" } else { "Teams with the most staff come first" };
    format!("{teams} a gap or an unknown status. {which}.")
}

/// Returns the number of teams that will lose their cover, and which of them are listed.
fn soon_count(total: i64, is_continued: bool) -> String {
    let teams = words::counted(total, "team", "teams");
    let whose = if total == 1 { "its" } else { "their" };
    let which = if is_continued { "These come next" } else { "Teams that lose it soonest come first" };
    format!("{teams} will lose {whose} cover unless action is taken. {which}.")
}

/// Returns why no team is listed.
fn no_gaps(figures: Option<&FiguresView>, losing: i64) -> &'static str {
    match figures {
        None => "No team that you can see here has a gap.",
        Some(figures) if figures.has_teams && losing > 0 => "No team has a gap today.",
        Some(figures) if figures.has_teams => "No team has a gap. There is nothing to do.",
        Some(_) => "There is no data yet: no staff are on file for this unit or the units below it.",
    }
}

impl GapView {
    fn new(team: &unit_page::UnitPageGapsNodes, names: &Names<'_>) -> Self {
        Self {
            unit: Named { path: links::team_path(&team.unit.code), name: names.display_name(named!(team.unit)) },
            tag: tag(team.status.0, team.unknown_because.map(|because| because.0)),
            words: team.status_in_words.clone(),
            todo: team.suggested_actions.clone(),
        }
    }
}

impl SoonView {
    fn new(team: &unit_page::UnitPageSoonNodes, names: &Names<'_>) -> Option<Self> {
        let risk = team.at_risk.as_ref()?;
        Some(Self {
            unit: Named { path: links::team_path(&team.unit.code), name: names.display_name(named!(team.unit)) },
            from: words::date(risk.from),
            sentences: risk.reasons.iter().chain(&team.suggested_actions).cloned().collect(),
        })
    }
}

impl BelowView {
    /// Links a unit that is a single team to the team's page, and shows its status.
    fn new(unit: &unit_page::UnitPageUnitChildrenNodes, names: &Names<'_>) -> Self {
        let figures = unit.roll_up.as_ref();
        let team = unit.team.as_ref().filter(|_| figures.is_none_or(|figures| figures.teams.total == 1));
        let path = if team.is_some() { links::team_path(&unit.code) } else { links::unit_path(&unit.code) };
        let figure = |text: Option<String>| text.unwrap_or_else(|| "not shown".to_owned());
        Self {
            unit: Named { name: names.display_name(named!(unit)), path },
            tag: team.map(|team| tag(team.status.0, team.unknown_because.map(|because| because.0))),
            staff: figure(figures.map(|figures| Share::from(&figures.staff_covered).in_a_cell())),
            teams: figure(figures.map(|figures| Share::from(&figures.teams_covered).in_a_cell())),
            level1: figure(figures.map(|figures| Level1Figure::from(&figures.level1).figure())),
        }
    }
}
