//! The figures of a unit, including all units below it.

use super::super::answer::ApiDate as Date;
use super::super::words::{self, DataAge, HIDDEN, Level1Figure, Share, counted, data_age_of};
use super::unit_page::{UnitPageUnitRollUp, UnitPageUnitTrend};

/// The figures as the page shows them.
pub(super) struct FiguresView {
    pub(super) age: DataAge,
    pub(super) headline: Vec<Headline>,
    /// One sentence each about Peer Supporters, Champions and Trainers.
    pub(super) network: Vec<String>,
    /// Groups of allocations and their numbers.
    pub(super) standing: Vec<(&'static str, String)>,
    /// Whether the unit or any unit below it is a team.
    pub(super) has_teams: bool,
}

/// One of the figures at the top.
pub(super) struct Headline {
    pub(super) what: &'static str,
    pub(super) figure: String,
    pub(super) sentences: Vec<String>,
}

impl FiguresView {
    /// The figures of a day, compared with those of the last stored week before it.
    pub(super) fn new(now: &UnitPageUnitRollUp, trend: &[UnitPageUnitTrend], day: Date) -> Self {
        let before = trend.iter().rfind(|point| point.day < day);
        let share = |what, now: Share, then: Option<Share>, of| Headline {
            what,
            figure: now.percent(),
            sentences: [Some(now.counts(of)), then.zip(before).and_then(|(then, at)| now.since(then, at.day))]
                .into_iter()
                .flatten()
                .collect(),
        };
        let level1 = Level1Figure::from(&now.level1);
        let level1_then = before.and_then(|at| at.roll_up.level1.done.as_ref()).map(Share::from);
        let level1_since =
            level1.done.zip(level1_then).zip(before).and_then(|((now, then), at)| now.since(then, at.day));
        let headline = vec![
            share(
                "Staff in covered teams",
                Share::from(&now.staff_covered),
                before.map(|at| Share::from(&at.roll_up.staff_covered)),
                "staff",
            ),
            share(
                "Teams covered",
                Share::from(&now.teams_covered),
                before.map(|at| Share::from(&at.roll_up.teams_covered)),
                "teams",
            ),
            Headline {
                what: "Level 1 training",
                figure: level1.figure(),
                sentences: [level1.target(), level1_since].into_iter().flatten().collect(),
            },
        ];
        Self {
            age: data_age_of!(now.oldest_staff_list.as_ref()),
            headline,
            network: network(now),
            standing: standing(now),
            has_teams: now.teams.total > 0,
        }
    }
}

fn network(now: &UnitPageUnitRollUp) -> Vec<String> {
    let (champion_teams, trainer_units) = (Share::from(&now.champion_teams_met), Share::from(&now.trainer_units_met));
    let champions = match champion_teams.percent {
        Some(_) => format!("{} have the Champions they need", champion_teams.counts("teams")),
        None => "No team needs Champions".to_owned(),
    };
    let enough = match now.trainers_met {
        Some(true) => ", which is enough",
        Some(false) => ", which is too few",
        None => "",
    };
    let embedded = match trainer_units.percent {
        Some(_) => format!(" {} that need embedded Trainers have enough.", trainer_units.counts("units")),
        None => String::new(),
    };
    vec![
        format!(
            "Peer Supporters: {} for {}.",
            counted(now.active_supporters, "active person", "active people"),
            counted(now.headcount, "member of staff", "members of staff")
        ),
        format!("Wellbeing Champions: {}. {champions}.", counted(now.champions, "person", "people")),
        format!("Trainers: {}{enough}.{embedded}", counted(now.trainers, "active person", "active people")),
    ]
}

fn standing(now: &UnitPageUnitRollUp) -> Vec<(&'static str, String)> {
    let rows = now.standing.iter().map(|row| {
        let number = row.allocations.filter(|_| !row.hidden);
        (words::standing_group(row.group.0), number.map_or_else(|| HIDDEN.to_owned(), |number| number.to_string()))
    });
    rows.collect()
}
