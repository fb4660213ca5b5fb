//! The conditions on rows of tables: a row that the viewer may not see is left out by the query itself.

use entity::coverage::roster::PersonIx;
use entity::id::PersonId;
use entity::table::{delivery, report};
use entity::value::{DeliveryKind, ReportKind};
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query};

use super::Scope;
use crate::access::Right;

impl Scope {
    /// The condition on rows of which a viewer sees all or none: snapshots, reports, runs, imports.
    pub(crate) fn rows(&self, right: Right) -> Condition {
        if self.may(right) { Condition::all() } else { nothing() }
    }

    /// The condition on reports. That there is a midweek report says that something became worse for one of its recipients. So
    /// viewers who may not read every mail see only those midweek reports of which they were sent a mail.
    pub(crate) fn reports(&self) -> Condition {
        let mailed = match self.mails_of() {
            MailsOf::Everyone => Condition::all(),
            whose @ (MailsOf::One(_) | MailsOf::NoOne) => {
                let own = Query::select()
                    .column(delivery::Column::ReportId)
                    .from(delivery::Entity)
                    .cond_where(whose.condition())
                    .to_owned();
                Condition::all().add(report::Column::Id.in_subquery(own))
            }
        };
        let visible = Condition::any().add(report::Column::Kind.eq(ReportKind::Weekly)).add(mailed);
        self.rows(Right::Reports).add(visible)
    }

    /// The condition on API tokens and grants.
    pub(crate) fn managed_access(&self) -> Condition {
        if self.manages_access() { Condition::all() } else { nothing() }
    }

    /// The condition on mails. A manager sees their own.
    pub(crate) fn mails(&self) -> Condition {
        self.mails_of().condition()
    }

    /// The mails that the viewer may see.
    pub(crate) fn mails_of(&self) -> MailsOf {
        // Mails go to the lowest of linked numbers.
        let id = |place: PersonIx| self.known.facts.index.roster().people[place.at()].id;
        match self.me.map(id).or(self.viewer.person_id()) {
            _ if self.all(Right::Mails) => MailsOf::Everyone,
            Some(person) if self.may(Right::Mails) => MailsOf::One(person),
            Some(_) | None => MailsOf::NoOne,
        }
    }
}

/// Whose mails a viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MailsOf {
    Everyone,
    One(PersonId),
    NoOne,
}

impl MailsOf {
    /// The condition on rows of `delivery`.
    pub(crate) fn condition(self) -> Condition {
        match self {
            // Mails of the register are for their readers alone.
            Self::Everyone => Condition::all().add(delivery::Column::ReportId.is_not_null()),
            // A run summary is about the whole network, and stays hidden after its reader has left the office. A copy may be
            // read by the recipient of the report, and not by the colleague who was sent it: they may be responsible for none
            // of its units.
            Self::One(person) => Condition::any()
                .add(delivery::Column::Kind.eq(DeliveryKind::Report).and(delivery::Column::PersonId.eq(person)))
                .add(delivery::Column::Kind.eq(DeliveryKind::Copy).and(delivery::Column::OwnerId.eq(person))),
            Self::NoOne => nothing(),
        }
    }
}

/// A condition that no row meets.
fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}
