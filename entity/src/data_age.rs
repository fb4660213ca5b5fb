//! The age from which a staff list is shown with a warning (COVERAGE.md section 5, "Stale data"). The stores, the
//! mails, the exports and the pages all use this rule.

/// A staff list that is older than this many days is shown with a warning.
pub const OLD_AFTER_DAYS: i64 = 35;

/// Whether a staff list of this age in days is shown with a warning.
#[must_use]
pub const fn is_old(age_in_days: i64) -> bool {
    age_in_days > OLD_AFTER_DAYS
}
