//! HTTP to the demo's own processes, through the one door out.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use domorder_api_client::http::{Answer, CallClass, CallResult, Http, HttpSettings, Request};
use serde_json::Value;

/// A server on this machine.
pub(super) struct Loopback {
    http: Http,
    /// `127.0.0.1:40123`.
    pub(super) address: String,
}

impl Loopback {
    pub(super) fn new(address: &str) -> anyhow::Result<Self> {
        let mut settings = HttpSettings::new(format!("http://{address}").parse()?);
        settings.timeout = Duration::from_secs(30);
        // The ledger of charges and the orders' metrics; nothing here comes near it.
        settings.body_bytes_max = 8 * 1024 * 1024;
        Ok(Self {
            http: Http::new(settings)?,
            address: address.to_owned(),
        })
    }

    /// What a GET answers with HTTP 200.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = Request::get("demo", CallClass::Read, path);
        let answer = self.http.read(None, &request).await;
        fine(answer.with_context(|| format!("GET http://{}{path}", self.address))?)
    }

    /// The same, as JSON.
    pub(super) async fn json(&self, path: &str) -> anyhow::Result<Value> {
        self.get(path).await?.json().map_err(|why| anyhow!("{path}: {why}"))
    }

    /// Posts JSON.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let request = Request::post("demo", CallClass::Write, path).json(body);
        let answer = self.http.send_once(&mut self.http.visit(), &request).await;
        fine(answer.with_context(|| format!("POST http://{}{path}", self.address))?).map(drop)
    }
}

fn fine(mut answer: Answer) -> anyhow::Result<Answer> {
    answer.classified(CallResult::Ok);
    if answer.status == 200 {
        return Ok(answer);
    }
    let said = String::from_utf8_lossy(&answer.body);
    Err(anyhow!("HTTP {}: {}", answer.status, said.trim()))
}
