//! A summary of the demonstration board, for the user who started it.

use entity::coverage::change::is_gap;
use entity::period::{Day, IsoWeek};
use entity::store::{snapshot, tree};
use entity::table::{delivery, report, snapshot_team, snapshot_unit};
use entity::value::{DeliveryState, Status};
use jobs::report::wording;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::app::App;

/// The figures of this week's Monday, and the mails of every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The date of the figures.
    pub monday: Day,
    /// The name of the root unit.
    pub board: String,
    /// People with a counting post.
    pub people: i64,
    /// The number of teams by status.
    pub teams: Teams,
    /// Every mail, by week.
    pub mails: Vec<SummaryMail>,
    /// The folder to which mails are written.
    pub folder: String,
}

/// The number of teams by status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Teams {
    /// Covered teams, including those at risk.
    pub covered: usize,
    /// Covered teams that will lose their cover within the policy's horizon.
    pub at_risk: usize,
    /// Teams with a gap.
    pub gaps: usize,
    /// Exempt teams, and teams with no one at work.
    pub others: usize,
}

/// One mail of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryMail {
    /// The ISO week of its report.
    pub week: String,
    /// The recipient's address. `None` if there is no one to send it to.
    pub address: Option<String>,
    /// The file, or the delivery state if there is no file.
    pub place: String,
    /// Whether the mail was written.
    pub sent: bool,
}

impl Summary {
    pub(super) async fn read(app: &App, monday: Day) -> Result<Self, DbErr> {
        let db = &app.db;
        let missing = |what: &str| DbErr::RecordNotFound(what.to_owned());
        let newest = snapshot::newest_of(db, monday).await?.ok_or_else(|| missing("this week's snapshot"))?;
        let root = tree::root(db, app.today()).await?.ok_or_else(|| missing("the root unit"))?;
        let whole = snapshot_unit::Entity::find_by_id((newest.id, root.id)).one(db).await?;
        let whole = whole.ok_or_else(|| missing("the figures of the root unit"))?;
        let statuses: Vec<Status> = snapshot_team::Entity::find()
            .filter(snapshot_team::Column::SnapshotId.eq(newest.id))
            .select_only()
            .column(snapshot_team::Column::Status)
            .into_tuple()
            .all(db)
            .await?;
        let count = |wanted: fn(Status) -> bool| statuses.iter().filter(|status| wanted(**status)).count();
        let at_risk = count(|status| status == Status::AtRisk);
        let covered = at_risk + count(|status| status == Status::Covered);
        let gaps = count(is_gap);
        let teams = Teams { covered, at_risk, gaps, others: statuses.len() - covered - gaps };
        let folder = app.settings.mail.mail_folder.display().to_string();
        let people = i64::from(whole.headcount);
        Ok(Self { monday, board: whole.unit_name, people, teams, mails: mails(app).await?, folder })
    }

    /// Returns the number of weeks with mails.
    #[must_use]
    pub fn weeks(&self) -> usize {
        self.mails.chunk_by(|one, next| one.week == next.week).count()
    }

    /// Returns the board and its figures in one line.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let Teams { covered, at_risk: _, gaps, others } = self.teams;
        let number = |count: usize| wording::grouped(i64::try_from(count).unwrap_or(i64::MAX));
        format!(
            "{} on {}, with made-up people: {} people, {} teams, {} covered, {} with a gap.",
            self.board,
            wording::day(self.monday),
            wording::grouped(self.people),
            number(covered + gaps + others),
            number(covered),
            number(gaps),
        )
    }

    /// Returns all mails and the figures. The mails come first, because they are many; the figures come last and stay on the
    /// screen.
    #[must_use]
    pub fn in_full(&self) -> String {
        let mut lines = Vec::new();
        let mut week = "";
        for mail in &self.mails {
            if mail.week != week {
                week = &mail.week;
                lines.push(format!("Mails of {week}:"));
            }
            lines.push(format!("  {} -> {}", mail.address.as_deref().unwrap_or("no one"), mail.place));
        }
        lines.push(format!("\n{}", self.figures()));
        lines.join("\n")
    }

    /// Returns the figures, one per line.
    #[must_use]
    pub fn figures(&self) -> String {
        let Self { monday, board, people, teams, mails, folder } = self;
        let Teams { covered, at_risk, gaps, others } = *teams;
        let all = covered + gaps + others;
        let this_week = IsoWeek::containing(*monday).to_string();
        let sent = mails.iter().filter(|mail| mail.sent && mail.week == this_week).count();
        format!(
            "{board} on {monday}:\n  \
             {people:>6} people\n  \
             {all:>6} teams\n  \
             {covered:>6} covered, {at_risk} of them at risk\n  \
             {gaps:>6} with a gap\n  \
             {others:>6} exempt, or with no one at work\n  \
             {sent:>6} mails written to {folder}"
        )
    }
}

async fn mails(app: &App) -> Result<Vec<SummaryMail>, DbErr> {
    let mut mails = Vec::new();
    for report in report::Entity::find().order_by_asc(report::Column::Week).all(&app.db).await? {
        let own = delivery::Entity::find().filter(delivery::Column::ReportId.eq(report.id));
        let columns = [delivery::Column::Address, delivery::Column::StoredAt, delivery::Column::State];
        let rows: Vec<(Option<String>, Option<String>, DeliveryState)> =
            own.order_by_asc(delivery::Column::Id).select_only().columns(columns).into_tuple().all(&app.db).await?;
        mails.extend(rows.into_iter().map(|(address, stored_at, state)| SummaryMail {
            week: report.week.clone(),
            address,
            place: stored_at.unwrap_or_else(|| state.as_str().to_owned()),
            sent: state == DeliveryState::Sent,
        }));
    }
    Ok(mails)
}
