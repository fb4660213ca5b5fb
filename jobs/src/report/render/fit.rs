//! How much of a report fits into a mail. Mail programs cut off what is longer than about 102 KB, so what matters least goes
//! first; the attached list has every team.

use super::view::View;
use crate::report::build::Report;

/// Longest HTML part in bytes, with room for what mail servers on the way add.
pub(super) const MOST_BYTES: usize = 80_000;

/// The parts of a mail that are as long as the board is large, those first that are given up last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Why it came to the reader.
    Reasons,
    /// Figures of the units answered for.
    Units,
    /// Gaps that are new.
    New,
    /// Gaps that are worse.
    Worse,
    /// Gaps that are gone.
    Closed,
    /// All other gaps.
    Gaps,
    /// Teams that will not be covered for long.
    AtRisk,
    /// Teams below their Level 1 target.
    Level1,
    /// Teams short of champions.
    Champions,
    /// Figures of units below the units answered for.
    Nested,
}

impl Part {
    const ALL: [Self; 10] = [
        Self::Reasons,
        Self::Units,
        Self::New,
        Self::Worse,
        Self::Closed,
        Self::Gaps,
        Self::AtRisk,
        Self::Level1,
        Self::Champions,
        Self::Nested,
    ];
}

/// The most rows of each part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limits([usize; Part::ALL.len()]);

/// Where everything fits. What changed has no limit of its own.
const USUAL: [usize; Part::ALL.len()] = [20, 25, usize::MAX, usize::MAX, usize::MAX, 100, 30, 20, 20, 10];
/// What a mail that is too long keeps of each part before it gives up any change.
const KEPT: [usize; Part::ALL.len()] = [10, 10, usize::MAX, usize::MAX, usize::MAX, 20, 10, 5, 5, 3];
/// What it keeps before it gives up a part altogether.
const LEAST: [usize; Part::ALL.len()] = [10, 10, 30, 20, 10, 20, 10, 5, 5, 3];

/// Where a list of Level 1 or champions is this short, all of it is shown.
const SHORT_LIST: usize = 25;

impl Limits {
    /// The most rows of a part.
    pub(super) const fn of(&self, part: Part) -> usize {
        self.0[part as usize]
    }

    fn usual(report: &Report<'_>) -> Self {
        let mut limits = Self(USUAL);
        for (part, rows) in [(Part::Level1, report.level1.len()), (Part::Champions, report.champions.len())] {
            if rows <= SHORT_LIST {
                limits.0[part as usize] = SHORT_LIST;
            }
        }
        // No list has more rows than the mail has teams, and each part is searched from here.
        let most = report.teams_listed.len() + report.closed.len() + report.units.len();
        limits.0 = limits.0.map(|limit| limit.min(most));
        limits
    }
}

/// The most of a report whose HTML is at most `most_bytes` long, and that HTML.
///
/// # Errors
///
/// What `html` says.
pub(super) fn fit(
    report: &Report<'_>,
    most_bytes: usize,
    base_url: Option<&str>,
    html: impl Fn(&View) -> Result<String, String>,
) -> Result<(View, String), String> {
    let drawn = |limits: &Limits| {
        let view = View::new(report, base_url, limits);
        html(&view).map(|html| (view, html))
    };
    let fits = |(_, html): &(View, String)| html.len() <= most_bytes;
    let mut limits = Limits::usual(report);
    let mut best = drawn(&limits)?;
    for floors in [KEPT, LEAST, [0; Part::ALL.len()]] {
        for part in Part::ALL.into_iter().rev() {
            if fits(&best) {
                return Ok(best);
            }
            let (full, floor) = (limits.of(part), floors[part as usize]);
            if full <= floor {
                continue;
            }
            limits.0[part as usize] = floor;
            best = drawn(&limits)?;
            // The longest list of this part that fits lies between what does and what does not.
            let (mut fitting, mut too_many) = (floor, full);
            while fits(&best) && too_many - fitting > 1 {
                limits.0[part as usize] = fitting.midpoint(too_many);
                let tried = drawn(&limits)?;
                if fits(&tried) {
                    fitting = limits.of(part);
                    best = tried;
                } else {
                    too_many = limits.of(part);
                }
            }
            limits.0[part as usize] = fitting;
        }
    }
    Ok(best)
}
