//! The page on which a person disputes a step that a coordinator recorded for them from paper.

use entity::register::action_link::LinkedStep;
use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

use super::{ActPageParams, ActTemplate, FormView, NOT_NEEDED};
use crate::graphql::id::NodeId;
use crate::pages::answer::ApiDate as Date;
use crate::pages::page::{Frame, PageName, PageQuery, PageResult, read, render, to_variables};
use crate::pages::words;

/// The operation and its answer, from the schema.
#[expect(dead_code, reason = "it only gives the module of generated types its name")]
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "src/graphql/schema.graphql",
    query_path = "src/pages/act/record.graphql",
    response_derives = "Debug, PartialEq"
)]
struct ActRecordPage;

/// The page of a record from paper.
#[derive(Debug)]
pub(crate) struct ActRecordQuery;

const DISPUTED: &str = "You have disputed this record. It does not count until a coordinator has settled it with you.";

impl PageQuery for ActRecordQuery {
    const NAME: PageName = PageName::ActRecord;
    const OPERATION: &'static str = include_str!("record.graphql");

    type Params = ActPageParams;

    fn variables(_: &ActPageParams) -> Result<Map<String, Value>, String> {
        to_variables(&act_record_page::Variables {})
    }

    fn respond(params: &ActPageParams, data: Value, frame: Frame) -> Result<PageResult, String> {
        let act_record_page::ResponseData { paper_records } = read(data)?;
        let wanted = match params.step {
            LinkedStep::Dispute(id) => NodeId::PaperRecord(id).encode().to_string(),
            LinkedStep::Respond(_) | LinkedStep::Answer(_) | LinkedStep::Decide(_) => String::new(),
        };
        let record = paper_records.nodes.iter().find(|record| record.id == wanted);
        let rows = record.map(|record| {
            let mut rows = vec![
                ("What was recorded", step_words(&record.step).to_owned()),
                ("Day of the paper", words::date(record.day)),
                ("Recorded on", words::date(record.recorded_on)),
            ];
            rows.extend(record.recorded_by.display_name.clone().map(|name| ("Recorded by", name)));
            rows.extend(record.disputable_until.map(|day: Date| ("You can dispute it until", words::date(day))));
            rows
        });
        let may_dispute = record.is_some_and(|record| record.may_dispute);
        render(&ActTemplate {
            frame,
            title: "A step recorded for you from paper".to_owned(),
            rows: rows.filter(|_| may_dispute).unwrap_or_default(),
            version: 0,
            form: (may_dispute && !params.is_taken).then_some(FormView::Dispute),
            outcome: if params.is_taken { DISPUTED } else { NOT_NEEDED },
            until: words::date(Date(params.until)),
            params,
        })
    }
}

fn step_words(step: &act_record_page::PaperStep) -> &'static str {
    use act_record_page::PaperStep;
    match step {
        PaperStep::NOMINATION => "You made a nomination",
        PaperStep::ACCEPTANCE => "You accepted a nomination",
        PaperStep::DECLINE => "You declined a nomination",
        PaperStep::DECISION => "You decided on a nomination as a manager",
        PaperStep::RENEWAL => "You renewed an approval as a manager",
        PaperStep::Other(_) => "A step of yours",
    }
}
