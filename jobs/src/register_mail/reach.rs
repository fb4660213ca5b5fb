//! By which way the people who are asked for a step can be reached.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::coverage::roster::PersonIx;
use entity::store::access::action_link;
use entity::store::access::person::by_work_emails;
use sea_orm::{DatabaseConnection, DbErr};

use super::facts::DayFacts;
use crate::report::recipients::Contact;

/// By which way people can be reached.
#[derive(Debug)]
pub(super) struct Reach {
    /// Those with a counting post and a work e-mail.
    pub(super) contacts: HashMap<PersonIx, Contact>,
    /// Those who have an account.
    with_account: BTreeSet<PersonIx>,
    /// Those whose work e-mail other people have too: a link would be in the hands of all of them.
    sharing: BTreeSet<PersonIx>,
}

impl Reach {
    pub(super) async fn load(
        db: &DatabaseConnection,
        facts: &DayFacts,
        people: BTreeSet<PersonIx>,
    ) -> Result<Self, DbErr> {
        let numbers = people.iter().flat_map(|person| facts.numbers_of(*person)).collect();
        let signed_in = action_link::with_account(db, &numbers).await?;
        let with_account = signed_in.into_iter().filter_map(|id| facts.person(id)).collect();
        let contacts = facts.contacts(db, people).await?;
        let address = |contact: &Contact| contact.address.as_ref().map(|address| address.to_lowercase());
        let addresses: BTreeSet<_> = contacts.values().filter_map(address).collect();
        let mut holders: BTreeMap<String, BTreeSet<PersonIx>> = BTreeMap::new();
        for (id, address) in by_work_emails(db, &addresses).await? {
            let here = facts.person(id).filter(|person| facts.is_here(*person));
            holders.entry(address).or_default().extend(here);
        }
        let sharing = holders.into_values().filter(|people| people.len() > 1).flatten().collect();
        Ok(Self { contacts, with_account, sharing })
    }

    /// Whether a person can sign in.
    pub(super) fn has_account(&self, person: PersonIx) -> bool {
        self.with_account.contains(&person)
    }

    /// Whether a link in a mail to the person reaches them alone.
    pub(super) fn takes_links(&self, person: PersonIx) -> bool {
        self.contacts.contains_key(&person) && !self.sharing.contains(&person)
    }

    /// Whether a person can take a step by an account or by a link.
    pub(super) fn reaches(&self, person: PersonIx) -> bool {
        self.has_account(person) || self.takes_links(person)
    }
}
