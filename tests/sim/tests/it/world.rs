//! A world of one test: a simulator, and the least a client needs to ask it.

use std::ops::Deref;
use std::time::Duration;

use domorder_tests_sim::{
    Behaviour, CONNECTRESELLER_KEY, Control, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Rule,
    Seed, Sim, SimHandle, SimOptions,
};
use serde_json::Value;

/// HTTP status and body.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    /// ConnectReseller's outer code.
    pub(crate) fn code(&self) -> i64 {
        self.json()["responseMsg"]["statusCode"]
            .as_i64()
            .unwrap_or_else(|| panic!("no code in {}", self.text))
    }

    /// Name.com's code, whose answers all come under HTTP 200 and as `text/html`.
    pub(crate) fn result(&self) -> i64 {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["result"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("no code in {}", self.text))
    }

    /// Name.com's text.
    pub(crate) fn said(&self) -> String {
        self.json()["result"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// ConnectReseller's data.
    pub(crate) fn data(&self) -> Value {
        self.json()["responseData"].clone()
    }
}

pub(crate) struct World {
    sim: SimHandle,
    client: reqwest::Client,
}

impl Deref for World {
    type Target = Control;

    fn deref(&self) -> &Control {
        self.sim.control()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(Value::Object(serde_json::Map::new())).await
    }

    /// A world of a seed written as JSON, as its users write it.
    pub(crate) async fn of(seed: Value) -> Self {
        let seed: Seed = serde_json::from_value(seed).unwrap();
        Self::started(SimOptions {
            seed,
            ..SimOptions::default()
        })
        .await
    }

    pub(crate) async fn started(options: SimOptions) -> Self {
        // Already installed by another test of this process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self {
            sim: Sim::start(options).await.unwrap(),
            client,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sim.address())
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) async fn stop(self) {
        self.sim.stop().await;
    }

    pub(crate) async fn send(request: reqwest::RequestBuilder) -> Result<Got, reqwest::Error> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok(Got {
            status,
            text: response.text().await?,
        })
    }

    /// ConnectReseller, with the key.
    pub(crate) async fn try_cr(&self, action_and_query: &str) -> Result<Got, reqwest::Error> {
        let base = self.sim.base_url_connectreseller();
        Self::send(
            self.client
                .get(format!("{base}/{action_and_query}&APIKey={CONNECTRESELLER_KEY}")),
        )
        .await
    }

    pub(crate) async fn cr(&self, action_and_query: &str) -> Got {
        self.try_cr(action_and_query).await.unwrap()
    }

    fn lb_auth(query: &str) -> String {
        format!("{query}&auth-userid={LOGICBOXES_ID}&api-key={LOGICBOXES_KEY}")
    }

    /// A LogicBoxes read, with the key.
    pub(crate) async fn lb_get(&self, path: &str, query: &str) -> Got {
        let url = format!(
            "{}/{path}.json?{}",
            self.sim.base_url_logicboxes(),
            Self::lb_auth(query)
        );
        Self::send(self.client.get(url)).await.unwrap()
    }

    /// A LogicBoxes write with a form, and the key.
    pub(crate) async fn try_lb_post(&self, path: &str, form: &str) -> Result<Got, reqwest::Error> {
        let url = format!("{}/{path}.json", self.sim.base_url_logicboxes());
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded");
        Self::send(request.body(Self::lb_auth(form))).await
    }

    pub(crate) async fn lb_post(&self, path: &str, form: &str) -> Got {
        self.try_lb_post(path, form).await.unwrap()
    }

    /// A Name.com call that is not signed.
    pub(crate) fn nc_unsigned(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/{path}", self.sim.base_url_namecom());
        self.client.request(method.parse().unwrap(), url)
    }

    /// A Name.com call that is signed.
    pub(crate) fn nc_signed(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.nc_unsigned(method, path)
            .header("Api-Username", NAMECOM_USERNAME)
            .header("Api-Token", NAMECOM_TOKEN)
    }

    /// A Name.com GET.
    pub(crate) async fn nc_get(&self, path: &str) -> Got {
        Self::send(self.nc_signed("GET", path)).await.unwrap()
    }

    /// A Name.com POST; null is no body.
    pub(crate) async fn try_nc_post(&self, path: &str, body: Value) -> Result<Got, reqwest::Error> {
        let request = self.nc_signed("POST", path);
        Self::send(if body.is_null() { request } else { request.json(&body) }).await
    }

    pub(crate) async fn nc_post(&self, path: &str, body: Value) -> Got {
        self.try_nc_post(path, body).await.unwrap()
    }

    pub(crate) fn once(&self, operation: &str, behaviour: Behaviour) {
        self.add_fault(Rule::new(behaviour).operation(operation).once());
    }

    pub(crate) async fn register(&self, name: &str) -> Got {
        self.cr(&register_query(name)).await
    }

    pub(crate) async fn renew(&self, name: &str) -> Got {
        self.cr(&renew_query(name)).await
    }

    pub(crate) async fn transfer(&self, name: &str, code: &str) -> Got {
        self.cr(&format!(
            "TransferOrder?OrderType=4&Websitename={name}&IsWhoisProtection=false&AuthCode={code}&Id=5512"
        ))
        .await
    }

    pub(crate) async fn view(&self, name: &str) -> Got {
        self.cr(&format!("ViewDomain?websiteName={name}")).await
    }

    pub(crate) async fn sync(&self, name: &str) -> Got {
        self.cr(&format!("syncTransfer?domainName={name}")).await
    }

    /// The test sent nothing that a simulator should be surprised at.
    pub(crate) fn assert_nothing_unexpected(&self) {
        assert_eq!(self.unexpected(), vec![]);
    }
}

pub(crate) fn register_query(name: &str) -> String {
    format!(
        "Order?ProductType=1&Websitename={name}&Duration=2&IsWhoisProtection=true&ns1=ns1.host.example\
         &ns2=ns2.host.example&Id=5512"
    )
}

pub(crate) fn renew_query(name: &str) -> String {
    format!("RenewalOrder?OrderType=2&Websitename={name}&Duration=1&Id=5512")
}
