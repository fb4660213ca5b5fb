//! A part of a whole, such as 12 of 15 teams.

use async_graphql::Object;
use entity::coverage::Percent;
use entity::coverage::rollup::Met;

/// A part of a whole. Never average percentages: add numerators and denominators instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) numerator: u32,
    pub(crate) denominator: u32,
}

/// A part of a whole. Never average percentages: add numerators and denominators instead.
#[Object]
impl Ratio {
    /// The size of the part.
    async fn numerator(&self) -> u32 {
        self.numerator
    }

    /// The size of the whole.
    async fn denominator(&self) -> u32 {
        self.denominator
    }

    /// The part in percent, 0 to 100, rounded to the nearest tenth. 100 always means all and 0 none: 99.96 % is shown as 99.9
    /// and 0.04 % as 0.1. Null if the denominator is 0.
    async fn percent(&self) -> Option<f64> {
        let percent = Percent::new(self.numerator, self.denominator)?;
        Some(f64::from(percent.tenths()) / 10.0)
    }
}

impl From<Met> for Ratio {
    fn from(Met { met, asked }: Met) -> Self {
        Self { numerator: met, denominator: asked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_percentage_is_rounded_and_100_means_all() {
        let percent = async |numerator, denominator| {
            let schema = async_graphql::Schema::build(
                Ratio { numerator, denominator },
                async_graphql::EmptyMutation,
                async_graphql::EmptySubscription,
            );
            schema.finish().execute("{ percent }").await.data.to_string()
        };
        assert_eq!(percent(2, 3).await, "{percent: 66.7}");
        assert_eq!(percent(1_999_999, 2_000_000).await, "{percent: 99.9}");
        assert_eq!(percent(5, 5).await, "{percent: 100.0}");
        assert_eq!(percent(0, 0).await, "{percent: null}");
    }
}
