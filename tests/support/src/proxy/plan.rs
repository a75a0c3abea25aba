//! Which commands are cut off, and where; which are answered by an error.

use std::collections::BTreeMap;

/// Where a connection is cut, seen from one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nothing of the command reaches the server.
    BeforeRequest,
    /// Half of it does: the server never has it whole.
    HalfRequest,
    /// All of it does, and the connection is cut at once: whether it is done is chance.
    AfterRequest,
    /// It is done, and nothing of its answer comes back.
    BeforeReply,
    /// It is done, and half of its answer comes back.
    HalfReply,
}

impl Place {
    /// All of them, in the order in which a command passes them.
    pub const ALL: [Self; 5] = [
        Self::BeforeRequest,
        Self::HalfRequest,
        Self::AfterRequest,
        Self::BeforeReply,
        Self::HalfReply,
    ];

    /// Whether the command is done; nothing where that is chance.
    #[must_use]
    pub const fn is_done(self) -> Option<bool> {
        match self {
            Self::BeforeRequest | Self::HalfRequest => Some(false),
            Self::AfterRequest => None,
            Self::BeforeReply | Self::HalfReply => Some(true),
        }
    }
}

/// A cut to be made.
#[derive(Debug, Clone)]
pub struct Cut {
    /// All of these texts stand in the command …
    pub words: Vec<String>,
    /// … and none of these.
    pub without: Vec<String>,
    /// Where.
    pub place: Place,
    /// How many times.
    pub times: u32,
    /// From then on the proxy refuses connections, until it is told to accept again.
    pub holds: bool,
}

impl Cut {
    /// The next command with all of these texts in it, once.
    #[must_use]
    pub fn at(place: Place, words: &[&str]) -> Self {
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            without: Vec::new(),
            place,
            times: 1,
            holds: false,
        }
    }

    /// Only where this text does not stand in the command.
    #[must_use]
    pub fn but_not(mut self, word: &str) -> Self {
        self.without.push(word.to_owned());
        self
    }

    /// And nobody comes through afterwards, until the proxy accepts again.
    #[must_use]
    pub const fn and_hold(mut self) -> Self {
        self.holds = true;
        self
    }

    fn fits(&self, command: &[u8]) -> bool {
        self.times > 0 && fits(command, &self.words, &self.without)
    }
}

/// An error that one command is answered by, in place of what the server would say or has said.
#[derive(Debug, Clone)]
pub struct ErrorReply {
    words: Vec<String>,
    without: Vec<String>,
    after: Option<String>,
    error: String,
    done: bool,
}

impl ErrorReply {
    /// The next command with all of these texts in it is answered by this error, once, and never reaches the server.
    #[must_use]
    pub fn to(words: &[&str], error: &str) -> Self {
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            without: Vec::new(),
            after: None,
            error: error.to_owned(),
            done: false,
        }
    }

    /// Only where this text does not stand in the command.
    #[must_use]
    pub fn but_not(mut self, word: &str) -> Self {
        self.without.push(word.to_owned());
        self
    }

    /// Only once a command with this text has passed.
    #[must_use]
    pub fn after(mut self, word: &str) -> Self {
        self.after = Some(word.to_owned());
        self
    }

    /// The server does it, and only its answer is replaced.
    #[must_use]
    pub const fn although_done(mut self) -> Self {
        self.done = true;
        self
    }
}

fn fits(command: &[u8], words: &[String], without: &[String]) -> bool {
    let stands = |word: &String| contains(command, word);
    words.iter().all(stands) && !without.iter().any(stands)
}

fn contains(command: &[u8], word: &str) -> bool {
    command.windows(word.len()).any(|window| window == word.as_bytes())
}

/// Whether a command is this one.
fn begins(command: &[u8], word: &str) -> bool {
    let head = &command[..command.len().min(32)];
    head.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// What is planned, and what was done of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    cuts: Vec<Cut>,
    replies: Vec<ErrorReply>,
    replied: u64,
    per_ten_thousand: u64,
    chance: u64,
    made: BTreeMap<Place, u64>,
}

impl Plan {
    pub(super) fn add(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    pub(super) fn answer(&mut self, reply: ErrorReply) {
        self.replies.push(reply);
    }

    pub(super) fn at_random(&mut self, per_ten_thousand: u64, seed: u64) {
        (self.per_ten_thousand, self.chance) = (per_ten_thousand, seed);
    }

    pub(super) fn clear(&mut self) {
        self.cuts.clear();
        self.replies.clear();
        self.per_ten_thousand = 0;
    }

    pub(super) fn made(&self) -> Vec<(Place, u64)> {
        self.made.iter().map(|(place, n)| (*place, *n)).collect()
    }

    pub(super) const fn replied(&self) -> u64 {
        self.replied
    }

    /// The error that this command is answered by, if it is, and whether the server does it all the same.
    pub(super) fn reply(&mut self, command: &[u8]) -> Option<(String, bool)> {
        let armed = |reply: &ErrorReply| reply.after.is_none() && fits(command, &reply.words, &reply.without);
        let planned = self.replies.iter().position(armed);
        for reply in &mut self.replies {
            reply.after.take_if(|word| contains(command, word));
        }
        let ErrorReply { error, done, .. } = self.replies.remove(planned?);
        self.replied += 1;
        Some((error, done))
    }

    /// Where this command is cut off, if it is, and whether nobody comes through afterwards.
    pub(super) fn place(&mut self, command: &[u8]) -> Option<(Place, bool)> {
        let planned = self.cuts.iter_mut().find(|cut| cut.fits(command)).map(|cut| {
            cut.times -= 1;
            (cut.place, cut.holds)
        });
        let found = planned.or_else(|| {
            // What opens a connection is a dozen commands, and would have nearly all of the cuts.
            let is_work = !["SCRIPT", "INFO", "CONFIG", "CLIENT", "HELLO"]
                .iter()
                .any(|word| begins(command, word));
            let often = if is_work {
                self.per_ten_thousand
            } else {
                self.per_ten_thousand / 20
            };
            let drawn = often > 0 && self.draw(10_000) < often;
            drawn.then(|| (Place::ALL[usize::try_from(self.draw(5)).unwrap_or(0)], false))
        });
        if let Some((place, _)) = found {
            *self.made.entry(place).or_default() += 1;
        }
        found
    }

    /// A number below `n` (SplitMix64).
    fn draw(&mut self, n: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % n
    }
}
