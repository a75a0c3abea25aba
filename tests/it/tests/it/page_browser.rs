//! The operator's page in a real Chromium: what each role sees and does, live and without a script, and that nothing
//! that others wrote is ever more than text.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);
const MOVING: &str = "move-example-shop.com";
const LOCKED: &str = "locked-example-shop.com";
const ODD: &str = "renew-odd-example.com";
/// Would rename the page if it ever ran.
const EVIL: &str = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

/// What the tests look at, in one browser: starting it is most of their cost.
struct Scene {
    world: World,
    browser: Browser,
    moving: String,
    locked: String,
    odd: String,
    /// Waits as it should.
    way: String,
}

#[tokio::test]
async fn people_see_and_do_what_their_role_allows_live_and_without_a_script() {
    let scene = Scene::set().await;
    scene.signing_in_takes_a_right_token().await;
    scene.an_order_is_found_by_name_key_and_id().await;
    scene.refused_documents_are_shown().await;
    scene.what_others_wrote_stays_text().await;
    scene.a_viewer_has_no_buttons().await;
    scene
        .a_stalled_transfer_gets_a_new_auth_code_and_goes_on_before_ones_eyes()
        .await;
    scene.without_a_script_it_is_read_and_acted_on_all_the_same().await;
    scene.an_operator_pauses_and_resumes().await;
    scene.only_an_operator_decides_with_a_note_by_a_form_of_the_page().await;
    scene.it_fits_a_narrow_screen().await;
    scene.browser.close().await;
}

impl Scene {
    async fn set() -> Self {
        let world = World::with()
            .scale(1.0)
            .seed(json!({"connectreseller": {"transfers": [{"name": MOVING, "auth_code": "right-Code-7Fq2"}]}}))
            .setting("http.tokens", TOKENS)
            .start()
            .await;
        world.keep_secret("right-Code-7Fq2");
        let odd = json!({"responseMsg": {"statusCode": 400, "message": format!("Odd: {EVIL}")}});
        let rule = Rule::new(Behaviour::Answer { status: 200, body: odd })
            .operation("RenewalOrder")
            .domain(ODD);
        world.providers().add_fault(rule.once());
        let metadata = json!({"metadata": {"invoice": "20931", "note": EVIL}});
        let moving = world.order(with(transfer(MOVING, "wrong-Code-0000"), metadata)).await;
        let locked = world.order(transfer(LOCKED, "some-Code-4444")).await;
        let odd = world
            .order(with(renew(ODD), json!({"idempotency_key": format!("key {EVIL}")})))
            .await;
        let way = world.order(transfer("slow-move-example.com", "some-Code-6666")).await;
        let done = world.order(renew("renew-done-example.com")).await;
        world
            .order(with(
                renew("renew-wrong-example.com"),
                json!({"years": 11, "wibble": EVIL}),
            ))
            .await;
        world.until(&moving, "action_required/auth_code_invalid").await;
        world.until(&locked, "action_required/domain_locked").await;
        world.until(&way, "blocked/awaiting_losing_registrar").await;
        world.until(&odd, "action_required/absence_inconclusive").await;
        world.until(&done, "succeeded").await;
        let browser = Browser::start(world.http().base()).await;
        Self {
            world,
            browser,
            moving,
            locked,
            odd,
            way,
        }
    }

    async fn page_of(&self, key: &str) -> String {
        format!("/orders/{}", self.world.id_of(key).await.unwrap())
    }

    /// Signs in anew, and is led to a page.
    async fn as_visitor(&self, name: &str, page: &str) {
        self.browser.go(page).await;
        self.browser.sign_in("Ina Invented", token(name)).await;
        self.browser.until_at(page).await;
    }

    /// Nothing was refused by the page's own rules, and nothing failed.
    async fn console_is_silent(&self) {
        let said = self.browser.console().await;
        assert!(said.is_empty(), "{said:#?}");
    }

    async fn signing_in_takes_a_right_token(&self) {
        let browser = &self.browser;
        browser.go("/").await;
        assert_eq!(browser.place().await, "/sign-in?next=%2F");
        browser.pictures("sign-in").await;
        browser.sign_in("Ina Invented", "no-such-token").await;
        browser.until("This token is not known here.").await;
        // A form that was refused is an error of the console, rightly.
        let said = browser.console().await;
        assert!(said.iter().all(|line| line.contains("401")), "{said:#?}");
        browser.sign_in("Ina Invented", token("shop")).await;
        let text = browser.until("We have to act").await;
        for domain in [MOVING, LOCKED, "slow-move-example.com"] {
            assert!(text.contains(domain), "{text}");
        }
        for words in [
            "The customer has to act",
            "Waiting normally",
            "Outcome not known",
            "succeeded 1",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert_eq!(browser.all(".who span").await, ["Ina Invented · support"]);
        browser.pictures("overview").await;
        browser.follow("Refused documents").await;
        browser.until("Refused documents").await;
        self.console_is_silent().await;
    }

    async fn an_order_is_found_by_name_key_and_id(&self) {
        let browser = &self.browser;
        let page = self.page_of(&self.moving).await;
        let id = self.world.id_of(&self.moving).await.unwrap();
        for text in [MOVING, self.moving.as_str(), &id] {
            browser.go("/accounts").await;
            browser.fill(&[("q", text)], ".search button").await;
            browser.until("Transfer move-example-shop.com here").await;
            assert_eq!(browser.place().await, page, "{text}");
        }
        browser.go("/accounts").await;
        browser.fill(&[("q", EVIL)], ".search button").await;
        let text = browser.until("Nothing.").await;
        assert!(text.contains(EVIL), "{text}");
        self.console_is_silent().await;
    }

    async fn refused_documents_are_shown(&self) {
        let browser = &self.browser;
        browser.go("/refused").await;
        let text = browser.until("/years").await;
        assert!(text.contains("/wibble") && text.contains("11"), "{text}");
        browser.click("summary").await;
        browser.until("renew-wrong-example.com").await;
        browser.pictures("refused").await;
        self.console_is_silent().await;
    }

    async fn what_others_wrote_stays_text(&self) {
        let browser = &self.browser;
        browser.go(&self.page_of(&self.odd).await).await;
        let text = browser.until("What happened").await;
        assert!(text.contains(&format!("key {EVIL}")), "the key: {text}");
        assert!(text.contains(&format!("Odd: {EVIL}")), "the provider's words: {text}");
        let title = browser.script("return document.title").await;
        assert_eq!(title, format!("{ODD} – domorder"));
        browser.go(&self.page_of(&self.moving).await).await;
        let text = browser.until("From the billing system").await;
        assert!(text.contains(EVIL), "{text}");
        assert_eq!(
            browser
                .script("return document.querySelectorAll('main img, main script').length")
                .await,
            0
        );
        browser.pictures("order").await;
        self.console_is_silent().await;
    }

    async fn a_viewer_has_no_buttons(&self) {
        let browser = &self.browser;
        let page = self.page_of(&self.moving).await;
        let shown = |selector: &'static str| async move { browser.all(selector).await };
        assert_eq!(
            shown(".actions .button").await,
            ["New auth code…", "Try now…", "Look now…", "Cancel the order…"]
        );
        browser.sign_out().await;
        browser.until_at("/sign-in").await;
        self.as_visitor("reader", &page).await;
        assert!(shown(".actions .button").await.is_empty());
        assert!(browser.text().await.contains("Your role, viewer, does not allow"));
        browser.go("/accounts").await;
        assert!(shown(".cards .button").await.is_empty());
        browser.sign_out().await;
        self.console_is_silent().await;
    }

    async fn a_stalled_transfer_gets_a_new_auth_code_and_goes_on_before_ones_eyes(&self) {
        let browser = &self.browser;
        let page = self.page_of(&self.moving).await;
        self.as_visitor("shop", &page).await;
        browser.follow("New auth code…").await;
        browser.until("Sealed before it is stored").await;
        browser.pictures("confirm").await;
        let fields = [("auth_code", "right-Code-7Fq2"), ("note", "from the customer's mail")];
        browser.fill(&fields, "form.stacked button").await;
        browser.until("Taken: “auth-code”").await;
        // The page was not loaded again by anybody from here on.
        browser.script("window.stayed = true").await;
        browser.until("losing registrar has some days").await;
        self.world.providers().advance(6 * DAY);
        let read = browser.until("Yes: it is done.").await;
        assert_eq!(browser.script("return window.stayed").await, Value::Bool(true));
        assert!(
            read.contains("[auth-code by page:shop (Ina Invented): from the customer's mail]"),
            "{read}"
        );
        assert!(
            !browser
                .script("return document.documentElement.outerHTML")
                .await
                .to_string()
                .contains("7Fq2")
        );
        assert_eq!(browser.attribute("#live-status", "aria-live").await, "polite");
        let view = self.world.until(&self.moving, "succeeded").await;
        self.world.until(&self.way, "succeeded").await;
        let at_the_provider = text(&view, "provider_order_id");
        assert!(!at_the_provider.is_empty(), "{view:#}");
        browser.go("/accounts").await;
        browser.fill(&[("q", at_the_provider)], ".search button").await;
        browser.until("Transfer move-example-shop.com here").await;
        self.console_is_silent().await;
    }

    async fn without_a_script_it_is_read_and_acted_on_all_the_same(&self) {
        let browser = &self.browser;
        browser
            .devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}))
            .await;
        browser.go("/").await;
        browser.until("We have to act").await;
        browser.follow(LOCKED).await;
        browser.until("Who has to act").await;
        browser.follow("Cancel the order…").await;
        browser.until("What it does").await;
        browser
            .fill(&[("note", "ordered twice <b>by mistake</b>")], "form.stacked button")
            .await;
        browser.until("Taken: “cancel”").await;
        self.world.until(&self.locked, "cancelled/cancelled_by_signal").await;
        browser.go(&self.page_of(&self.locked).await).await;
        browser
            .until("cancel by page:shop (Ina Invented): ordered twice <b>by mistake</b>")
            .await;
        browser.sign_out().await;
        browser
            .devtools("Emulation.setScriptExecutionDisabled", json!({"value": false}))
            .await;
        self.console_is_silent().await;
    }

    async fn an_operator_pauses_and_resumes(&self) {
        let browser = &self.browser;
        self.as_visitor("boss", "/accounts").await;
        assert_eq!(browser.all(".cards .button").await, ["Pause…", "Pause…", "Pause…"]);
        browser.click("#account-cr-main .button").await;
        browser.until("handed out no more").await;
        browser
            .fill(&[("reason", "their maintenance")], "form.stacked button")
            .await;
        browser.until("their maintenance (by page:boss (Ina Invented))").await;
        let http = self.world.http().by("boss");
        let accounts = http.get("/v1/accounts").await.is(200);
        assert_eq!(
            accounts["accounts"][0]["paused"],
            "their maintenance (by page:boss (Ina Invented))"
        );
        browser.pictures("accounts").await;
        browser.follow("Resume…").await;
        browser
            .fill(&[("reason", "they are through")], "form.stacked button")
            .await;
        browser.until("Running").await;
        let accounts = http.get("/v1/accounts").await.is(200);
        assert_eq!(accounts["accounts"][0]["paused"], Value::Null);
        self.console_is_silent().await;
    }

    async fn only_an_operator_decides_with_a_note_by_a_form_of_the_page(&self) {
        let browser = &self.browser;
        let page = self.page_of(&self.odd).await;
        let decide = format!("{page}/resolve?outcome=not-done");
        browser.sign_out().await;
        self.as_visitor("shop", &page).await;
        let offered = browser.all(".actions .button").await;
        assert!(
            offered.iter().all(|button| !button.starts_with("It was")),
            "{offered:?}"
        );
        let text = browser.until("Your role, support, does not allow").await;
        assert!(text.contains("What is known") || text.contains("Evidence"), "{text}");
        browser.go(&decide).await;
        browser.until("support").await;
        assert!(
            browser.all("form.stacked").await.is_empty(),
            "no form for whoever may not"
        );
        let said = browser.console().await;
        assert!(
            !said.is_empty() && said.iter().all(|line| line.contains("403")),
            "{said:#?}"
        );
        browser.go(&page).await;
        browser.sign_out().await;

        self.as_visitor("boss", &page).await;
        let offered = browser.all(".actions .button").await;
        for button in ["It was done…", "It was not done…"] {
            assert!(offered.contains(&button.to_owned()), "{offered:?}");
        }
        browser.follow("It was not done…").await;
        browser.until("this buys it a second time").await;
        browser.pictures("resolve").await;
        // Without a word of how they know, the browser sends nothing.
        browser.click("form.stacked button").await;
        assert_eq!(browser.place().await, decide);
        let tampered = "document.querySelector('form.stacked input[name=proof]').value = 'of another session'";
        browser.script(tampered).await;
        browser.fill(&[("note", "forged")], "form.stacked button").await;
        browser.until("does not belong to your session").await;
        let said = browser.console().await;
        assert!(said.iter().all(|line| line.contains("403")), "{said:#?}");
        let view = self.world.view(&self.odd).await.unwrap();
        assert_eq!(
            state_of(&view),
            "action_required/absence_inconclusive",
            "nothing was done"
        );

        browser.go(&decide).await;
        let note = "their panel shows <b>nothing</b>";
        browser.fill(&[("note", note)], "form.stacked button").await;
        browser.until("Taken: “resolve”").await;
        let view = self.world.until(&self.odd, "succeeded").await;
        assert_eq!(
            (&view["attempts"], &view["charged"]),
            (&json!(2), &json!("yes")),
            "{view:#}"
        );
        let text = browser.until("Yes: it is done.").await;
        let told = format!("resolve not-done by page:boss (Ina Invented): {note}");
        assert!(text.contains(&told), "{text}");
        // The form of a while ago is of no use any more.
        browser.go(&decide).await;
        let text = browser.until("Back to the order").await;
        assert!(text.contains("The order is through"), "{text}");
        self.console_is_silent().await;
    }

    async fn it_fits_a_narrow_screen(&self) {
        let browser = &self.browser;
        let order = self.page_of(&self.odd).await;
        for page in ["/", "/accounts", "/refused", order.as_str()] {
            for theme in ["light", "dark"] {
                browser.look(theme, 360).await;
                browser.go(page).await;
                let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.script(wide).await, 0, "{page} is wider than the screen");
                let back = browser
                    .script("return getComputedStyle(document.body).backgroundColor")
                    .await;
                assert_eq!(back == "rgb(18, 22, 28)", theme == "dark", "{back}");
            }
        }
        self.console_is_silent().await;
    }
}
