use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use http::request::Parts;
use url::Url;

use crate::http::{CallObserver, CallReport};

/// The text of a file of a provider's fixtures.
pub(crate) fn fixture(provider: &str, file: &str) -> String {
    let path = format!("{}/src/{provider}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// An answer that the server is to give.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: String,
}

/// Any body under any status, labelled as JSON.
pub(crate) fn raw(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: vec![("content-type", "application/json")],
        body: body.into(),
    }
}

impl Reply {
    /// Labelled otherwise.
    pub(crate) fn labelled(mut self, content_type: &'static str) -> Self {
        self.headers = vec![("content-type", content_type)];
        self
    }

    /// Sent elsewhere, which no call may follow.
    pub(crate) fn redirect(to: &'static str) -> Self {
        Self {
            status: 302,
            headers: vec![("location", to)],
            body: String::new(),
        }
    }

    /// Asked to come back after 17 s.
    pub(crate) fn throttled() -> Self {
        Self {
            status: 429,
            headers: vec![("retry-after", "17")],
            body: "<html>slow down</html>".into(),
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) head: Parts,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    sent: Vec<Sent>,
}

#[derive(Default)]
struct Reports(Mutex<Vec<CallReport>>);

impl CallObserver for Reports {
    fn called(&self, call: &CallReport) {
        self.0.lock().unwrap().push(*call);
    }
}

/// A server that answers by a script and remembers what it was asked.
pub(crate) struct Scripted {
    /// The server's address with the provider's own path.
    pub(crate) base: Url,
    script: Arc<Mutex<Script>>,
    reports: Arc<Reports>,
}

impl Scripted {
    /// Gives the replies in their order, whatever is asked, and 599 after them.
    pub(crate) async fn start(path: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            replies: replies.into_iter().collect(),
            sent: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}{path}", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(serve).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            base,
            script,
            reports: Arc::default(),
        }
    }

    /// For the settings of the provider that talks to this server.
    pub(crate) fn observer(&self) -> Arc<dyn CallObserver> {
        self.reports.clone()
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.script.lock().unwrap().sent.clone()
    }

    pub(crate) fn reports(&self) -> Vec<CallReport> {
        self.reports.0.lock().unwrap().clone()
    }

    /// What holds after every call: no secret is shown, nothing is left in the script, each call was reported once.
    pub(crate) fn check(&self, seen: &impl Debug) {
        let text = format!("{seen:?}");
        assert!(!text.contains("canary"), "{text}");
        let script = self.script.lock().unwrap();
        assert!(script.replies.is_empty(), "not asked for: {:?}", script.replies);
        assert_eq!(
            script.sent.len(),
            self.reports.0.lock().unwrap().len(),
            "each call is reported once"
        );
    }
}

async fn serve(State(script): State<Arc<Mutex<Script>>>, asked: Request) -> impl IntoResponse {
    let (head, body) = asked.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
    let mut script = script.lock().unwrap();
    script.sent.push(Sent { head, body });
    let reply = script
        .replies
        .pop_front()
        .unwrap_or_else(|| raw(599, "nothing was expected"));
    let mut answer = (http::StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}
