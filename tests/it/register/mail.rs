//! The mails of the register, from the commands that cause them to the server that accepts them.

mod digest;
mod renewals;
mod silence;

use std::collections::BTreeMap;

use entity::id::PersonId;
use entity::table::{audit_event, delivery, nomination, person, post, register_change, register_mailing};
use entity::value::Action;
use entity::value::DeliveryState;
use jobs::mail::SendError;
use mail_parser::MessageParser;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use self::renewals::ending_approvals;
use super::mailbox::{assert_sound, each_day, job, none, number, one, run, subjects, without_secret};
use super::*;
use crate::harness::both;

async fn mailings(world: &World) -> u64 {
    register_mailing::Entity::find().count(&world.db).await.unwrap()
}

both!(
    async fn the_outcome_reaches_nominee_and_nominator(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "the nominee has answered already");
        let ask = json!({ "nominationId": id, "capacity": "LINE", "decision": "ASK", "question": "Which days?" });
        accepted(&decide(&world, LINE_MANAGER, ask).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(NOMINEE, "please answer a question"));
        let input = json!({ "nominationId": id, "answer": "Mondays." });
        accepted(&about(&world, NOMINEE, "answerNomination", input).await);
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "one approval of two");
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        run(&world, &mailer).await;
        let mut both = one(NOMINEE, "read a decision, and what comes next");
        both.extend(one(COLLEAGUE, "read the outcome of a nomination"));
        assert_eq!(subjects(&memory), both);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none());
    }
);

both!(
    async fn a_decline_gives_its_reason_to_the_nominee_alone(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        let decline = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME" });
        accepted(&decide(&world, LINE_MANAGER, decline).await);
        run(&world, &mailer).await;
        let texts: BTreeMap<_, _> = memory
            .drain()
            .iter()
            .map(|mail| {
                assert_sound(mail);
                let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
                (number(mail), parsed.body_text(0).unwrap().into_owned())
            })
            .collect();
        assert_eq!(texts.keys().copied().collect::<Vec<_>>(), [NOMINEE, COLLEAGUE]);
        assert!(texts[&NOMINEE].contains("The manager's reason: the team cannot spare the time now."));
        assert!(texts[&COLLEAGUE].contains("did not go ahead") && !texts[&COLLEAGUE].contains("time"));
    }
);

both!(
    async fn a_step_by_a_coordinator_is_mailed_at_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let selection = "person { id } refusals { code }";
        let pause = |person: i64| json!({ "personId": person_id(person) });
        command(&world, 6, "pause", pause(6), selection).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "her own step");
        command(&world, COORDINATOR, "pause", pause(3), selection).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(3, "check what was recorded for you"));
        let rows = delivery::Entity::find().all(&world.db).await.unwrap();
        assert!(rows.iter().all(|row| !row.text_part.contains("pause") && !row.html_part.contains("pause")));
    }
);

both!(
    async fn the_senior_manager_hears_of_an_appointment(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let input = json!({
            "unitCode": "N2", "role": "SENIOR_MANAGER", "personId": person_id(10), "from": "2026-12-01",
        });
        let payload = command(&world, COORDINATOR, "appoint", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]));
        run(&world, &mailer).await;
        let sent = subjects(&memory);
        assert_eq!(sent[&SENIOR_MANAGER].len(), 1, "{sent:?}");
        assert!(sent[&SENIOR_MANAGER][0].starts_with("Peer support: check a change for "), "{sent:?}");
        assert_eq!(sent[&10], ["Peer support: check what was recorded for you"]);
    }
);

both!(
    async fn an_acting_line_manager_hears_of_it_and_is_asked(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let blank = post::Entity::update_many().col_expr(post::Column::LineManagerId, Expr::value(None::<i64>));
        blank.filter(post::Column::PersonId.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        let input = json!({
            "forPersonId": person_id(NOMINEE), "personId": person_id(34), "from": "2026-11-16", "until": "2026-11-30",
        });
        let payload = command(&world, COORDINATOR, "appointActingLineManager", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]));
        run(&world, &mailer).await;
        let recorded = "check what was recorded for you";
        let mut both = one(NOMINEE, recorded);
        both.extend(one(34, recorded));
        assert_eq!(subjects(&memory), both);
        let sent = each_day(&world, &mailer, &memory, 1).await;
        assert_eq!(sent[&1][&34], ["Peer support: decide on 1 nomination"]);
    }
);

both!(
    async fn separating_two_people_tells_of_the_approval(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated_and_accepted(&world).await;
        let input = json!({ "personId": person_id(10), "from": "2026-11-16", "until": "2026-11-30" });
        command(&world, LINE_MANAGER, "delegate", input, "refusals { code }").await;
        accepted(&decide(&world, 10, line(&id)).await);
        let same = json!({ "personId": person_id(10), "sameAsId": person_id(NOMINEE) });
        let linked = async |field: &str| {
            let query = format!("mutation($input: LinkPeopleInput!) {{ {field}(input: $input) {{ done }} }}");
            answer(&as_person(&world, COORDINATOR).await, &query, json!({ "input": same })).await;
        };
        linked("linkPeople").await;
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        run(&world, &mailer).await;
        memory.drain();
        linked("unlinkPeople").await;
        run(&world, &mailer).await;
        let mut both = one(NOMINEE, "read a decision, and what comes next");
        both.extend(one(COLLEAGUE, "read the outcome of a nomination"));
        assert_eq!(subjects(&memory), both);
    }
);

both!(
    async fn a_person_without_address_or_post_gets_no_mail(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let blank = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(None::<String>));
        blank.filter(person::Column::Id.eq(PersonId(NOMINEE))).exec(&world.db).await.unwrap();
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.without_address), (1, 1));
        let said = outcome.to_string();
        assert_eq!(said, "1 sent in this run, 1 not made because the person has no current post or work e-mail");
        assert_eq!(subjects(&memory), one(COORDINATOR, "print a form"));
        // It is not tried again: the change is settled.
        assert_eq!(run(&world, &mailer).await.without_address, 0);
        let open = register_change::Entity::find().filter(register_change::Column::Mailed.eq(false));
        assert_eq!(open.count(&world.db).await.unwrap(), 0);
        // A line manager who has left gets no digest.
        let id = nomination::Entity::find().one(&world.db).await.unwrap().unwrap().id;
        let id = json!(URL_SAFE_NO_PAD.encode(format!("Nomination:{id}")));
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        let gone = post::Entity::update_many().col_expr(post::Column::ValidTo, Expr::value(day("2026-11-17")));
        gone.filter(post::Column::PersonId.eq(PersonId(LINE_MANAGER))).exec(&world.db).await.unwrap();
        crate::board_builder::changed(&world.db).await;
        pass_days(&world, 1);
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.sent_now, outcome.without_address), (1, 1));
        assert_eq!(subjects(&memory).into_keys().collect::<Vec<_>>(), [SENIOR_MANAGER]);
    }
);

both!(
    async fn two_processes_send_each_mail_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let item = json!({ "personId": person_id(11), "role": "WELLBEING_CHAMPION", "unitCode": "N2" });
        accepted(&nominate(&world, COORDINATOR, item).await);
        pass_days(&world, 1);
        let (one, other) = (job(&mailer), job(&mailer));
        let now = world.clock.now();
        let (first, second) = tokio::join!(one.run(&world.db, now), other.run(&world.db, now));
        let made = first.unwrap().made + second.unwrap().made;
        run(&world, &mailer).await;
        let sent = subjects(&memory);
        assert_eq!(made, mailings(&world).await);
        assert_eq!(sent.values().map(|mails| mails.len() as u64).sum::<u64>(), made, "{sent:?}");
        assert!(sent.values().all(|mails| mails.len() == 1), "{sent:?}");
    }
);

both!(
    async fn a_mail_that_was_not_sent_is_sent_later_and_once(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let address = format!("p{NOMINEE}@board.example");
        // As after a crash: the mail is stored, and no server has accepted it.
        memory.answer(&address, Some(SendError::Unknown("connection lost".to_owned())));
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.sent_now, outcome.waiting), (1, 0, 1));
        memory.answer(&address, None);
        world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(2));
        let outcome = run(&world, &mailer).await;
        assert_eq!((outcome.made, outcome.sent_now, outcome.waiting), (0, 1, 0));
        let mail = memory.drain().pop().unwrap();
        assert_eq!(mail.message_id, "register-mail.change-1.person-8@board.example");
        let row = delivery::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts, row.report_id), (DeliveryState::Sent, 2, None));
        let event =
            audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::RegisterMailSent.as_str()));
        let event = event.one(&world.db).await.unwrap().unwrap();
        let details: Value = serde_json::from_str(&event.after.unwrap()).unwrap();
        assert_eq!(details, json!({ "recipient": "person:8" }), "not why");
        assert_eq!(run(&world, &mailer).await.sent_now, 0);
    }
);

both!(
    async fn no_viewer_reads_mails_of_the_register_as_deliveries(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        run(&world, &mailer).await;
        assert_eq!(memory.drain().len(), 1);
        let id = URL_SAFE_NO_PAD.encode("Delivery:1");
        let query = "query($id: ID!) { node(id: $id) { id ... on Delivery { subject textPart } } }";
        for person in [NOMINEE, COORDINATOR, LINE_MANAGER] {
            let seen = answer(&as_person(&world, person).await, query, json!({ "id": id })).await;
            assert!(seen["data"]["node"].is_null(), "{seen}");
        }
        let admin = crate::graphql::site(&world);
        let seen = answer(&admin, query, json!({ "id": id })).await;
        assert!(seen["data"]["node"].is_null(), "{seen}");
        let resend = "mutation($id: ID!) { resendDelivery(input: { deliveryId: $id }) { refusal { code } } }";
        let refused = answer(&admin, resend, json!({ "id": id })).await;
        assert_eq!(refused["data"]["resendDelivery"]["refusal"]["code"], "DELIVERY_UNKNOWN", "{refused}");
    }
);

both!(
    async fn a_trial_writes_and_sends_nothing(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated(&world).await;
        let previews = job(&mailer).dry_run(&world.db, world.clock.now()).await.unwrap();
        let shown: Vec<_> =
            previews.iter().map(|preview| (preview.address.clone().unwrap(), &preview.subject)).collect();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].0, "p8@board.example");
        assert_eq!((subjects(&memory), mailings(&world).await), (none(), 0));
    }
);

/// Every kind of mail as it is sent, text and HTML.
#[tokio::test]
async fn mails_read_like_this() {
    let world = World::new(crate::harness::Engine::Sqlite).await;
    organised(&world).await;
    let (mailer, memory) = world.mailer();
    let id = nominated(&world).await;
    // Those of one run are sent in any order.
    let sorted = || {
        let mut mails = memory.drain();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    };
    run(&world, &mailer).await;
    let mut mails = sorted();
    accepted(&about(&world, NOMINEE, "respondToNomination", json!({ "nominationId": id, "response": "ACCEPT" })).await);
    for days in [1, 6, 14] {
        pass_days(&world, days);
        run(&world, &mailer).await;
        mails.extend(sorted());
    }
    let decline = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME" });
    accepted(&decide(&world, LINE_MANAGER, decline).await);
    command(&world, COORDINATOR, "pause", json!({ "personId": person_id(3) }), "refusals { code }").await;
    run(&world, &mailer).await;
    mails.extend(sorted());
    let item = json!({ "personId": person_id(10), "role": "PEER_SUPPORTER", "unitCode": "N2" });
    accepted(&nominate(&world, COLLEAGUE, item).await);
    run(&world, &mailer).await;
    sorted();
    ending_approvals(&world).await;
    for days in [30, 60] {
        pass_days(&world, days);
        run(&world, &mailer).await;
        mails.extend(sorted());
    }
    let mut texts = String::new();
    for mail in &mails {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let (to, subject, text) = (&mail.to, parsed.subject().unwrap(), parsed.body_text(0).unwrap());
        let text = without_secret(&text.replace('\r', ""));
        texts.push_str(&format!("To: {to}\nSubject: {subject}\n\n{text}\n\n=====\n"));
    }
    insta::assert_snapshot!("register_mails", texts);
    let first = MessageParser::default().parse(&mails[0].bytes).unwrap();
    insta::assert_snapshot!("register_mail_html", without_secret(&first.body_html(0).unwrap().replace('\r', "")));
}
