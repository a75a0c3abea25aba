//! The page's long lists, page by page, and its search by whatever somebody has in hand, in a real Chromium.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::*;

/// Rows of a page of orders, and refused documents of one.
const ROWS: usize = 50;
const REFUSED: usize = 25;
const DONE: usize = 120;
const STALLED: usize = 60;
const WRONG: usize = 60;

struct Scene {
    world: World,
    browser: Browser,
}

#[tokio::test]
async fn long_lists_are_read_page_by_page_and_orders_found_by_each_of_their_names() {
    let scene = Scene::set().await;
    scene.orders_of_a_state_are_read_to_their_end().await;
    scene.orders_that_ask_the_customer_are_read_from_the_overview_on().await;
    scene.refused_documents_are_read_to_their_end().await;
    scene.an_order_is_found_by_each_of_its_names().await;
    let Scene { world, browser } = scene;
    assert!(browser.console().await.is_empty());
    browser.close().await;
    let stalled: Vec<String> = (0..STALLED).map(|at| key_of(&locked(at))).collect();
    for key in &stalled {
        world.tell(key, "cancel", json!({})).await;
    }
    world.until_all(&stalled, "cancelled").await;
}

fn locked(at: usize) -> Value {
    transfer(&format!("locked-{at}-example.com"), "some-Code-4444")
}

impl Scene {
    async fn set() -> Self {
        let world = World::with().scale(1.0).setting("http.tokens", TOKENS).start().await;
        let done = world.orders(renewals(DONE)).await;
        let stalled = world.orders((0..STALLED).map(locked)).await;
        let wrong = (0..WRONG).map(|at| with(renew(&format!("renew-wrong-{at}-example.com")), json!({"years": 11})));
        world.orders(wrong).await;
        let name = "bücher-example-shop.com";
        for (document, key) in [(register(name), "the first of it"), (renew(name), "the second of it")] {
            world.order(with(document, json!({"idempotency_key": key}))).await;
            world.until(key, "succeeded").await;
        }
        world.until_all(&done, "succeeded").await;
        world.until_all(&stalled, "action_required/domain_locked").await;
        world.until_rejected(WRONG).await;
        let browser = Browser::start(world.http().base()).await;
        browser.go("/").await;
        browser.sign_in("Ina Invented", token("reader")).await;
        browser.until_at("/").await;
        Self { world, browser }
    }

    /// Goes on from page to page; what each showed by this selector.
    async fn pages(&self, selector: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        loop {
            pages.push(self.browser.all(selector).await);
            if self.browser.all("nav.pages a[rel=next]").await.is_empty() {
                return pages;
            }
            let before = self.browser.place().await;
            self.browser.follow("Further").await;
            self.world
                .wait_until("the next page", || async { self.browser.place().await != before })
                .await;
        }
    }

    async fn orders_of_a_state_are_read_to_their_end(&self) {
        let browser = &self.browser;
        browser.go("/orders?state=succeeded").await;
        let pages = self.pages("table.orders tbody th a").await;
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [ROWS, ROWS, DONE + 2 - 2 * ROWS]);
        let all: Vec<&String> = pages.iter().flatten().collect();
        // The two of one name are one name.
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), DONE + 1);
        browser.follow("From the start").await;
        browser.until_at("/orders?state=succeeded").await;
        assert_eq!(browser.all("table.orders tbody th a").await, pages[0]);
    }

    async fn orders_that_ask_the_customer_are_read_from_the_overview_on(&self) {
        let browser = &self.browser;
        browser.go("/").await;
        browser.click("#view-customer a[href='/orders?view=customer']").await;
        browser.until_at("/orders?view=customer").await;
        let pages = self.pages("table.orders tbody th a").await;
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [ROWS, STALLED - ROWS]);
        assert_eq!(pages.iter().flatten().collect::<BTreeSet<_>>().len(), STALLED);
    }

    async fn refused_documents_are_read_to_their_end(&self) {
        self.browser.go("/refused").await;
        let pages = self.pages("#refused article p code").await;
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [REFUSED, REFUSED, WRONG - 2 * REFUSED]);
        let mut entries: Vec<&String> = pages.iter().flatten().collect();
        assert!(entries.windows(2).all(|pair| pair[0] != pair[1]));
        entries.sort();
        entries.dedup();
        assert_eq!(entries.len(), WRONG);
    }

    async fn search(&self, text: &str) {
        self.browser.go("/accounts").await;
        self.browser.fill(&[("q", text)], ".search button").await;
    }

    async fn an_order_is_found_by_each_of_its_names(&self) {
        let (world, browser) = (&self.world, &self.browser);
        let key = key_of(&renew("renew-7-example.com"));
        let view = world.view(&key).await.unwrap();
        let page = format!("/orders/{}", text(&view, "id"));
        let at_the_provider = text(&view, "provider_order_id");
        assert!(!at_the_provider.is_empty(), "{view:#}");
        for name in [
            "renew-7-example.com",
            "  RENEW-7-Example.COM. ",
            key.as_str(),
            text(&view, "id"),
            at_the_provider,
        ] {
            self.search(name).await;
            browser.until("Renew renew-7-example.com").await;
            assert_eq!(browser.place().await, page, "{name}");
        }
        // A key may hold blanks; a name, letters of any script, and several orders.
        self.search("the second of it").await;
        browser.until("Renew xn--").await;
        for name in ["bücher-example-shop.com", "xn--bcher-example-shop-m6b.com"] {
            self.search(name).await;
            browser.until("Found for").await;
            assert_eq!(browser.all("table.orders tbody tr").await.len(), 2, "{name}");
        }
        for nothing in [
            "renew-7-example",
            "nobody-example.com",
            "*",
            "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
        ] {
            self.search(nothing).await;
            browser.until("Nothing.").await;
        }
    }
}
