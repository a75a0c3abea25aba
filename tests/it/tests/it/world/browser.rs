//! A real Chromium, driven as a person would use it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{LIMIT, PAUSE};

/// A browser; its processes end with it.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    base: String,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command of Chromium's own, beside those of WebDriver.
#[derive(Debug)]
struct Chromium {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Chromium {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Starts one that shows the pages of an address.
    pub(crate) async fn start(base: &str) -> Self {
        let profile = TempDir::new().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is there: Debian's package chromium-driver");
        let said = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = said.map_while(Result::ok).find_map(|line| {
            let port = line.split("successfully on port ").nth(1)?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says its port");
        let arguments = json!([
            "--headless=new",
            // A container's root has no sandbox, and the pages are our own.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-proxy-server",
            "--no-first-run",
            "--window-size=1280,900",
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let wanted = json!({"goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}});
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(wanted.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self {
            driver,
            client,
            base: base.to_owned(),
            _profile: profile,
        }
    }

    /// Ends it; whoever does not leaves the browser to end by itself.
    pub(crate) async fn close(self) {
        let _ = self.client.clone().close().await;
    }

    pub(crate) async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Path and query of where it is.
    pub(crate) async fn place(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    }

    /// Waits until it is there.
    pub(crate) async fn until_at(&self, place: &str) {
        let begun = Instant::now();
        loop {
            let at = self.place().await;
            if at == place {
                return;
            }
            assert!(begun.elapsed() < LIMIT, "led to {at} and not to {place}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What a person reads.
    pub(crate) async fn text(&self) -> String {
        // Nothing while one page gives way to the next.
        let Ok(main) = self.client.find(Locator::Css("main")).await else {
            return String::new();
        };
        main.text().await.unwrap_or_default()
    }

    /// What a person reads, once it has these words.
    pub(crate) async fn until(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return text;
            }
            assert!(begun.elapsed() < LIMIT, "waited in vain for {words:?} in:\n{text}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What a selector finds, by its text.
    pub(crate) async fn all(&self, selector: &str) -> Vec<String> {
        // In one go: the page may replace its parts at any time.
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())";
        let found = self.client.execute(script, vec![selector.into()]).await.unwrap();
        serde_json::from_value(found).unwrap()
    }

    /// An attribute of what a selector finds first.
    pub(crate) async fn attribute(&self, selector: &str, name: &str) -> String {
        let found = self.client.find(Locator::Css(selector)).await.unwrap();
        found.attr(name).await.unwrap().unwrap_or_default()
    }

    /// Clicks a link with exactly these words.
    pub(crate) async fn follow(&self, words: &str) {
        self.click_on(Locator::LinkText(words)).await;
    }

    /// Clicks what a selector finds.
    pub(crate) async fn click(&self, selector: &str) {
        self.click_on(Locator::Css(selector)).await;
    }

    /// Again where the page has just replaced what was found.
    async fn click_on(&self, locator: Locator<'_>) {
        let begun = Instant::now();
        loop {
            let found = self.client.find(locator).await;
            let found = found.unwrap_or_else(|error| panic!("no {locator:?}: {error}"));
            match found.click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() && begun.elapsed() < LIMIT => {}
                Err(error) => panic!("{locator:?}: {error}"),
            }
        }
    }

    /// Types into fields by their ids, in place of what stands there, and presses the button of the form.
    pub(crate) async fn fill(&self, fields: &[(&str, &str)], button: &str) {
        for (id, text) in fields {
            let field = self.client.find(Locator::Id(id)).await.unwrap();
            field.clear().await.unwrap();
            field.send_keys(text).await.unwrap();
        }
        self.click(button).await;
    }

    /// Signs in, once it was led there.
    pub(crate) async fn sign_in(&self, person: &str, token: &str) {
        let fields = [("person", person), ("token", token)];
        self.fill(&fields, "form.stacked button").await;
    }

    pub(crate) async fn sign_out(&self) {
        self.click(".who button").await;
        // Whoever goes elsewhere before would break it off.
        self.until_at("/sign-in").await;
    }

    /// The result of a script.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        let path = "goog/cdp/execute";
        self.client.issue_cmd(Chromium { path, body }).await.unwrap()
    }

    /// What the console said since it was last asked.
    pub(crate) async fn console(&self) -> Vec<String> {
        let (path, body) = ("se/log", json!({"type": "browser"}));
        let entries = self.client.issue_cmd(Chromium { path, body }).await.unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        let said = entries.iter().map(|entry| super::text(entry, "message").to_owned());
        // A driver types before a page has drawn itself, and then it cannot give the focus to what it means to.
        said.filter(|line| !line.contains("Autofocus processing was blocked"))
            .collect()
    }

    /// Pictures of a page in both themes and on a narrow screen, where `DOMORDER_SCREENSHOTS` names a folder.
    pub(crate) async fn pictures(&self, name: &str) {
        let Some(folder) = std::env::var_os("DOMORDER_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        std::fs::create_dir_all(&folder).unwrap();
        for (theme, screen, width) in [
            ("light", "wide", 1280),
            ("dark", "wide", 1280),
            ("light", "narrow", 390),
            ("dark", "narrow", 390),
        ] {
            self.look(theme, width).await;
            let height = self.script("return document.documentElement.scrollHeight").await;
            let size = json!({"width": width, "height": height.as_u64().unwrap_or(900).clamp(600, 4000), "deviceScaleFactor": 1, "mobile": false});
            self.devtools("Emulation.setDeviceMetricsOverride", size).await;
            let picture = self.client.screenshot().await.unwrap();
            let mut file = String::new();
            write!(file, "{name}-{screen}-{theme}.png").unwrap();
            std::fs::write(folder.join(file), picture).unwrap();
        }
        self.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        self.devtools("Emulation.setEmulatedMedia", json!({"features": []}))
            .await;
    }

    /// Takes on a theme and a width.
    pub(crate) async fn look(&self, theme: &str, width: u32) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }
}
