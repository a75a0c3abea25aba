//! The HTTP API, asked as a billing system asks it. What holds of every answer is checked with each.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http_body_util::StreamBody;
use http_body_util::combinators::BoxBody;
use hyper::body::Frame;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{Replica, World, seen};

/// Tokens of a world that has some: one a scope, and one for all. Their secrets are looked for everywhere at the end.
pub(crate) const TOKENS: &str = "[\
    {name = 'reader', token = 'reader-token-4f1c', scopes = ['orders:read']}, \
    {name = 'writer', token = 'writer-token-93ab', scopes = ['orders:write']}, \
    {name = 'support', token = 'support-token-77d0', scopes = ['orders:act']}, \
    {name = 'shop', token = 'shop-token-1b2e', scopes = ['orders:read', 'orders:write', 'orders:act']}, \
    {name = 'boss', token = 'boss-token-5e6f', scopes = ['admin']}]";

/// The token of a name in [`TOKENS`].
pub(crate) fn token(name: &str) -> &'static str {
    let after = TOKENS.split(&format!("name = '{name}', token = '")).nth(1);
    after
        .and_then(|rest| rest.split('\'').next())
        .expect("a token of this name")
}

/// A caller of a replica's API.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// It has this status; the body.
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The places of the faults that it names, sorted.
    pub(crate) fn places(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let place = |e: &Value| {
            e["pointer"]
                .as_str()
                .or(e["parameter"].as_str())
                .unwrap_or("?")
                .to_owned()
        };
        let mut places: Vec<String> = errors.iter().map(place).collect();
        places.sort();
        places
    }
}

impl World {
    /// The API of the first replica, as the shop, where the world has [`TOKENS`].
    pub(crate) fn http(&self) -> Http {
        Http::of(&self.replicas[0])
    }
}

impl Http {
    /// The API of a replica, without a token.
    pub(crate) fn of(replica: &Replica) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(40))
            .build()
            .unwrap();
        let base = format!("http://{}", replica.address().expect("it listens"));
        Self {
            client,
            base,
            token: None,
        }
    }

    /// What addresses begin with.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// As a name in [`TOKENS`].
    pub(crate) fn by(&self, name: &str) -> Self {
        self.with_token(token(name))
    }

    /// With this token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// A request to be completed.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request, and checks what holds of every answer.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("the replica answers");
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a whole body"),
        };
        seen::note(
            "an answer over HTTP",
            format!("{:?}\n{}", answer.headers, answer.text).as_bytes(),
        );
        assert!(!answer.header("x-request-id").is_empty(), "{answer:?}");
        if answer.status >= 400 {
            assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
            let problem = answer.json();
            assert_eq!(problem["status"], answer.status, "{answer:?}");
            assert!(problem["type"].as_str().unwrap().starts_with("urn:domorder:problem:"));
            assert!(!problem["title"].as_str().unwrap().is_empty());
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("POST", path).json(body)).await
    }
}

/// A body that comes in parts.
pub(crate) fn streamed(parts: impl Stream<Item = Bytes> + Send + Sync + 'static) -> reqwest::Body {
    let frames = parts.map(|part| Ok::<_, io::Error>(Frame::data(part)));
    reqwest::Body::wrap(BoxBody::new(StreamBody::new(frames)))
}

/// Documents a line each.
pub(crate) fn ndjson(documents: &[Value]) -> String {
    documents.iter().map(|document| format!("{document}\n")).collect()
}

impl Http {
    /// Hands in a batch, and reads every line of the answer.
    pub(crate) async fn batch(&self, body: impl Into<reqwest::Body>) -> Vec<Value> {
        let request = self
            .request("POST", "/v1/orders/batch")
            .header("content-type", "application/x-ndjson");
        let answer = self.send(request.body(body)).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "application/x-ndjson"),
            "{answer:?}"
        );
        answer
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Opens a stream of events: from `Last-Event-ID`, where there is one.
    pub(crate) async fn stream(&self, query: &str, last: Option<&str>) -> EventStream {
        let mut request = self.request("GET", &format!("/v1/events/stream{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        EventStream {
            response,
            text: String::new(),
            read: 0,
            last: String::new(),
            comments: 0,
            retries: 0,
        }
    }
}

/// Server-sent events, read as the specification says (WHATWG HTML, 9.2).
#[derive(Debug)]
pub(crate) struct EventStream {
    response: reqwest::Response,
    text: String,
    /// How much of the text was read.
    read: usize,
    pub(crate) last: String,
    pub(crate) comments: usize,
    pub(crate) retries: usize,
}

impl EventStream {
    /// The data of the next event; nothing where the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(data) = self.parse() {
                return Some(data);
            }
            self.more().await?;
        }
    }

    /// Waits for a comment, while no event comes.
    pub(crate) async fn until_comment(&mut self) {
        loop {
            assert_eq!(self.parse(), None);
            if self.comments > 0 {
                return;
            }
            self.more().await.expect("the stream goes on");
        }
    }

    /// The data of an event that is there, if any.
    fn parse(&mut self) -> Option<Value> {
        while let Some(length) = self.text[self.read..].find("\n\n") {
            let block = self.text[self.read..self.read + length].to_owned();
            self.read += length + 2;
            let mut data = None;
            for line in block.lines() {
                match line.split_once(':').unwrap_or((line, "")) {
                    ("", _) => self.comments += 1,
                    ("id", id) => id.trim_start().clone_into(&mut self.last),
                    ("retry", _) => self.retries += 1,
                    ("data", text) => data = Some(serde_json::from_str(text).unwrap()),
                    other => panic!("{other:?}"),
                }
            }
            if data.is_some() {
                return data;
            }
        }
        None
    }

    async fn more(&mut self) -> Option<()> {
        let part = self.response.chunk().await.ok()??;
        self.text.drain(..std::mem::take(&mut self.read));
        seen::note("a stream of events", &part);
        self.text.push_str(std::str::from_utf8(&part).unwrap());
        Some(())
    }
}
