//! What a blank cell of policies.csv means (COVERAGE.md section 3), and what a mix rule is (section 6).

/// The defaults: this project's own, and data once they are written.
pub(super) struct Defaults {
    pub(super) staff_per_supporter: i32,
    pub(super) min_supporters: i32,
    pub(super) certificate_months: i32,
    pub(super) approval_months: i32,
    pub(super) away_days: i32,
    pub(super) level1_target: i32,
    pub(super) min_champions: i32,
    pub(super) supporters_per_trainer: i32,
    pub(super) horizon_days: i32,
}

pub(super) const DEFAULTS: Defaults = Defaults {
    staff_per_supporter: 25,
    min_supporters: 1,
    certificate_months: 36,
    approval_months: 24,
    away_days: 28,
    level1_target: 90,
    min_champions: 1,
    supporters_per_trainer: 20,
    horizon_days: 60,
};

/// Whether every rule of a mix column is one.
///
/// # Errors
///
/// A sentence that names the first part that is not.
pub(super) fn check_mix(rules: &str) -> Result<(), String> {
    match rules.split(';').map(str::trim).find(|rule| !rule.is_empty() && !is_rule(rule)) {
        None => Ok(()),
        Some(rule) => Err(format!(
            "'{rule}' is not a mix rule; write '2 different job_family' or '1 from Nursing and Midwifery of job_family' \
             (job_family, band, site or employer), with ';' between rules"
        )),
    }
}

fn is_rule(rule: &str) -> bool {
    let known = |dimension: &str| ["job_family", "band", "site", "employer"].contains(&dimension.trim());
    let Some((count, rest)) = rule.split_once(char::is_whitespace) else { return false };
    let rest = rest.trim_start();
    let asks = match rest.strip_prefix("different ") {
        Some(dimension) => known(dimension),
        None => rest
            .strip_prefix("from ")
            .and_then(|rest| rest.rsplit_once(" of "))
            .is_some_and(|(value, dimension)| !value.trim().is_empty() && known(dimension)),
    };
    asks && count.parse::<u32>().is_ok_and(|count| count >= 1)
}

#[cfg(test)]
mod tests {
    use super::check_mix;

    #[test]
    fn mix_rules_are_checked_one_by_one() {
        assert_eq!(check_mix(""), Ok(()));
        assert_eq!(check_mix("2 different job_family; 1 from Head of Nursing of job_family ;"), Ok(()));
        for rules in ["two different band", "0 different band", "1 from  of band", "1 from X of colour", "2 different"]
        {
            assert!(check_mix(rules).is_err(), "{rules}");
        }
    }
}
