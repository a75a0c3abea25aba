//! One list's books: what it said last, who asked in vain since, and whether reading it again would pay.
//!
//! Pure but for the instants that are handed in.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::time::{Duration, Instant};

use domorder_api_client::provider::{ListRow, Listing, Mark, Stage, Tells};

/// Fewer looks than this are never worth a list.
const LOOKS_MIN: usize = 10;
/// So many looks that found no list are remembered; more would tell nothing new.
const UNMET_MAX: usize = 4_096;
/// A list that was too long to pay is measured again after this.
const PAGES_OLD: Duration = Duration::from_secs(6 * 3600);
/// What has changed between two lists is remembered for this long: every order has been looked at singly by then.
const TOUCHED_KEPT: Duration = Duration::from_secs(24 * 3600);
/// First and longest rest after a list that could not be read.
const REST: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(1_800));

/// What an order that looks is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looker<'a> {
    /// By which it stands in the list.
    pub(super) key: &'a str,
    /// Where it stands.
    pub(super) stage: Stage,
    /// The provider's words that are known of it.
    pub(super) words: Option<&'a str>,
    /// Since its last record: a list from before that says nothing about it.
    pub(super) since: Duration,
    /// The oldest list that may speak for it.
    pub(super) age_max: Duration,
}

/// A list as it was, by digests: ten thousand orders are to fit into half a megabyte.
#[derive(Debug)]
pub(super) struct Survey {
    /// When its first page was asked for.
    began: Instant,
    rows: HashMap<u64, Said>,
    /// Names whose row changed or went, and when that was seen.
    touched: HashMap<u64, Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The stage and the words together, in each of their forms.
    Waits([u32; 2]),
    Dormant(u32),
    Moved,
}

/// Half a digest is enough: one that is taken for another holds an order back until its next single look.
#[expect(clippy::cast_possible_truncation, reason = "half of the digest is what is wanted")]
fn short<T: Hash>(hasher: &RandomState, what: T) -> u32 {
    hasher.hash_one(what) as u32
}

/// What a list that is being read has brought so far.
#[derive(Debug)]
pub(super) struct Draft {
    began: Instant,
    rows: HashMap<u64, Said>,
    hasher: RandomState,
    /// Rows seen, those that were seen twice included.
    seen: usize,
}

impl Draft {
    pub(super) fn add(&mut self, rows: Vec<ListRow>) {
        self.seen += rows.len();
        for ListRow { key, mark } in rows {
            let said = match mark {
                Mark::Waits(stage, words) => {
                    let form = |at: usize| {
                        let words = words.get(at).or(words.first()).map_or("", String::as_str);
                        short(&self.hasher, (stage, words))
                    };
                    Said::Waits([form(0), form(1)])
                }
                Mark::Dormant(word) => Said::Dormant(short(&self.hasher, word.as_str())),
                Mark::Moved => Said::Moved,
            };
            let key = self.hasher.hash_one(key.as_str());
            // Two rows that do not agree are looked into.
            let known = self.rows.entry(key).or_insert(said);
            if *known != said {
                *known = Said::Moved;
            }
        }
    }

    pub(super) const fn seen(&self) -> usize {
        self.seen
    }
}

/// The books.
#[derive(Debug)]
pub(super) struct Desk {
    survey: Option<Survey>,
    unmet: VecDeque<Instant>,
    /// How many pages it had, and when that was told.
    pages: Option<(usize, Instant)>,
    reading: bool,
    failures: u32,
    rest_until: Option<Instant>,
    hasher: RandomState,
}

/// What an order that asked is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The list shows it unchanged.
    Unchanged,
    /// Look singly.
    LookYourself,
    /// The list is being read: wait a moment, and ask again.
    Wait,
    /// Read the list, which `looks` orders would have been glad of.
    Read { looks: usize },
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            survey: None,
            unmet: VecDeque::new(),
            pages: None,
            reading: false,
            failures: 0,
            rest_until: None,
            hasher: RandomState::new(),
        }
    }

    /// What an order is to do; where it is [`Answer::Read`], the list counts as being read from now on.
    pub(super) fn ask(&mut self, looker: &Looker<'_>, listing: &Listing, now: Instant) -> Answer {
        if let Some(says) = self.says(looker, listing, now) {
            return if says { Answer::Unchanged } else { Answer::LookYourself };
        }
        if self.unmet.len() >= UNMET_MAX {
            self.unmet.pop_front();
        }
        self.unmet.push_back(now);
        if self.reading {
            return Answer::Wait;
        }
        if self.rest_until.is_some_and(|until| now < until) {
            return Answer::LookYourself;
        }
        let lately = |at: &&Instant| now.duration_since(**at) <= looker.age_max;
        let looks = self.unmet.iter().rev().take_while(lately).count();
        let pages = self.pages.filter(|(_, at)| now.duration_since(*at) < PAGES_OLD);
        if looks < LOOKS_MIN.max(pages.map_or(0, |(pages, _)| pages)) {
            return Answer::LookYourself;
        }
        self.reading = true;
        Answer::Read { looks }
    }

    /// What the list at hand says of an order: unchanged or not; `None`: it is too old to be asked.
    pub(super) fn says(&self, looker: &Looker<'_>, listing: &Listing, now: Instant) -> Option<bool> {
        let survey = self.survey.as_ref()?;
        let age = now.duration_since(survey.began);
        if age > looker.age_max || age >= looker.since {
            return None;
        }
        let key = self.hasher.hash_one(looker.key);
        let said = survey.rows.get(&key);
        Some(match listing.tells {
            Tells::Standing => match (said, looker.words) {
                (Some(Said::Waits(forms)), Some(words)) => forms.contains(&short(&self.hasher, (looker.stage, words))),
                _ => false,
            },
            Tells::Arrivals => {
                let touched = survey.touched.get(&key);
                let since_its_look = touched.is_some_and(|at| now.duration_since(*at) < looker.since);
                !since_its_look && matches!(said, None | Some(Said::Dormant(_)))
            }
        })
    }

    pub(super) fn draft(&self, now: Instant) -> Draft {
        Draft {
            began: now,
            rows: HashMap::new(),
            hasher: self.hasher.clone(),
            seen: 0,
        }
    }

    /// The list turned out to have so many pages; whether so many looks are worth reading it all.
    pub(super) fn worth(&mut self, pages: usize, looks: usize, now: Instant) -> bool {
        self.pages = Some((pages, now));
        pages <= looks
    }

    /// The list was read.
    pub(super) fn keep(&mut self, draft: Draft, now: Instant) {
        let mut touched = HashMap::new();
        if let Some(before) = self.survey.take() {
            let kept = |at: &Instant| now.duration_since(*at) < TOUCHED_KEPT;
            touched = before.touched;
            touched.retain(|_, at| kept(at));
            for (key, said) in before.rows {
                if draft.rows.get(&key) != Some(&said) {
                    touched.insert(key, now);
                }
            }
        }
        self.survey = Some(Survey {
            began: draft.began,
            rows: draft.rows,
            touched,
        });
        self.unmet.clear();
        (self.reading, self.failures, self.rest_until) = (false, 0, None);
    }

    /// The list was not read: it is too long to pay, or nobody wants it any more.
    pub(super) fn leave(&mut self) {
        self.reading = false;
    }

    /// The list could not be read: left alone for a while, and everybody looks singly as if there were none.
    pub(super) fn fail(&mut self, retry_after: Option<Duration>, now: Instant) {
        let rest = REST.0.saturating_mul(1 << self.failures.min(8)).min(REST.1);
        self.rest_until = Some(now + rest.max(retry_after.unwrap_or_default()));
        self.failures = self.failures.saturating_add(1);
        self.reading = false;
    }
}
