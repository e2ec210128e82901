// SPDX-License-Identifier: MPL-2.0
//! From a launch text to a pipeline: secrets into their properties, what must not be is refused, frames are counted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use footfall_contract::scene::Scene;
use footfall_redact::Secret;
use gst::glib;
use gst::prelude::*;

use crate::launch_text::{LaunchText, url_password};

/// Properties whose values are passwords.
const PASSWORDS: [&str; 4] = ["user-pw", "proxy-pw", "password", "passphrase"];

/// Everything that a fresh pipeline is made of.
pub struct Recipe {
    launch: LaunchText,
    secrets: Vec<Secret>,
    camera_ca: Option<gio::TlsDatabase>,
}

impl Recipe {
    /// From a launch text and its secrets, in order. `camera_ca`: the authority of the cameras' certificates.
    ///
    /// # Errors
    /// When the authority's file is none.
    pub fn new(launch: LaunchText, secrets: Vec<Secret>, camera_ca: Option<&Path>) -> Result<Self, String> {
        let database = |path: &Path| match gio::TlsFileDatabase::new(path) {
            Ok(database) => Ok(database.upcast::<gio::TlsDatabase>()),
            Err(e) => Err(format!(
                "--camera-ca {}: no authority can be read from it ({e}); a PEM file is wanted, and the package glib-networking",
                path.display()
            )),
        };
        Ok(Self { launch, secrets, camera_ca: camera_ca.map(database).transpose()? })
    }

    /// A fresh pipeline, in NULL.
    ///
    /// # Errors
    /// One sentence; it holds no secret, the text was parsed without them.
    pub fn build(&self) -> Result<gst::Pipeline, String> {
        let parsed = gst::parse::launch_full(self.launch.text(), None, gst::ParseFlags::FATAL_ERRORS);
        let element = parsed.map_err(|e| self.launch.readable(e.message()))?;
        let pipeline = match element.downcast::<gst::Pipeline>() {
            Ok(pipeline) => pipeline,
            Err(element) => {
                let pipeline = gst::Pipeline::new();
                pipeline.add(&element).map_err(|e| e.to_string())?;
                pipeline
            }
        };
        let mut filled = vec![false; self.launch.placeholders()];
        for element in elements(&pipeline) {
            self.fill(&element, &mut filled)?;
            self.secure(&element)?;
        }
        match filled.iter().position(|done| !done) {
            None => Ok(pipeline),
            Some(place) => Err(format!(
                "{} stands where no element's text property takes it; write it as a property's value, such as user-pw={}",
                self.launch.placeholder(place),
                self.launch.placeholder(place)
            )),
        }
    }

    /// Puts secrets into the properties that hold their tokens.
    fn fill(&self, element: &gst::Element, filled: &mut [bool]) -> Result<(), String> {
        for (name, value) in texts(element) {
            let places = self.launch.places_in(&value);
            self.refuse_plain(element, &name, &value)?;
            if places.is_empty() {
                continue;
            }
            element.set_property(&name, self.launch.filled(&value, &self.secrets));
            places.into_iter().filter_map(|place| filled.get_mut(place).map(|f| *f = true)).for_each(drop);
        }
        Ok(())
    }

    /// A password in the launch file would be seen in logs: nobody knows that it is one.
    fn refuse_plain(&self, element: &gst::Element, name: &str, value: &str) -> Result<(), String> {
        let password = if PASSWORDS.contains(&name) { Some(value) } else { url_password(value) };
        match password {
            Some(password) if !password.is_empty() && !self.launch.hides(password) => Err(format!(
                "{}: {name} holds a password; write user-pw=${{credential:NAME}}, ${{file:/path}} or ${{env:NAME}} in its place",
                element.name()
            )),
            _ => Ok(()),
        }
    }

    /// Certificates are verified, always.
    fn secure(&self, element: &gst::Element) -> Result<(), String> {
        let takes = |name: &str, kind: glib::Type| element.find_property(name).is_some_and(|spec| spec.value_type() == kind);
        if takes("tls-validation-flags", gio::TlsCertificateFlags::static_type()) {
            let flags: gio::TlsCertificateFlags = element.property("tls-validation-flags");
            if flags != gio::TlsCertificateFlags::VALIDATE_ALL {
                return Err(format!(
                    "{}: tls-validation-flags is loosened; leave it out, and name the camera's authority with --camera-ca FILE",
                    element.name()
                ));
            }
        }
        if let (Some(database), true) = (&self.camera_ca, takes("tls-database", gio::TlsDatabase::static_type())) {
            element.set_property("tls-database", database);
        }
        Ok(())
    }

    /// The scenes that hold for wall time: those of detectors without `start-time`.
    ///
    /// # Errors
    /// When a scene can't be read.
    pub fn scenes(&self, pipeline: &gst::Pipeline) -> Result<Vec<Scene>, String> {
        let mut scenes = Vec::new();
        for detector in elements(pipeline).filter(|e| is(e, "persondetector")) {
            let text = |name: &str| detector.property::<Option<String>>(name).filter(|t| !t.is_empty());
            if text("start-time").is_some() {
                continue;
            }
            let scene = match (text("scene-location"), text("scene")) {
                (Some(path), _) => {
                    Some(std::fs::read_to_string(&path).map_err(|e| format!("the scene {path} can not be read: {e}"))?)
                }
                (None, inline) => inline,
            };
            scenes.extend(scene.map(|text| Scene::parse(&text)).transpose().map_err(|e| e.to_string())?);
        }
        Ok(scenes)
    }
}

/// Counts frames at one pad each behind every persondetector, else before every countsink, else before every sink.
pub struct Meter {
    counters: Vec<Arc<AtomicU64>>,
}

impl Meter {
    /// Sets probes.
    pub fn of(pipeline: &gst::Pipeline) -> Self {
        let all: Vec<gst::Element> = elements(pipeline).collect();
        let pads = |named: &str, pad: &str| -> Vec<gst::Pad> {
            all.iter().filter(|e| is(e, named)).filter_map(|e| e.static_pad(pad)).collect()
        };
        let sinks = || all.iter().filter(|e| e.element_flags().contains(gst::ElementFlags::SINK)).flat_map(|e| e.sink_pads());
        let mut watched = pads("persondetector", "src");
        if watched.is_empty() {
            watched = pads("countsink", "sink");
        }
        if watched.is_empty() {
            watched = sinks().collect();
        }
        Self { counters: watched.iter().map(counted).collect() }
    }

    /// Frames at the pad that has had the fewest: a camera that hangs is not hidden by its neighbour.
    pub fn frames(&self) -> u64 {
        self.counters.iter().map(|c| c.load(Ordering::Relaxed)).min().unwrap_or(0)
    }
}

fn counted(pad: &gst::Pad) -> Arc<AtomicU64> {
    let counter = Arc::new(AtomicU64::new(0));
    let counts = counter.clone();
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, _| {
        counts.fetch_add(1, Ordering::Relaxed);
        gst::PadProbeReturn::Ok
    });
    counter
}

/// Every element of a pipeline, those inside bins too.
pub fn elements(pipeline: &gst::Pipeline) -> impl Iterator<Item = gst::Element> {
    pipeline.iterate_recurse().into_iter().flatten()
}

/// Was it made by this factory?
pub fn is(element: &gst::Element, factory: &str) -> bool {
    element.factory().is_some_and(|f| f.name() == factory)
}

/// The text properties that can be read and set, with their values.
fn texts(element: &gst::Element) -> Vec<(String, String)> {
    let settable = |spec: &glib::ParamSpec| {
        let flags = spec.flags();
        flags.contains(glib::ParamFlags::READWRITE) && !flags.contains(glib::ParamFlags::CONSTRUCT_ONLY)
    };
    let specs = element.list_properties();
    let texts = specs.iter().filter(|spec| is_text(spec) && settable(spec));
    texts.filter_map(|spec| Some((spec.name().to_owned(), element.property::<Option<String>>(spec.name())?))).collect()
}

/// A function of its own: on a reference to a reference the method is another one, which tells the type of the specification.
fn is_text(spec: &glib::ParamSpec) -> bool {
    spec.value_type() == glib::Type::STRING
}
