//! The sentences of an approver's digest.

use entity::register::digest::{DigestItem, Part, Stage};
use entity::register::due_renewal::DueRenewal;
use entity::value::ApproverCapacity;

use super::{LetterView, Wording};
use crate::report::wording::{counted, day, int};

/// Maximum number of items in a digest. The rest is a number.
const MOST: usize = 30;

const TO_APPROVER: &str = "You receive this mail at most once a day, and only if something is new or due.";

impl Wording<'_> {
    /// An approver's digest.
    pub(in super::super) fn digest(&self, items: &[DigestItem], due: &[DueRenewal]) -> LetterView {
        let to_decide = int(items.iter().filter(|item| item.part == Part::Decide).count());
        let (late, to_renew) = (int(items.len()) - to_decide, int(due.len()));
        let watch = counted(late, "late decision", "late decisions");
        let renew = counted(to_renew, "approval", "approvals");
        let parts = [
            (to_decide > 0).then(|| format!("decide on {}", counted(to_decide, "nomination", "nominations"))),
            (to_renew > 0).then(|| format!("renew {renew}")),
            (late > 0).then(|| format!("see to {watch}")),
        ];
        let subject = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let renewable = match to_renew {
            0 => None,
            1 => Some("An approval that you can renew ends soon.".to_owned()),
            _ => Some(format!("{renew} that you can renew end soon.")),
        };
        let (headline, renewable) = match renewable {
            Some(renewable) if items.is_empty() => (renewable, None),
            also => (waiting(to_decide, late), also),
        };
        let ends = (to_renew > 0).then(|| {
            "A Peer Supporter whose approval is not renewed does not count from the day after it ends.".to_owned()
        });
        let asked_too = (late > 0).then(|| {
            "Where a decision of others is late, you cannot make it for them. Please find out what is in the way."
                .to_owned()
        });
        let sentences = [renewable, ends, asked_too].into_iter().flatten().collect();
        let lines = items.iter().map(|item| self.digest_line(item)).chain(due.iter().map(|due| self.renewal_line(due)));
        let mut lines: Vec<_> = lines.collect();
        if lines.len() > MOST {
            let more = lines.split_off(MOST).len();
            lines.push(format!("And {more} more."));
        }
        let view = self.view(&subject, headline, sentences, TO_APPROVER);
        LetterView { items: lines, ..view }
    }

    fn digest_line(&self, item: &DigestItem) -> String {
        let nomination = self.facts.nominations.get(&item.nomination);
        let what = match (item.part, nomination) {
            (Part::WatchUnseen(unit), _) => format!("A nomination in {}", self.unit_name(unit)),
            (Part::Decide | Part::Watch, Some(nomination)) => self.role_for(nomination),
            (Part::Decide | Part::Watch, None) => "A nomination".to_owned(),
        };
        match item.stage {
            Stage::New => format!("{what}: new."),
            Stage::Week => format!("{what}: has waited for a week."),
            Stage::Fortnight => format!("{what}: has waited for two weeks."),
            Stage::Escalated => format!("{what}: has waited for three weeks."),
        }
    }

    fn renewal_line(&self, due: &DueRenewal) -> String {
        let capacity = match due.approval.capacity {
            ApproverCapacity::Line => "line manager's",
            ApproverCapacity::Senior => "senior manager's",
        };
        let (unit, last) = (self.unit_name(due.unit), day(due.approval.on.plus_days(-1)));
        format!("The {capacity} approval of a Peer Supporter for {unit}: holds until {last}.")
    }
}

/// Says what waits.
fn waiting(to_decide: i64, late: i64) -> String {
    let decide = counted(to_decide, "nomination", "nominations");
    let watch = counted(late, "late decision", "late decisions");
    match (to_decide, late) {
        (0, 1) => "A decision is late.".to_owned(),
        (0, _) => format!("{late} decisions are late."),
        (1, 0) => "A nomination waits for your decision.".to_owned(),
        (1, _) => format!("A nomination waits for your decision, and {watch} of others."),
        (_, 0) => format!("{decide} wait for your decision."),
        (_, _) => format!("{decide} wait for your decision, and {watch} of others."),
    }
}
