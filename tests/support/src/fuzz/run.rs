//! Runs a target: its corpus, its seeds as they are, and then spoilt, until a law breaks or the limits are reached.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Mutator, Verdict};

/// Inputs that were answered in new ways; more of them would only be spoilt more rarely.
const POOL_MAX: usize = 4_000;
/// How often a broken input is tried in a smaller form.
const SMALLER_TRIES: usize = 400;

/// How long a run lasts: to whichever comes first.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What the spoiling begins with.
    pub seed: u64,
    /// Spoilt inputs.
    pub inputs: u64,
    /// Time.
    pub time: Duration,
}

impl Limits {
    /// A short run, or what the environment says.
    ///
    /// # Panics
    /// Where a variable of the environment is no number.
    #[must_use]
    pub fn brief(inputs: u64, time: Duration) -> Self {
        let number = |name: &str| {
            let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
            Some(
                text.parse::<u64>()
                    .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
            )
        };
        let mut limits = Self {
            seed: number("DOMORDER_SEED").unwrap_or(1),
            inputs,
            time,
        };
        if let Some(seconds) = number("DOMORDER_FUZZ_SECONDS") {
            limits.time = Duration::from_secs(seconds);
            limits.inputs = u64::MAX;
        } else if std::env::var_os("DOMORDER_SOAK").is_some() {
            limits.time *= 40;
            limits.inputs = inputs.saturating_mul(40);
        }
        limits
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Inputs that were checked.
    pub inputs: u64,
    /// Ways in which they were answered.
    pub ways: usize,
}

/// An input that breaks a law, as small as it could be made.
#[derive(Debug)]
pub struct Broken {
    /// The law, or the panic.
    pub why: String,
    /// The input.
    pub input: Vec<u8>,
    /// Where it was written.
    pub file: Option<PathBuf>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = String::from_utf8_lossy(&self.input).chars().take(2_000).collect();
        write!(f, "{}\n--- input\n{shown}\n---", self.why)?;
        match &self.file {
            Some(file) => write!(
                f,
                "\nwritten to {}: mend it, and put the file into the corpus",
                file.display()
            ),
            None => Ok(()),
        }
    }
}

/// What is asked of each input.
type Check<'a> = Box<dyn Fn(&[u8]) -> Verdict + 'a>;

/// A parser, what it is given, and what must hold.
pub struct Fuzz<'a> {
    name: &'a str,
    corpus: PathBuf,
    seeds: Vec<Vec<u8>>,
    words: Vec<&'a str>,
    check: Check<'a>,
}

impl fmt::Debug for Fuzz<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fuzz").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Fuzz<'a> {
    /// A target; its corpus is the folder of its name in `corpus`.
    pub fn new(name: &'a str, corpus: &Path, check: impl Fn(&[u8]) -> Verdict + 'a) -> Self {
        Self {
            name,
            corpus: corpus.join(name),
            seeds: Vec::new(),
            words: Vec::new(),
            check: Box::new(check),
        }
    }

    /// Inputs to begin with.
    #[must_use]
    pub fn seeds<S: Into<Vec<u8>>>(mut self, seeds: impl IntoIterator<Item = S>) -> Self {
        self.seeds.extend(seeds.into_iter().map(Into::into));
        self
    }

    /// Words that spoil this target in particular.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.extend(words);
        self
    }

    /// Runs, and says how it went on standard error.
    ///
    /// # Panics
    /// With the first input that breaks a law.
    pub fn holds(&self, limits: Limits) -> Told {
        match self.run(limits) {
            Ok(told) => {
                eprintln!("{}: {} inputs, answered in {} ways", self.name, told.inputs, told.ways);
                told
            }
            Err(broken) => panic!("{} (DOMORDER_SEED={}): {broken}", self.name, limits.seed),
        }
    }

    /// Runs.
    ///
    /// # Errors
    /// The first input that breaks a law.
    pub fn run(&self, limits: Limits) -> Result<Told, Box<Broken>> {
        let began = Instant::now();
        let mut inputs = 0;
        let mut ways = HashSet::new();
        let mut pool: Vec<Vec<u8>> = Vec::new();
        let whole = self.kept().into_iter().chain(self.seeds.iter().cloned());
        for input in whole {
            inputs += 1;
            ways.insert(self.check(&input)?);
            pool.push(input);
        }
        let mut mutator = Mutator::new(limits.seed, &self.words);
        let mut spoilt = 0;
        while spoilt < limits.inputs && began.elapsed() < limits.time && !pool.is_empty() {
            let (one, other) = (mutator.below(pool.len()), mutator.below(pool.len()));
            let input = mutator.spoil(&pool[one], &pool[other]);
            let way = self.check(&input)?;
            spoilt += 1;
            if ways.len() < POOL_MAX && ways.insert(way) {
                pool.push(input);
            }
        }
        Ok(Told {
            inputs: inputs + spoilt,
            ways: ways.len(),
        })
    }

    /// What broke something once.
    fn kept(&self) -> Vec<Vec<u8>> {
        let Ok(folder) = fs::read_dir(&self.corpus) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = folder.filter_map(|file| Some(file.ok()?.path())).collect();
        files.sort();
        files.iter().filter_map(|file| fs::read(file).ok()).collect()
    }

    fn check(&self, input: &[u8]) -> Result<String, Box<Broken>> {
        self.verdict(input).map_err(|why| {
            let input = self.smaller(input);
            let why = self.verdict(&input).err().unwrap_or(why);
            let file = self.write(&input);
            Box::new(Broken { why, input, file })
        })
    }

    fn verdict(&self, input: &[u8]) -> Verdict {
        panic::catch_unwind(AssertUnwindSafe(|| (self.check)(input))).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or(panic.downcast_ref::<&str>().copied());
            Err(format!("it panicked: {}", said.unwrap_or("without words")))
        })
    }

    /// Takes parts away for as long as it still breaks.
    fn smaller(&self, input: &[u8]) -> Vec<u8> {
        // One message is enough: a panic that is tried again and again says nothing new.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let mut small = input.to_vec();
        let mut tries = 0;
        let mut size = small.len() / 2;
        while size > 0 && tries < SMALLER_TRIES {
            let mut at = 0;
            while at < small.len() && tries < SMALLER_TRIES {
                let mut fewer = small.clone();
                fewer.drain(at..(at + size).min(small.len()));
                tries += 1;
                if self.verdict(&fewer).is_err() {
                    small = fewer;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        panic::set_hook(hook);
        small
    }

    fn write(&self, input: &[u8]) -> Option<PathBuf> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
        let folder = target.join("fuzz").join(self.name);
        let file = folder.join(format!(
            "{:08x}",
            input.iter().fold(5_381u32, |h, b| h.wrapping_mul(33) ^ u32::from(*b))
        ));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&file, input))
            .ok()?;
        Some(file)
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        seed: 7,
        inputs: 200_000,
        time: Duration::from_secs(20),
    };

    fn nowhere() -> PathBuf {
        PathBuf::from("nowhere")
    }

    #[test]
    fn a_parser_that_trips_over_a_spoilt_number_is_found_out_and_the_input_is_small() {
        let check = |input: &[u8]| {
            let Ok(json) = serde_json::from_slice::<serde_json::Value>(input) else {
                return Ok("no JSON".to_owned());
            };
            assert!(json["years"].as_i64().is_none_or(|years| years >= 0), "a negative term");
            Ok(format!("{}", json["years"].is_number()))
        };
        let seeds = [r#"{"years": 1, "domain": "one-example.com", "metadata": {"a": "b", "c": "d"}}"#];
        let broken = Fuzz::new("self-test", &nowhere(), check)
            .seeds(seeds)
            .run(LIMITS)
            .unwrap_err();
        assert_eq!(broken.why, "it panicked: a negative term");
        assert!(broken.input.len() < 40, "{broken}");
        let file = broken.file.expect("written");
        assert_eq!(fs::read(&file).unwrap(), broken.input);
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_answered_in_a_new_way_leads_deeper() {
        let check = |input: &[u8]| {
            let known = [b'{', b'"', b'a', b'1', b'-'];
            let depth = input.iter().zip(known).take_while(|(is, wanted)| *is == wanted).count();
            Ok(depth.to_string())
        };
        let told = Fuzz::new("self-test", &nowhere(), check)
            .seeds(["{"])
            .run(LIMITS)
            .unwrap();
        assert!(told.ways > 3, "{told:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let of = |seed| {
            let mut mutator = Mutator::new(seed, &["canary"]);
            (0..50)
                .map(|_| mutator.spoil(b"{\"a\": [1, 2]}", b"[true]"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
