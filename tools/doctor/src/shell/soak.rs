// SPDX-License-Identifier: MPL-2.0
//! Counts from the camera for a while, with the real elements, and reads what that costs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use footfall_doctor::address::Source;
use footfall_doctor::measured::{Failure, Soak};
use footfall_doctor::procfs::{self, Throttle};
use gst::prelude::*;
use parking_lot::Mutex;

use super::clock::{Clock, pause};
use super::machine::read;
use super::output::Output;
use super::source::{self, Access, Watcher, failure_of};

/// The first picture comes within this, or there is nothing to soak, seconds.
const FIRST_S: f64 = 20.0;
/// A camera that sends nothing for so long is opened anew, seconds.
const STALLED_S: f64 = 10.0;
/// A camera that is gone is knocked at this often, seconds.
const AGAIN_S: f64 = 2.0;

/// What to soak.
pub struct Plan<'a> {
    /// The camera or film.
    pub source: &'a Source,
    /// With what it is asked.
    pub access: &'a Access,
    /// For so long, minutes.
    pub minutes: f64,
    /// Detections a second.
    pub rate: f64,
    /// The scene's text.
    pub scene: String,
    /// Another model than the one that is built in.
    pub model: Option<PathBuf>,
    /// Hints for it.
    pub hints: String,
    /// Pictures a second of the camera.
    pub camera_per_s: Option<f64>,
    /// Is throttling asked for?
    pub ask_throttle: bool,
}

/// Cumulative figures of persondetector.
#[derive(Clone, Copy, Default)]
struct Figures {
    frames: u64,
    detected: u64,
    late: u64,
    failed: u64,
}

impl Figures {
    fn read(pipeline: &gst::Pipeline) -> Option<Self> {
        let stats = pipeline.by_name("detector")?.property::<Option<gst::Structure>>("stats")?;
        let count = |name: &str| stats.get::<u64>(name).ok();
        Some(Self { frames: count("frames")?, detected: count("detected")?, late: count("late")?, failed: count("failed")? })
    }

    fn plus(self, o: Self) -> Self {
        Self {
            frames: self.frames + o.frames,
            detected: self.detected + o.detected,
            late: self.late + o.late,
            failed: self.failed + o.failed,
        }
    }
}

/// Notes when pictures come.
struct Pulse {
    clock: Clock,
    first_and_last_s: Mutex<Option<(f64, f64)>>,
    failure: Mutex<Option<Failure>>,
}

impl Watcher for Pulse {
    fn decoded(&self, _pts: Option<gst::ClockTime>) {
        let now_s = self.clock.seconds();
        let mut times = self.first_and_last_s.lock();
        *times = Some((times.map_or(now_s, |(first, _)| first), now_s));
    }

    fn failed(&self, failure: Failure) {
        self.failure.lock().get_or_insert(failure);
    }
}

/// How one run of the pipeline ended.
enum End {
    /// The time is up.
    Done,
    /// The film is over.
    Over,
    /// The camera went.
    Gone(String),
}

/// The throttling counters of this machine, the first kind that can be read.
fn throttle() -> Option<Throttle> {
    let sys = Path::new("/sys");
    let pi = || {
        let output = Command::new("vcgencmd").arg("get_throttled").stderr(Stdio::null()).output().ok()?;
        Throttle::from_vcgencmd(&String::from_utf8_lossy(&output.stdout))
    };
    Throttle::from_counters(sys).or_else(pi).or_else(|| Throttle::from_temperatures(sys))
}

fn cpu_s() -> Option<f64> {
    procfs::cpu_s(&read("/proc/self/stat")?)
}

fn resident() -> Option<u64> {
    procfs::kib(&read("/proc/self/status")?, "VmRSS")
}

/// A soak under way.
struct Running<'a> {
    plan: &'a Plan<'a>,
    output: &'a Output,
    clock: Clock,
    pulse: Arc<Pulse>,
    /// Of the runs before this one.
    before: Option<Figures>,
    /// The first picture of all, and the CPU time then.
    begun: Option<(f64, Option<f64>)>,
    memory: Vec<(f64, u64)>,
    told: u64,
    reopened: (u32, Option<String>),
}

/// Counts for the planned time.
///
/// # Errors
/// When no picture comes, or the elements can not be started.
pub fn soak(plan: &Plan<'_>, output: &Output) -> Result<Soak, Failure> {
    let clock = Clock::start();
    let pulse = Arc::new(Pulse { clock, first_and_last_s: Mutex::new(None), failure: Mutex::new(None) });
    let throttle_before = plan.ask_throttle.then(throttle).flatten();
    let mut running = Running {
        plan,
        output,
        clock,
        pulse,
        before: Some(Figures::default()),
        begun: None,
        memory: Vec::new(),
        told: 0,
        reopened: (0, None),
    };
    loop {
        match running.run()? {
            End::Done => break,
            End::Over => {}
            End::Gone(why) => running.reopened = (running.reopened.0 + 1, Some(why)),
        }
    }
    let (first_s, cpu_first) = running.begun.ok_or(Failure::NoVideo)?;
    let sums = running.before;
    Ok(Soak {
        lasted_s: clock.seconds() - first_s,
        camera_per_s: plan.camera_per_s,
        asked_per_s: plan.rate,
        frames: sums.map(|f| f.frames),
        detected: sums.map(|f| f.detected),
        late: sums.map(|f| f.late),
        failed: sums.map(|f| f.failed),
        reopened: running.reopened,
        cpu_s: cpu_s().zip(cpu_first).map(|(now, then)| now - then),
        cores: std::thread::available_parallelism().ok().map(|n| n.get()),
        memory: running.memory,
        throttle: (throttle_before, plan.ask_throttle.then(throttle).flatten()),
        ask_throttle: plan.ask_throttle,
    })
}

impl Running<'_> {
    /// The counting half of the launch line.
    fn tail(&self) -> Result<gst::Element, Failure> {
        // A film goes as fast as a camera.
        let pace = if matches!(self.plan.source, Source::File(_)) { "identity sync=true ! " } else { "" };
        let line = format!("{pace}videoconvert ! persondetector name=detector ! zonetracker ! countsink name=counts");
        let bin = gst::parse::bin_from_description(&line, true).map_err(|e| Failure::Other(e.to_string()))?;
        let of = |name: &str| bin.by_name(name).ok_or_else(|| Failure::Missing(name.to_owned()));
        let (detector, counts) = (of("detector")?, of("counts")?);
        detector.set_property("scene", &self.plan.scene);
        detector.set_property("rate", self.plan.rate);
        detector.set_property("model-hints", &self.plan.hints);
        if let Some(model) = &self.plan.model {
            detector.set_property("model", model.display().to_string());
        }
        counts.set_property("publish-partial", true);
        counts.set_property("jsonl-location", "/dev/null");
        Ok(bin.upcast())
    }

    /// One run, until the time is up or the stream ends.
    fn run(&mut self) -> Result<End, Failure> {
        *self.pulse.first_and_last_s.lock() = None;
        let watcher: Arc<dyn Watcher> = self.pulse.clone();
        let pipeline = source::pipeline(self.plan.source, self.plan.access, &self.tail()?, &watcher)?;
        let _ = pipeline.set_state(gst::State::Playing);
        let end = self.follow(&pipeline);
        self.before = self.before.zip(Figures::read(&pipeline)).map(|(a, b)| a.plus(b));
        let _ = pipeline.set_state(gst::State::Null);
        if let Ok(End::Gone(_)) = &end {
            pause(AGAIN_S);
        }
        end
    }

    fn follow(&mut self, pipeline: &gst::Pipeline) -> Result<End, Failure> {
        let bus = pipeline.bus().ok_or_else(|| Failure::Other("the pipeline has no bus".into()))?;
        let opened_s = self.clock.seconds();
        loop {
            let message = bus.timed_pop(gst::ClockTime::from_mseconds(100));
            if let Some(failure) = self.pulse.failure.lock().take() {
                return Err(failure);
            }
            let now_s = self.clock.seconds();
            let pulse = *self.pulse.first_and_last_s.lock();
            if let (Some((first_s, _)), None) = (pulse, self.begun) {
                self.begun = Some((first_s, cpu_s()));
            }
            if let Some((first_s, _)) = self.begun {
                let soaked_s = now_s - first_s;
                self.note(pipeline, soaked_s);
                if soaked_s >= self.plan.minutes * 60.0 {
                    return Ok(End::Done);
                }
            }
            match message.as_ref().map(|m| m.view()) {
                // Before the first picture of all, it is no soak.
                Some(gst::MessageView::Error(error)) if self.begun.is_none() => return Err(failure_of(error, now_s)),
                Some(gst::MessageView::Error(error)) => return Ok(End::Gone(error.error().to_string())),
                Some(gst::MessageView::Eos(_)) if matches!(self.plan.source, Source::File(_)) => return Ok(End::Over),
                Some(gst::MessageView::Eos(_)) => return Ok(End::Gone("it ended the stream".into())),
                _ => {}
            }
            let quiet_s = now_s - pulse.map_or(opened_s, |(_, last_s)| last_s);
            match self.begun {
                None if quiet_s > FIRST_S => return Err(Failure::Silent(quiet_s.round() as u64)),
                Some(_) if quiet_s > STALLED_S => return Ok(End::Gone(format!("it was silent for {STALLED_S} s"))),
                _ => {}
            }
        }
    }

    /// Reads memory twice a second, and tells now and then how far it has come.
    fn note(&mut self, pipeline: &gst::Pipeline, soaked_s: f64) {
        let due = self.memory.last().is_none_or(|(t, _)| soaked_s - t >= 0.5);
        let Some(bytes) = resident().filter(|_| due) else { return };
        self.memory.push((soaked_s, bytes));
        let step_s = (self.plan.minutes * 6.0).clamp(1.0, 60.0);
        let step = (soaked_s / step_s) as u64;
        if step > self.told {
            self.told = step;
            let figures = self.before.zip(Figures::read(pipeline)).map(|(a, b)| a.plus(b));
            let rate = figures.map_or("?".to_owned(), |f| format!("{:.1}", f.detected as f64 / soaked_s));
            self.output.progress(&format!(
                "soak: {soaked_s:.0} of {:.0} s, {rate} detections a second, {} MiB",
                self.plan.minutes * 60.0,
                bytes >> 20
            ));
        }
    }
}
