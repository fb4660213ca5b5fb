//! One team in full, on one day (COVERAGE.md section 5).

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::change;
use entity::coverage::risk::POLICY_CHANGES;
use entity::coverage::suggested_actions::{self, Audience};
use entity::coverage::{Cause, Risk, TeamRow};
use entity::period::Day;
use entity::value::{self, Status};

use super::cover_group::CoverGroup;
use super::mix::MixOutcome;
use super::{Policy, Supporter, Team, Unit};
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::loader::Rows;
use crate::graphql::loader::gaps::{self, LastSeen, LastSnapshot};
use crate::graphql::object::enums::{GapChange, TeamStatus, UnknownBecause};
use crate::graphql::object::level1::Level1;
use crate::graphql::object::roll_up::{StaffListAge, hundredths};
use crate::graphql::page::{Listed, Page, Total, cut};
use crate::graphql::scalar::Date;

impl Team {
    /// Whether the viewer may see the problems of the team's Peer Supporters; in a cover group, of those of every member,
    /// because the sentences do not say whose they are.
    fn shows_supporters(&self) -> bool {
        self.view.sees_records_of_team(self.row().unit)
    }

    /// Active Peer Supporters who depend on an unproven approval, if the viewer may see that number.
    pub(crate) fn unproven_seen(&self) -> Option<u32> {
        self.shows_supporters().then(|| self.row().unproven)
    }

    /// A cause in words. A unit's policy is not named as that unit's if the viewer may not see the unit.
    fn cause_in_words(&self, cause: &Cause) -> String {
        match cause {
            Cause::Policy(unit) if !self.view.sees(*unit) => POLICY_CHANGES.to_owned(),
            cause => cause.sentence(self.view.index()),
        }
    }

    /// The day on which the present gap was first seen in a snapshot, as the viewer may see it.
    pub(crate) async fn opened(&self, ctx: &Context<'_>) -> Result<Option<Day>, ApiError> {
        let Some((_, before)) = self.last_seen(ctx, LastSnapshot::Stored).await? else { return Ok(None) };
        let opened = before.as_ref().map(|before| (before.status, before.gap_opened_on));
        let (row, asked) = (self.row(), self.view.as_of.day);
        let opened = change::gap_opened_on(row.status, asked, opened);
        Ok(opened.map(|day| self.view.scope().visible_change_day(row.unit, asked, day)))
    }

    async fn last_seen(&self, ctx: &Context<'_>, last: LastSnapshot) -> Result<Option<gaps::LastGap>, ApiError> {
        let unit = self.view.facts(self.row().unit).id;
        Rows::from_context(ctx)?.load_one(LastSeen { unit, day: self.view.as_of.day, last }).await
    }
}

/// A unit with staff of its own, or with a Peer Supporter allocated to it, on one day. Each team of a cover group (teams
/// assessed together) shows the figures and the status of the group.
#[Object]
impl Team {
    /// Opaque. Finds the team with `node`, on the requested date if one was given, otherwise as of today.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Team(self.view.facts(self.row().unit).id, self.view.as_of.named).encode()
    }

    /// The unit of the team.
    async fn unit(&self) -> Unit {
        Unit::new(&self.view, self.row().unit)
    }

    /// The status of the team.
    async fn status(&self) -> TeamStatus {
        self.row().status.into()
    }

    /// Why the status is UNKNOWN. Null for other statuses.
    async fn unknown_because(&self) -> Option<UnknownBecause> {
        self.row().unknown_because.map(UnknownBecause::from)
    }

    /// The number of rejected rows in staff lists that name the team, or a unit of its cover group. The headcount does not
    /// include these people.
    async fn rows_not_read(&self) -> u32 {
        self.row().rows_not_read
    }

    /// Active Peer Supporters who depend on an approval by a person who did not hold the office on the day of the decision.
    /// Null unless the viewer may see the Peer Supporters of the team and of all teams in its cover group.
    async fn unproven(&self) -> Option<u32> {
        self.unproven_seen()
    }

    /// The oldest of the newest staff lists that the status is based on. Null if no staff list was applied.
    async fn oldest_staff_list(&self) -> Option<StaffListAge> {
        StaffListAge::computed(&self.view, self.row().oldest_list)
    }

    /// The status in one sentence.
    async fn status_in_words(&self) -> String {
        status_in_words(self.row(), self.view.risk_day(self.row()))
    }

    /// H: distinct people with a counting post in the team, or in its cover group.
    async fn headcount(&self) -> u32 {
        self.row().headcount
    }

    /// Distinct people with a counting post in this unit itself.
    async fn own_headcount(&self) -> u32 {
        self.row().own_headcount
    }

    /// Distinct people of this unit if there is a gap to close (NONE, PARTIAL, MIX_GAP, UNKNOWN), otherwise 0.
    async fn staff_affected(&self) -> u32 {
        staff_affected(self.row())
    }

    /// Whole-time equivalent of the counting posts of the team, or of its cover group: 1 is one full-time post.
    async fn wte(&self) -> f64 {
        hundredths(self.row().wte)
    }

    /// Peer Supporters required by the policy at this headcount. Null without a policy or without staff.
    async fn required(&self) -> Option<u32> {
        self.row().required
    }

    /// Whole Peer Supporters short; 0 only if there are enough people and their shares are large enough. Null without a policy
    /// or without staff.
    async fn gap(&self) -> Option<u32> {
        self.row().gap
    }

    /// P: distinct active Peer Supporters with a share of at least 500 thousandths here.
    async fn active_supporters(&self) -> u32 {
        self.row().supporters
    }

    /// A: the sum of the shares of all active allocations here, in thousandths of a person.
    async fn allocated_share(&self) -> u32 {
        self.row().share
    }

    /// Whether the team is covered, has more than one member, and is covered by a single person.
    async fn single_point_of_failure(&self) -> bool {
        self.row().single_point
    }

    /// When and why it will lose its cover. Null unless the status is AT_RISK.
    async fn at_risk(&self) -> Option<AtRisk> {
        let Risk { day: _, status, causes } = self.row().risk.as_ref()?;
        let from = Date(self.view.risk_day(self.row())?);
        let causes = if self.shows_supporters() { causes.as_slice() } else { &[] };
        let reasons = causes.iter().map(|cause| self.cause_in_words(cause)).collect();
        Some(AtRisk { from, status: (*status).into(), reasons })
    }

    /// What to do to close the team's gap or, if it is AT_RISK, to keep its cover: one instruction per sentence, without names.
    /// Empty if there is nothing to do. Instructions about allocated people who do not count, and about keeping cover, are
    /// included only if the viewer may see the Peer Supporters of the team and of all teams in its cover group.
    async fn suggested_actions(&self) -> Vec<String> {
        let reader = if self.shows_supporters() { Audience::Records } else { Audience::Figures };
        suggested_actions::of_team(self.row(), self.view.index(), reader)
    }

    /// The allocations of Peer Supporters to the team or its cover group, by unit code, then by first day: only those whose
    /// records the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: two filters and Relay's four")]
    async fn supporters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those who count (true), or only those who do not (false).")] active: Option<bool>,
        #[graphql(desc = "Include allocations that have ended.", default = false)] include_ended: bool,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Supporter>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let day = self.view.as_of.day;
        let roster = self.view.index().roster();
        let allocation = |place: usize| &roster.allocations[self.row().standings[place].allocation as usize];
        let places = (0..self.row().standings.len())
            .filter(|place| include_ended || !allocation(*place).validity.ended_by(day))
            .filter(|place| self.view.scope().sees_allocation(allocation(*place)));
        let supporters = places.map(|place| Supporter { team: self.clone(), place });
        let is_wanted = |supporter: &Supporter| active.is_none_or(|active| supporter.reasons().is_active() == active);
        let mut supporters: Vec<Supporter> = supporters.filter(is_wanted).collect();
        supporters.sort_by_cached_key(Supporter::order);
        let total = Total::Known(supporters.len());
        let slice = cut(&page, "supporters", supporters, Supporter::order)?;
        Ok(slice.listed(total, |supporter| supporter))
    }

    /// Wellbeing Champions of the team or its cover group.
    async fn champions(&self) -> Champions {
        let row = self.row();
        // A team without staff needs no Champions.
        let needed = row.policy.as_ref().filter(|_| row.headcount > 0).map(|policy| policy.min_champions);
        Champions { counting: row.champions, needed, met: row.champions_met() }
    }

    /// Level 1 training of the people of the team, or of its cover group.
    async fn level1(&self) -> Level1 {
        let row = self.row();
        let target = row.policy.as_ref().map(|policy| policy.level1_target);
        let detail = self.view.level1_of_team(row);
        Level1 { done: row.level1_done, headcount: row.headcount, target, detail }
    }

    /// The policy that applied. Null if there is none; then the status is UNKNOWN.
    async fn policy(&self) -> Option<Policy> {
        let row = self.row();
        let filed = row.policy.clone()?;
        let (unit, from) = row.policy_unit.unzip();
        Some(Policy { view: Arc::clone(&self.view), unit, from, filed })
    }

    /// The result of each of the policy's rules about the mix of supporters, MUST before SHOULD.
    async fn mix(&self) -> Vec<MixOutcome> {
        self.row().mix.iter().map(|outcome| MixOutcome::new(outcome, self.shows_supporters())).collect()
    }

    /// The teams that are assessed together with this one. Null if it is assessed by itself.
    async fn cover_group(&self) -> Option<CoverGroup> {
        let name = self.view.facts(self.row().unit).cover_group?;
        let name = self.view.index().roster().words.get(name).to_owned();
        (self.row().headcount > 0).then(|| CoverGroup { team: self.clone(), name })
    }

    /// How the gap compares with the last report: the newest weekly report with at least one sent mail and a snapshot before
    /// the requested date. Null if there is no such report yet.
    async fn change_since_last_report(&self, ctx: &Context<'_>) -> Result<Option<GapSince>, ApiError> {
        let Some((day, before)) = self.last_seen(ctx, LastSnapshot::Mailed).await? else { return Ok(None) };
        let gap_then = before.as_ref().and_then(|before| before.short());
        let seen = before.as_ref().map(|before| before.seen());
        Ok(Some(GapSince {
            since: Date(day),
            change: change::compare(seen, Some(self.row().into())).map(GapChange::from),
            status_then: before.as_ref().map(|before| before.status.into()),
            gap_then,
        }))
    }

    /// The day on which the present gap was first seen in the snapshots up to the requested date. If the viewer does not see
    /// the Peer Supporters of the team and of all teams in its cover group: the Monday of that week. Null if there is no gap,
    /// or no snapshot yet.
    async fn gap_opened_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, ApiError> {
        Ok(self.opened(ctx).await?.map(Date))
    }
}

/// When and why a covered team will lose its cover unless action is taken.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct AtRisk {
    /// The first day without cover. If the viewer does not see the Peer Supporters of the team and of all teams in its cover
    /// group: the Monday of that week, or the day after the requested date if that is later.
    from: Date,
    /// The status on that day.
    status: TeamStatus,
    /// The reasons, one sentence each, without names. Empty unless the viewer may see the Peer Supporters of the team and of
    /// all teams in its cover group: if a team has only one, no name is needed to know who it is.
    reasons: Vec<String>,
}

/// Wellbeing Champions of a team or its cover group.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Champions {
    /// Distinct people with the role for this team and a counting post in it.
    counting: u32,
    /// People required by the policy. Null without a policy or without staff.
    needed: Option<u32>,
    /// Whether there are enough. Null without a policy or without staff.
    met: Option<bool>,
}

/// How a team's gap compares with the last report that was sent.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct GapSince {
    /// The day of the snapshot that was mailed.
    since: Date,
    /// How the gap has changed. Null if there was no gap then and there is none now.
    change: Option<GapChange>,
    /// The status then. Null if the unit was not a team then.
    status_then: Option<TeamStatus>,
    /// Whole Peer Supporters short then. Null if the unit was not a team, or had no policy, then.
    gap_then: Option<u32>,
}

/// Distinct people in a team's own posts if it has a gap to close, otherwise 0.
pub(crate) fn staff_affected(row: &TeamRow) -> u32 {
    if change::is_gap(row.status) { row.own_headcount } else { 0 }
}

fn status_in_words(row: &TeamRow, risk: Option<Day>) -> String {
    let counted = |number: u32, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let supporters = |number| counted(number, "active Peer Supporter", "active Peer Supporters");
    let staff = counted(row.headcount, "member of staff", "members of staff");
    let short = row.gap.map_or_else(String::new, |gap| format!(", {gap} short"));
    let required = row.required.map_or_else(String::new, |required| format!(" of {required} required"));
    match row.status {
        Status::NotApplicable => "Not applicable: no staff in this team, but a Peer Supporter is allocated.".to_owned(),
        Status::Exempt => "Exempt: a dated exemption applies.".to_owned(),
        Status::Unknown => match row.unknown_because {
            Some(value::UnknownBecause::RowsNotRead) => {
                let rows = counted(row.rows_not_read, "row", "rows");
                format!("Unknown: {rows} of staff lists that name this team could not be read.")
            }
            Some(value::UnknownBecause::DataStale) => "Unknown: the staff lists are too old.".to_owned(),
            Some(value::UnknownBecause::NoPolicy) | None => {
                "Unknown: no policy is in force for this unit or above it.".to_owned()
            }
        },
        Status::None => format!("No active Peer Supporter for {staff}{short}."),
        Status::Partial => format!("Too few: {}{required} for {staff}{short}.", supporters(row.supporters)),
        Status::MixGap => "Enough Peer Supporters, but a rule about their mix is not met.".to_owned(),
        Status::AtRisk => {
            let from = risk.map_or_else(String::new, |risk| format!(" from {risk}"));
            format!("Covered today with {} for {staff}, at risk{from}.", supporters(row.supporters))
        }
        Status::Covered => format!("Covered: {} for {staff}.", supporters(row.supporters)),
    }
}
