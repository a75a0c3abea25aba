//! How LogicBoxes writes its answers: strings nearly everywhere.

use serde_json::{Map, Value, json};

use super::state::{Action, ActionKind, EmailOrder};
use crate::operation::Answer;
use crate::seed::LogicBoxesSettings;

/// The currency of every amount.
const CURRENCY: &str = "USD";

/// The usual error object, under the HTTP status errors have here.
pub(crate) fn error(settings: &LogicBoxesSettings, message: &str) -> Answer {
    Answer::refused(settings.error_status, json!({ "status": "ERROR", "message": message }))
}

/// The other error object, of actions that were refused.
pub(super) fn failed_action(settings: &LogicBoxesSettings, message: &str) -> Answer {
    Answer::refused(
        settings.error_status,
        json!({ "status": "error", "error": message, "actionstatus": "Failed" }),
    )
}

/// The answer to a wrong key.
pub(crate) fn unauthorized(settings: &LogicBoxesSettings) -> Answer {
    let message = "Access Denied: You are not authorized to perform this action";
    Answer::refused(
        settings.unauthorized_status,
        json!({ "status": "ERROR", "message": message }),
    )
}

/// The page an address that is not on the list gets from the content network.
pub(crate) fn foreign_address() -> Answer {
    Answer::page(
        403,
        "<html><head><title>Attention Required!</title></head><body>error code: 1020</body></html>",
    )
}

/// An amount as in an action response: three decimals, negative when it is taken.
pub(crate) fn taken_amount(cents: i64) -> String {
    format!("-{}.{:02}0", cents / 100, cents % 100)
}

/// An action response. Invoice fields are there only if there is an invoice.
pub(crate) fn action_response(action: &Action, invoice: Option<(u64, u64)>, locked: bool) -> Value {
    let mut object = json!({
        "description": &*action.domain,
        "entityid": action.order_id.to_string(),
        "actiontype": action.kind.word(),
        "actiontypedesc": action.about,
        "eaqid": action.eaq.to_string(),
        "actionstatus": action.status,
        "actionstatusdesc": action.status_text,
        "status": "Success",
    });
    if locked {
        object["status"] = Value::from("InvoicePaid");
        object["error"] = Value::from("Order Locked for Processing, Please contact Support");
    }
    if let Some((invoice_id, customer_id)) = invoice {
        let amount = taken_amount(action.cents);
        object["invoiceid"] = Value::from(invoice_id.to_string());
        object["sellingcurrencysymbol"] = Value::from(CURRENCY);
        object["sellingamount"] = Value::from(amount.clone());
        object["unutilisedsellingamount"] = Value::from(amount);
        object["customerid"] = Value::from(customer_id.to_string());
    }
    object
}

/// The only thing `OnlyAdd` tells about more mailboxes.
pub(crate) fn unpaid_response(action: &Action, invoice_id: u64, customer_id: u64) -> Value {
    json!({
        "customercost": format!("{}.{:02}", action.cents / 100, action.cents % 100),
        "eaqid": action.eaq.to_string(),
        "customerid": customer_id.to_string(),
        "invoiceid": invoice_id.to_string(),
    })
}

/// An order's details; without an end while it is not active, and with what is pending on it.
pub(crate) fn details(order: &EmailOrder, pending: Option<&Action>, reseller_id: u64) -> Value {
    let mut object = json!({
        "orderid": order.id.to_string(),
        "entityid": order.id.to_string(),
        "description": &*order.domain,
        "domainname": &*order.domain,
        "currentstatus": order.status,
        "productcategory": "hosting",
        "productkey": "eeliteus",
        "entitytypeid": "970",
        "creationtime": order.created_secs.to_string(),
        "customerid": order.customer_id.to_string(),
        "parentkey": format!("999999999_999999998_{reseller_id}"),
        "emailaccounts": order.accounts,
        "recurring": if order.auto_renew { "true" } else { "false" },
        "isOrderSuspendedUponExpiry": "false",
        "orderSuspendedByParent": "false",
        "allowdeletion": "true",
        "isImmediateReseller": "true",
        "isDeletionRequest": "false",
        "moneybackperiod": "4",
        "eaqid": "0",
    });
    if let Some(ends) = order.ends_secs {
        object["endtime"] = Value::from(ends.to_string());
    }
    if let Some(action) = pending {
        object["eaqid"] = Value::from(action.eaq.to_string());
        object["actiontype"] = Value::from(action.kind.word());
        object["actiontypedesc"] = Value::from(action.about.clone());
        object["actionstatus"] = Value::from(action.status);
        object["actionstatusdesc"] = Value::from(action.status_text);
        object["actioncompleted"] = Value::from("0");
        if action.kind == ActionKind::Del {
            object["isDeletionRequest"] = Value::from("true");
        }
    }
    object
}

/// A row of the order search, with dotted keys.
pub(crate) fn search_row(order: &EmailOrder) -> Value {
    let mut row = json!({
        "orders.orderid": order.id.to_string(),
        "orders.creationtime": order.created_secs.to_string(),
        "orders.autorenew": if order.auto_renew { "true" } else { "false" },
        "entity.entityid": order.id.to_string(),
        "entity.customerid": order.customer_id.to_string(),
        "entity.description": &*order.domain,
        "entity.currentstatus": order.status,
        "entity.entitytypeid": "970",
        "entitytype.entitytypekey": "eeliteus",
        "entitytype.entitytypename": "Business Email",
    });
    if let Some(ends) = order.ends_secs {
        row["orders.endtime"] = Value::from(ends.to_string());
    }
    row
}

/// A row of the action log.
pub(crate) fn action_row(action: &Action) -> Value {
    json!({
        "eaqid": action.eaq.to_string(),
        "entityid": action.order_id.to_string(),
        "entitytypeid": action.kind.entity_type(),
        "actiontype": action.kind.word(),
        "actiontypedesc": action.about,
        "actionadded": action.added_secs.to_string(),
        "actionstarted": action.added_secs.to_string(),
        "actioncompleted": action.completed_secs.unwrap_or(0).to_string(),
        "actionstatus": action.status,
        "actionstatusdesc": action.status_text,
    })
}

/// A page of rows, numbered from 1 on each page.
pub(crate) fn page(rows: Vec<Value>, total: usize) -> Value {
    let mut object = Map::new();
    object.insert("recsonpage".to_owned(), Value::from(rows.len().to_string()));
    object.insert("recsindb".to_owned(), Value::from(total.to_string()));
    for (index, row) in rows.into_iter().enumerate() {
        object.insert((index + 1).to_string(), row);
    }
    Value::Object(object)
}

/// The balance: here numbers are numbers.
#[expect(clippy::cast_precision_loss, reason = "balances stay far below 2^53 cents")]
pub(crate) fn balance(cents: i64) -> Value {
    json!({
        "sellingcurrencysymbol": CURRENCY,
        "sellingcurrencybalance": cents as f64 / 100.0,
        "sellingcurrencylockedbalance": 0.0,
    })
}
