//! The numbers of the register that a policy sets, as the caller writes them.

use std::ops::RangeInclusive;

use async_graphql::InputObject;
use entity::register::terms::RegisterTerms;
use entity::spelling;
use entity::store::policy::BETWEEN_BANDS;

use crate::graphql::error::ApiError;

const DAYS: RangeInclusive<u32> = 1..=3_660;
const DAYS_OR_NONE: RangeInclusive<u32> = 0..=3_660;
const MONTHS: RangeInclusive<u32> = 1..=1_200;
const MONTHS_OR_NONE: RangeInclusive<u32> = 0..=1_200;
const WAITING: RangeInclusive<u32> = 1..=1_000;
/// The most pay bands of an order.
const MOST_BANDS: usize = 50;
/// The most characters of a pay band.
const LONGEST_BAND: usize = 50;

/// Numbers of the register. Fields that are left out keep the values of the governing policy.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct RegisterTermsInput {
    /// Days for which a nomination is open; 1 to 3,660.
    nomination_days: Option<i32>,
    /// Days after a nominee declined or did not answer on which only they may put themselves forward; 0 to 3,660.
    silence_days: Option<i32>,
    /// Days after a manager declined until the same nomination may be made again; 0 to 3,660.
    again_days: Option<i32>,
    /// Whole months in post that a nominee should have; 0 to 1,200.
    months_in_post: Option<i32>,
    /// Whole months as an active Peer Supporter that a future Trainer should have; 0 to 1,200.
    months_active: Option<i32>,
    /// Nominations of one person that may wait for their nominees at the same time; 1 to 1,000.
    waiting_per_nominator: Option<i32>,
    /// Months after which an ended nomination is erased; 1 to 1,200.
    ended_months: Option<i32>,
    /// The pay bands, lowest first; at most 50.
    band_order: Option<Vec<String>>,
}

impl RegisterTermsInput {
    /// Returns terms with these numbers.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] that names the field and its range.
    pub(crate) fn applied_to(self, terms: RegisterTerms) -> Result<RegisterTerms, ApiError> {
        let Self {
            nomination_days,
            silence_days,
            again_days,
            months_in_post,
            months_active,
            waiting_per_nominator,
            ended_months,
            band_order,
        } = self;
        Ok(RegisterTerms {
            nomination_days: within("nominationDays", &DAYS, nomination_days)?.unwrap_or(terms.nomination_days),
            silence_days: within("silenceDays", &DAYS_OR_NONE, silence_days)?.unwrap_or(terms.silence_days),
            again_days: within("againDays", &DAYS_OR_NONE, again_days)?.unwrap_or(terms.again_days),
            months_in_post: within("monthsInPost", &MONTHS_OR_NONE, months_in_post)?.unwrap_or(terms.months_in_post),
            months_active: within("monthsActive", &MONTHS_OR_NONE, months_active)?.unwrap_or(terms.months_active),
            waiting_per_nominator: within("waitingPerNominator", &WAITING, waiting_per_nominator)?
                .unwrap_or(terms.waiting_per_nominator),
            ended_months: within("endedMonths", &MONTHS, ended_months)?.unwrap_or(terms.ended_months),
            band_order: band_order.map(bands).transpose()?.unwrap_or(terms.band_order),
        })
    }
}

fn within(field: &str, range: &RangeInclusive<u32>, value: Option<i32>) -> Result<Option<u32>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    let (least, most) = (range.start(), range.end());
    let allowed = u32::try_from(value).ok().filter(|value| range.contains(value));
    let sentence = || format!("`{field}` must be between {least} and {most}, and {value} is not.");
    allowed.map(Some).ok_or_else(|| ApiError::bad_input(field, sentence()))
}

fn bands(given: Vec<String>) -> Result<Vec<String>, ApiError> {
    let bands: Vec<String> = given.iter().map(|band| band.trim().to_owned()).collect();
    let is_band =
        |band: &String| (1..=LONGEST_BAND).contains(&band.chars().count()) && !band.contains([BETWEEN_BANDS, '\0']);
    let mut keys: Vec<_> = bands.iter().map(|band| spelling::key(band).into_owned()).collect();
    keys.sort_unstable();
    keys.dedup();
    if !(1..=MOST_BANDS).contains(&bands.len()) || !bands.iter().all(is_band) || keys.len() != bands.len() {
        let sentence = format!(
            "`bandOrder` must have 1 to {MOST_BANDS} different pay bands of 1 to {LONGEST_BAND} characters without ';'."
        );
        return Err(ApiError::bad_input("bandOrder", sentence));
    }
    Ok(bands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_left_out_stay() {
        let known = RegisterTerms { silence_days: 7, ..RegisterTerms::default() };
        let asked = RegisterTermsInput { again_days: Some(0), ..RegisterTermsInput::default() };
        let applied = asked.applied_to(known.clone()).unwrap();
        assert_eq!(applied, RegisterTerms { again_days: 0, ..known });
    }

    #[test]
    fn numbers_and_bands_out_of_range_are_refused() {
        let zero = RegisterTermsInput { nomination_days: Some(0), ..RegisterTermsInput::default() };
        let refused = zero.applied_to(RegisterTerms::default()).unwrap_err();
        assert!(refused.sentence().starts_with("`nominationDays` must be between 1 and 3660"));
        for bands in [vec![], vec!["Band 5; Band 6"], vec!["Band 5", "band 5"], vec![" "]] {
            let band_order = Some(bands.iter().map(|band| (*band).to_owned()).collect());
            let asked = RegisterTermsInput { band_order, ..RegisterTermsInput::default() };
            assert!(asked.applied_to(RegisterTerms::default()).is_err(), "{bands:?}");
        }
    }
}
