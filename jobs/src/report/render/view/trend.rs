//! The trend over the last weeks, as a chart and in words.

use crate::report::build::Report;
use crate::report::wording::near_day;

/// The trend over the last weeks, as a chart and in words.
#[derive(Debug)]
pub(in crate::report::render) struct TrendView {
    pub(in crate::report::render) words: String,
    /// Heights of the bars in pixels, oldest first.
    pub(in crate::report::render) bars: Vec<u16>,
    /// The figures in words, as the text alternative of the chart.
    pub(in crate::report::render) alternative: String,
}

/// Maximum height of a bar in pixels.
const TALLEST: u64 = 48;

pub(super) fn trend(report: &Report<'_>) -> Option<TrendView> {
    let points: Vec<_> =
        report.trend.iter().filter_map(|(on, covered)| Some((near_day(*on, report.day), covered.percent()?))).collect();
    // With two points, this week and the last, the headline already says it all.
    let [(_, first), .., (_, last)] = points.as_slice() else { return None };
    if points.len() < 3 {
        return None;
    }
    let since = &points[0].0;
    let words = match last.cmp(first) {
        std::cmp::Ordering::Greater => format!("Since {since}: up from {first}% to {last}% of teams."),
        std::cmp::Ordering::Less => format!("Since {since}: down from {first}% to {last}% of teams."),
        std::cmp::Ordering::Equal => format!("Since {since}: {last}% of teams then and now."),
    };
    let each: Vec<_> = points.iter().map(|(day, percent)| format!("{day} {percent}%")).collect();
    let height = |percent: u16| u16::try_from((u64::from(percent) * TALLEST / 100).max(2)).unwrap_or(2);
    Some(TrendView {
        words,
        bars: points.iter().map(|(_, percent)| height(*percent)).collect(),
        alternative: format!("Bar chart. Teams with cover: {}.", each.join(", ")),
    })
}
