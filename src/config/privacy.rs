//! What is told about few people.

use clap::Args;
use entity::coverage::disclosure::Limit;

/// What is told about few people.
#[derive(Args, Clone, Copy, Debug)]
pub struct PrivacySettings {
    /// Numbers below this are hidden where allocations are broken down by why they do not count, and what would give them away; groups of fewer people have no band of Level 1; 2 to 50.
    #[arg(long, env = "SMALL_NUMBER_LIMIT", global = true, value_name = "PEOPLE", default_value = "5")]
    #[arg(value_parser = limit)]
    pub small_number_limit: Limit,
}

fn limit(text: &str) -> Result<Limit, String> {
    text.trim().parse().ok().and_then(Limit::new).ok_or_else(|| {
        let range = Limit::RANGE;
        format!("it is a number from {} to {}; small numbers cannot be shown to everybody", range.start(), range.end())
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
