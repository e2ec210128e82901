// SPDX-License-Identifier: MPL-2.0
//! What somebody does, step by step.

use crate::figure::pose::Act;

/// What kind of person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A grown person.
    Grown,
    /// A child.
    Child,
    /// Somebody in a wheelchair.
    Wheelchair,
    /// Somebody who pushes a trolley.
    Trolley,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Goes to a point of the floor.
    Go(f32, f32),
    /// Stays for some seconds and does something; looks at a point if one is given.
    Stay(f32, Act, Option<(f32, f32)>),
    /// Stays until a second of the film.
    Until(f32, Act, Option<(f32, f32)>),
}

/// A person's part in a scene.
#[derive(Clone, Debug)]
pub struct Script {
    /// What kind of person.
    pub kind: Kind,
    /// When it begins, seconds.
    pub starts_s: f32,
    /// Where it begins, metres.
    pub from: (f32, f32),
    /// What follows.
    pub steps: Vec<Step>,
    /// Pace, metres a second.
    pub pace: f32,
}

impl Script {
    /// A grown person who is at a point from this second on.
    pub fn grown(starts_s: f32, x: f32, y: f32) -> Self {
        Self { kind: Kind::Grown, starts_s, from: (x, y), steps: Vec::new(), pace: 1.25 }
    }

    /// The same for another kind of person.
    pub fn of(kind: Kind, starts_s: f32, x: f32, y: f32) -> Self {
        let pace = match kind {
            Kind::Grown => 1.25,
            Kind::Child => 1.05,
            Kind::Wheelchair => 0.8,
            Kind::Trolley => 0.95,
        };
        Self { kind, pace, ..Self::grown(starts_s, x, y) }
    }

    /// At another pace, metres a second.
    pub fn pace(mut self, pace: f32) -> Self {
        self.pace = pace;
        self
    }

    /// Goes on to a point.
    pub fn to(mut self, x: f32, y: f32) -> Self {
        self.steps.push(Step::Go(x, y));
        self
    }

    /// Goes on along several points.
    pub fn along(mut self, points: &[(f32, f32)]) -> Self {
        self.steps.extend(points.iter().map(|p| Step::Go(p.0, p.1)));
        self
    }

    /// Stands for some seconds.
    pub fn stay(mut self, seconds: f32) -> Self {
        self.steps.push(Step::Stay(seconds, Act::Plain, None));
        self
    }

    /// Does something for some seconds, looking at a point.
    pub fn act(mut self, seconds: f32, act: Act, x: f32, y: f32) -> Self {
        self.steps.push(Step::Stay(seconds, act, Some((x, y))));
        self
    }

    /// Stands until a second of the film.
    pub fn until(mut self, second: f32) -> Self {
        self.steps.push(Step::Until(second, Act::Plain, None));
        self
    }

    /// The same steps, beside and later: for groups.
    pub fn beside(&self, kind: Kind, dx: f32, dy: f32, later_s: f32) -> Self {
        let mut other = self.clone();
        other.kind = kind;
        other.starts_s += later_s;
        other.from = (other.from.0 + dx, other.from.1 + dy);
        for step in &mut other.steps {
            if let Step::Go(x, y) = step {
                *x += dx;
                *y += dy;
            }
        }
        other
    }
}
