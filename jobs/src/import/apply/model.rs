//! Rows of the board as rows of the tables.

use entity::id::{AllocationId, AppointmentId, CompletionId, ExemptionId, PolicyId, PostId, UnavailabilityId};
use entity::period::Validity;
use entity::table::{
    allocation, appointment, completion, course, exemption, person, policy, post, unavailability, unit,
};

use super::super::board::{
    Allocation, Appointment, Completion, Course, CourseIx, Exemption, Person, PersonIx, Policy, Post, Unavailability,
    Unit, UnitIx,
};
use super::super::words::Text;
use super::ids::Ids;

impl Ids {
    fn words(&self, text: Option<Text>) -> Option<String> {
        self.board.words.owned(text)
    }

    fn word(&self, text: Text) -> String {
        self.board.words.get(text).to_owned()
    }

    pub(super) fn unit(&self, place: UnitIx) -> unit::Model {
        let Unit { code, name, parent, level, site, cover_group, validity } = self.board.units.list[place.at()];
        unit::Model {
            id: self.unit_id(place),
            code: self.word(code),
            name: self.word(name),
            parent_id: parent.map(|parent| self.unit_id(parent)),
            level: self.words(level),
            site: self.words(site),
            cover_group: self.words(cover_group),
            valid_from: validity.from,
            valid_to: validity.to,
        }
    }

    pub(super) fn person(&self, place: PersonIx) -> person::Model {
        let Person { key: (employer, number), first_name, last_name, work_email } = self.board.people.list[place.at()];
        person::Model {
            id: self.person_id(place),
            employer: self.word(employer),
            number: self.word(number),
            first_name: self.words(first_name),
            last_name: self.words(last_name),
            work_email: self.words(work_email),
        }
    }

    pub(super) fn course(&self, place: CourseIx) -> course::Model {
        let Course { code, key, title, level, platform, employer_kind } = self.board.courses.list[place.at()];
        course::Model {
            id: self.course_id(place),
            code: self.word(code),
            code_key: self.word(key),
            title: self.words(title),
            level,
            platform: self.words(platform),
            employer_kind: self.words(employer_kind),
        }
    }

    pub(super) fn post(&self, id: i64, post: &Post) -> post::Model {
        let Post {
            person,
            unit,
            assignment,
            job_title,
            job_family,
            band,
            line_manager,
            wte,
            contract_type,
            bank,
            validity: Validity { from, to },
        } = *post;
        post::Model {
            id: PostId(id),
            person_id: self.person_id(person),
            unit_id: self.unit_id(unit),
            assignment: self.words(assignment),
            job_title: self.words(job_title),
            job_family: self.words(job_family),
            band: self.words(band),
            line_manager_id: line_manager.map(|person| self.person_id(person)),
            wte,
            contract_type: self.words(contract_type),
            bank,
            valid_from: from,
            valid_to: to,
        }
    }

    pub(super) fn completion(&self, id: i64, completion: &Completion) -> completion::Model {
        let Completion { person, course, completed_on } = *completion;
        completion::Model {
            id: CompletionId(id),
            person_id: self.person_id(person),
            course_id: self.course_id(course),
            completed_on,
        }
    }

    pub(super) fn allocation(&self, id: i64, allocation: &Allocation) -> allocation::Model {
        let Allocation {
            person,
            role,
            unit,
            share,
            validity,
            line_approved_on,
            line_approver,
            senior_approved_on,
            senior_approver,
            protected_hours,
            signed_off_on,
            paused,
        } = *allocation;
        allocation::Model {
            id: AllocationId(id),
            person_id: self.person_id(person),
            role,
            unit_id: self.unit_id(unit),
            share,
            valid_from: validity.from,
            valid_to: validity.to,
            line_approved_on,
            line_approver_id: line_approver.map(|person| self.person_id(person)),
            senior_approved_on,
            senior_approver_id: senior_approver.map(|person| self.person_id(person)),
            protected_hours,
            signed_off_on,
            paused_from: paused.from,
            paused_to: paused.to,
        }
    }

    pub(super) fn unavailability(&self, id: i64, unavailability: &Unavailability) -> unavailability::Model {
        let Unavailability { person, from, to } = *unavailability;
        unavailability::Model {
            id: UnavailabilityId(id),
            person_id: self.person_id(person),
            valid_from: from,
            valid_to: to,
        }
    }

    pub(super) fn appointment(&self, id: i64, appointment: &Appointment) -> appointment::Model {
        let Appointment { unit, person, role, validity, delegate, delegate_validity } = *appointment;
        appointment::Model {
            id: AppointmentId(id),
            unit_id: self.unit_id(unit),
            person_id: self.person_id(person),
            role,
            valid_from: validity.from,
            valid_to: validity.to,
            delegate_id: delegate.map(|person| self.person_id(person)),
            delegate_from: delegate_validity.from,
            delegate_to: delegate_validity.to,
        }
    }

    pub(super) fn policy(&self, id: i64, policy: &Policy) -> policy::Model {
        let Policy {
            unit,
            in_force_from,
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            must_mix,
            should_mix,
        } = *policy;
        policy::Model {
            id: PolicyId(id),
            unit_id: self.unit_id(unit),
            in_force_from,
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            must_mix: self.word(must_mix),
            should_mix: self.word(should_mix),
        }
    }

    pub(super) fn exemption(&self, id: i64, exemption: &Exemption) -> exemption::Model {
        let Exemption { unit, from, to, reason, agreed_by } = *exemption;
        exemption::Model {
            id: ExemptionId(id),
            unit_id: self.unit_id(unit),
            valid_from: from,
            valid_to: to,
            reason: self.word(reason),
            agreed_by: self.words(agreed_by),
        }
    }
}
