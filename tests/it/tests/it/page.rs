//! The operator's page as programs see it: who is let in, what forms have to bring, what every answer says.

use reqwest::header::HeaderMap;
use serde_json::json;

use crate::world::seen::note;
use crate::world::*;

/// A visitor without a browser: it keeps no cookies but by hand.
struct Visitor {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

struct Seen {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the page's first proof.
    fn proof(&self) -> &str {
        let after = self.text.split("name=\"proof\" value=\"").nth(1).expect("a form");
        after.split('"').next().unwrap()
    }
}

impl Visitor {
    fn of(world: &World) -> Self {
        Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            base: world.http().base().to_owned(),
            cookie: String::new(),
        }
    }

    async fn signed_in(world: &World, name: &str) -> Self {
        let mut visitor = Self::of(world);
        let seen = visitor.sign_in(token(name), &[]).await;
        assert_eq!((seen.status, seen.header("location")), (303, "/"), "{}", seen.text);
        let cookie = seen.header("set-cookie").split(';').next().unwrap();
        visitor.cookie = cookie.to_owned();
        visitor
    }

    async fn sign_in(&self, token: &str, more: &[(&'static str, &str)]) -> Seen {
        let mut request = self.request("POST", "/sign-in").header("origin", &self.base);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        self.send(request, &[("person", "Ina Invented"), ("token", token)])
            .await
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.header("cookie", &self.cookie)
    }

    async fn get(&self, path: &str) -> Seen {
        seen(self.request("GET", path)).await
    }

    /// A form from our own page.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = self.request("POST", path).header("origin", &self.base);
        self.send(request, fields).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> Seen {
        seen(request.form(fields)).await
    }
}

/// Sends, and checks what holds of every answer of the page.
async fn seen(request: reqwest::RequestBuilder) -> Seen {
    let response = request.send().await.unwrap();
    let seen = Seen {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    };
    note(
        "an answer of the page",
        format!("{:?}\n{}", seen.headers, seen.text).as_bytes(),
    );
    let policy = seen.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert_eq!(seen.header("cache-control"), "no-store");
    assert_eq!(seen.header("referrer-policy"), "same-origin");
    for secret in ["reader", "shop", "boss", "writer"].map(token) {
        assert!(!seen.text.contains(secret));
    }
    seen
}

#[tokio::test]
async fn nobody_is_let_in_without_a_token_that_reads() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let visitor = Visitor::of(&world);
    for path in [
        "/",
        "/accounts",
        "/refused",
        "/search?q=x",
        "/orders/0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
    ] {
        let seen = visitor.get(path).await;
        assert_eq!(seen.status, 303, "{path}");
        assert!(seen.header("location").starts_with("/sign-in?next="), "{path}");
    }
    assert_eq!(visitor.get("/page/events").await.status, 401);
    let wrong = visitor.sign_in("no-such-token", &[]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("not known here") && !wrong.text.contains("no-such-token"));
    assert_eq!(visitor.sign_in(token("writer"), &[]).await.status, 403);
    // Another site cannot sign anybody in, as somebody else for instance.
    let request = visitor
        .request("POST", "/sign-in")
        .header("origin", "https://evil.example");
    let foreign = visitor
        .send(request, &[("person", "x"), ("token", token("boss"))])
        .await;
    assert_eq!((foreign.status, foreign.header("set-cookie")), (403, ""));

    let right = visitor.sign_in(token("reader"), &[]).await;
    let cookie = right.header("set-cookie");
    for part in ["domorder=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let over_tls = visitor
        .sign_in(token("reader"), &[("x-forwarded-proto", "https")])
        .await;
    let cookie = over_tls.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-domorder=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );

    // A cookie opens no API, and a token no page.
    let reader = Visitor::signed_in(&world, "reader").await;
    let api = reader.request("GET", "/v1/orders").send().await.unwrap();
    assert_eq!(api.status(), 401);
    let bearer = visitor.request("GET", "/").bearer_auth(token("boss"));
    assert_eq!(seen(bearer).await.status, 303);
}

#[tokio::test]
async fn forms_of_elsewhere_and_beyond_a_role_do_nothing() {
    let world = World::with().scale(1.0).setting("http.tokens", TOKENS).start().await;
    let key = world.order(transfer("locked-example-shop.com", "some-Code-4444")).await;
    world.until(&key, "action_required/domain_locked").await;
    let order = format!("/orders/{}", world.id_of(&key).await.unwrap());
    let (cancel, pause) = (format!("{order}/cancel"), "/accounts/cr-main/pause");

    let reader = Visitor::signed_in(&world, "reader").await;
    let proof = reader.get("/").await.proof().to_owned();
    for path in [&cancel, pause] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
        let fields = [("proof", proof.as_str()), ("note", "x"), ("reason", "x")];
        let refused = reader.post(path, &fields).await;
        assert!(
            refused.status == 403 && refused.text.contains("viewer"),
            "{}",
            refused.text
        );
    }

    let shop = Visitor::signed_in(&world, "shop").await;
    let page = shop.get(&cancel).await;
    assert_eq!(page.status, 200);
    let (own, other) = (page.proof().to_owned(), proof);
    assert_ne!(own, other);
    // Without a proof, with another session's, from another site, without a note.
    assert_eq!(shop.post(&cancel, &[("note", "x")]).await.status, 403);
    assert_eq!(
        shop.post(&cancel, &[("note", "x"), ("proof", &other)]).await.status,
        403
    );
    for origin in ["https://evil.example", "null"] {
        let request = shop.request("POST", &cancel).header("origin", origin);
        assert_eq!(
            shop.send(request, &[("note", "x"), ("proof", &own)]).await.status,
            403,
            "{origin}"
        );
    }
    let request = shop.request("POST", &cancel);
    assert_eq!(
        shop.send(request, &[("note", "x"), ("proof", &own)]).await.status,
        403,
        "no origin"
    );
    let request = shop
        .request("POST", &cancel)
        .header("origin", &shop.base)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(shop.send(request, &[("note", "x"), ("proof", &own)]).await.status, 403);
    let noted = shop.post(&cancel, &[("note", " "), ("proof", &own)]).await;
    assert!(noted.status == 422 && noted.text.contains("say why"), "{}", noted.text);
    let resolve = format!("{order}/resolve");
    let fields = [("note", "x"), ("outcome", "not-done"), ("proof", own.as_str())];
    assert_eq!(
        shop.post(&resolve, &fields).await.status,
        403,
        "only an operator decides"
    );
    let boss = Visitor::signed_in(&world, "boss").await;
    let proof = boss.get("/").await.proof().to_owned();
    for (fields, status, told) in [
        (&[("outcome", "not-done"), ("proof", &*proof)][..], 422, "say why"),
        (&[("note", "x"), ("proof", &*proof)], 422, "outcome"),
        (
            &[("note", "x"), ("outcome", "perhaps"), ("proof", &*proof)],
            422,
            "not-done",
        ),
        (
            &[("note", "x"), ("outcome", "not-done"), ("proof", &*own)],
            403,
            "session",
        ),
        (&[("note", "x"), ("outcome", "not-done")], 403, "session"),
        // It asks the customer, and nobody for a decision.
        (
            &[("note", "x"), ("outcome", "not-done"), ("proof", &*proof)],
            409,
            "decision",
        ),
    ] {
        let refused = boss.post(&resolve, fields).await;
        assert!(
            refused.status == status && refused.text.contains(told),
            "{} {}",
            refused.status,
            refused.text
        );
    }
    let view = world.view(&key).await.unwrap();
    assert_eq!(view["state"], "action_required", "nothing was done");

    let taken = shop
        .post(&cancel, &[("note", "the customer said so"), ("proof", &own)])
        .await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    world.until(&key, "cancelled/cancelled_by_signal").await;
    let timeline = world.timeline(&key).await;
    let told: Vec<&str> = timeline
        .iter()
        .map(|entry| text(entry, "signal"))
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(told, ["cancel by page:shop (Ina Invented): the customer said so"]);
    let late = shop.post(&cancel, &[("note", "again"), ("proof", &own)]).await;
    assert!(
        late.status == 409 && late.text.contains("The order is through"),
        "{}",
        late.text
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_for_whoever_kept_its_cookie() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let boss = Visitor::signed_in(&world, "boss").await;
    let proof = boss.get("/").await.proof().to_owned();
    assert_eq!(boss.post("/sign-out", &[]).await.status, 403);
    let out = boss.post("/sign-out", &[("proof", &proof)]).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(boss.get("/").await.status, 303);
    assert_eq!(
        boss.post("/accounts/cr-main/pause", &[("proof", &proof), ("reason", "x")])
            .await
            .status,
        401
    );
    let http = world.http().by("boss");
    let all = http.get("/v1/accounts").await.is(200);
    assert!(
        all["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|account| account["paused"].is_null())
    );
}

#[tokio::test]
async fn without_tokens_only_this_machine_sees_the_page_and_forms_need_a_proof_all_the_same() {
    let world = World::new().await;
    let mut visitor = Visitor::of(&world);
    let first = visitor.get("/").await;
    assert_eq!(first.status, 200);
    visitor.cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    let pause = "/accounts/cr-main/pause";
    assert_eq!(visitor.post(pause, &[("reason", "rain")]).await.status, 403);
    let proof = visitor.get(pause).await.proof().to_owned();
    assert_eq!(
        visitor
            .post(pause, &[("reason", "rain"), ("proof", &proof)])
            .await
            .status,
        303
    );
    let http = world.http();
    let all = http.get("/v1/accounts").await.is(200);
    assert_eq!(all["accounts"][0]["paused"], "rain (by page:http (this machine))");
    let foreign = visitor.request("GET", "/").header("host", "evil.example");
    assert_eq!(seen(foreign).await.status, 403);
    http.post("/v1/accounts/cr-main/resume", &json!({})).await.is(200);
}
