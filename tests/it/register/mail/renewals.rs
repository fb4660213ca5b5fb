//! Mails about approvals that end: to the Peer Supporter, and to those who may renew them.

use super::*;

/// The approvals of the supporter of ward N2 with allocation 2 were decided on 31 January 2025, and end after 24 months.
pub(super) async fn ending_approvals(world: &World) {
    let row = entity::table::approval::Entity::update_many()
        .col_expr(entity::table::approval::Column::DecidedOn, Expr::value(day("2025-01-31")));
    let of_it = entity::table::approval::Column::AllocationId.eq(entity::id::AllocationId(2));
    row.filter(of_it).exec(&world.db).await.unwrap();
    crate::board_builder::changed(&world.db).await;
}

both!(
    async fn an_approval_that_lapses_is_mailed_at_60_30_and_7_days(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        ending_approvals(&world).await;
        // The board's approvals end after 24 months: on 31 January 2027.
        let sent = each_day(&world, &mailer, &memory, 90).await;
        let of_supporter: Vec<_> =
            sent.iter().filter(|(_, mails)| mails.contains_key(&6)).map(|(day, _)| *day).collect();
        assert_eq!(of_supporter, [16, 46, 69], "{sent:?}");
        let subject = "Peer support: ask for a renewal by 30 January 2027".to_owned();
        assert_eq!(sent[&16][&6], [subject]);
    }
);

both!(
    async fn those_who_may_renew_are_told_in_their_digest(world: World) {
        organised(&world).await;
        let (mailer, memory) = world.mailer();
        ending_approvals(&world).await;
        pass_days(&world, 15);
        nominated_and_accepted(&world).await;
        run(&world, &mailer).await;
        memory.drain();
        // From here on the days are those since 1 December; the 60th before the end is the second.
        let sent = each_day(&world, &mailer, &memory, 1).await;
        let both = vec!["Peer support: decide on 1 nomination, renew 1 approval".to_owned()];
        assert_eq!((&sent[&1][&LINE_MANAGER], &sent[&1][&SENIOR_MANAGER]), (&both, &both), "one mail for all");
        // The line manager renews, and hears no more of it.
        pass_days(&world, 1);
        let allocation = URL_SAFE_NO_PAD.encode("Allocation:2");
        let item = json!({ "allocationId": allocation, "capacity": "LINE", "protectedHours": 4 });
        let renewed =
            command(&world, LINE_MANAGER, "renewApproval", json!({ "items": [item] }), "results { refusals { code } }");
        assert_eq!(renewed.await["results"][0]["refusals"], json!([]));
        let sent = each_day(&world, &mailer, &memory, 70).await;
        let renewals = |person: i64| {
            let of_person = sent.iter().filter_map(move |(day, mails)| Some((*day, mails.get(&person)?)));
            of_person
                .filter(|(_, subjects)| subjects.iter().any(|one| one.contains("renew 1 approval")))
                .collect::<Vec<_>>()
        };
        let days: Vec<_> = renewals(SENIOR_MANAGER).into_iter().map(|(day, _)| day).collect();
        assert_eq!(days, [29, 52], "30 and 7 days before the end");
        assert_eq!(renewals(LINE_MANAGER), []);
    }
);
