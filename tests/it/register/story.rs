//! The whole way of a Peer Supporter with its mails, from the nomination to the day on which the role ends.

mod steps;

use super::history::commands_about;
use super::*;
use crate::harness::both;
use steps::{NURSE, Story};

both!(
    async fn a_peer_supporter_begins_serves_and_stands_down(world: World) {
        let mut story = Story::begin(&world).await;
        // No one counts for ward N2: its Peer Supporter of before has not signed the agreement that is required now.
        story.ward_is("NONE", 1).await;

        // A colleague nominates a nurse. She gets a mail, and no manager knows of it.
        let id = story.nominated_by_colleague().await;
        story.mails(&[(NURSE, "please answer by 13 February 2027")]).await;
        story.is_hidden_from_managers(&id).await;

        // She reads the information pack before she can accept. The managers are asked next morning.
        assert_eq!(refused(&story.accepts(&id).await), "INFORMATION_NOT_READ");
        story.reads_the_information_pack().await;
        assert_eq!(accepted(&story.accepts(&id).await)["state"], "AWAITING_APPROVAL");
        story.no_mails().await;
        story.next_day();
        story.mails(&[(LINE_MANAGER, "decide on 1 nomination"), (SENIOR_MANAGER, "decide on 1 nomination")]).await;

        // Both managers approve. She reads what comes next, and her colleague that it went ahead.
        assert_eq!(accepted(&decide(&world, LINE_MANAGER, line(&id)).await)["state"], "AWAITING_APPROVAL");
        story.no_mails().await;
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
        story
            .mails(&[(NURSE, "read a decision, and what comes next"), (COLLEAGUE, "read the outcome of a nomination")])
            .await;

        // She has the role and does not count yet. Her standing says what is missing, until nothing is.
        story.ward_is("NONE", 1).await;
        assert_eq!(story.missing().await, ["LEVEL2_MISSING", "NOT_SIGNED_OFF", "AGREEMENT_MISSING"]);
        story.signs_the_agreement().await;
        assert_eq!(story.missing().await, ["LEVEL2_MISSING", "NOT_SIGNED_OFF"]);
        story.next_day();
        story.a_file_brings_level_2("18/11/2026").await;
        assert_eq!(story.missing().await, ["NOT_SIGNED_OFF"]);
        story.ward_is("NONE", 1).await;

        // A Trainer signs her off. The ward is covered at once, also for a dashboard that waits for news.
        let mut dashboard = story.dashboard("NONE", 1).await;
        story.signed_off_by_trainer().await;
        dashboard.shows("COVERED", 0).await;
        story.ward_is("COVERED", 0).await;
        assert_eq!(story.missing().await, [""; 0]);
        story.no_mails().await;

        // She pauses and comes back. The figures follow; no mail and no history tells anyone else.
        let known = story.known_to_others().await;
        story.pauses().await;
        story.ward_is("NONE", 1).await;
        assert_eq!(story.missing().await, ["PAUSED"]);
        assert_eq!(commands_about(&world, COORDINATOR, NURSE).await[0], "PAUSE");
        story.resumes().await;
        story.ward_is("COVERED", 0).await;
        assert_eq!(story.known_to_others().await, known);
        story.quiet_days(7).await;

        // Two years later both approvals end on 16 November 2028. All three are reminded 60, 30 and 7 days
        // before.
        story.staff_list_arrives_on("2028-09-17").await;
        story.no_mails().await;
        for quiet_days in [0, 29, 22] {
            story.quiet_days(quiet_days).await;
            story.next_day();
            let renew = "renew 1 approval";
            let ask = (NURSE, "ask for a renewal by 16 November 2028");
            story.mails(&[ask, (LINE_MANAGER, renew), (SENIOR_MANAGER, renew)]).await;
            story.ward_is("AT_RISK", 0).await;
        }
        assert_eq!(story.today(), day("2028-11-10"));

        // One renewal is not enough. After both the ward is safe, and no one is reminded.
        story.renewed_by(LINE_MANAGER, "LINE").await;
        story.ward_is("AT_RISK", 0).await;
        story.renewed_by(SENIOR_MANAGER, "SENIOR").await;
        story.ward_is("COVERED", 0).await;
        story.quiet_days(10).await;

        // She stands down. The ward lacks a Peer Supporter again, and the coordinator finds the whole way in her history.
        story.stands_down().await;
        story.ward_is("NONE", 1).await;
        story.quiet_days(1).await;
        story.coordinator_reads_the_whole_way().await;
        insta::assert_snapshot!("mails_of_a_peer_supporter", story.letters());
    }
);
