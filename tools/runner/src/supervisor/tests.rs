// SPDX-License-Identifier: MPL-2.0
//! A day of a runner under a clock that the test turns.

use footfall_contract::scene::Scene;

use super::*;

/// Turns the clock and takes down what is done.
struct Day {
    supervisor: Supervisor,
    uptime: Duration,
    wall: WallTime,
    frames: u64,
    /// When streams ended.
    ends: Vec<Duration>,
    /// Does the camera answer when it is asked?
    answers: bool,
    done: Vec<(Duration, Action)>,
}

const TICK: Duration = Duration::from_millis(250);

fn settings() -> Settings {
    Settings { once: false, stall: Duration::from_secs(15), watchdog: None }
}

impl Day {
    fn of(settings: Settings, presence: Presence, wall: &str) -> Self {
        let supervisor = Supervisor::new(settings, presence, || u64::MAX);
        let wall = WallTime::parse(wall).unwrap();
        Self { supervisor, uptime: Duration::ZERO, wall, frames: 0, ends: Vec::new(), answers: true, done: Vec::new() }
    }

    fn new() -> Self {
        Self::of(settings(), Presence::default(), "2026-03-02T09:00:00Z")
    }

    fn happens(&mut self, event: Event) {
        let now = Now { uptime: self.uptime, wall: self.wall };
        if matches!(event, Event::Eos | Event::Failed(..)) {
            self.ends.push(self.uptime);
        }
        let mut asked = false;
        for action in self.supervisor.handle(event, now) {
            if matches!(action, Action::Start | Action::Drop) {
                self.frames = 0;
            }
            asked |= action == Action::Ask;
            self.done.push((self.uptime, action));
        }
        if asked {
            self.happens(Event::Answered(self.answers));
        }
    }

    fn fails(&mut self, fault: Fault) {
        self.happens(Event::Failed(fault, "it broke".into()));
    }

    /// Lets time pass with `per_tick` frames each tick.
    fn pass(&mut self, seconds: u64, per_tick: u64) {
        for _ in 0..seconds * 4 {
            self.uptime += TICK;
            self.wall = self.wall.plus(TICK);
            self.frames += per_tick;
            self.happens(Event::Tick { frames: self.frames });
        }
    }

    fn starts(&self) -> usize {
        self.done.iter().filter(|(_, a)| *a == Action::Start).count()
    }

    fn drops(&self) -> usize {
        self.done.iter().filter(|(_, a)| *a == Action::Drop).count()
    }

    fn exit(&self) -> Option<Exit> {
        self.done.iter().find_map(|(_, a)| if let Action::Exit(exit) = a { Some(*exit) } else { None })
    }

    /// When this was told, and how often.
    fn told(&self, wanted: &Note) -> Vec<Duration> {
        let tells = |action: &Action| matches!(action, Action::Tell(notes) if notes.contains(wanted));
        self.done.iter().filter(|(_, a)| tells(a)).map(|(t, _)| *t).collect()
    }

    fn said(&self, words: &str) -> bool {
        self.done.iter().any(|(_, a)| matches!(a, Action::Say(text) if text.contains(words)))
    }

    /// Seconds between the end of a stream and the next start.
    fn pauses_s(&self) -> Vec<f64> {
        let starts = || self.done.iter().filter(|(_, a)| *a == Action::Start).map(|(t, _)| *t);
        self.ends.iter().filter_map(|end| starts().find(|t| t > end).map(|t| (t - *end).as_secs_f64())).collect()
    }

    fn asks(&self) -> usize {
        self.done.iter().filter(|(_, a)| *a == Action::Ask).count()
    }
}

#[test]
fn after_an_end_an_error_and_a_stall_it_is_started_anew() {
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Eos);
    day.pass(5, 1);
    day.fails(Fault::Broken);
    day.pass(5, 1);
    assert_eq!((day.starts(), day.drops()), (3, 2), "one at a time");
    day.pass(14, 0);
    assert_eq!(day.starts(), 3);
    day.pass(8, 0);
    assert!(day.said("no frame came for 15 s"));
    assert_eq!((day.starts(), day.drops(), day.exit()), (4, 3, None));
}

#[test]
fn pauses_grow_while_a_camera_is_away_and_begin_anew_after_a_minute_of_progress() {
    let mut day = Day::new();
    for _ in 0..6 {
        day.pass(6, 0);
        day.fails(Fault::Broken);
    }
    day.pass(6, 0);
    assert_eq!(day.pauses_s(), [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]);
    day.pass(30, 1);
    day.fails(Fault::Broken);
    day.pass(6, 0);
    assert_eq!(day.pauses_s().last(), Some(&5.0), "half a minute is too short");
    day.pass(62, 1);
    day.fails(Fault::Broken);
    day.pass(6, 0);
    assert_eq!(day.pauses_s().last(), Some(&0.5));
}

#[test]
fn a_stall_is_not_progress() {
    let mut day = Day::new();
    (0..5).for_each(|_| {
        day.pass(6, 0);
        day.fails(Fault::Broken);
    });
    let mut slow = settings();
    slow.stall = Duration::from_secs(120);
    day.supervisor.settings = slow;
    day.pass(6, 1);
    day.pass(128, 0);
    assert_eq!(day.pauses_s().last(), Some(&5.0), "a minute in which nothing came resets nothing");
}

#[test]
fn a_camera_that_sends_nothing_at_all_is_tried_again_after_half_a_minute() {
    let mut day = Day::new();
    day.pass(32, 0);
    assert!(day.said("no frame came within 30 s"));
    assert_eq!(day.starts(), 2);
}

#[test]
fn a_camera_that_is_away_is_asked_and_its_last_pipeline_stands_meanwhile() {
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Eos);
    day.answers = false;
    day.pass(1, 0);
    assert_eq!((day.starts(), day.asks()), (2, 0), "after a stream's end there is a fresh pipeline, whatever the camera says");
    day.fails(Fault::Broken);
    day.pass(100, 0);
    assert_eq!((day.starts(), day.drops()), (2, 1), "it stands: its countsink ends the hours");
    assert!((19..=24).contains(&day.asks()), "{}", day.asks());
    let said = |words: &str| day.done.iter().filter(|(_, a)| matches!(a, Action::Say(text) if text.contains(words))).count();
    assert_eq!(said("does not answer"), 1, "a night without a camera fills no disk");
    day.answers = true;
    day.pass(6, 0);
    assert_eq!((day.starts(), day.drops()), (3, 2));
    day.pass(2, 1);
    day.happens(Event::Stop);
    day.happens(Event::Eos);
    assert_eq!((day.exit(), day.drops()), (Some(Exit::InOrder), 3));
}

#[test]
fn an_answer_that_does_not_come_is_none() {
    let mut day = Day::new();
    day.pass(1, 0);
    day.fails(Fault::Broken);
    // Straight to the supervisor: nobody answers here.
    let mut asks = 0;
    for _ in 0..4 * 60 {
        day.uptime += TICK;
        let actions = day.supervisor.handle(Event::Tick { frames: 0 }, Now { uptime: day.uptime, wall: day.wall });
        asks += actions.iter().filter(|a| **a == Action::Ask).count();
        assert!(!actions.contains(&Action::Start));
    }
    assert!((3..=6).contains(&asks), "{asks}");
}

#[test]
fn a_camera_that_refuses_the_password_is_tried_once_a_minute() {
    let mut day = Day::new();
    day.pass(1, 0);
    day.fails(Fault::Refused);
    day.pass(59, 0);
    assert_eq!(day.starts(), 1);
    day.pass(2, 0);
    assert_eq!(day.starts(), 2);
}

#[test]
fn what_can_not_be_built_ends_it_at_first_and_is_tried_again_later() {
    let mut day = Day::new();
    day.pass(1, 0);
    day.fails(Fault::Unusable);
    assert_eq!((day.exit(), day.drops()), (Some(Exit::Failed), 1));
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Eos);
    day.pass(1, 0);
    day.fails(Fault::Unusable);
    day.pass(5, 0);
    assert_eq!((day.exit(), day.starts()), (None, 3));
}

#[test]
fn a_signal_ends_the_stream_in_order() {
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Stop);
    assert_eq!(day.told(&Note::Stopping).len(), 1);
    assert_eq!(day.drops(), 0, "the stream's end is waited for");
    day.pass(1, 1);
    day.happens(Event::Eos);
    assert_eq!((day.exit(), day.drops()), (Some(Exit::InOrder), 1));
    let after = day.done.len();
    day.pass(100, 0);
    day.happens(Event::Stop);
    assert_eq!(day.done.len(), after, "nothing follows an exit");
}

#[test]
fn a_stream_that_does_not_end_is_stopped_after_ten_seconds_or_by_a_second_signal() {
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Stop);
    day.pass(9, 0);
    assert_eq!(day.exit(), None);
    day.pass(2, 0);
    assert_eq!(day.exit(), Some(Exit::InOrder));
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Stop);
    day.happens(Event::Stop);
    assert_eq!((day.exit(), day.drops()), (Some(Exit::InOrder), 1));
}

#[test]
fn a_signal_while_it_waits_ends_it_at_once() {
    let mut day = Day::new();
    day.pass(1, 0);
    day.fails(Fault::Broken);
    assert_eq!(day.drops(), 0);
    day.happens(Event::Stop);
    assert_eq!((day.exit(), day.drops()), (Some(Exit::InOrder), 1));
}

#[test]
fn an_error_while_the_stream_ends_is_an_end_too() {
    let mut day = Day::new();
    day.pass(5, 1);
    day.happens(Event::Stop);
    day.fails(Fault::Broken);
    assert_eq!(day.exit(), Some(Exit::InOrder));
}

#[test]
fn once_is_once() {
    for (event, exit) in [
        (Event::Eos, Exit::InOrder),
        (Event::Failed(Fault::Broken, "b".into()), Exit::Failed),
        (Event::Failed(Fault::Unusable, "u".into()), Exit::Failed),
    ] {
        let mut day = Day::of(Settings { once: true, ..settings() }, Presence::default(), "2026-03-02T09:00:00Z");
        day.pass(5, 1);
        day.happens(event);
        assert_eq!((day.exit(), day.starts(), day.drops()), (Some(exit), 1, 1));
    }
    let mut day = Day::of(Settings { once: true, ..settings() }, Presence::default(), "2026-03-02T09:00:00Z");
    day.pass(5, 1);
    day.pass(16, 0);
    assert_eq!(day.exit(), Some(Exit::Failed), "a stall is an error");
}

fn watched(seconds: u64) -> Settings {
    Settings { watchdog: Some(Duration::from_secs(seconds)), ..settings() }
}

#[test]
fn it_is_ready_with_the_first_frame_and_asks_for_time_until_then() {
    let mut day = Day::of(watched(40), Presence::default(), "2026-03-02T09:00:00Z");
    day.pass(25, 0);
    assert!(day.told(&Note::Ready).is_empty() && day.told(&Note::Alive).is_empty());
    assert_eq!(day.told(&Note::MoreTime(MORE_TIME)).len(), 3);
    day.pass(10, 1);
    assert_eq!(day.told(&Note::Ready).len(), 1);
    day.happens(Event::Eos);
    day.pass(20, 1);
    assert_eq!(day.told(&Note::Ready).len(), 1, "once in a life");
}

#[test]
fn the_watchdog_is_fed_at_most_every_half_period_and_only_by_frames() {
    let mut long_stall = watched(40);
    long_stall.stall = Duration::from_secs(3600);
    let mut day = Day::of(long_stall, Presence::default(), "2026-03-02T09:00:00Z");
    day.pass(100, 1);
    let fed = day.told(&Note::Alive);
    assert_eq!(fed.len(), 5, "{fed:?}");
    assert!(fed.windows(2).all(|w| w[1] - w[0] >= Duration::from_secs(20)), "{fed:?}");
    day.pass(19, 0);
    let last = day.told(&Note::Alive);
    day.pass(500, 0);
    let starved = day.told(&Note::Alive);
    assert!(starved.len() <= last.len() + 1, "frames from before may feed it once: {starved:?}");
    assert!(starved.last().unwrap() < &Duration::from_secs(121), "{starved:?}");
    day.pass(1, 1);
    assert_eq!(day.told(&Note::Alive).len(), starved.len() + 1);
}

#[test]
fn a_camera_that_is_away_does_not_starve_the_watchdog() {
    let mut day = Day::of(watched(10), Presence::default(), "2026-03-02T09:00:00Z");
    day.pass(5, 1);
    for _ in 0..100 {
        day.fails(Fault::Broken);
        day.pass(6, 0);
    }
    let fed = day.told(&Note::Alive);
    assert!(fed.windows(2).all(|w| w[1] - w[0] < Duration::from_secs(10)), "{fed:?}");
    assert!(fed.last().unwrap() > &(day.uptime - Duration::from_secs(10)));
}

fn shop(hours: &str) -> Presence {
    let text = format!(
        r#"{{"version":1,"site":"s","camera":"c","placement":"entrance","time_zone":"Europe/Stockholm",
        "opening_hours":{{"monday":["{hours}"],"tuesday":["{hours}"]}},
        "lines":[{{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}],"publish":{{"window":"1h"}}}}"#
    );
    Presence::of(&[Scene::parse(&text).unwrap()])
}

#[test]
fn outside_the_hours_no_pipeline_runs() {
    let mut day = Day::of(watched(60), shop("09:00-18:00"), "2026-03-02T07:59:00Z");
    day.pass(20, 1);
    assert_eq!(day.starts(), 0);
    assert!(day.said("closed; no camera is connected until 2026-03-02T07:59:30Z"));
    assert_eq!(day.told(&Note::Ready).len(), 1, "it has started, there is only nothing to look at");
    day.pass(20, 1);
    assert_eq!(day.starts(), 1, "half a minute before opening");
    // Up to a minute after closing, then up to four.
    day.pass(9 * 3600 + 60, 1);
    assert_eq!((day.starts(), day.drops()), (1, 0));
    day.pass(180, 1);
    assert!(day.done.iter().any(|(_, a)| *a == Action::Drain));
    day.happens(Event::Eos);
    assert_eq!((day.starts(), day.drops()), (1, 1));
    let fed = day.told(&Note::Alive).len();
    day.pass(600, 0);
    assert!(day.told(&Note::Alive).len() >= fed + 19, "a closed shop is no hang");
    assert_eq!((day.starts(), day.exit()), (1, None));
}

#[test]
fn a_camera_that_is_away_at_closing_is_not_tried_at_night() {
    let mut day = Day::of(settings(), shop("09:00-18:00"), "2026-03-02T17:02:00Z");
    day.answers = false;
    day.pass(1, 0);
    day.fails(Fault::Broken);
    day.pass(50, 0);
    assert_eq!(day.drops(), 0);
    day.pass(10, 0);
    let before = day.asks();
    assert!(before > 5);
    day.pass(3600, 0);
    assert_eq!((day.asks(), day.starts(), day.drops()), (before, 1, 1));
    day.happens(Event::Stop);
    assert_eq!(day.exit(), Some(Exit::InOrder));
}

#[test]
fn once_knows_no_hours() {
    let mut day = Day::of(Settings { once: true, ..settings() }, shop("09:00-18:00"), "2026-03-02T03:00:00Z");
    day.pass(2, 1);
    assert_eq!(day.starts(), 1);
}
