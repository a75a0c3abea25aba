//! Faults on demand: rules that pick calls and say what goes wrong, and chaos drawn from a seed.
//!
//! Chance depends on the seed, the operation, the domain and how often that operation was called for it, never on
//! the order in which different domains' calls arrive: a run is repeatable although it is concurrent.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::behaviour::Behaviour;
use crate::operation::{Effect, Operation, Provider};

/// Which calls a rule looks at; what is left out matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matcher {
    /// The provider.
    pub provider: Option<Provider>,
    /// The operation, in any letter case: `RenewalOrder`, `eelite/add`.
    pub operation: Option<String>,
    /// The domain, or with a `*` at its end, how it begins.
    pub domain: Option<String>,
}

impl Matcher {
    fn fits(&self, operation: &Operation, domain: Option<&str>) -> bool {
        self.provider.is_none_or(|provider| provider == operation.provider)
            && self
                .operation
                .as_ref()
                .is_none_or(|name| name.eq_ignore_ascii_case(operation.name))
            && self
                .domain
                .as_ref()
                .is_none_or(|wanted| match (wanted.strip_suffix('*'), domain) {
                    (_, None) => false,
                    (Some(prefix), Some(domain)) => domain.starts_with(prefix),
                    (None, Some(domain)) => domain == wanted,
                })
    }
}

/// When something goes wrong, and what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The calls it looks at.
    #[serde(default, rename = "match")]
    pub matcher: Matcher,
    /// Acts from this matching call on, counted from 1. Alone it means that call only; with `count`, so many from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Acts at most this often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Acts on this share of the matching calls, drawn from `seed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Where the chance comes from.
    #[serde(default)]
    pub seed: u64,
    /// What goes wrong.
    pub behaviour: Behaviour,
}

impl Rule {
    /// A rule for every call.
    pub fn new(behaviour: Behaviour) -> Self {
        Self {
            matcher: Matcher::default(),
            nth: None,
            count: None,
            probability: None,
            seed: 0,
            behaviour,
        }
    }

    /// Only calls to this provider.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.matcher.provider = Some(provider);
        self
    }

    /// Only calls of this operation.
    #[must_use]
    pub fn operation(mut self, operation: &str) -> Self {
        self.matcher.operation = Some(operation.to_owned());
        self
    }

    /// Only calls about this domain; a `*` at its end stands for any rest.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.matcher.domain = Some(domain.to_owned());
        self
    }

    /// Only the nth matching call, from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// At most this often.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Only the next matching call.
    #[must_use]
    pub fn once(self) -> Self {
        self.count(1)
    }

    /// Only this share of the matching calls.
    #[must_use]
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = Some(probability);
        self.seed = seed;
        self
    }
}

/// A rule, and how it went so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleReport {
    /// The rule.
    pub rule: Rule,
    /// Calls that matched.
    pub seen: u64,
    /// Calls it spoilt.
    pub fired: u64,
}

/// Random faults for calls that change something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chaos {
    /// Where the chance comes from.
    pub seed: u64,
    /// The share of calls spoilt, 0 to 1.
    pub rate: f64,
    /// What may happen to them, all alike likely.
    #[serde(default = "Behaviour::lossy")]
    pub behaviours: Vec<Behaviour>,
}

/// `SEED:RATE`, or `SEED:RATE:behaviour,behaviour`.
impl FromStr for Chaos {
    type Err = BadChaos;

    fn from_str(text: &str) -> Result<Self, BadChaos> {
        let mut parts = text.splitn(3, ':');
        let seed = parts.next().and_then(|part| part.parse().ok()).ok_or(BadChaos)?;
        let rate = parts.next().and_then(|part| part.parse::<f64>().ok()).ok_or(BadChaos)?;
        let behaviours = match parts.next() {
            None => Behaviour::lossy(),
            Some(names) => names
                .split(',')
                .map(|name| serde_json::from_value(serde_json::Value::from(name)).map_err(|_| BadChaos))
                .collect::<Result<_, _>>()?,
        };
        if !(0.0..=1.0).contains(&rate) || behaviours.is_empty() {
            return Err(BadChaos);
        }
        Ok(Self { seed, rate, behaviours })
    }
}

/// A text that is no [`Chaos`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadChaos;

impl fmt::Display for BadChaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected SEED:RATE or SEED:RATE:behaviour,behaviour with a rate from 0 to 1")
    }
}

impl std::error::Error for BadChaos {}

/// What was decided for a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) behaviour: Option<Behaviour>,
    pub(crate) lag_ms: Option<u64>,
}

/// All rules, chaos, and the counts they need.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<RuleReport>,
    chaos: Option<Chaos>,
    calls: HashMap<u64, u64>,
    dead_until_ms: [i64; Provider::COUNT],
}

impl Faults {
    /// Adds a rule after the others. The first that acts decides.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(RuleReport {
            rule,
            seen: 0,
            fired: 0,
        });
    }

    /// Forgets all rules, chaos, and a provider's death.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sets or ends chaos.
    pub(crate) fn set_chaos(&mut self, chaos: Option<Chaos>) {
        self.chaos = chaos;
    }

    /// The rules and how they went.
    pub(crate) fn report(&self) -> Vec<RuleReport> {
        self.rules.clone()
    }

    /// Whether the provider is down at this real time.
    pub(crate) fn is_dead(&self, provider: Provider, real_ms: i64) -> bool {
        real_ms < self.dead_until_ms[provider as usize]
    }

    /// Takes the provider down until then.
    pub(crate) fn kill(&mut self, provider: Provider, until_ms: i64) {
        self.dead_until_ms[provider as usize] = until_ms;
    }

    /// What shall happen to this call.
    pub(crate) fn decide(&mut self, operation: &Operation, domain: Option<&str>) -> Verdict {
        let mut verdict = Verdict::default();
        if self.rules.is_empty() && self.chaos.is_none() {
            return verdict;
        }
        let key = digest(operation, domain);
        let by_chance = self.chaos.is_some() || self.rules.iter().any(|rule| rule.rule.probability.is_some());
        let nth = if by_chance {
            let calls = self.calls.entry(key).or_default();
            *calls += 1;
            *calls
        } else {
            0
        };
        for (index, state) in self.rules.iter_mut().enumerate() {
            let rule = &state.rule;
            let lag = match rule.behaviour {
                Behaviour::Lag { ms } => Some(ms),
                _ => None,
            };
            if !rule.matcher.fits(operation, domain)
                || (lag.is_some() && (operation.effect == Effect::Read || verdict.lag_ms.is_some()))
                || (lag.is_none() && verdict.behaviour.is_some())
            {
                continue;
            }
            state.seen += 1;
            let begun = rule.nth.is_none_or(|nth| state.seen >= nth);
            let limit = rule.count.or(rule.nth.map(|_| 1));
            let left = limit.is_none_or(|count| state.fired < count);
            let salt = rule.seed ^ (index as u64).wrapping_mul(0x9e37);
            if begun && left && rule.probability.is_none_or(|share| chance(salt, key, nth).0 < share) {
                state.fired += 1;
                match lag {
                    Some(ms) => verdict.lag_ms = Some(ms),
                    None => verdict.behaviour = Some(rule.behaviour.clone()),
                }
            }
        }
        if let (None, Some(chaos)) = (&verdict.behaviour, &self.chaos)
            && operation.effect != Effect::Read
        {
            let (draw, pick) = chance(chaos.seed, key, nth);
            if draw < chaos.rate && !chaos.behaviours.is_empty() {
                let pick = pick % chaos.behaviours.len() as u64;
                verdict.behaviour = usize::try_from(pick).ok().map(|index| chaos.behaviours[index].clone());
            }
        }
        if let Some(Behaviour::Lag { ms }) = verdict.behaviour {
            verdict = Verdict {
                behaviour: None,
                lag_ms: Some(ms),
            };
        }
        verdict
    }
}

/// FNV-1a over what names the call.
fn digest(operation: &Operation, domain: Option<&str>) -> u64 {
    let provider = [operation.provider as u8, 0];
    let bytes = provider.iter().chain(operation.name.as_bytes()).chain(b"/");
    bytes
        .chain(domain.unwrap_or_default().as_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// A number from 0 to 1, and another one to choose by.
fn chance(seed: u64, key: u64, nth: u64) -> (f64, u64) {
    let first = splitmix(splitmix(seed) ^ key ^ nth.wrapping_mul(0xd134_2543_de82_ef95));
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    let share = (first >> 11) as f64 / (1_u64 << 53) as f64;
    (share, splitmix(first))
}

fn splitmix(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
