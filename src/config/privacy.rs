//! The settings that protect individuals in small numbers.

use clap::Args;
use entity::coverage::disclosure::Limit;

/// The settings that protect individuals in small numbers.
#[derive(Args, Clone, Copy, Debug)]
pub struct PrivacySettings {
    /// Smallest number of people that is shown (2 to 50). In counts of allocations by the reason why they do not count, smaller numbers and those that would reveal them are hidden, and smaller groups have no Level 1 band.
    #[arg(long, env = "SMALL_NUMBER_LIMIT", global = true, value_name = "PEOPLE", default_value = "5")]
    #[arg(value_parser = limit)]
    pub small_number_limit: Limit,
}

fn limit(text: &str) -> Result<Limit, String> {
    text.trim().parse().ok().and_then(Limit::new).ok_or_else(|| {
        let range = Limit::RANGE;
        format!(
            "it must be a number from {} to {}; hiding small numbers cannot be switched off",
            range.start(),
            range.end()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn hiding_small_numbers_cannot_be_switched_off() {
        for refused in ["0", "1", "51", "-1", "", "none", "5.0"] {
            assert!(limit(refused).is_err(), "{refused}");
        }
        assert_eq!(limit("10").unwrap().get(), 10);
    }
}
