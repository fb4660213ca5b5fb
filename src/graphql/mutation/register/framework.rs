//! The competence framework: coordinators publish its versions, Trainers and coordinators assess people against it.

mod assess;
mod publish;

use async_graphql::{Context, Object};

use self::assess::{AssessmentPayload, RecordAssessmentInput};
use self::publish::{FrameworkPayload, PublishFrameworkInput};
use crate::graphql::error::ApiError;

#[derive(Debug, Default)]
pub(crate) struct FrameworkMutation;

#[Object]
impl FrameworkMutation {
    /// Publishes a version of the competence framework, as a coordinator, after a governance body has approved it.
    async fn publish_framework(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version.")] input: PublishFrameworkInput,
    ) -> Result<FrameworkPayload, ApiError> {
        publish::publish(ctx, input).await
    }

    /// Records an assessment of a person against a level of the competence framework, as an active Trainer or a coordinator. If
    /// every statement of level 2 is met, the person is signed off from that day on for every team that they support now or
    /// later; if one is not, every earlier sign-off ends on that day.
    async fn record_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment.")] input: RecordAssessmentInput,
    ) -> Result<AssessmentPayload, ApiError> {
        assess::record(ctx, input).await
    }
}
