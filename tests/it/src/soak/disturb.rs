//! What is done to replicas and to Redis, and that there are as many replicas as there should be afterwards.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domorder_jobs::fault::Point;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::world::{World, key_of};

/// When something is done: so many times, evenly over the time.
pub(crate) struct Pace {
    times: u32,
    time: Duration,
}

impl Pace {
    pub(crate) const fn new(times: u32, time: Duration) -> Self {
        Self { times, time }
    }

    /// Whether the next one is due, after so many.
    fn is_due(&self, done: u64, passed: Duration) -> bool {
        done < u64::from(self.times)
            && passed.as_secs_f64() / self.time.as_secs_f64() >= (done as f64 + 0.5) / f64::from(self.times)
    }
}

/// Longer than a lease, shorter than absence has to hold.
const STILL_MS: u64 = 6_000;

/// Does it.
pub(crate) struct Disturber {
    pace: Pace,
    chance: Chance,
    done: u64,
    by_kind: BTreeMap<&'static str, u64>,
    /// Replicas at work, by their place in the world.
    alive: Vec<usize>,
    /// Those that are held still, and until when; Redis is `None`.
    still: Vec<(Option<usize>, Instant)>,
}

impl Disturber {
    pub(crate) fn new(pace: Pace, chance: Chance) -> Self {
        Self {
            pace,
            chance,
            done: 0,
            by_kind: BTreeMap::new(),
            alive: Vec::new(),
            still: Vec::new(),
        }
    }

    /// How much was done.
    pub(crate) const fn done(&self) -> u64 {
        self.done
    }

    /// How often which was done.
    pub(crate) fn told(&self) -> BTreeMap<String, u64> {
        self.by_kind.iter().map(|(kind, n)| ((*kind).to_owned(), *n)).collect()
    }

    /// People and programs speak at any time, whether or not it fits.
    pub(crate) async fn speak(&mut self, world: &World, wave: &[Value]) {
        if self.chance.below(10) == 0 && !self.redis_is_still() {
            let at = self.chance.below_usize(wave.len());
            let signal = ["check-now", "retry"][self.chance.below_usize(2)];
            world.tell(&key_of(&wave[at]), signal, json!({})).await;
        }
    }

    /// Whatever is due.
    pub(crate) async fn turn(&mut self, world: &mut World, passed: Duration) {
        if self.alive.is_empty() {
            self.alive = (0..world.replicas.len()).collect();
        }
        self.go_on(world, Instant::now());
        // One that died by itself, at a fault point.
        for place in 0..self.alive.len() {
            if world.replicas[self.alive[place]].has_ended() {
                self.replace(world, place, &json!([])).await;
            }
        }
        if self.pace.is_due(self.done, passed) && !self.redis_is_still() {
            self.done += 1;
            self.one(world).await;
        }
    }

    async fn one(&mut self, world: &mut World) {
        let place = self.chance.below_usize(self.alive.len());
        let victim = self.alive[place];
        let is_still = self.still.iter().any(|(held, _)| *held == Some(victim));
        let kind = match self.chance.below(100) {
            0..45 => {
                world.replicas[victim].kill9();
                self.replace(world, place, &json!([])).await;
                "SIGKILL"
            }
            45..60 if !is_still => {
                world.replicas[victim].signal("-STOP");
                let until = Instant::now() + Duration::from_millis(500 + self.chance.below(STILL_MS - 500));
                self.still.push((Some(victim), until));
                "SIGSTOP, SIGCONT"
            }
            60..75 => {
                // Its successor starts while it still finishes what it has in hand.
                if !is_still {
                    world.replicas[victim].signal("-TERM");
                }
                self.replace(world, place, &json!([])).await;
                "SIGTERM, rolling"
            }
            45..90 => {
                // It dies at the nth visit of a point, whosever order that is.
                let point = Point::ALL[self.chance.below_usize(Point::ALL.len())];
                let visit = 1 + self.chance.below(30);
                let plan = json!([{"point": point.as_str(), "visit": visit, "action": "abort"}]);
                world.replicas[victim].kill9();
                self.replace(world, place, &plan).await;
                "fault point armed"
            }
            90..94 => {
                world.redis.kill9();
                tokio::time::sleep(Duration::from_millis(self.chance.below(500))).await;
                world.redis.restart().await.unwrap();
                "Redis killed, restarted"
            }
            94..97 => {
                world.redis.pause();
                let until = Instant::now() + Duration::from_millis(self.chance.below(1_500));
                self.still.push((None, until));
                "Redis held still"
            }
            _ => {
                let () = world.redis(&["SCRIPT", "FLUSH", "SYNC"]).await;
                "scripts flushed"
            }
        };
        *self.by_kind.entry(kind).or_default() += 1;
    }

    async fn replace(&mut self, world: &mut World, place: usize, plan: &Value) {
        // Not waited for: its start is under fire, too.
        self.alive[place] = world.another_replica_unheard(plan);
    }

    /// Redis is there and answers nobody.
    pub(crate) fn redis_is_still(&self) -> bool {
        self.still.iter().any(|(held, _)| held.is_none())
    }

    /// Lets go on what was held still long enough.
    fn go_on(&mut self, world: &World, now: Instant) {
        self.still.retain(|(held, until)| {
            if *until <= now {
                match held {
                    Some(replica) => world.replicas[*replica].go_on(),
                    None => world.redis.resume(),
                }
            }
            *until > now
        });
    }

    /// Nothing is held still any more, and nobody dies by a plan.
    pub(crate) async fn let_all_go_on(&mut self, world: &mut World) {
        let last = self.still.iter().map(|(_, until)| *until).max();
        self.go_on(world, last.unwrap_or_else(Instant::now));
        for place in 0..self.alive.len() {
            world.replicas[self.alive[place]].kill9();
            self.alive[place] = world.another_replica().await;
        }
    }
}
