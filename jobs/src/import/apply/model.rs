//! Converts rows of the dataset to rows of the tables.

use entity::id::{
    AllocationId, AllocationTermsId, AppointmentId, ApprovalId, CompletionId, ExemptionId, FileDifferenceId,
    ImportBatchId, PauseId, PersonLinkId, PolicyId, PostId, RegisterKeptId, RegisterRoleId, RowsNotReadId, SignOffId,
    StaffListId, UnavailabilityId, UnitParentId,
};
use entity::interner::Symbol;
use entity::period::{Day, Validity};
use entity::register::file_difference::StoredSaying;
use entity::spelling;
use entity::store::policy::row;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, file_difference, pause, person,
    person_link, policy, post, register_kept, register_role, rows_not_read, sign_off, staff_list, unavailability, unit,
    unit_parent,
};
use entity::value::ApproverCapacity;

use super::super::record::{
    Allocation, AllocationTerms, Appointment, Approval, Completion, CompletionKey, Course, Exemption, FileDifference,
    KeptFact, KeptRole, KeptSince, Link, Owned, Person, PersonDetails, Placement, Policy, Post, RowsNotRead, StaffList,
    Unavailability, Unit,
};
use super::super::reference::{CourseIx, PersonIx, UnitIx};
use super::ids::Ids;

impl Ids {
    fn optional_text(&self, text: Option<Symbol>) -> Option<String> {
        self.dataset.words.owned(text)
    }

    fn text(&self, text: Symbol) -> String {
        self.dataset.words.get(text).to_owned()
    }

    pub(super) fn unit(&self, place: UnitIx) -> unit::Model {
        let Unit { code, name, level, site, cover_group, validity } = self.dataset.units.list[place.at()];
        unit::Model {
            id: self.unit_id(place),
            code: self.text(code),
            name: self.text(name),
            level: self.optional_text(level),
            site: self.optional_text(site),
            cover_group: self.optional_text(cover_group),
            valid_from: validity.from,
            valid_to: validity.to,
        }
    }

    pub(super) fn placement(&self, id: i64, placement: &Placement) -> unit_parent::Model {
        let Placement { unit, from, parent } = *placement;
        unit_parent::Model {
            id: UnitParentId(id),
            unit_id: self.unit_id(unit),
            parent_id: parent.map(|parent| self.unit_id(parent)),
            valid_from: from,
        }
    }

    pub(super) fn link(&self, id: i64, link: &Link) -> person_link::Model {
        let Link { person, same_as } = *link;
        let (person_id, same_as_id) = (self.person_id(person), self.person_id(same_as));
        person_link::Model { id: PersonLinkId(id), person_id, same_as_id }
    }

    pub(super) fn staff_list(&self, id: i64, list: &StaffList) -> staff_list::Model {
        let StaffList { employer, as_at } = *list;
        let employer = self.text(employer);
        let employer_key = spelling::key(&employer).into_owned();
        staff_list::Model { id: StaffListId(id), employer, employer_key, as_at }
    }

    pub(super) fn rows_not_read(&self, id: i64, row: &RowsNotRead) -> rows_not_read::Model {
        let RowsNotRead { list, unit, rows } = *row;
        let (staff_list_id, unit_id) = (self.staff_list_id(list), self.unit_id(unit));
        rows_not_read::Model { id: RowsNotReadId(id), staff_list_id, unit_id, rows }
    }

    pub(super) fn person(&self, place: PersonIx) -> person::Model {
        let Person { key: (employer, number), details } = self.dataset.people.list[place.at()];
        let PersonDetails { first_name, last_name, work_email } = details;
        person::Model {
            id: self.person_id(place),
            employer: self.text(employer),
            number: self.text(number),
            first_name: self.optional_text(first_name),
            last_name: self.optional_text(last_name),
            work_email: self.optional_text(work_email),
        }
    }

    pub(super) fn course(&self, place: CourseIx) -> course::Model {
        let Course { code, key, title, level, platform, employer_kind } = self.dataset.courses.list[place.at()];
        course::Model {
            id: self.course_id(place),
            code: self.text(code),
            code_key: self.text(key),
            title: self.optional_text(title),
            level,
            platform: self.optional_text(platform),
            employer_kind: self.optional_text(employer_kind),
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
            assignment: self.optional_text(assignment),
            job_title: self.optional_text(job_title),
            job_family: self.optional_text(job_family),
            band: self.optional_text(band),
            line_manager_id: line_manager.map(|person| self.person_id(person)),
            wte,
            contract_type: self.optional_text(contract_type),
            bank,
            valid_from: from,
            valid_to: to,
        }
    }

    pub(super) fn completion(&self, id: i64, completion: &Completion) -> completion::Model {
        let Completion { key: CompletionKey { person, course, completed_on }, valid_to } = *completion;
        completion::Model {
            id: CompletionId(id),
            person_id: self.person_id(person),
            course_id: self.course_id(course),
            completed_on,
            valid_to,
        }
    }

    /// Converts an allocation. Its dated facts are rows of their own.
    pub(super) fn allocation(&self, id: i64, allocation: &Allocation) -> allocation::Model {
        let Allocation { person, role, unit, share, validity, line, senior, signed_off_on, pause, terms: _ } =
            *allocation;
        allocation::Model {
            id: AllocationId(id),
            person_id: self.person_id(person),
            role,
            unit_id: self.unit_id(unit),
            share,
            valid_from: validity.from,
            valid_to: validity.to,
            line_approval_blank: line.is_none(),
            senior_approval_blank: senior.is_none(),
            sign_off_blank: signed_off_on.is_none(),
            pause_blank: pause.is_none(),
        }
    }

    pub(super) fn approval(&self, id: i64, capacity: ApproverCapacity, approval: &Owned<Approval>) -> approval::Model {
        let Owned { allocation, fact: Approval { on, by } } = *approval;
        approval::Model {
            id: ApprovalId(id),
            allocation_id: self.allocation_id(allocation),
            capacity,
            decided_on: on,
            approver_id: by.map(|person| self.person_id(person)),
            principal_id: None,
            protected_hours: None,
            withdrawn_on: None,
        }
    }

    pub(super) fn sign_off(&self, id: i64, sign_off: &Owned<Day>) -> sign_off::Model {
        let Owned { allocation, fact } = *sign_off;
        let allocation_id = self.allocation_id(allocation);
        sign_off::Model { id: SignOffId(id), allocation_id, signed_off_on: fact }
    }

    pub(super) fn pause(&self, id: i64, pause: &Owned<Validity>) -> pause::Model {
        let Owned { allocation, fact: Validity { from, to } } = *pause;
        let allocation_id = self.allocation_id(allocation);
        pause::Model { id: PauseId(id), allocation_id, valid_from: from, valid_to: to }
    }

    pub(super) fn terms(&self, id: i64, terms: &Owned<(Option<Day>, AllocationTerms)>) -> allocation_terms::Model {
        let Owned { allocation, fact: (from, AllocationTerms { protected_hours, outside_team }) } = *terms;
        allocation_terms::Model {
            id: AllocationTermsId(id),
            allocation_id: self.allocation_id(allocation),
            valid_from: from,
            protected_hours,
            outside_team,
        }
    }

    pub(super) fn kept_role(&self, id: i64, role: &KeptRole) -> register_role::Model {
        let KeptRole { person, role, kept_since, own_wish } = *role;
        register_role::Model { id: RegisterRoleId(id), person_id: self.person_id(person), role, kept_since, own_wish }
    }

    pub(super) fn kept_fact(&self, id: i64, kept: &KeptSince) -> register_kept::Model {
        let KeptSince { fact: KeptFact { kind, unit, person, role, in_force_from }, since } = *kept;
        register_kept::Model {
            id: RegisterKeptId(id),
            kind,
            unit_id: self.unit_id(unit),
            person_id: person.map(|person| self.person_id(person)),
            role,
            in_force_from,
            kept_since: since,
        }
    }

    /// Converts a difference. `batch` is the import that finds it.
    pub(super) fn file_difference(
        &self,
        id: i64,
        batch: ImportBatchId,
        difference: &FileDifference,
    ) -> file_difference::Model {
        let FileDifference { person, role, allocation, says, unit, batch: found_by, as_at, found_on, settled } =
            *difference;
        let StoredSaying { kind, from, to, share } = says.stored();
        file_difference::Model {
            id: FileDifferenceId(id),
            person_id: self.person_id(person),
            role,
            allocation_id: AllocationId(allocation),
            kind,
            valid_from: from,
            valid_to: to,
            share,
            unit_id: unit.map(|unit| self.unit_id(unit)),
            batch_id: found_by.map_or(batch, ImportBatchId),
            as_at,
            found_on,
            settled_on: settled.map(|settled| settled.on),
            settled_as: settled.map(|settled| settled.outcome),
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
        let Policy { unit, in_force_from, terms } = policy;
        row(PolicyId(id), self.unit_id(*unit), *in_force_from, terms)
    }

    pub(super) fn exemption(&self, id: i64, exemption: &Exemption) -> exemption::Model {
        let Exemption { unit, from, to, reason, agreed_by } = *exemption;
        exemption::Model {
            id: ExemptionId(id),
            unit_id: self.unit_id(unit),
            valid_from: from,
            valid_to: to,
            reason: self.text(reason),
            agreed_by: self.optional_text(agreed_by),
        }
    }
}
