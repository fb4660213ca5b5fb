//! Level 1 training of some people: the count for viewers who are responsible for them, a band for others.

use async_graphql::Object;
use entity::coverage::level1;
use entity::coverage::rollup::level1_met;

use super::super::hidden::Level1Detail;
use super::enums::Level1Band;
use super::ratio::Ratio;

/// Level 1 training of some people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level1 {
    pub(crate) done: u32,
    pub(crate) headcount: u32,
    /// Percent.
    pub(crate) target: Option<u32>,
    pub(crate) detail: Level1Detail,
}

impl Level1 {
    fn seen_band(self) -> Option<level1::Level1Band> {
        let Self { done, headcount, target: _, detail } = self;
        match detail {
            Level1Detail::Count => level1::Level1Band::from_counts(done, headcount),
            Level1Detail::Band(limit) => level1::Level1Band::published(done, headcount, limit),
            Level1Detail::Hidden => None,
        }
    }
}

/// Level 1 training, the module for every member of staff. Viewers who are responsible for the unit see the count. A Peer
/// Supporter of the team sees the band.
#[Object]
impl Level1 {
    /// People with a completion on or before the day, out of everyone. Null if the viewer sees the band only.
    async fn done(&self) -> Option<Ratio> {
        let Self { done, headcount, target: _, detail } = *self;
        (detail == Level1Detail::Count).then_some(Ratio { numerator: done, denominator: headcount })
    }

    /// The percentage as one of four bands. Null if there is no one, or if it is hidden.
    async fn band(&self) -> Option<Level1Band> {
        self.seen_band().map(Level1Band::from)
    }

    /// Whether the band is hidden from a viewer who may not see the count: the group is so small that the band would reveal how
    /// many people have completed Level 1, or several teams are assessed together.
    async fn hidden(&self) -> bool {
        self.headcount > 0 && self.seen_band().is_none()
    }

    /// The share of people required by the policy, in percent. Null without a policy.
    async fn target(&self) -> Option<u32> {
        self.target
    }

    /// Whether the target is met. Null without a policy and if there is no one. For a viewer who sees the band only, null if
    /// the band does not decide it.
    async fn met(&self) -> Option<bool> {
        let Self { done, headcount, target, detail } = *self;
        match detail {
            Level1Detail::Count => level1_met(done, headcount, target?),
            Level1Detail::Band(_) | Level1Detail::Hidden => self.seen_band()?.decides(target?),
        }
    }
}
