// SPDX-License-Identifier: MPL-2.0
//! What waits for the broker: payloads in order, and the status. One message at a time is under way; it is gone only
//! when the broker has accepted it, and a lost connection puts it back.
//!
//! ```text
//!  waiting ──next()──► under way ──accepted──► gone
//!     ▲                    │ connection lost ──► waiting
//!     └──── after a pause ─┴ refused ──────────► held
//! ```

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::labels;
use crate::payload::Payload;

/// Unsent payloads are kept up to this many bytes (about 4000 hours of a camera); the oldest go first.
const MAX_BYTES: usize = 4 << 20;

/// Unsent payloads are kept until the newest window is this much later, so that a clock that is wrong for a while purges
/// nothing.
const MAX_AGE: Duration = Duration::from_secs(400 * 86_400);

/// A refused message is tried again after this long, and doubling up to [`MAX_HOLD`].
const FIRST_HOLD: Duration = Duration::from_secs(30);
const MAX_HOLD: Duration = Duration::from_secs(900);

/// What the status topic says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Connected.
    Online,
    /// Gone without a word; the broker says it for us.
    Offline,
    /// Ended in order.
    Stopped,
}

impl Status {
    /// The word on the topic.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Stopped => "stopped",
        }
    }
}

/// A message for the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// To the status topic.
    Status(Status),
    /// To the counts topic.
    Counts(Payload),
}

/// Which topic a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `…/status`.
    Status,
    /// `…/counts`.
    Counts,
}

#[derive(Clone, Copy, Default)]
struct Hold {
    until: Option<Instant>,
    last: Duration,
}

impl Hold {
    fn holds(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    fn refuse(&mut self, now: Instant) {
        self.last = if self.last.is_zero() { FIRST_HOLD } else { (self.last * 2).min(MAX_HOLD) };
        self.until = Some(now + self.last);
    }
}

/// The queue.
#[derive(Default)]
pub struct Outbound {
    counts: VecDeque<Payload>,
    bytes: usize,
    status: Option<Status>,
    status_under_way: Option<Status>,
    under_way: Option<(Topic, Instant)>,
    holds: [Hold; 2],
    acknowledged: u64,
    dropped: u64,
    /// Names of payloads that have left since this was asked last.
    left: Vec<String>,
    ends: bool,
}

impl Outbound {
    /// Adds a payload; returns how many older ones had to go.
    pub fn push(&mut self, payload: Payload) -> u64 {
        let oldest_kept = labels::window_end(&payload.text).map(|end| end.minus(MAX_AGE));
        self.bytes += payload.text.len();
        self.counts.push_back(payload);
        let mut gone = 0;
        // The one under way may be on the broker's side already.
        let first = usize::from(matches!(self.under_way, Some((Topic::Counts, _))));
        let is_old =
            |old: &Payload| labels::window_end(&old.text).is_some_and(|end| oldest_kept.is_some_and(|least| end < least));
        while self.counts.len() > first + 1 && (self.bytes > MAX_BYTES || self.counts.get(first).is_some_and(is_old)) {
            if let Some(old) = self.counts.remove(first) {
                self.bytes -= old.text.len();
                self.left.push(old.id);
                gone += 1;
            }
        }
        self.dropped += gone;
        gone
    }

    /// Names of payloads that were accepted or dropped since this was asked last.
    pub fn take_left(&mut self) -> Vec<String> {
        std::mem::take(&mut self.left)
    }

    /// Sets what the status topic is to say. After `stopped` no payload is handed over any more.
    pub fn set_status(&mut self, status: Status) {
        self.ends = status == Status::Stopped;
        self.status = Some(status);
    }

    /// The message to hand over now, if nothing is under way.
    pub fn next(&mut self, now: Instant) -> Option<Message> {
        if self.under_way.is_some() {
            return None;
        }
        let message = if let Some(status) = self.status.filter(|_| !self.holds[Topic::Status as usize].holds(now)) {
            self.status_under_way = Some(status);
            (Topic::Status, Message::Status(status))
        } else if let Some(payload) = self.counts.front().filter(|_| !self.ends && !self.holds[Topic::Counts as usize].holds(now))
        {
            (Topic::Counts, Message::Counts(payload.clone()))
        } else {
            return None;
        };
        self.under_way = Some((message.0, now));
        Some(message.1)
    }

    /// The broker has accepted what was under way.
    pub fn accepted(&mut self) {
        let Some((topic, _)) = self.under_way.take() else { return };
        self.holds[topic as usize] = Hold::default();
        match topic {
            // Another may have been set meanwhile.
            Topic::Status if self.status == self.status_under_way => self.status = None,
            Topic::Status => {}
            Topic::Counts => {
                if let Some(payload) = self.counts.pop_front() {
                    self.bytes -= payload.text.len();
                    self.acknowledged += 1;
                    self.left.push(payload.id);
                }
            }
        }
    }

    /// The broker has refused what was under way: it is kept and tried again later. Returns its topic.
    pub fn refused(&mut self, now: Instant) -> Option<Topic> {
        let (topic, _) = self.under_way.take()?;
        self.holds[topic as usize].refuse(now);
        Some(topic)
    }

    /// The connection is lost: what was under way waits again.
    pub fn lost(&mut self) {
        self.under_way = None;
    }

    /// How long the message under way has been waiting for its acknowledgement.
    pub fn waiting(&self, now: Instant) -> Duration {
        self.under_way.map_or(Duration::ZERO, |(_, since)| now.saturating_duration_since(since))
    }

    /// Payloads that are not acknowledged.
    pub fn queued(&self) -> usize {
        self.counts.len()
    }

    /// The oldest of these.
    pub fn oldest(&self) -> Option<&Payload> {
        self.counts.front()
    }

    /// Is there a status that the broker has not accepted?
    pub fn status_waits(&self) -> bool {
        self.status.is_some()
    }

    /// Payloads that the broker has accepted.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Payloads that were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(n: u32) -> Payload {
        Payload { id: n.to_string(), text: n.to_string() }
    }

    #[allow(clippy::disallowed_methods)]
    fn now() -> Instant {
        Instant::now()
    }

    #[test]
    fn one_message_at_a_time_and_the_status_first() {
        let (mut out, t) = (Outbound::default(), now());
        out.push(payload(1));
        out.push(payload(2));
        out.set_status(Status::Online);
        assert_eq!(out.next(t), Some(Message::Status(Status::Online)));
        assert_eq!(out.next(t), None);
        out.accepted();
        assert_eq!(out.next(t), Some(Message::Counts(payload(1))));
        assert_eq!(out.next(t), None);
        out.accepted();
        assert_eq!(out.next(t), Some(Message::Counts(payload(2))));
        assert_eq!((out.queued(), out.acknowledged()), (1, 1));
    }

    #[test]
    fn a_lost_connection_brings_the_same_bytes_again() {
        let (mut out, t) = (Outbound::default(), now());
        out.push(payload(1));
        let first = out.next(t);
        out.lost();
        assert_eq!(out.next(t), first);
        out.accepted();
        assert_eq!(out.next(t), None);
    }

    #[test]
    fn a_refused_message_is_kept_and_tried_later_and_later() {
        let (mut out, t) = (Outbound::default(), now());
        out.push(payload(1));
        assert!(out.next(t).is_some());
        assert_eq!(out.refused(t), Some(Topic::Counts));
        assert_eq!(out.next(t + FIRST_HOLD / 2), None);
        let again = t + FIRST_HOLD;
        assert_eq!(out.next(again), Some(Message::Counts(payload(1))));
        out.refused(again);
        assert_eq!(out.next(again + FIRST_HOLD), None);
        assert!(out.next(again + 2 * FIRST_HOLD).is_some());
        out.accepted();
        assert_eq!((out.queued(), out.acknowledged()), (0, 1));
    }

    #[test]
    fn a_status_that_is_refused_holds_up_no_counts() {
        let (mut out, t) = (Outbound::default(), now());
        out.set_status(Status::Online);
        out.push(payload(1));
        out.next(t);
        assert_eq!(out.refused(t), Some(Topic::Status));
        assert_eq!(out.next(t), Some(Message::Counts(payload(1))));
    }

    #[test]
    fn a_status_that_is_set_while_another_is_under_way_is_sent_too() {
        let (mut out, t) = (Outbound::default(), now());
        out.set_status(Status::Online);
        out.next(t);
        out.set_status(Status::Stopped);
        out.accepted();
        assert!(out.status_waits());
        assert_eq!(out.next(t), Some(Message::Status(Status::Stopped)));
        out.accepted();
        assert!(!out.status_waits());
    }

    #[test]
    fn what_has_left_is_told_once() {
        let (mut out, t) = (Outbound::default(), now());
        out.push(payload(1));
        out.push(payload(2));
        out.next(t);
        assert_eq!(out.take_left(), Vec::<String>::new(), "the broker has not accepted it");
        out.accepted();
        assert_eq!(out.take_left(), ["1"]);
        assert_eq!(out.take_left(), Vec::<String>::new());
    }

    #[test]
    fn payloads_of_long_ago_go_by_the_newest_window_and_not_by_a_clock() {
        let of = |end: &str| Payload { id: end.into(), text: format!(r#"{{"window":{{"end":"{end}"}}}}"#) };
        let mut out = Outbound::default();
        let mut push = |end: &str| out.push(of(end));
        assert_eq!(push("2026-01-01T00:00:00Z") + push("2026-01-01T01:00:00Z") + push("2027-02-05T00:00:00Z"), 0);
        assert_eq!(push("2027-02-05T00:30:00Z"), 1);
        assert_eq!((out.take_left(), out.dropped()), (vec!["2026-01-01T00:00:00Z".to_owned()], 1));
    }

    #[test]
    fn memory_is_bounded_and_the_one_under_way_stays() {
        let (mut out, t) = (Outbound::default(), now());
        let big = |n: u32| Payload { id: n.to_string(), text: "x".repeat(MAX_BYTES / 4) };
        out.push(big(0));
        let Some(Message::Counts(under_way)) = out.next(t) else { panic!("it is handed over") };
        let gone: u64 = (1..10).map(|n| out.push(big(n))).sum();
        assert_eq!((gone, out.dropped()), (6, 6));
        assert_eq!(out.queued(), 4);
        out.lost();
        assert_eq!(out.next(t), Some(Message::Counts(under_way)));
        out.accepted();
        assert_eq!(out.next(t).map(|m| matches!(m, Message::Counts(p) if p.id == "7")), Some(true));
    }
}
