// SPDX-License-Identifier: MPL-2.0
//! From the streaming thread to the worker: bounded, never waits, and the newest totals win.

use std::collections::VecDeque;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::totals::Totals;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Letters that may wait. Those of a busy shop have tens of kilobytes each, and the worker may wait for a slow disk; there are
/// two a second at most.
const ROOM: usize = 16;

/// So many boundaries that totals do not name any more are taken over from those that gave way.
const BOUNDARIES: usize = 64;

/// What the streaming thread has to say.
pub enum Letter {
    /// The scene.
    Scene(Box<Scene>),
    /// Totals.
    Totals(Box<Totals>),
    /// The stream has ended; the number is given back when everything before it is done.
    EndOfStream(u64),
    /// Stop. Windows may still be handed over for so long.
    Stop(Duration),
}

/// The box.
#[derive(Default)]
pub struct Mailbox {
    letters: Mutex<VecDeque<Letter>>,
    arrived: Notify,
}

impl Mailbox {
    /// Puts a letter in. When the box is full, the older of two totals of one run gives way: later ones hold everything
    /// that it said, but for boundaries that they do not name any more, which they are given.
    pub fn post(&self, mut letter: Letter) {
        let mut letters = self.letters.lock();
        if letters.len() >= ROOM {
            if let Some(old) = superseded(&letters, &letter) {
                if let Some(Letter::Totals(gone)) = letters.remove(old) {
                    inherit(letters.iter_mut().skip(old).chain([&mut letter]), *gone);
                }
            } else if matches!(letter, Letter::Totals(_)) {
                return;
            }
        }
        letters.push_back(letter);
        drop(letters);
        self.arrived.notify_one();
    }

    /// The oldest letter.
    pub fn take(&self) -> Option<Letter> {
        self.letters.lock().pop_front()
    }

    /// Waits until a letter may be there.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }
}

/// The oldest totals behind which other totals of the same run stand.
fn superseded(letters: &VecDeque<Letter>, arriving: &Letter) -> Option<usize> {
    let run = |letter: &Letter| if let Letter::Totals(t) = letter { Some(t.run.clone()) } else { None };
    (0..letters.len()).find(|&i| {
        let Some(this) = letters.get(i).and_then(run) else { return false };
        letters.iter().skip(i + 1).chain([arriving]).any(|later| run(later).as_ref() == Some(&this))
    })
}

/// The next totals of the run take over the boundaries that they do not name.
fn inherit<'a>(mut letters: impl Iterator<Item = &'a mut Letter>, gone: Totals) {
    let heir = letters.find_map(|letter| match letter {
        Letter::Totals(totals) if totals.run == gone.run => Some(totals),
        _ => None,
    });
    let Some(heir) = heir else { return };
    let first_named = heir.boundaries.first().map(|boundary| boundary.at);
    let mut all = gone.boundaries;
    all.retain(|boundary| first_named.is_none_or(|first| boundary.at < first));
    all.append(&mut heir.boundaries);
    all.drain(..all.len().saturating_sub(BOUNDARIES));
    heir.boundaries = all;
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::time::{ClockKind, StreamTime, WallTime};
    use footfall_contract::totals::{BoundaryReading, Reading};

    fn totals(run: &str, second: i64) -> Letter {
        Letter::Totals(Box::new(Totals {
            version: 1,
            rule_version: 1,
            run: run.into(),
            stream: "s/c".into(),
            started: WallTime(0),
            wall: WallTime(second),
            running_time: StreamTime(0),
            clock: ClockKind::Live,
            weak: false,
            now: Reading::default(),
            boundaries: Vec::new(),
        }))
    }

    #[test]
    fn a_worker_that_sleeps_finds_the_newest_totals_of_each_run() {
        let mailbox = Mailbox::default();
        for second in 0..500 {
            mailbox.post(totals("a", second));
        }
        for second in 500..1000 {
            mailbox.post(totals("b", second));
        }
        mailbox.post(Letter::EndOfStream(1));
        let letters: Vec<_> = std::iter::from_fn(|| mailbox.take()).collect();
        assert!(letters.len() <= ROOM + 1, "{}", letters.len());
        let last = |run: &str| {
            letters
                .iter()
                .filter_map(|l| if let Letter::Totals(t) = l { Some(t) } else { None })
                .rfind(|t| t.run == run)
                .map(|t| t.wall.0)
        };
        assert_eq!((last("a"), last("b")), (Some(499), Some(999)));
        assert!(matches!(letters.last(), Some(Letter::EndOfStream(1))));
    }

    /// A film is fast and the worker sleeps: every boundary is still named, by its newest reading.
    #[test]
    fn a_worker_that_sleeps_over_many_boundaries_finds_each() {
        let (mailbox, reading) = (Mailbox::default(), |observed_ns| Reading { observed_ns, ..Reading::default() });
        // Each boundary is named four times, with more known of it each time.
        for second in 0..120 {
            let Letter::Totals(mut letter) = totals("a", second) else { panic!("it is one") };
            let newest = second - second % 2;
            letter.boundaries = [newest - 2, newest]
                .map(|at| BoundaryReading { at: WallTime(at), reading: reading((1000 * at + second).unsigned_abs()) })
                .to_vec();
            mailbox.post(Letter::Totals(letter));
        }
        let mut found = std::collections::BTreeMap::new();
        let mut walls = Vec::new();
        while let Some(Letter::Totals(letter)) = mailbox.take() {
            assert!(letter.boundaries.is_sorted_by_key(|boundary| boundary.at) && letter.boundaries.len() <= BOUNDARIES);
            found.extend(letter.boundaries.iter().map(|boundary| (boundary.at.0, boundary.reading.observed_ns)));
            walls.push(letter.wall.0);
        }
        assert_eq!(walls, (104..120).collect::<Vec<_>>());
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), (-2..=118).step_by(2).collect::<Vec<_>>());
        let newest = |at: i64| if at < 116 { at + 3 } else { 119 };
        assert!(found.iter().all(|(at, ns)| *ns == (1000 * at + newest(*at)).unsigned_abs()), "{found:?}");
    }
}
