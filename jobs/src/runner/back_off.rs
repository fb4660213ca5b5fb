//! How long a run waits between attempts.

use chrono::TimeDelta;

/// How many attempts a run gets before it is failed for good: about a day of them. Attempts that were killed count, so a run
/// that takes the whole process down with it does not do so for ever.
pub const MAX_ATTEMPTS: i32 = 12;

/// How long a run waits after its failed attempt number `attempt` (from 1); nothing when that was the last.
///
/// | failed attempt | wait | since the first, at least |
/// |---|---|---|
/// | 1 | 1 minute | 1 minute |
/// | 2 | 5 minutes | 6 minutes |
/// | 3 | 15 minutes | 21 minutes |
/// | 4 | 30 minutes | 51 minutes |
/// | 5 | 1 hour | 1 h 51 |
/// | 6 | 2 hours | 3 h 51 |
/// | 7 to 11 | 4 hours each | 23 h 51 |
/// | 12 | none: failed for good | |
///
/// No jitter: the ledger lets one worker begin, however many wake.
#[must_use]
pub fn back_off(attempt: i32) -> Option<TimeDelta> {
    let minutes = match attempt {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        4 => 30,
        5 => 60,
        6 => 120,
        7..MAX_ATTEMPTS => 240,
        MAX_ATTEMPTS.. => return None,
    };
    Some(TimeDelta::minutes(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempts_are_spread_over_about_a_day() {
        let waits: Vec<_> = (1..).map_while(back_off).collect();
        assert_eq!(waits.len(), usize::try_from(MAX_ATTEMPTS).unwrap() - 1);
        assert!(waits.is_sorted());
        assert_eq!(waits.iter().sum::<TimeDelta>(), TimeDelta::minutes(23 * 60 + 51));
    }
}
