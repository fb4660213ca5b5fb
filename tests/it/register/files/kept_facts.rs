//! Files about appointments, policies and exemptions that are kept in the register.
