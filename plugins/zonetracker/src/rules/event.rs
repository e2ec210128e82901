// SPDX-License-Identifier: MPL-2.0
//! What the rules say happened. Lines, zones and routes are named by their place in the scene.

use std::time::Duration;

use footfall_contract::scene::Place;

use super::line::Direction;
use crate::moment::Moment;

/// Something that is counted, in the window of its own moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A line was crossed.
    Crossed {
        /// Which line.
        line: usize,
        /// Which way.
        direction: Direction,
        /// When.
        at: Moment,
    },
    /// Two opposite crossings of a line were none.
    Netted {
        /// Which line.
        line: usize,
        /// When it was crossed back.
        at: Moment,
    },
    /// A visit began.
    VisitBegan {
        /// In which zone.
        zone: usize,
        /// The first moment inside.
        at: Moment,
    },
    /// A visit ended.
    VisitEnded {
        /// In which zone.
        zone: usize,
        /// The last moment inside.
        at: Moment,
        /// How long it was, where that is known.
        dwell: Option<Duration>,
    },
    /// A visit became a stop.
    Stopped {
        /// In which zone.
        zone: usize,
        /// The visit's first moment.
        at: Moment,
    },
    /// A stop ended, and its length is known.
    StopEnded {
        /// In which zone.
        zone: usize,
        /// The visit's last moment.
        at: Moment,
        /// How long the visit was.
        dwell: Duration,
    },
    /// Somebody joined a queue.
    Joined {
        /// The queue's zone.
        zone: usize,
        /// The first moment inside.
        at: Moment,
    },
    /// Somebody waits no longer.
    WaitEnded {
        /// The queue's zone.
        zone: usize,
        /// When: the beginning of service, or the last moment in the queue.
        at: Moment,
        /// What came of it.
        end: WaitEnd,
    },
    /// Service ended, and its length is known.
    ServiceEnded {
        /// The queue's zone.
        zone: usize,
        /// The last moment where people are served.
        at: Moment,
        /// How long it was.
        service: Duration,
    },
    /// Somebody came from one place of the flows to another as the next.
    Went {
        /// The place before.
        from: Place,
        /// The place of arrival.
        to: Place,
        /// The arrival.
        at: Moment,
    },
    /// Somebody came as far as this on a route.
    Reached {
        /// Which route.
        route: usize,
        /// Which of its places, from 0.
        step: usize,
        /// The first moment there.
        at: Moment,
    },
    /// Somebody was in a cell of the grid for a while.
    Stayed {
        /// Which cell.
        cell: usize,
        /// Since when.
        from: Moment,
        /// Until when.
        to: Moment,
    },
    /// Somebody was in a cell of the grid for the first time in a window.
    CameTo {
        /// Which cell.
        cell: usize,
        /// When.
        at: Moment,
    },
    /// Somebody walks against a route.
    Against {
        /// Which route.
        route: usize,
        /// The first moment in the earlier place.
        at: Moment,
    },
}

/// What came of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitEnd {
    /// Service, after this long.
    Served(Duration),
    /// Nothing: the person went away.
    Abandoned,
    /// Nobody knows.
    Unknown,
}
