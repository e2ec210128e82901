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
    /// that it said.
    pub fn post(&self, letter: Letter) {
        let mut letters = self.letters.lock();
        if letters.len() >= ROOM {
            if let Some(old) = superseded(&letters, &letter) {
                letters.remove(old);
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

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::time::{ClockKind, StreamTime, WallTime};
    use footfall_contract::totals::Reading;

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
}
