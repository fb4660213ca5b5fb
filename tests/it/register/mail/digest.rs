//! The digest of those who decide: once a day at most, with reminders, and the next tier after 21 days.

use super::*;

both!(
    async fn approvers_hear_once_and_are_reminded_twice(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        let id = nominated(&world).await;
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), one(NOMINEE, "please answer by 13 February 2027"));
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none(), "digests come in the morning");
        let sent = each_day(&world, &mailer, &memory, 40).await;
        let decide = || vec!["Peer support: decide on 1 nomination".to_owned()];
        let both = BTreeMap::from([(LINE_MANAGER, decide()), (SENIOR_MANAGER, decide())]);
        assert_eq!(sent.keys().copied().collect::<Vec<_>>(), [1, 7, 14, 21], "{sent:?}");
        assert_eq!((&sent[&1], &sent[&7], &sent[&14]), (&both, &both, &both));
        // The next tier. No senior manager stands above North, so the coordinator is asked.
        let late = "Peer support: see to 1 late decision".to_owned();
        assert_eq!(sent[&21][&COORDINATOR], [late]);
        // Being asked gives no right to decide.
        let refusal = decide_as(&world, COORDINATOR, &id).await;
        assert_eq!(refusal, "NOT_APPROVER");
    }
);

async fn decide_as(world: &World, by: i64, id: &Value) -> String {
    refused(&decide(world, by, senior(id)).await)
}

both!(
    async fn two_nominations_make_one_digest(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        nominated_and_accepted(&world).await;
        let own = json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" });
        accepted(&nominate(&world, COLLEAGUE, own).await);
        pass_days(&world, 1);
        run(&world, &mailer).await;
        let digest = subjects(&memory);
        assert_eq!(digest[&LINE_MANAGER], ["Peer support: decide on 2 nominations"]);
        // What comes up later on the same day waits for the next.
        accepted(&nominate(&world, 10, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
        world.clock.set(world.clock.now() + chrono::TimeDelta::hours(3));
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory), none());
        pass_days(&world, 1);
        run(&world, &mailer).await;
        assert_eq!(subjects(&memory)[&LINE_MANAGER], ["Peer support: decide on 1 nomination"]);
    }
);
