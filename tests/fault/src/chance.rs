//! Chance from a seed: the same seed, the same history, on every machine.
//!
//! Two ways to draw. [`Chance`] is a row of draws, for making a plan. [`draw`] belongs to a place (this order, its third
//! call): dropping one order or fault of a plan leaves every other draw as it was, which is what makes histories short.

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64, a row of draws.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A row that belongs to a seed.
    #[must_use]
    pub(crate) fn of(seed: u64) -> Self {
        Self(mix(seed ^ GAMMA))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// From `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        within(self.next(), least, most)
    }

    /// True once in `n`.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let last = i64::try_from(of.len()).unwrap_or(1) - 1;
        of[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }
}

/// A draw that belongs to a place, from `least` to `most`.
#[must_use]
pub(crate) fn draw(seed: u64, place: &[u64], least: i64, most: i64) -> i64 {
    let mut at = mix(seed ^ GAMMA);
    for part in place {
        at = mix(at ^ part.wrapping_mul(GAMMA).wrapping_add(GAMMA));
    }
    within(at, least, most)
}

fn within(draw: u64, least: i64, most: i64) -> i64 {
    let span = most.saturating_sub(least).unsigned_abs() + 1;
    least + i64::try_from(draw % span).unwrap_or(0)
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
