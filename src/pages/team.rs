//! The page of a team: whether it is covered, and what to do.

use askama::Template;
use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

use self::team_page::{TeamPageUnit, TeamPageUnitTeam as TeamOnDay, TeamPageUnitTeamSupportersNodes as SupporterOnDay};
use super::answer::{
    ApiAppointmentRole as AppointmentRole, ApiDate as Date, ApiExpiring as Expiring, ApiLevel1Band as Level1Band,
    ApiMixState as MixState, TeamStatus, UnknownBecause,
};
use super::page::{Frame, Named, PageName, PageQuery, PageResult, read, render, to_variables};
use super::words::{self, DataAge, Level1Figure, Tag, counted, data_age_of, level1_of, share_of, tag};
use jobs::links;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/team/page.graphql",
    response_derives = "Debug",
    extern_enums("AppointmentRole", "Expiring", "Level1Band", "MixState", "TeamStatus", "UnknownBecause")
)]
struct TeamPage;

share_of!(team_page::Part);
level1_of!(team_page::Level1Part);

/// The page at `/teams/{code}`.
#[derive(Debug)]
pub(crate) struct TeamPageQuery;

/// The parameters in the URL: the team.
#[derive(Debug, Default)]
pub(crate) struct TeamPageParams {
    pub(crate) code: String,
}

#[derive(Template)]
#[template(path = "team/page.html", config = "src/pages/askama.toml")]
struct TeamPageTemplate {
    frame: Frame,
    path: Vec<Named>,
    name: String,
    caption: String,
    tag: Tag,
    status: String,
    day: String,
    age: DataAge,
    todo: Vec<String>,
    rows: Vec<(&'static str, String)>,
    supporters: Vec<SupporterView>,
    more_supporters: Option<String>,
    mix: Vec<String>,
    group: Option<GroupView>,
}

struct SupporterView {
    name: String,
    detail: Option<String>,
    standing: String,
    share: String,
    expiry: String,
}

struct GroupView {
    sentence: String,
    members: Vec<Named>,
}

impl PageQuery for TeamPageQuery {
    const NAME: PageName = PageName::Team;
    const OPERATION: &'static str = include_str!("team/page.graphql");

    type Params = TeamPageParams;

    fn variables(params: &TeamPageParams) -> Result<Map<String, Value>, String> {
        to_variables(&team_page::Variables { code: params.code.clone() })
    }

    fn respond(_: &TeamPageParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let team_page::ResponseData { unit } = read(data)?;
        // A unit that is not found is an API error.
        let mut unit = unit.ok_or("a unit is null without an error")?;
        // The viewer may see the unit, but it has no staff of its own: show its page as a unit.
        let Some(team) = unit.team.take() else { return Ok(PageResult::Redirect(links::unit_path(&unit.code))) };
        let is_grouped = team.cover_group.is_some();
        let supporters = &team.supporters;
        let unlisted = supporters.total_count - i64::try_from(supporters.nodes.len()).unwrap_or(i64::MAX);
        let above = unit.ancestors.iter();
        let caption = [unit.level.as_deref(), unit.site.as_deref(), Some(&format!("code {}", unit.code))]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        render(&TeamPageTemplate {
            frame,
            path: above.map(|above| Named { name: above.name.clone(), path: links::unit_path(&above.code) }).collect(),
            caption,
            tag: tag(team.status.0, team.unknown_because.map(|because| because.0)),
            status: team.status_in_words.clone(),
            day: words::date(unit.as_of),
            age: data_age_of!(team.oldest_staff_list.as_ref()),
            todo: todo(&team),
            rows: rows(&team, &unit),
            supporters: supporters.nodes.iter().map(|row| SupporterView::new(row, is_grouped)).collect(),
            more_supporters: (unlisted > 0).then(|| {
                format!("{} not listed here.", counted(unlisted, "more allocation is", "more allocations are"))
            }),
            mix: team.mix.iter().map(mix_rule).collect(),
            group: group(&team),
            name: unit.name,
        })
    }
}

/// Returns what to do for the team: first about the gap or the risk, then the rest.
fn todo(team: &TeamOnDay) -> Vec<String> {
    let actions = &team.suggested_actions;
    let mut todo = match &team.at_risk {
        None => actions.clone(),
        Some(risk) => {
            let lost = format!("Keep the cover: it will be lost from {}.", words::date(risk.from));
            let sentences = std::iter::once(&lost).chain(&risk.reasons).chain(actions);
            vec![sentences.map(String::as_str).collect::<Vec<_>>().join(" ")]
        }
    };
    if team.single_point_of_failure {
        todo.push("Find a second Peer Supporter: only one person covers the team.".to_owned());
    }
    if let Some(unproven) = team.unproven.filter(|unproven| *unproven > 0) {
        todo.push(format!(
            "Have the approvals confirmed: {} on an approval by a person who did not hold that office on the day.",
            counted(unproven, "active Peer Supporter rests", "active Peer Supporters rest")
        ));
    }
    if team.champions.met == Some(false) {
        let missing = team.champions.needed.unwrap_or(0) - team.champions.counting;
        todo.push(format!("Find {}.", counted(missing, "more Wellbeing Champion", "more Wellbeing Champions")));
    }
    if team.level1.met == Some(false) {
        todo.push("Have more of the team complete Level 1: the target is not met.".to_owned());
    }
    todo
}

/// Returns the figures of the team, each with its label.
fn rows(team: &TeamOnDay, unit: &TeamPageUnit) -> Vec<(&'static str, String)> {
    let why_none = if team.headcount == 0 { "none, as no one works here" } else { "not known without a policy" };
    let number = |number: Option<i64>| number.map_or_else(|| why_none.to_owned(), |it| it.to_string());
    let level1 = Level1Figure::from(&team.level1);
    let mut rows = vec![
        ("Staff", counted(team.headcount, "person", "people")),
        ("Peer Supporters required", number(team.required)),
        ("Active Peer Supporters", team.active_supporters.to_string()),
        ("Peer Supporters short", number(team.gap)),
    ];
    if team.cover_group.is_some() {
        rows.insert(1, ("Staff of this unit alone", counted(team.own_headcount, "person", "people")));
    }
    if let Some(day) = team.gap_opened_on {
        rows.push(("Gap first seen", words::date(day)));
    }
    let needed = team.champions.needed.map_or_else(String::new, |needed| format!(" of {needed} needed"));
    rows.push(("Wellbeing Champions", format!("{}{needed}", team.champions.counting)));
    rows.push((
        "Level 1 training",
        [Some(level1.figure()), level1.target()].into_iter().flatten().collect::<Vec<_>>().join(". "),
    ));
    rows.push(("Policy", policy(team)));
    let answers = unit.appointments.iter().map(|row| {
        let who = words::name(row.person.display_name.as_deref());
        let role = match row.role {
            AppointmentRole::SeniorManager => "senior manager",
            AppointmentRole::Coordinator => "coordinator",
        };
        let delegate = row.delegate.as_ref().map(|person| words::name(person.display_name.as_deref()));
        format!("{who}, {role}{}", delegate.map_or_else(String::new, |name| format!(" (delegate: {name})")))
    });
    let answers: Vec<_> = answers.collect();
    if !answers.is_empty() {
        rows.push(("Responsible", answers.join("; ")));
    }
    rows
}

/// Describes the policy in one sentence.
fn policy(team: &TeamOnDay) -> String {
    let Some(policy) = &team.policy else {
        return "No policy is in force for this unit or a unit above it.".to_owned();
    };
    let whose = policy.unit.as_ref().map_or_else(String::new, |unit| format!(", set for {}", unit.name));
    let from = policy.in_force_from.map_or_else(String::new, |day| format!(", in force from {}", words::date(day)));
    format!(
        "One Peer Supporter for every {} staff or part of that number, and at least {}{whose}{from}.",
        policy.staff_per_supporter, policy.min_supporters
    )
}

/// Describes a mix rule and its result.
fn mix_rule(outcome: &team_page::TeamPageUnitTeamMix) -> String {
    let kind = if outcome.must { "Must" } else { "Should" };
    let state = match outcome.state {
        MixState::Met => "met",
        MixState::Unmet => "not met",
        MixState::NotApplicable => "not applicable",
    };
    format!("{kind}: {}. This is {state}. {}", outcome.rule.trim_end_matches('.'), outcome.sentence)
}

fn group(team: &TeamOnDay) -> Option<GroupView> {
    let group = team.cover_group.as_ref()?;
    let members = group.members.nodes.iter();
    Some(GroupView {
        sentence: format!(
            "This team is assessed together with others as the cover group {}. Its status and figures are those of the group.",
            group.name
        ),
        members: members.map(|unit| Named { name: unit.name.clone(), path: links::team_path(&unit.code) }).collect(),
    })
}

impl SupporterView {
    fn new(row: &SupporterOnDay, is_grouped: bool) -> Self {
        let place = is_grouped.then(|| format!("allocated to {}", row.unit.name));
        let detail: Vec<_> = row.person.job_title.clone().into_iter().chain(place).collect();
        let expiry = row.next_expiry.as_ref().map(|next| {
            let what = match next.what {
                Expiring::Certificate => "Level 2 certificate",
                Expiring::LineApproval => "line manager's approval",
                Expiring::SeniorApproval => "senior manager's approval",
                Expiring::Allocation => "allocation",
            };
            format!("{what}, last day {}", words::date(next.last_day))
        });
        Self {
            name: words::name(row.person.display_name.as_deref()),
            detail: (!detail.is_empty()).then(|| detail.join(", ")),
            standing: row.standing_in_words.clone(),
            share: share_in_words(row.share),
            expiry: expiry.unwrap_or_else(|| "nothing".to_owned()),
        }
    }
}

/// Formats thousandths of a person in percent, to one decimal place: `100%`, `33.3%`.
fn share_in_words(thousandths: i64) -> String {
    let (whole, tenths) = (thousandths / 10, thousandths % 10);
    if tenths == 0 { format!("{whole}%") } else { format!("{whole}.{tenths}%") }
}

#[cfg(test)]
mod tests {
    use super::share_in_words;

    #[test]
    fn share_is_shown_in_percent() {
        assert_eq!([1000, 500, 333, 5].map(share_in_words), ["100%", "50%", "33.3%", "0.5%"]);
    }
}
