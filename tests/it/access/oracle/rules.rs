//! The rule of every field and argument: which of the viewers who have reached the object may see it.
//!
//! A new field needs a rule here. Decide what it reveals and to which viewers; a field that leads to a unit, a person or a
//! record is visible to those who may see that.

use serde_json::Value;

use super::expected::Place;

/// What the viewer must be allowed to see. It is checked for the item if a field leads to one, otherwise for the object that
/// has the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum See {
    /// A unit and its data on any day.
    Figures,
    /// The figures of a team on the requested date.
    Team,
    /// The figures over a unit and everything below it on the requested date.
    AllBelow,
    /// The same for the viewer's own top unit.
    AllBelowTop,
    /// People by where they work.
    PeopleOfUnit,
    /// A person.
    Person,
    /// The record of an allocation.
    Record,
    /// The state of the person of a record on the requested date.
    PresentRecord,
    /// What a weekly report says about a unit.
    ReportOnUnit,
    Mail,
    Reports,
    Snapshots,
    Runs,
    Rejects,
    Directory,
    /// The audit log.
    Log,
    /// API tokens and grants.
    Access,
    /// Which people may be one person.
    Links,
    /// How many people have completed Level 1.
    Level1Counts,
    /// Why allocations do not count: in this world no snapshot publishes any of these numbers.
    SmallNumbers,
    /// Trying a policy on a unit.
    Tries,
    /// The object that an id finds.
    Found,
    /// The figures of a team; with a filter on unproven approvals, also the records of its cover group.
    PickedTeam,
    /// The record of an allocation; with a filter on the state of the person, also what the record shows of it.
    PickedRecord,
    /// The person and the unit of a Trainer's or Champion's role.
    PersonAndUnit,
    /// The training modules.
    Courses,
    /// A person by name; by number or address, also the export of their data.
    FoundPerson,
}

/// Who sees a field.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Every viewer who has reached the object.
    WithIt,
    /// Viewers who may see this of the object; for others it is null or empty.
    If(See),
    /// The items of which the viewer may see this; a hidden item is null.
    Each(See),
    /// Every viewer, with words or numbers that depend on what they may see.
    Derived(fn(&Place<'_>, &Value) -> Value),
    /// About the viewer; has a test of its own.
    Own,
}

/// What an argument does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// It names something: hidden objects get the same answer as absent ones. See `arguments` and `absent`.
    Name,
    /// It selects from visible data; these are values to try.
    Picks(&'static [&'static str]),
    /// A day.
    Day,
    /// A page of visible items.
    Page,
    /// An input object, with rules of its own.
    Input,
    /// Part of a mutation's input; see `mutations`.
    Wish,
    /// Part of a field that has tests of its own.
    Apart,
}

use Rule::{Derived, Each, If, Own, WithIt};

/// Type, fields, rule.
#[rustfmt::skip]
pub(super) const FIELDS: &[(&str, &str, Rule)] = &[
    ("Query", "version today", WithIt),
    ("Query", "viewer", Own),
    ("Query", "board unit team units", Each(See::Figures)),
    ("Query", "teams", Each(See::PickedTeam)),
    ("Query", "supporters", Each(See::PickedRecord)),
    ("Query", "trainers champions", Each(See::PersonAndUnit)),
    ("Query", "courses", If(See::Courses)),
    // What the viewer has confirmed goes with each: `register::documents`.
    ("Query", "documents", Own),
    ("Query", "frameworks", If(See::Courses)),
    ("Framework", "id version inForceFrom transitionUntil approvedBy approvedOn isInForce statements", WithIt),
    ("FrameworkStatement", "code level domain text", WithIt),
    ("FrameworkPayload", "framework refusals", WithIt),
    // See `register::assessments`.
    ("Query", "assessments", Own),
    ("Assessment", "person assessedBy assessedOn level frameworkVersion allMet results evidence", Own),
    ("StatementResult", "code outcome", Own),
    ("AssessmentPayload", "assessment refusals", WithIt),
    // See `register::documents`.
    ("Query", "confirmedDocuments", Own),
    ("Document", "id kind version title address text inForceFrom signBy isInForce", WithIt),
    ("Document", "confirmedOn", Own),
    ("DocumentPayload", "document refusals", WithIt),
    ("Query", "people", Each(See::FoundPerson)),
    ("Query", "directory", If(See::Directory)),
    ("Query", "whatIf", Each(See::Tries)),
    ("Query", "snapshots", If(See::Snapshots)),
    ("Query", "gapReports", If(See::Reports)),
    ("Query", "jobRuns importBatches", If(See::Runs)),
    ("Query", "auditEvents", If(See::Log)),
    ("Query", "apiTokens grants", If(See::Access)),
    ("Query", "possibleLinks", If(See::Links)),
    ("PossibleLink", "person sameAs", WithIt),
    ("LinkPeoplePayload", "done teams teamsChanged refusal", WithIt),
    ("LinkPeopleRefusal", "code sentence", WithIt),
    ("LinkedTeam", "unitCode statusBefore statusAfter headcountBefore headcountAfter gapBefore gapAfter", WithIt),
    // Compared for every viewer in `register::sight`.
    ("Query", "nominations nomination", Own),
    ("Nomination", "id version person role unitCode unitName share outsideTeam nominatedBy openedOn acceptedOn wishedStart state \
                    lapsesOn endedOn statement checklist decisions possibleDeciders paperRecords", Own),
    // Compared for every viewer in `register::history` and `register::undo`.
    ("Person", "history", Own),
    ("Supporter", "history", Own),
    ("Nomination", "history", Own),
    ("Unit", "history", Own),
    ("Policy", "history", Own),
    ("RegisterChange", "id at command actor onBehalfOf effectiveOn values undoneBy undoes", Own),
    ("ChangedValue", "name before after", Own),
    ("UndoPayload", "change builtUpon refusals", WithIt),
    // Compared for every kind of viewer in `register::paper`.
    ("Query", "paperRecords", Own),
    ("PaperRecord", "id step capacity person recordedBy recordedOn day reference nominationId counts mayDispute disputableUntil \
                     disputedOn settledOn outcome", Own),
    ("PaperRecordPayload", "record refusals", WithIt),
    ("ChecklistItem", "code result required sentence", Own),
    ("NominationDecision", "capacity decision decidedOn decidedBy onBehalfOf protectedHours reason question answer", Own),
    ("PossibleDecider", "capacity person onBehalfOf because unitCode", Own),
    ("NominationsPayload", "results", WithIt),
    ("NominationResult", "nomination refusals", WithIt),
    ("NominationPayload", "nomination refusals", WithIt),
    ("Refusal", "code message path", WithIt),
    // For coordinators only: `register::differences`.
    ("Query", "fileDifferences", Own),
    ("FileDifference", "id allocationId person role unitCode unitName kind register file since foundOn settledOn outcome", Own),
    ("RegisteredTerms", "share firstDay lastDay", Own),
    ("FiledTerms", "share firstDay lastDay unitCode", Own),
    ("SettleDifferencePayload", "difference refusals", WithIt),
    ("RolePayload", "person refusals", WithIt),
    ("CarryOverPayload", "carryOver refusals", WithIt),
    ("CarryOver", "people roles nominations left confirmBy", WithIt),
    // Seen by the person, by those who may confirm, and by coordinators: `register::carry_over`.
    ("Query", "carriedRoles", Own),
    ("CarriedRole", "allocationId person role fromUnitCode unitCode confirmBy lineConfirmed seniorConfirmed", Own),
    ("AllocationPayload", "supporter refusals", WithIt),
    ("AllocationsPayload", "results", WithIt),
    // What a command returns is of its caller: `mutations`, and `register::authority`.
    ("AppointmentPayload", "appointment refusals", WithIt),
    ("DelegationPayload", "delegation refusals", WithIt),
    ("Delegation", "principal delegate unitCode firstDay lastDay", WithIt),
    ("ActingLineManagerPayload", "actingLineManager refusals", WithIt),
    ("ActingLineManager", "person forPerson firstDay lastDay", WithIt),
    ("ExemptionPayload", "exemption refusals", WithIt),
    ("PublishPolicyPayload", "policy whatIf refusals", WithIt),
    ("Query", "node nodes", Each(See::Found)),
    // Compared with `snapshots` in `live`.
    ("Subscription", "snapshotTaken", Own),
    // What one could query at that moment: `register::subscriptions`.
    ("Subscription", "coverageChanged nominationChanged", Own),
    ("Mutation", "requestRun resendDelivery setReportPreferences makeToken revokeToken grantRole withdrawRole erasePerson linkPeople \
                  unlinkPeople endSessions nominate respondToNomination withdrawNomination answerNomination \
                  decideNomination pause resume standDown changeAllocation renewApproval withdrawApproval \
                  setDirectoryEntry carryOver appoint endAppointment delegate appointActingLineManager exemptUnit publishPolicy publishDocument \
                  acknowledgeDocument signAgreement publishFramework recordAssessment undo disputeRecord settleRecord settleDifference", WithIt),
    // Its content belongs to one person; see `graphql::person` and `erasure::subject`.
    ("Query", "subjectAccess", Own),
    // `absent` tests who may see them, `graphql::report_settings` what they contain.
    ("Query", "reportPreferences", Own),
    ("ReportPreferences", "hiddenSections copies midweek changedAt", Own),
    ("SetReportPreferencesPayload", "preferences refusal", WithIt),
    ("SetReportPreferencesRefusal", "code sentence", WithIt),
    ("ErasePersonPayload", "erased refusal", WithIt),
    ("ErasedPerson", "id mails unsentMails rejectedRows exemptions", WithIt),
    ("ErasePersonRefusal", "code sentence", WithIt),
    ("Node", "id", WithIt),
    ("Viewer", "actor roles networkRoles rights person seesWholeNetwork mayRequestRuns reportPreferences units supports unitsOfPeople \
                people", Own),
    ("ViewerNetworkRole", "role unitCode unitName", Own),
    ("ViewerRight", "right scopes", Own),

    ("Unit", "id code name level site asOf firstDay lastDay isOpen", WithIt),
    ("Unit", "parent ancestors children", Each(See::Figures)),
    ("Unit", "policy exemptions", If(See::Figures)),
    ("Unit", "team", If(See::Team)),
    ("Unit", "rollUp trend embedded", If(See::AllBelow)),
    ("EmbeddedTrainers", "trainers needed met", WithIt),
    ("Unit", "appointments", Each(See::Person)),
    ("Exemption", "firstDay lastDay holds", WithIt),
    ("Exemption", "reason agreedBy", If(See::PeopleOfUnit)),
    ("Appointment", "id role person firstDay lastDay", WithIt),
    ("Appointment", "delegate", Each(See::Person)),

    ("Team", "id unit status headcount ownHeadcount staffAffected wte required gap activeSupporters \
              allocatedShare singlePointOfFailure atRisk champions level1 policy mix coverGroup changeSinceLastReport \
              unknownBecause rowsNotRead oldestStaffList", WithIt),
    ("Team", "statusInWords", Derived(super::risk::in_words)),
    ("Team", "gapOpenedOn", Derived(super::risk::opened)),
    ("Team", "unproven", Derived(super::visible_values::unproven)),
    ("StaffListAge", "employer asAt ageInDays", WithIt),
    ("Team", "supporters", Each(See::Record)),
    ("Team", "suggestedActions", Derived(super::visible_values::suggested_actions)),
    ("AtRisk", "from", Derived(super::risk::from)),
    ("AtRisk", "status", WithIt),
    ("AtRisk", "reasons", Derived(super::visible_values::reasons)),
    ("Champions", "counting needed met", WithIt),
    ("MixOutcome", "rule must state", WithIt),
    ("MixOutcome", "sentence", Derived(super::visible_values::mix_sentence)),
    ("GapSince", "since change statusThen gapThen", WithIt),
    ("CoverGroup", "name", WithIt),
    ("CoverGroup", "members", Each(See::Figures)),

    ("Supporter", "allocationId person unit share isActive firstDay lastDay lineApproval seniorApproval protectedHours signedOffOn \
                   outsideTeam", WithIt),
    // Depends on the person, and not on the record.
    ("Supporter", "headline", Derived(super::past::headline)),
    ("Supporter", "reasonsAgainst", Derived(super::past::reasons)),
    ("Supporter", "standingInWords", Derived(super::past::in_words)),
    ("Supporter", "pause", Derived(super::past::pause)),
    ("Supporter", "certificateLastDay nextExpiry isUnproven differsFromFile", If(See::PresentRecord)),
    ("Approval", "decidedOn lastDay", WithIt),
    ("Approval", "by", Each(See::Person)),
    // The rule for its parts is at Supporter.pause.
    ("Pause", "firstDay lastDay holds", Own),
    ("Expiry", "what lastDay", WithIt),
    ("Trainer", "person unit firstDay lastDay isActive isEmbedded certificateLastDay", WithIt),
    ("Champion", "person unit firstDay lastDay counts", WithIt),
    ("Course", "code title level platform employerKind", WithIt),
    ("Person", "id displayName", WithIt),
    ("Person", "jobTitle employer", If(See::Person)),
    ("Person", "allocations", Each(See::Record)),

    ("Policy", "unit", Each(See::Figures)),
    ("Policy", "inForceFrom staffPerSupporter minSupporters certificateMonths approvalMonths awayDays level1Target \
                minChampions supportersPerTrainer horizonDays mix trainerCertificateMonths trainerLevel minTrainers approverOffice \
                agreementRequired frameworkTransitionGates staleDays register", WithIt),
    ("RegisterTerms", "nominationDays silenceDays againDays monthsInPost monthsActive waitingPerNominator endedMonths bandOrder",
     WithIt),
    ("MixRule", "rule must", WithIt),
    ("RollUp", "headcount wte teams teamsCovered staffCovered level1 standing activeSupporters trainers supportersPerTrainer \
                trainersMet champions championTeamsMet trainerUnitsMet oldestStaffList", WithIt),
    ("TeamCounts", "total covered atRisk partial none mixGap unknown exempt notApplicable", WithIt),
    ("Ratio", "numerator denominator percent", WithIt),
    ("Level1", "target", WithIt),
    ("Level1", "done", If(See::Level1Counts)),
    ("Level1", "band", Derived(super::visible_values::level1_band)),
    ("Level1", "met", Derived(super::visible_values::level1_met)),
    ("Level1", "hidden", Derived(super::visible_values::level1_is_hidden)),
    ("StandingCount", "group", WithIt),
    ("StandingCount", "allocations", If(See::SmallNumbers)),
    ("StandingCount", "hidden", Derived(super::visible_values::is_hidden)),
    ("TrendPoint", "week day rollUp", WithIt),
    ("WhatIf", "unit before after", WithIt),
    ("WhatIf", "teamsWithANewGap", Derived(super::visible_values::new_gaps)),
    ("WhatIf", "teamsWithAClosedGap", Derived(super::visible_values::closed_gaps)),
    ("WhatIf", "teams", Each(See::Team)),
    ("TeamChange", "team change before after", WithIt),
    ("TeamOutcome", "status required gap activeSupporters", WithIt),
    ("TeamOutcome", "atRiskFrom", Derived(super::risk::from)),

    ("Snapshot", "id day revision computedAt", WithIt),
    ("Snapshot", "rollUp", If(See::AllBelowTop)),
    ("GapReport", "id week kind builtAt snapshot previousSnapshot", WithIt),
    ("GapReport", "changes", Each(See::ReportOnUnit)),
    ("GapReport", "deliveries", Each(See::Mail)),
    ("ReportedChange", "code name change before now", WithIt),
    ("ReportedChange", "openedOn", Derived(super::risk::opened)),
    ("StoredTeam", "status gap", WithIt),
    ("Delivery", "id kind state recipient maskedAddress units subject messageId attempts nextAttemptAt acceptedAt lastError \
                  textPart", WithIt),
    ("DeliveryUnit", "code name why", WithIt),
    ("JobRun", "id job period state attempts startedAt finishedAt nextAttemptAt outcome", WithIt),
    ("ImportBatch", "id asAt finishedAt state forced files", WithIt),
    ("ImportBatch", "refusal", Derived(super::visible_values::refusal)),
    ("ImportBatch", "rejects", If(See::Rejects)),
    ("ImportFile", "file rows added changed ended unchanged kept rejected ignoredColumns", WithIt),
    ("ImportReject", "file line column value sentence", WithIt),
    ("AuditEvent", "id number at actor action object before after requestId previousHash hash", WithIt),
    ("DirectoryEntry", "code name site path supporters champions managers", WithIt),
    ("DirectorySupporter", "name jobTitle contact languages about", WithIt),
    ("DirectoryPerson", "name jobTitle", WithIt),
    ("DirectoryManager", "role person", WithIt),
    ("ApiToken", "id name role unitCodes names explore isGood madeBy madeAt expiresAt revokedAt lastUsedAt", WithIt),
    ("Grant", "id person role from until grantedBy grantedAt", WithIt),
    ("MakeTokenPayload", "token secret refusal", WithIt),
    ("RevokeTokenPayload", "token refusal", WithIt),
    ("GrantPayload", "grant refusal", WithIt),
    ("EndSessionsPayload", "ended refusal", WithIt),
    ("AccessRefusal", "code sentence", WithIt),
    ("RequestRunPayload", "run refusal", WithIt),
    ("RequestRunRefusal", "code sentence", WithIt),
    ("ResendDeliveryPayload", "delivery run refusal", WithIt),
    ("ResendDeliveryRefusal", "code sentence", WithIt),

    // Pages show what their field lets through, and count nothing else.
    ("*Connection", "pageInfo edges nodes totalCount", WithIt),
    ("*Edge", "node cursor", WithIt),
    ("PageInfo", "hasPreviousPage hasNextPage startCursor endCursor", WithIt),
];

const SEARCHED: &[&str] = &[r#""ward""#, r#""S""#, r#""zzz""#, r#""Ward 7""#];

/// Type and field (or input object), arguments, what they do.
#[rustfmt::skip]
pub(super) const ARGUMENTS: &[(&str, &str, Takes)] = &[
    ("*", "first after last before", Takes::Page),
    ("*", "asOf", Takes::Day),
    ("Query.unit", "code", Takes::Name),
    ("Query.team", "code", Takes::Name),
    ("Query.units", "underCode", Takes::Name),
    ("Query.directory", "underCode", Takes::Name),
    ("Query.whatIf", "unitCode", Takes::Name),
    ("Subscription.coverageChanged", "unitCode", Takes::Apart),
    ("Snapshot.rollUp", "unitCode", Takes::Name),
    ("Query.node", "id", Takes::Name),
    ("Query.nodes", "ids", Takes::Name),
    ("TeamFilter", "underCode", Takes::Name),
    ("Query.supporters", "underCode", Takes::Name),
    ("Query.trainers", "underCode", Takes::Name),
    ("Query.champions", "underCode", Takes::Name),
    ("Query.supporters", "active includeEnded", Takes::Picks(&["true", "false"])),
    ("Query.supporters", "reason", Takes::Picks(&["[PAUSED, AWAY]", "[STOOD_DOWN]", "[NOT_STARTED, LEFT]", "[]"])),
    ("Query.supporters", "endsBefore", Takes::Picks(&[r#""2028-01-02""#, r#""2100-01-01""#])),
    ("Query.trainers", "active embedded", Takes::Picks(&["true", "false"])),
    ("Query.trainers", "lapsesBefore", Takes::Picks(&[r#""2027-01-01""#, r#""2100-01-01""#])),
    ("Query.champions", "counting", Takes::Picks(&["true", "false"])),
    ("Query.people", "search", Takes::Picks(&[r#""FIRST4""#, r#""last6 first""#, r#""00004""#, r#""p5@board""#])),
    ("Query.units", "level", Takes::Picks(&[r#""Ward""#, r#""Sector""#, r#""zzz""#])),
    ("Query.units", "search", Takes::Picks(SEARCHED)),
    ("Query.directory", "search", Takes::Picks(SEARCHED)),
    ("Query.teams", "filter orderBy", Takes::Input),
    ("TeamFilter", "status", Takes::Picks(&["[NONE, PARTIAL]", "[COVERED]", "[AT_RISK]", "[]"])),
    ("TeamFilter", "unknownBecause", Takes::Picks(&["[ROWS_NOT_READ]", "[NO_POLICY, DATA_STALE]", "[]"])),
    ("TeamFilter", "championsMet singlePoint rowsNotRead unproven", Takes::Picks(&["true", "false"])),
    ("TeamFilter", "gapOlderThanDays", Takes::Picks(&["0", "7"])),
    ("TeamFilter", "level", Takes::Picks(&[r#""Ward""#, r#""Board""#])),
    ("TeamFilter", "minHeadcount", Takes::Picks(&["3", "100"])),
    ("TeamFilter", "maxHeadcount", Takes::Picks(&["3", "0"])),
    ("TeamFilter", "search", Takes::Picks(SEARCHED)),
    ("TeamFilter", "atRiskBefore", Takes::Picks(&[r#""2027-01-01""#])),
    ("TeamFilter", "coverGroup", Takes::Picks(&[r#""Across""#, r#""Pair""#, r#""zzz""#])),
    ("TeamOrder", "field", Takes::Picks(&["GAP", "STAFF_AFFECTED", "HEADCOUNT", "NAME", "CODE", "AT_RISK_FROM"])),
    ("TeamOrder", "direction", Takes::Picks(&["ASC", "DESC"])),
    ("Query.whatIf", "policy", Takes::Input),
    ("PolicyInput", "staffPerSupporter minSupporters certificateMonths approvalMonths awayDays minChampions \
                     supportersPerTrainer horizonDays trainerCertificateMonths minTrainers", Takes::Picks(&["1", "5"])),
    ("PolicyInput", "staleDays", Takes::Picks(&["1", "400"])),
    ("PolicyInput", "trainerLevel", Takes::Picks(&[r#""Ward""#])),
    ("PolicyInput", "approverOffice", Takes::Picks(&["REQUIRED"])),
    ("PolicyInput", "agreementRequired frameworkTransitionGates", Takes::Picks(&["true"])),
    ("PolicyInput", "level1Target", Takes::Picks(&["0", "100"])),
    ("PolicyInput", "mustMix shouldMix", Takes::Picks(&[r#""2 different band""#])),
    ("Unit.trend", "weeks", Takes::Picks(&["1", "2"])),
    ("Team.supporters", "active includeEnded", Takes::Picks(&["true", "false"])),
    ("Query.gapReports", "kind", Takes::Picks(&["WEEKLY", "MIDWEEK"])),
    ("GapReport.changes", "change", Takes::Picks(&["[NEW, WORSE]", "[SAME]", "[]"])),
    ("GapReport.deliveries", "kind", Takes::Picks(&["REPORT", "COPY", "RUN_SUMMARY", "REGISTER"])),
    ("GapReport.deliveries", "state", Takes::Picks(&["SENT", "REFUSED"])),
    ("Query.jobRuns", "job", Takes::Picks(&["COVERAGE", "GAP_REPORT", "MIDWEEK_REPORT"])),
    ("Query.jobRuns", "state", Takes::Picks(&["DONE", "RETRYING"])),
    ("Query.importBatches", "state", Takes::Picks(&["APPLIED", "REFUSED"])),
    ("Query.auditEvents", "actor", Takes::Picks(&[r#""worker""#, r#""person:2""#])),
    ("Query.auditEvents", "action", Takes::Picks(&["IMPORT_APPLIED", "REPORT_READ"])),
    ("Query.auditEvents", "object", Takes::Picks(&[r#""import:1""#, r#""person:99""#])),
    ("Query.auditEvents", "since", Takes::Picks(&[r#""2026-11-16T07:00:00Z""#])),
    ("Query.auditEvents", "until", Takes::Picks(&[r#""2026-11-16T07:00:00Z""#])),
    ("Mutation.requestRun", "input", Takes::Input),
    ("Mutation.resendDelivery", "input", Takes::Input),
    ("ResendDeliveryInput", "deliveryId", Takes::Wish),
    ("Mutation.setReportPreferences", "input", Takes::Input),
    ("SetReportPreferencesInput", "personId hiddenSections copiesTo midweek", Takes::Wish),
    ("Query.reportPreferences", "personId", Takes::Name),
    ("RequestRunInput", "job period", Takes::Wish),
    ("Mutation.makeToken", "input", Takes::Input),
    ("MakeTokenInput", "name role unitCodes names explore days", Takes::Wish),
    ("Mutation.grantRole", "input", Takes::Input),
    ("GrantRoleInput", "workEmail employer employeeNumber role from until", Takes::Wish),
    ("Mutation.revokeToken", "id", Takes::Wish),
    ("Mutation.withdrawRole", "id", Takes::Wish),
    ("Mutation.endSessions", "personId", Takes::Wish),
    ("Mutation.erasePerson", "input", Takes::Input),
    ("ErasePersonInput", "personId reason", Takes::Wish),
    ("Mutation.linkPeople", "input", Takes::Input),
    ("Mutation.unlinkPeople", "input", Takes::Input),
    ("LinkPeopleInput", "personId sameAsId dryRun", Takes::Wish),
    ("Query.subjectAccess", "personId", Takes::Name),
    // See `register::sight` and `register::lists`.
    ("Query.nomination", "id", Takes::Apart),
    ("Query.nominations", "filter", Takes::Apart),
    ("NominationFilter", "underCode state role waitingForMe olderThanDays", Takes::Apart),
    // See `register::paper`.
    ("Query.paperRecords", "disputed", Takes::Apart),
    ("PaperInput", "personId day reference signedForm", Takes::Wish),
    ("Mutation.disputeRecord", "input", Takes::Input),
    ("DisputeRecordInput", "recordId idempotencyKey", Takes::Wish),
    ("Mutation.settleRecord", "input", Takes::Input),
    ("SettleRecordInput", "recordId outcome idempotencyKey", Takes::Wish),
    ("Mutation.appoint", "input", Takes::Input),
    ("AppointInput", "personId workEmail unitCode role from until replaces preview idempotencyKey", Takes::Wish),
    ("Mutation.endAppointment", "input", Takes::Input),
    ("EndAppointmentInput", "appointmentId lastDay idempotencyKey", Takes::Wish),
    ("Mutation.delegate", "input", Takes::Input),
    ("DelegateInput", "forPersonId personId workEmail unitCode from until preview idempotencyKey", Takes::Wish),
    ("Mutation.appointActingLineManager", "input", Takes::Input),
    ("AppointActingLineManagerInput", "forPersonId personId workEmail from until preview idempotencyKey", Takes::Wish),
    ("Mutation.exemptUnit", "input", Takes::Input),
    ("ExemptUnitInput", "unitCode from until reason agreedByPersonId preview idempotencyKey", Takes::Wish),
    ("Mutation.publishPolicy", "input", Takes::Input),
    ("PublishPolicyInput", "unitCode inForceFrom policy register preview idempotencyKey", Takes::Wish),
    ("RegisterTermsInput", "nominationDays silenceDays againDays monthsInPost monthsActive waitingPerNominator endedMonths \
                            bandOrder", Takes::Wish),
    ("Query.documents", "kind", Takes::Picks(&["INFORMATION_PACK", "AGREEMENT"])),
    // See `register::documents`.
    ("Query.confirmedDocuments", "personId", Takes::Apart),
    // See `register::assessments`.
    ("Query.assessments", "personId", Takes::Apart),
    ("Mutation.publishFramework", "input", Takes::Input),
    ("PublishFrameworkInput", "version inForceFrom transitionUntil approvedBy approvedOn statements preview idempotencyKey",
     Takes::Wish),
    ("FrameworkStatementInput", "code level domain text", Takes::Wish),
    ("Mutation.recordAssessment", "input", Takes::Input),
    ("RecordAssessmentInput", "personId level frameworkId results evidence day preview idempotencyKey", Takes::Wish),
    ("StatementResultInput", "code outcome", Takes::Wish),
    ("Mutation.publishDocument", "input", Takes::Input),
    ("PublishDocumentInput", "kind version title address text inForceFrom signBy preview idempotencyKey", Takes::Wish),
    ("Mutation.acknowledgeDocument", "input", Takes::Input),
    ("AcknowledgeDocumentInput", "documentId idempotencyKey", Takes::Wish),
    ("Mutation.signAgreement", "input", Takes::Input),
    ("SignAgreementInput", "documentId idempotencyKey", Takes::Wish),
    ("Mutation.nominate", "input", Takes::Input),
    ("NominateInput", "items paper preview", Takes::Wish),
    ("NominateItem", "personId workEmail role unitCode share outsideTeam statement wishedStart paper idempotencyKey", Takes::Wish),
    ("Mutation.respondToNomination", "input", Takes::Input),
    ("RespondToNominationInput", "nominationId response informationPackId paper expectedVersion idempotencyKey", Takes::Wish),
    ("Mutation.withdrawNomination", "input", Takes::Input),
    ("WithdrawNominationInput", "nominationId expectedVersion idempotencyKey", Takes::Wish),
    ("Mutation.answerNomination", "input", Takes::Input),
    ("AnswerNominationInput", "nominationId answer expectedVersion idempotencyKey", Takes::Wish),
    ("Mutation.decideNomination", "input", Takes::Input),
    ("DecideNominationInput", "items protectedHours paper preview", Takes::Wish),
    ("DecisionItem", "nominationId capacity onBehalfOf decision protectedHours reason question acknowledged skills experience \
                      paper expectedVersion idempotencyKey", Takes::Wish),
    ("Mutation.pause", "input", Takes::Input),
    ("PauseInput", "personId from until idempotencyKey", Takes::Wish),
    ("Mutation.resume", "input", Takes::Input),
    ("ResumeInput", "personId day evidence idempotencyKey", Takes::Wish),
    ("Mutation.standDown", "input", Takes::Input),
    ("StandDownInput", "allocationId personId role unitCode day idempotencyKey", Takes::Wish),
    ("Mutation.changeAllocation", "input", Takes::Input),
    ("ChangeAllocationInput", "allocationId share protectedHours lastDay idempotencyKey", Takes::Wish),
    ("Mutation.renewApproval", "input", Takes::Input),
    ("RenewApprovalInput", "items protectedHours paper preview", Takes::Wish),
    ("RenewalItem", "allocationId capacity onBehalfOf protectedHours paper idempotencyKey", Takes::Wish),
    ("Mutation.carryOver", "input", Takes::Input),
    ("CarryOverInput", "fromUnitCode toUnitCode day preview idempotencyKey", Takes::Wish),
    ("Mutation.withdrawApproval", "input", Takes::Input),
    ("WithdrawApprovalInput", "allocationId personId role unitCode capacity day idempotencyKey", Takes::Wish),
    ("Query.fileDifferences", "open", Takes::Apart),
    ("Mutation.settleDifference", "input", Takes::Input),
    ("SettleDifferenceInput", "differenceId outcome idempotencyKey", Takes::Wish),
    ("Mutation.setDirectoryEntry", "input", Takes::Input),
    ("Mutation.undo", "input", Takes::Input),
    ("UndoInput", "changeId reason idempotencyKey", Takes::Wish),
    ("SetDirectoryEntryInput", "listed contact languages about idempotencyKey", Takes::Wish),
];

fn covers(pattern: &str, of: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => of.ends_with(end),
        None => pattern == of,
    }
}

/// The rule of a field.
pub(super) fn of_field(of: &str, name: &str) -> Option<Rule> {
    let row = FIELDS.iter().find(|row| covers(row.0, of) && row.1.split_whitespace().any(|known| known == name));
    row.map(|row| row.2)
}

/// What an argument does; `of` is `Type.field`, or an input object.
pub(super) fn of_argument(of: &str, name: &str) -> Option<Takes> {
    let row = ARGUMENTS.iter().find(|row| covers(row.0, of) && row.1.split_whitespace().any(|known| known == name));
    row.map(|row| row.2)
}
