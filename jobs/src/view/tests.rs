use crate::record::OrderRecord;
use domorder_api_client::provider::Operation;
use serde_json::json;

use super::*;
use crate::validate::tests::{changed, now, order};

fn view() -> OrderView {
    let change = json!({"metadata": {"invoice": "20931"}, "deadline": "2026-06-01T00:00:00Z"});
    {
        let order = order(&changed(Operation::Transfer, change));
        let record = OrderRecord::accepted(now(), order.deadline);
        OrderView::of(&order, &record)
    }
}

#[test]
fn the_view_is_the_contracts_json() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&view()).unwrap(), @r#"
    {
      "id": "0-01JZ0000000000000000000000",
      "idempotency_key": "k-1",
      "kind": "transfer",
      "account": "sim",
      "domain": "example.com",
      "state": "queued",
      "reason": null,
      "needs": null,
      "waiting_on": "domorder",
      "charged": "no",
      "provider_order_id": null,
      "provider_message": null,
      "expiry": null,
      "attempts": 0,
      "next_check_at": null,
      "deadline_at": "2026-06-01T00:00:00Z",
      "created_at": "2026-05-01T12:00:00Z",
      "updated_at": "2026-05-01T12:00:00Z",
      "finished_at": null,
      "metadata": {
        "invoice": "20931"
      }
    }
    "#);
}

#[test]
fn a_view_of_what_is_about_to_be_stored_is_the_view_of_what_was_stored() {
    let order = order(&changed(Operation::Register, json!({})));
    let fine: Timestamp = "2026-05-01T12:00:00.123456789Z".parse().unwrap();
    let mut record = OrderRecord::accepted(fine, Some(fine));
    record.updated_at = Some(fine);
    record.finished_at = Some(fine);
    record.next_check_at = Some(fine);
    record.expiry = Some(fine);
    let stored: OrderRecord = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
    assert_eq!(OrderView::of(&order, &record), OrderView::of(&order, &stored));
}

#[test]
fn the_event_is_a_cloud_event() {
    let view = OrderView {
        state: State::ActionRequired,
        needs: Some(Needs::AuthCode),
        ..view()
    };
    let event = event(&view, "17-0", "domorder", now());
    assert!(!event.contains('\n') && !event.contains("Canary") && !event.contains("v1.k1"));
    let mut value: serde_json::Value = serde_json::from_str(&event).unwrap();
    let data = value["data"].take();
    assert_eq!(data, serde_json::to_value(&view).unwrap());
    assert_eq!(
        value,
        json!({"specversion": "1.0", "id": "17-0", "source": "/domorder/domorder", "type": "order.action_required",
            "subject": "0-01JZ0000000000000000000000", "time": "2026-05-01T12:00:00Z", "data": null})
    );
}
