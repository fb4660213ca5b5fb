//! The numbers of the register that a board may set, with the defaults of this project.

/// The bands of NHS Agenda for Change, lowest first.
const AGENDA_FOR_CHANGE: [&str; 11] =
    ["Band 2", "Band 3", "Band 4", "Band 5", "Band 6", "Band 7", "Band 8a", "Band 8b", "Band 8c", "Band 8d", "Band 9"];

/// The terms of nominations. `RegisterTerms::default()` is the defaults of REGISTER.md (policy).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterTerms {
    /// Days for which a nomination is open; it lapses on the day opened plus this number (policy).
    pub nomination_days: u32,
    /// Days, after the nominee declined or did not answer, on which only the person may put themselves forward (policy).
    pub silence_days: u32,
    /// Days after an approver declined until the same nomination may come again (policy).
    pub again_days: u32,
    /// Whole months in post that a nominee should have (policy).
    pub months_in_post: u32,
    /// Whole months as an active Peer Supporter that a future Trainer should have (policy).
    pub months_active: u32,
    /// Open nominations of one nominator that may wait for the nominee at the same time (policy).
    pub waiting_per_nominator: u32,
    /// Months after which an ended nomination is erased (policy).
    pub ended_months: u32,
    /// The pay bands, lowest first; compared as values, and with or without `Band` before them. A band that is not in
    /// the list has no rank (policy).
    pub band_order: Vec<String>,
}

impl Default for RegisterTerms {
    fn default() -> Self {
        Self {
            nomination_days: 90,
            silence_days: 365,
            again_days: 90,
            months_in_post: 6,
            months_active: 12,
            waiting_per_nominator: 3,
            ended_months: 12,
            band_order: AGENDA_FOR_CHANGE.map(str::to_owned).into(),
        }
    }
}
