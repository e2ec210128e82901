// SPDX-License-Identifier: MPL-2.0
//! A scene as a film: any frame of it, as picture and as truth.

use std::sync::Arc;

use crate::camera::Camera;
use crate::canvas::{Actor, Canvas, Shown};
use crate::figure::look::Bag;
use crate::figure::skeleton::Stance;
use crate::figure::{Detail, Figure};
use crate::gallery::Gallery;
use crate::math::{Rng, Vec3, v3};
use crate::picture::Picture;
use crate::prop::Prop;
use crate::room::render;
use crate::scene::{Anchor, Scene};
use crate::sensor::Developer;
use crate::world::path::Path;
use crate::world::script::Kind;

/// Frames a second.
pub const FRAMES_PER_S: u32 = 25;

/// One of the cast.
pub struct Member {
    /// Identity, from 1.
    pub id: u16,
    /// What kind of person.
    pub kind: Kind,
    /// Way through the scene.
    pub path: Path,
    figure: Figure,
    /// The wheelchair or trolley.
    prop: Option<Arc<Prop>>,
}

/// Where somebody is in the picture, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The point of the floor where the person stands.
    pub foot: (f32, f32),
    /// Half way between that point and the top of the head of the standing person.
    pub centre: (f32, f32),
    /// About how high the person's box is.
    pub height_px: f32,
}

/// A person in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// What is shown.
    pub shown: Shown,
    /// Where.
    pub spot: Spot,
}

/// A film.
pub struct Film {
    /// The scene.
    pub scene: Scene,
    /// The seed.
    pub seed: u64,
    /// The camera.
    pub camera: Camera,
    /// Everybody, by identity.
    pub cast: Vec<Member>,
    canvas: Canvas,
    developer: Developer,
}

impl Film {
    /// The film of a scene. Width and height must be even.
    pub fn new(scene: &Scene, seed: u64, width: usize, height: usize) -> Self {
        let mut gallery = Gallery::default();
        let given = seed;
        // Every scene has people of its own.
        let seed = scene.name.bytes().fold(seed, |h, b| h.wrapping_mul(0x0100_0000_01B3) ^ u64::from(b));
        let cast = cast(scene, seed, &mut gallery, height);
        let camera = Camera::new(&scene.mount, width, height);
        let room = scene.plan.build(seed, &mut gallery);
        let backdrop = render(&room, &camera, &scene.light);
        let mut sensor = scene.sensor.clone();
        if camera.samples() == 1 {
            // What more samples would have smoothed, the lens does.
            sensor.blur = (sensor.blur + 5).min(16);
        }
        sensor.saturation = (64.0 * scene.light.saturation) as i32;
        let developer = Developer::new(sensor, &backdrop.rgb, width, height, seed);
        let canvas = Canvas::new(camera, scene.light, backdrop);
        Self { scene: scene.clone(), seed: given, camera, cast, canvas, developer }
    }

    /// How many frames the whole scene has.
    pub fn frames(&self) -> u32 {
        (self.scene.seconds * FRAMES_PER_S as f32) as u32
    }

    /// Draws a frame (from 0) into `picture`, and says who is in it.
    pub fn frame(&mut self, number: u32, picture: &mut Picture) -> Vec<Seen> {
        self.frame_at(f64::from(number) / f64::from(FRAMES_PER_S), u64::from(number), picture)
    }

    /// Draws a moment of the scene; `number` is that of its noise.
    pub fn frame_at(&mut self, seconds: f64, number: u64, picture: &mut Picture) -> Vec<Seen> {
        let mut present = Vec::new();
        for member in &self.cast {
            if let Some(moment) = member.path.at(seconds) {
                let at = v3(moment.at.0, moment.at.1, 0.0);
                let pose = member.figure.burdened(member.path.pose(&moment));
                let stance = Stance::of(&member.figure.look.build, &pose, at, moment.facing);
                present.push((member, at, moment.facing, stance));
            }
        }
        let mut actors = Vec::new();
        for (member, at, facing, stance) in &present {
            let size = member.figure.look.build.height / 1.75;
            let mut props: Vec<(&Prop, Vec3, (f32, f32), f32)> = Vec::new();
            let mut things = Vec::new();
            match (&member.prop, member.kind) {
                (Some(prop), Kind::Wheelchair) => props.push((prop, *at, *facing, size)),
                (Some(prop), _) => {
                    let ahead = *at + v3(facing.0, facing.1, 0.0) * (0.43 * size);
                    things.push((&**prop, ahead, *facing, 1.0));
                }
                (None, _) => {}
            }
            actors.push(Actor { id: member.id, figure: Some((&member.figure, stance)), props });
            if !things.is_empty() {
                actors.push(Actor { id: 0, figure: None, props: things });
            }
        }
        let shown = self.canvas.draw(&actors);
        let mut seen = Vec::new();
        for one in shown {
            if let Some(spot) = self.spot(one.id, seconds).filter(|_| one.id != 0 && one.full_px > 0) {
                seen.push(Seen { shown: one, spot });
            }
        }
        let touched = std::mem::take(&mut self.canvas.touched);
        self.developer.develop(&self.canvas.rgb, &touched, seconds, number, picture);
        self.canvas.touched = touched;
        seen
    }

    /// Whose pixel it is, row by row; 0 for nobody's. Of the frame that was drawn last.
    pub fn mask(&self) -> &[u16] {
        &self.canvas.mask
    }

    /// Which figure that is no person each pixel of the empty room shows.
    pub fn likeness(&self) -> &[u16] {
        &self.canvas.backdrop().likeness
    }

    /// What kind of person somebody is.
    pub fn kind(&self, id: u16) -> Option<Kind> {
        self.cast.iter().find(|m| m.id == id).map(|m| m.kind)
    }

    /// Where somebody is in the picture at a time; `None` when the person isn't there or behind the camera.
    pub fn spot(&self, id: u16, seconds: f64) -> Option<Spot> {
        let member = self.cast.iter().find(|m| m.id == id)?;
        let moment = member.path.at(seconds)?;
        spot(&self.camera, moment.at, member.height())
    }

    /// The anchor of the scene at a spot.
    pub fn anchor(&self, spot: &Spot) -> (f32, f32) {
        if self.scene.anchor == Anchor::Bottom { spot.foot } else { spot.centre }
    }
}

impl Member {
    /// Height of the standing person, or of somebody in a wheelchair, metres.
    pub fn height(&self) -> f32 {
        self.figure.look.build.height * if self.kind == Kind::Wheelchair { 0.76 } else { 1.0 }
    }
}

/// Where somebody of this height who stands at a point of the floor is in the picture.
pub fn spot(camera: &Camera, at: (f32, f32), height: f32) -> Option<Spot> {
    let foot = camera.project(v3(at.0, at.1, 0.0))?;
    let head = camera.project(v3(at.0, at.1, height))?;
    let tall = ((head.x - foot.x) * (head.x - foot.x) + (head.y - foot.y) * (head.y - foot.y)).sqrt();
    Some(Spot {
        foot: (foot.x, foot.y),
        centre: ((foot.x + head.x) * 0.5, (foot.y + head.y) * 0.5),
        // From straight above a person is as high as shoulders are wide.
        height_px: tall.max(0.45 * camera.pixels_per_metre(head.depth)),
    })
}

fn cast(scene: &Scene, seed: u64, gallery: &mut Gallery, height: usize) -> Vec<Member> {
    let detail = if height >= 400 { Detail::Fine } else { Detail::Coarse };
    let member = |(i, script): (usize, &crate::world::script::Script)| {
        let mut rng = Rng::new(seed, 500 + i as u64);
        let mut figure = gallery.dressed(&mut rng, script.kind == Kind::Child, detail);
        while matches!(script.kind, Kind::Wheelchair | Kind::Trolley) && figure.look.bag != Bag::None {
            figure = gallery.dressed(&mut rng, false, detail);
        }
        let prop = match script.kind {
            Kind::Wheelchair => Some(Arc::new(Prop::wheelchair(&mut rng))),
            Kind::Trolley => Some(Arc::new(Prop::trolley(&mut rng))),
            _ => None,
        };
        let path = Path::of(script, figure.look.build.height);
        Member { id: i as u16 + 1, kind: script.kind, path, figure, prop }
    };
    scene.people.iter().enumerate().map(member).collect()
}
