//! The competence framework, and assessments of people against it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::id::{AssessmentId, PersonId};
use entity::store::register::framework::{self as store, StoredAssessment, StoredFramework};
use entity::table::framework_statement;

use super::organisation::Person;
use crate::access::Right;
use crate::graphql::day_view::known;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::request_state::{db, today};
use crate::graphql::scalar::Date;

/// A version of the competence framework.
#[derive(Clone, Debug)]
pub(crate) struct Framework {
    pub(crate) stored: StoredFramework,
    in_force: bool,
}

impl Framework {
    /// The versions that the viewer may read, newest first.
    pub(crate) async fn all(ctx: &Context<'_>) -> Result<Vec<Self>, ApiError> {
        let (_, scope) = known(ctx).await?;
        if !scope.all(Right::Documents) {
            return Ok(Vec::new());
        }
        let (rows, today) = (store::all(db(ctx)?).await?, today(ctx)?);
        let present = rows.iter().find(|stored| stored.row.in_force_from <= today).map(|stored| stored.row.id);
        Ok(rows.into_iter().map(|stored| Self { in_force: Some(stored.row.id) == present, stored }).collect())
    }
}

/// A version of the competence framework.
#[Object]
impl Framework {
    /// Opaque. Names the version in commands.
    async fn id(&self) -> ID {
        NodeId::Framework(self.stored.row.id).encode()
    }

    /// The board's word for the version.
    async fn version(&self) -> &str {
        &self.stored.row.version
    }

    /// First day in force.
    async fn in_force_from(&self) -> Date {
        Date(self.stored.row.in_force_from)
    }

    /// Last day of the transition from earlier versions to this one.
    async fn transition_until(&self) -> Date {
        Date(self.stored.row.transition_until)
    }

    /// The governance body that approved it.
    async fn approved_by(&self) -> &str {
        &self.stored.row.approved_by
    }

    /// The day of the approval.
    async fn approved_on(&self) -> Date {
        Date(self.stored.row.approved_on)
    }

    /// Whether it is in force today: it has begun, and no later version has.
    async fn is_in_force(&self) -> bool {
        self.in_force
    }

    /// The statements by level, at most 300.
    async fn statements(&self) -> Vec<FrameworkStatement> {
        self.stored.statements.iter().map(FrameworkStatement::from).collect()
    }
}

/// A statement of the competence framework: what a person of a level is able to do.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct FrameworkStatement {
    /// Its code, unique in the version.
    code: String,
    /// The level, 1 to 3.
    level: i32,
    /// The domain, in the board's own words.
    domain: String,
    /// The statement.
    text: String,
}

impl From<&framework_statement::Model> for FrameworkStatement {
    fn from(row: &framework_statement::Model) -> Self {
        let framework_statement::Model { id: _, framework_id: _, code, level, domain, body } = row.clone();
        Self { code, level, domain, text: body }
    }
}

/// Whether a statement is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StatementOutcome {
    /// Met.
    Met,
    /// Not yet.
    NotYet,
}

/// Which assessments of a person a viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssessmentSight {
    /// All of them.
    All,
    /// Only those that the person with this number has made.
    MadeBy(PersonId),
}

/// An assessment of a person.
#[derive(Clone, Debug)]
pub(crate) struct Assessment(pub(crate) StoredAssessment);

impl Assessment {
    /// The assessments of a person with these numbers that a viewer may see, newest first.
    pub(crate) async fn of_person(
        ctx: &Context<'_>,
        numbers: &[PersonId],
        sight: AssessmentSight,
    ) -> Result<Vec<Self>, ApiError> {
        let (known, _) = known(ctx).await?;
        let rows = store::assessments_of(db(ctx)?, numbers).await?.into_iter();
        let is_seen = |stored: &StoredAssessment| match sight {
            AssessmentSight::All => true,
            AssessmentSight::MadeBy(me) => known.person_by_id(stored.row.assessor_id) == known.person_by_id(me),
        };
        Ok(rows.filter(is_seen).map(Self).collect())
    }

    /// The assessment with a key. `None` if there is none.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        id: AssessmentId,
        sight: AssessmentSight,
    ) -> Result<Option<Self>, ApiError> {
        let Some(found) = store::find(db(ctx)?, id).await? else { return Ok(None) };
        let all = Self::of_person(ctx, &[found.row.person_id], sight).await?;
        Ok(all.into_iter().find(|assessment| assessment.0.row.id == id))
    }
}

/// An assessment of a person against a level of the competence framework.
#[Object]
impl Assessment {
    /// The person who was assessed.
    async fn person(&self) -> Person {
        Person { id: self.0.row.person_id, on: None }
    }

    /// The Trainer or coordinator who assessed them.
    async fn assessed_by(&self) -> Person {
        Person { id: self.0.row.assessor_id, on: None }
    }

    /// The day of the assessment.
    async fn assessed_on(&self) -> Date {
        Date(self.0.row.assessed_on)
    }

    /// The level, 1 to 3.
    async fn level(&self) -> i32 {
        self.0.row.level
    }

    /// The version of the competence framework, in the board's own word.
    async fn framework_version(&self) -> &str {
        &self.0.version
    }

    /// Whether every statement of the level is met.
    async fn all_met(&self) -> bool {
        self.0.row.met
    }

    /// The outcome of each statement, by code.
    async fn results(&self) -> Vec<StatementResult> {
        let result = |(code, met): (&String, &bool)| StatementResult {
            code: code.clone(),
            outcome: if *met { StatementOutcome::Met } else { StatementOutcome::NotYet },
        };
        self.0.results.iter().map(result).collect()
    }

    /// The evidence. Null if none was given, or after it was erased.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }
}

/// The outcome of one statement of an assessment.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StatementResult {
    /// The statement's code.
    code: String,
    /// The outcome.
    outcome: StatementOutcome,
}
