//! Clients and contacts as the provider keeps them, and how they are read from parameters and shown.

use serde_json::{Value, json};

use crate::operation::Call;

/// Somebody's data.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) company: String,
    pub(crate) address: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) country: String,
    pub(crate) zip: String,
    pub(crate) phone_cc: String,
    pub(crate) phone: String,
    pub(crate) fax_cc: String,
    pub(crate) fax: String,
    pub(crate) other_phone_cc: String,
    pub(crate) other_phone: String,
}

/// A client: a customer of the account.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) person: Person,
    pub(crate) password: String,
    /// The default contact.
    pub(crate) contact_id: u64,
}

/// A contact of a client.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) client_id: u64,
    pub(crate) person: Person,
    /// Of the person: a search goes through all contacts, and there may be thousands.
    searched: String,
}

impl Person {
    /// Who a seeded client is.
    pub(crate) fn nobody(id: u64) -> Self {
        Self {
            name: format!("Client {id}"),
            email: format!("client-{id}@customers.example"),
            company: "NA".to_owned(),
            address: "1 Mill Lane".to_owned(),
            city: "Oslo".to_owned(),
            state: "other".to_owned(),
            country: "Norway".to_owned(),
            zip: "0150".to_owned(),
            phone_cc: "47".to_owned(),
            phone: "22334455".to_owned(),
            ..Self::default()
        }
    }

    /// Takes over what a call gives; what it leaves out stays.
    pub(crate) fn update(&mut self, call: &Call) {
        let take = |names: &[&str], field: &mut String| {
            if let Some(value) = names.iter().find_map(|name| call.get(name)) {
                field.clear();
                field.push_str(value);
            }
        };
        take(&["Name", "FirstName"], &mut self.name);
        take(&["EmailAddress", "UserName"], &mut self.email);
        take(&["CompanyName"], &mut self.company);
        take(&["Address", "Address1"], &mut self.address);
        take(&["City"], &mut self.city);
        take(&["StateName"], &mut self.state);
        take(&["CountryName"], &mut self.country);
        take(&["Zip"], &mut self.zip);
        take(&["PhoneNo_cc"], &mut self.phone_cc);
        take(&["PhoneNo"], &mut self.phone);
        take(&["Faxno_cc"], &mut self.fax_cc);
        take(&["FaxNo"], &mut self.fax);
        take(&["Alternate_Phone_cc"], &mut self.other_phone_cc);
        take(&["Alternate_Phone"], &mut self.other_phone);
    }

    /// What the provider doesn't take, as seen in public clients; nothing if it is right.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.email.contains('+') || !self.email.contains('@') {
            Some("Invalid email address")
        } else if self.country.len() < 3 {
            Some("Invalid country name")
        } else if self.phone_cc.is_empty() || !self.phone_cc.bytes().all(|b| b.is_ascii_digit()) {
            Some("Invalid phone country code")
        } else {
            None
        }
    }

    /// Whether a search finds it.
    pub(crate) fn matches(&self, query: &str) -> bool {
        self.searched().contains(&query.to_ascii_lowercase())
    }

    /// What a search is held against, in lower case.
    fn searched(&self) -> String {
        format!("{}\n{}", self.email, self.name).to_ascii_lowercase()
    }
}

impl Contact {
    pub(crate) fn new(client_id: u64, person: Person) -> Self {
        let searched = person.searched();
        Self {
            client_id,
            person,
            searched,
        }
    }

    /// Whether a search finds it; the query is in lower case.
    pub(crate) fn matches(&self, query: &str) -> bool {
        self.searched.contains(query)
    }

    /// The data of `ViewRegistrant`, in the keys that were seen.
    pub(crate) fn shown(&self, id: u64) -> Value {
        let person = &self.person;
        json!({
            "registrantContactId": id,
            "name": person.name,
            "emailAddress": person.email,
            "companyName": person.company,
            "address1": person.address,
            "address2": "",
            "address3": null,
            "city": person.city,
            "stateName": person.state,
            "countryName": person.country,
            "postalCode": person.zip,
            "phoneCode": person.phone_cc,
            "phoneNo": person.phone,
            "Faxno_cc": person.fax_cc,
            "FaxNo": person.fax,
            "Alternate_Phone_cc": person.other_phone_cc,
            "Alternate_Phone": person.other_phone,
            "clientId": self.client_id,
            "kycStatus": "Pending",
        })
    }

    /// A row of the list.
    pub(crate) fn row(&self, id: u64, domains: usize) -> Value {
        let person = &self.person;
        json!({
            "registrantContactId": id,
            "name": person.name,
            "emailaddress": person.email,
            "city": person.city,
            "stateName": person.state,
            "countryName": person.country,
            "actionStatus": "Active",
            "domainCount": domains,
        })
    }
}

impl Client {
    /// The data of `ViewClient`, password included.
    pub(crate) fn shown(&self, id: u64, reseller_id: u64) -> Value {
        let person = &self.person;
        json!({
            "clientId": id,
            "resellerId": reseller_id,
            "firstName": person.name,
            "companyName": person.company,
            "userName": person.email,
            "password": self.password,
            "address": person.address,
            "city": person.city,
            "state": person.state,
            "country": person.country,
            "zip": person.zip,
            "phoneNo_cc": person.phone_cc,
            "phoneNo": person.phone,
            "faxno_cc": person.fax_cc,
            "faxNo": person.fax,
            "alternate_Phone_cc": person.other_phone_cc,
            "alternate_Phone": person.other_phone,
        })
    }

    /// A row of the list.
    pub(crate) fn row(&self, id: u64) -> Value {
        let person = &self.person;
        json!({
            "entryId": id,
            "customerName": person.name,
            "emailId": person.email,
            "city": person.city,
            "country": person.country,
            "status": "Active",
        })
    }
}

/// A page of a list, with how many there are; nothing for a page that cannot be.
pub(crate) fn page(call: &Call, rows: &[Value]) -> Option<Value> {
    let number = |name| {
        call.number(name)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number > 0)
    };
    let (page, size) = (number("page")?, number("maxIndex")?);
    let shown: Vec<&Value> = rows.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    Some(json!({ "totalCount": rows.len(), "records": shown }))
}
