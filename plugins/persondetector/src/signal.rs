// SPDX-License-Identifier: MPL-2.0
//! Is there still a camera behind the picture? What relays cameras puts in black frames, or the last one again and again,
//! when a camera is gone; on both nobody can be counted, and it must not read as "nobody was there".

use std::time::Duration;

use footfall_contract::attestation::Signal;
use footfall_contract::fingerprint::{Fnv, lattice};
use footfall_contract::geometry::{Fraction, PictureSize, Point, Polygon};
use footfall_contract::pixels::FrameView;
use footfall_contract::time::StreamTime;

/// Samples of luma in a row and in a column of the lattice.
const LATTICE: usize = 64;

/// A picture whose samples differ by no more than this is of one colour: the noise of coding, and no scene. (Real cameras'
/// pictures have 130 and more.)
const FLAT: u8 = 2;

/// Follows what the frames that are looked at show, outside excluded areas: a clock that a camera writes into its picture may
/// go on over a scene that stands still. No sample is kept, a hash of them is.
pub struct SignalWatch {
    /// `None` never takes a picture for frozen.
    frozen_after: Option<Duration>,
    points: Vec<(usize, usize)>,
    /// The hash of the last frame's samples, and since when it is this one.
    last: Option<(StreamTime, u64)>,
}

impl SignalWatch {
    /// A picture that has not changed in any sample for so long is frozen; zero: never.
    pub fn new(frozen_after: Duration) -> Self {
        Self { frozen_after: (!frozen_after.is_zero()).then_some(frozen_after), points: Vec::new(), last: None }
    }

    /// The frames to come are of this size.
    pub fn set_size(&mut self, size: PictureSize, excluded: &[Polygon<Fraction>]) {
        let excluded: Vec<_> = excluded.iter().map(|area| area.to_px(size)).collect();
        let is_shown = |(x, y): &(usize, usize)| {
            let at = Point::new(*x as f64 + 0.5, *y as f64 + 0.5);
            !excluded.iter().any(|area| area.contains(at))
        };
        self.points = lattice(LATTICE, size).filter(is_shown).collect();
        self.forget();
    }

    /// Stream time begins anew.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// What the frame at this running time is. It must be of the size that was set.
    pub fn look(&mut self, at: StreamTime, frame: &FrameView<'_>) -> Signal {
        if self.points.is_empty() {
            return Signal::Good;
        }
        let (mut least, mut most, mut hash) = (u8::MAX, 0, Fnv::default());
        for &(x, y) in &self.points {
            let luma = frame.luma(x, y);
            (least, most) = (least.min(luma), most.max(luma));
            hash.put(u64::from(luma));
        }
        let since = match self.last {
            Some((since, same)) if same == hash.value() => since,
            _ => at,
        };
        self.last = Some((since, hash.value()));
        let is_flat = most - least <= FLAT;
        if is_flat {
            Signal::Flat
        } else if self.frozen_after.is_some_and(|limit| at.since(since) >= limit) {
            Signal::Frozen
        } else {
            Signal::Good
        }
    }

    /// What is to be told of a picture without a signal.
    pub fn complaint(&self, signal: Signal) -> Option<String> {
        let then = "until it changes, this counts as time in which nobody looked";
        match signal {
            Signal::Good => None,
            Signal::Flat => Some(format!(
                "the whole picture is of one colour (dummy frames for a camera that is away, a covered lens, no light): {then}"
            )),
            Signal::Frozen => {
                let limit_s = self.frozen_after.unwrap_or_default().as_secs_f64();
                Some(format!(
                    "the picture has not changed in anything for {limit_s} s, as if the camera or what relays it had frozen: {then} \
                     (frozen-after=0 for a source that may stand still)"
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::pixels::{PixelFormat, PlaneView};

    const SIZE: PictureSize = PictureSize::new(128, 96);

    fn textured() -> Vec<u8> {
        (0..128 * 96).map(|i| ((i * 7919) >> 5) as u8).collect()
    }

    fn at(seconds: u64) -> StreamTime {
        StreamTime(seconds * 1_000_000_000)
    }

    fn look(watch: &mut SignalWatch, seconds: u64, data: &[u8]) -> Signal {
        let plane = PlaneView { data, stride: 128 };
        watch.look(at(seconds), &FrameView::new(PixelFormat::Gray8, SIZE, &[plane]).unwrap())
    }

    fn watch(seconds: u64, excluded: &[Polygon<Fraction>]) -> SignalWatch {
        let mut watch = SignalWatch::new(Duration::from_secs(seconds));
        watch.set_size(SIZE, excluded);
        watch
    }

    fn left_half() -> Polygon<Fraction> {
        Polygon::new([(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)].map(|(x, y)| Point::new(x, y)).to_vec())
    }

    #[test]
    fn a_picture_of_one_colour_is_none_whatever_the_colour() {
        let mut watch = watch(30, &[]);
        for luma in [0, 16, 81, 235] {
            assert_eq!(look(&mut watch, 1, &[luma; 128 * 96]), Signal::Flat);
        }
        let noisy: Vec<u8> = (0..128 * 96).map(|i| 16 + (i % 3) as u8).collect();
        assert_eq!(look(&mut watch, 2, &noisy), Signal::Flat);
        // A dark shop in which one lamp burns.
        let mut lamp = vec![16; 128 * 96];
        lamp[40 * 128..44 * 128].fill(60);
        assert_eq!(look(&mut watch, 3, &lamp), Signal::Good);
    }

    #[test]
    fn a_picture_that_stands_still_is_frozen_after_its_time_and_good_with_the_first_change() {
        let mut watch = watch(30, &[]);
        let mut picture = textured();
        for seconds in 100..130 {
            assert_eq!(look(&mut watch, seconds, &picture), Signal::Good, "{seconds}");
        }
        assert_eq!(look(&mut watch, 130, &picture), Signal::Frozen);
        picture[..128 * 4].iter_mut().for_each(|v| *v ^= 1);
        assert_eq!(look(&mut watch, 131, &picture), Signal::Good);
        assert_eq!(look(&mut watch, 160, &picture), Signal::Good);
        assert_eq!(look(&mut watch, 161, &picture), Signal::Frozen);
        watch.forget();
        assert_eq!(look(&mut watch, 0, &picture), Signal::Good);
    }

    #[test]
    fn zero_takes_nothing_for_frozen() {
        let mut watch = watch(0, &[]);
        assert_eq!(look(&mut watch, 0, &textured()), Signal::Good);
        assert_eq!(look(&mut watch, 86_400, &textured()), Signal::Good);
    }

    #[test]
    fn what_lies_in_an_excluded_area_neither_thaws_nor_fills_a_picture() {
        let mut watch = watch(30, &[left_half()]);
        let mut picture = textured();
        for seconds in [0, 15, 30] {
            // A clock ticks in the excluded half.
            picture.chunks_mut(128).for_each(|row| row[..64].fill(seconds as u8));
            assert_eq!(look(&mut watch, seconds, &picture), if seconds < 30 { Signal::Good } else { Signal::Frozen });
        }
        picture.chunks_mut(128).for_each(|row| row[64..].fill(16));
        assert_eq!(look(&mut watch, 31, &picture), Signal::Flat);
        let whole = Polygon::new([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point::new(x, y)).to_vec());
        watch.set_size(SIZE, &[whole]);
        assert_eq!(look(&mut watch, 32, &picture), Signal::Good);
    }
}
