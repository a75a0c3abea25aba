//! A call by its row and named values: for people and tools, not for orders.

use http::Method;
use serde_json::Value;

use super::super::answer::{Answer, classify};
use super::super::endpoints::ENDPOINTS;
use super::super::error::{Call, Class};
use super::super::masked::masked;
use super::Client;
use crate::endpoint::{Arguments, CallError, Endpoint, request};
use crate::http::{CallClass, CallResult, ReadError, SendError};

impl Client {
    /// Performs one documented call. A read goes over the pooled client; everything else is sent once, on a connection
    /// opened for it. The answer comes back as JSON with secrets masked.
    ///
    /// # Errors
    /// [`CallError`]; for anything but a read, [`CallError::Unknown`] means that it may have been done.
    pub async fn call(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<Value, CallError> {
        if !ENDPOINTS.iter().any(|row| row.name == endpoint.name) {
            return Err(CallError::Arguments(vec![format!(
                "{} is no operation of logicboxes",
                endpoint.name
            )]));
        }
        let mut request = request(endpoint, arguments).map_err(CallError::Arguments)?;
        request.path = self.path(endpoint);
        let request = if request.method == Method::GET {
            self.credential.in_query(request)
        } else {
            self.credential.in_form(request)
        };
        let mut raw = if endpoint.class == CallClass::Read {
            self.http.read(None, &request).await.map_err(|error| match error {
                ReadError::NotSent(why) => CallError::NotSent(why),
                ReadError::Lost(_) | ReadError::TooLong(_) => CallError::Unknown(error.to_string()),
            })?
        } else {
            let mut visit = self.http.visit();
            visit.set_gate(|| Ok(()));
            self.http
                .send_once(&mut visit, &request)
                .await
                .map_err(|error| match error {
                    SendError::NotSent(why) => CallError::NotSent(why),
                    SendError::Unknown(_) => CallError::Unknown(error.to_string()),
                })?
        };
        let answer = classify(Call::of(endpoint), raw.status, &raw.body).scrubbed(raw.redactor());
        let shown = masked(&raw.body, raw.redactor());
        let result = judge(endpoint, &answer, shown);
        raw.classified(match &result {
            Ok(_) => CallResult::Ok,
            Err(CallError::Refused { .. }) => CallResult::Rejected,
            Err(_) => CallResult::Unknown,
        });
        result
    }
}

/// By the rules of the fact sheet's section 2: the body before the status, and a listed refusal only is a no.
fn judge(endpoint: &Endpoint, answer: &Answer, shown: Option<Value>) -> Result<Value, CallError> {
    match answer {
        Answer::Value(_) => {
            shown.ok_or_else(|| CallError::Unknown("an answer that cannot be shown as JSON".to_owned()))
        }
        Answer::Said(said) => {
            let text = said.text();
            let final_no = match said.class() {
                // Order data beside an error: the order exists (§8.2).
                _ if said.order.is_some() && endpoint.class != CallClass::Read => false,
                Some(Class::Refused(_) | Class::Absent | Class::AlreadySo) => true,
                Some(Class::Reconcile | Class::Held) => endpoint.class == CallClass::Read,
                // To a read, any error that is not an outage's is an answer: nothing was changed.
                None => endpoint.class == CallClass::Read && !said.message.is_generic(),
            };
            Err(if final_no {
                CallError::Refused {
                    message: text,
                    answer: shown.map(Box::new),
                }
            } else {
                CallError::Unknown(format!("it may have been done: {text}"))
            })
        }
        Answer::Cut(cut) => Err(match cut.refusal() {
            Some(_) => CallError::Refused {
                message: cut.text(),
                answer: None,
            },
            None => CallError::Unknown(cut.text()),
        }),
    }
}
