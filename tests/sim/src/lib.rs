//! Provider simulators: state, quirks, a ledger of charges, faults on demand.
//!
//! A server on a real socket that answers as ConnectReseller (`/ConnectReseller/ESHOP/…`), LogicBoxes (`/api/…`) and
//! Name.com (`/namecom/api/…`) do. It holds domains, transfers, email orders and money; writes down every charge,
//! whether or not its answer arrived; refuses what no careful client sends; and loses answers where it is told to.
//! README.md lists scenarios, faults and the control interface.
//!
//! It does not resolve names, judge contacts, or know the providers' other calls: each of those is one more row in
//! `connectreseller/mod.rs`, `logicboxes/mod.rs` or `namecom/mod.rs`.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use domorder_tests_sim::{Behaviour, Rule, Sim, SimOptions};
//!
//! let sim = Sim::start(SimOptions::default()).await?;
//! sim.control().add_fault(Rule::new(Behaviour::DoThenDrop).operation("RenewalOrder").once());
//! // … drive a client against sim.base_url_connectreseller() …
//! assert_eq!(sim.control().charges().standing("RenewalOrder", "renew-1.example"), 1);
//! assert!(sim.control().unexpected().is_empty());
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```

mod behaviour;
mod charges;
mod clock;
mod connectreseller;
mod control;
mod dispatch;
mod faults;
mod house;
mod journal;
mod logicboxes;
mod namecom;
mod operation;
mod params;
mod seed;
mod server;
mod shadow;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use behaviour::Behaviour;
pub use charges::{Charge, ChargeReport, DomainCharges};
pub use clock::ClockReport;
pub use control::Control;
pub use faults::{BadChaos, Chaos, Matcher, Rule, RuleReport};
pub use journal::{OperationCount, Request, RequestReport, Unexpected};
pub use operation::{Effect, Outcome, Provider};
pub use seed::{
    AutoSeed, ConnectResellerSeed, ConnectResellerSettings, DomainOrderSeed, DomainSeed, EmailSeed, LogicBoxesSeed,
    LogicBoxesSettings, NameComAccount, NameComAutoSeed, NameComDomainSeed, NameComSeed, NameComSettings, Reseller,
    Scenario, Seed, SyncUnknown, TransferSeed,
};
pub use world::{DomainReport, EmailReport, NameComReport, StateReport};

use dispatch::Shared;
use server::Mode;
use world::World;

/// The key of ConnectReseller's demo account.
pub const CONNECTRESELLER_KEY: &str = "CR-DEMO-KEY-0001";
/// The number of ConnectReseller's demo account.
pub const CONNECTRESELLER_ID: u64 = 88;
/// The demo customer at ConnectReseller.
pub const CONNECTRESELLER_CUSTOMER: u64 = 5512;
/// The number of LogicBoxes' demo account.
pub const LOGICBOXES_ID: u64 = 700_001;
/// The key of LogicBoxes' demo account.
pub const LOGICBOXES_KEY: &str = "LBDEMOKEY000";
/// The demo customer at LogicBoxes.
pub const LOGICBOXES_CUSTOMER: u64 = 4_400_012;

/// The user name of Name.com's demo account.
pub const NAMECOM_USERNAME: &str = "demo-seller";
/// The token of Name.com's demo account.
pub const NAMECOM_TOKEN: &str = "nc-demo-token-0001";

/// How a simulator starts.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Virtual seconds in a real one.
    pub scale: f64,
    /// What it starts with beside the standard world.
    pub seed: Seed,
    /// Random faults from the start.
    pub chaos: Option<Chaos>,
    /// Whether requests that change something are kept one by one.
    pub keep_requests: bool,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            scale: 1.0,
            seed: Seed::default(),
            chaos: None,
            keep_requests: true,
        }
    }
}

/// The simulator.
pub struct Sim;

impl Sim {
    /// Starts it, on the current runtime.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn start(options: SimOptions) -> io::Result<SimHandle> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let mut world = World::new(&options.seed, options.scale, options.keep_requests, 0);
        world.faults.set_chaos(options.chaos);
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            mode: watch::Sender::new(Mode::Open),
            seed: options.seed,
            scale: options.scale,
            keep_requests: options.keep_requests,
        });
        let control = Control {
            shared: Arc::clone(&shared),
        };
        let router = control::router(control.clone());
        let task = tokio::spawn(server::run(listener, address, shared, router));
        Ok(SimHandle {
            address,
            control,
            task: Some(task),
        })
    }
}

/// A running simulator; dropping it stops it.
pub struct SimHandle {
    address: SocketAddr,
    control: Control,
    task: Option<JoinHandle<()>>,
}

impl SimHandle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stands for `https://api.connectreseller.com/ConnectReseller/ESHOP`; no slash at its end.
    pub fn base_url_connectreseller(&self) -> String {
        format!("http://{}/ConnectReseller/ESHOP", self.address)
    }

    /// Stands for `https://httpapi.com/api`; no slash at its end.
    pub fn base_url_logicboxes(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Stands for `https://api.name.com/api`; no slash at its end.
    pub fn base_url_namecom(&self) -> String {
        format!("http://{}/namecom/api", self.address)
    }

    /// The hand on its world.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops listening and cuts all connections. Its control still tells what happened.
    pub async fn stop(mut self) {
        self.control.shared.mode.send_replace(Mode::Stopped);
        if let Some(task) = self.task.take() {
            // It ends by itself; a panic in it has been printed.
            let _ = task.await;
        }
    }

    /// Waits until it is stopped, which a program that only simulates does.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        stop.await;
        self.stop().await;
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        self.control.shared.mode.send_replace(Mode::Stopped);
    }
}
