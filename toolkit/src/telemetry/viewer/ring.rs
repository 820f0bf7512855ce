use std::{
    ops::RangeInclusive,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::span::since;

/// The time of a slot, in seconds.
const SLOT: u64 = 10;
const SLOTS: u64 = 30;

/// The time that statistics are about.
pub(super) const WINDOW: Duration = Duration::from_secs(SLOT * SLOTS);

/// What happened in the last minutes, in slots of ten seconds, which are numbered from 1970.
#[derive(Debug)]
pub(super) struct Ring<T>(Vec<(u64, T)>);

/// The slots of a time that ends now.
pub(super) struct Stretch {
    slots: RangeInclusive<u64>,
    /// How long it is.
    pub(super) seconds: f64,
}

impl Stretch {
    /// The last `length` before `now`, a part of the [`WINDOW`], of something that began at `start`.
    pub(super) fn before(now: SystemTime, length: Duration, start: SystemTime) -> Self {
        let newest = number(now);
        let oldest = newest.saturating_sub(length.as_secs() / SLOT - 1);
        let begun = UNIX_EPOCH + Duration::from_secs(oldest * SLOT);
        // The first requests of a service are not spread over minutes in which it did not run.
        Self { slots: oldest..=newest, seconds: since(begun.max(start), now).as_secs_f64().max(1.0) }
    }
}

impl<T: Clone + Default> Default for Ring<T> {
    fn default() -> Self {
        Self(vec![Default::default(); SLOTS as usize])
    }
}

impl<T: Default> Ring<T> {
    /// The slot of a time, emptied if it was that of an earlier time, or of a later one that the clock has left.
    pub(super) fn at(&mut self, time: SystemTime) -> &mut T {
        let number = number(time);
        let slot = &mut self.0[(number % SLOTS) as usize];
        if slot.0 != number {
            *slot = (number, T::default());
        }
        &mut slot.1
    }

    /// The slots of a stretch.
    pub(super) fn of(&self, stretch: &Stretch) -> impl Iterator<Item = &T> {
        self.0.iter().filter(|(number, _)| stretch.slots.contains(number)).map(|(_, slot)| slot)
    }
}

fn number(time: SystemTime) -> u64 {
    since(UNIX_EPOCH, time).as_secs() / SLOT
}
