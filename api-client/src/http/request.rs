//! One request, before it is sent. Its `Debug` shows names, never values.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};

use super::{CallClass, HttpSettings};

type Pairs = Vec<(Cow<'static, str>, String)>;

/// What is asked of a provider. Parameters keep their order, since a provider's samples have one.
#[derive(Clone)]
pub struct Request {
    /// The endpoint's name, for metrics and logs.
    pub operation: &'static str,
    /// What it may do.
    pub class: CallClass,
    /// The method.
    pub method: Method,
    /// Appended to the base address. Its segments are percent-encoded by the caller where they need it.
    pub path: String,
    query: Pairs,
    form: Option<Pairs>,
    json: Option<Bytes>,
    headers: Vec<(HeaderName, String)>,
    basic: Option<(SecretString, SecretString)>,
    secrets: Vec<SecretString>,
}

/// A request as it goes onto a connection.
#[derive(Clone)]
pub struct Wire {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Everything but `Host` and the lengths.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
}

impl Request {
    /// A request by any method.
    pub fn new(method: Method, operation: &'static str, class: CallClass, path: impl Into<String>) -> Self {
        Self {
            operation,
            class,
            method,
            path: path.into(),
            query: Vec::new(),
            form: None,
            json: None,
            headers: Vec::new(),
            basic: None,
            secrets: Vec::new(),
        }
    }

    /// A GET. Some providers spend money by it.
    pub fn get(operation: &'static str, class: CallClass, path: impl Into<String>) -> Self {
        Self::new(Method::GET, operation, class, path)
    }

    /// A POST.
    pub fn post(operation: &'static str, class: CallClass, path: impl Into<String>) -> Self {
        Self::new(Method::POST, operation, class, path)
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_some(self, name: impl Into<Cow<'static, str>>, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a query parameter that is scrubbed from every text about this call.
    #[must_use]
    pub fn query_secret(mut self, name: impl Into<Cow<'static, str>>, value: &SecretString) -> Self {
        self.secrets.push(value.clone());
        self.query(name, value.expose_secret())
    }

    /// Adds a form field; the body becomes `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.form.get_or_insert_default().push((name.into(), value.into()));
        self
    }

    /// Adds a form field that is scrubbed from every text about this call.
    #[must_use]
    pub fn form_secret(mut self, name: impl Into<Cow<'static, str>>, value: &SecretString) -> Self {
        self.secrets.push(value.clone());
        self.form(name, value.expose_secret())
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.json = Some(Bytes::from(body.to_string()));
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets HTTP basic authentication (RFC 7617).
    #[must_use]
    pub fn basic_auth(mut self, user: &SecretString, password: &SecretString) -> Self {
        self.secrets.push(password.clone());
        self.basic = Some((user.clone(), password.clone()));
        self
    }

    /// Hides this too from every text about the call (a password inside a JSON body).
    #[must_use]
    pub fn hide(mut self, secret: &SecretString) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    pub(super) fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }

    /// The request as it goes onto a connection.
    ///
    /// # Errors
    /// Says in words which part cannot be sent (a header value with a line break). No secrets.
    pub fn wire(&self, settings: &HttpSettings) -> Result<Wire, String> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, value("User-Agent", &settings.user_agent)?);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let body = match (&self.json, &self.form) {
            (Some(_), Some(_)) => return Err("a request has a JSON body or a form, not both".into()),
            (Some(json), None) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                json.clone()
            }
            (None, Some(form)) => {
                headers.insert(
                    CONTENT_TYPE,
                    HeaderValue::from_static("application/x-www-form-urlencoded"),
                );
                Bytes::from(encoded(form))
            }
            (None, None) => Bytes::new(),
        };
        for (name, text) in &self.headers {
            headers.insert(name.clone(), value(name.as_str(), text)?);
        }
        if let Some((user, password)) = &self.basic {
            let plain = format!("{}:{}", user.expose_secret(), password.expose_secret());
            let coded = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain));
            let mut authorization = value("Authorization", &coded)?;
            authorization.set_sensitive(true);
            headers.insert(AUTHORIZATION, authorization);
        }
        let base = settings.base_url.path().trim_end_matches('/');
        let path = self.path.trim_start_matches('/');
        if !path.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#')) {
            return Err("the path holds what must be percent-encoded".into());
        }
        let mut target = format!("{base}/{path}");
        if !self.query.is_empty() {
            target.push('?');
            target.push_str(&encoded(&self.query));
        }
        Ok(Wire {
            method: self.method.clone(),
            target,
            headers,
            body,
        })
    }
}

fn encoded(pairs: &Pairs) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|_| format!("header {name} holds what a header cannot"))
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &Pairs| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("class", &self.class)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &names(&self.query))
            .field("form", &self.form.as_ref().map(names))
            .field("json_bytes", &self.json.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        f.debug_struct("Wire")
            .field("method", &self.method)
            .field("path", &path)
            .finish_non_exhaustive()
    }
}
