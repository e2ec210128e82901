// SPDX-License-Identifier: MPL-2.0
use super::*;
use footfall_contract::geometry::Point;
use footfall_contract::pixels::PlaneView;
use proptest::prelude::*;

/// A frame with its own planes, rows padded by `slack` bytes.
struct Frame {
    format: PixelFormat,
    size: PictureSize,
    planes: Vec<(Vec<u8>, usize)>,
}

impl Frame {
    /// Every sample comes from `sample(plane, byte, x, y)`; the slack is 0xEE.
    fn new(format: PixelFormat, size: PictureSize, slack: usize, sample: impl Fn(usize, usize, usize, usize) -> u8) -> Self {
        let planes = (format.planes().iter().enumerate())
            .map(|(p, shape)| {
                let (samples, lines) = shape.samples(size);
                let stride = samples * shape.bytes + slack;
                let mut data = vec![0xEE; stride * lines];
                for y in 0..lines {
                    for x in 0..samples {
                        for byte in 0..shape.bytes {
                            data[y * stride + x * shape.bytes + byte] = sample(p, byte, x, y);
                        }
                    }
                }
                (data, stride)
            })
            .collect();
        Self { format, size, planes }
    }

    /// A picture of smooth colours in any format.
    fn scene(format: PixelFormat, size: PictureSize, slack: usize) -> Self {
        let (w, h) = (size.width as f32, size.height as f32);
        let rgb = move |x: f32, y: f32| [40.0 + 160.0 * x / w, 60.0 + 120.0 * y / h, 200.0 - 100.0 * (x / w) * (y / h)];
        let yuv = move |x: f32, y: f32| {
            let [r, g, b] = rgb(x, y);
            let luma = 0.299 * r + 0.587 * g + 0.114 * b;
            [16.0 + luma * 219.0 / 255.0, 128.0 + (b - luma) / 1.772 * 224.0 / 255.0, 128.0 + (r - luma) / 1.402 * 224.0 / 255.0]
        };
        Self::new(format, size, slack, move |plane, byte, x, y| {
            let at = |shift: u32| ((x as f32 + 0.5) * (1 << shift) as f32, (y as f32 + 0.5) * (1 << shift) as f32);
            let ((fx, fy), (cx, cy)) = (at(0), at(1));
            let value = match format.layout() {
                Layout::Gray => yuv(fx, fy)[0],
                _ if plane == 0 && !matches!(format.layout(), Layout::Packed { .. }) => yuv(fx, fy)[0],
                Layout::Planar420 { u, .. } => yuv(cx, cy)[if plane == u { 1 } else { 2 }],
                Layout::SemiPlanar420 { u, .. } => yuv(cx, cy)[if byte == u { 1 } else { 2 }],
                Layout::Packed { r, g, b, .. } => match byte {
                    i if i == r => rgb(fx, fy)[0],
                    i if i == g => rgb(fx, fy)[1],
                    i if i == b => rgb(fx, fy)[2],
                    _ => 99.0,
                },
            };
            value.round() as u8
        })
    }

    fn with<T>(&self, look: impl FnOnce(&FrameView<'_>) -> T) -> T {
        let planes: Vec<_> = self.planes.iter().map(|(data, stride)| PlaneView { data, stride: *stride }).collect();
        look(&FrameView::new(self.format, self.size, &planes).unwrap())
    }

    fn shape(&self) -> FrameShape {
        FrameShape { format: self.format, size: self.size, colorimetry: Colorimetry::default() }
    }
}

fn spec(width: u32, height: u32, resize: Resize, order: ChannelOrder) -> InputSpec {
    InputSpec { size: PictureSize::new(width, height), resize, order, normalisation: Normalisation::NONE, pad: 114.0 }
}

fn sampled(frame: &Frame, spec: InputSpec, excluded: &[Polygon<Fraction>]) -> Vec<f32> {
    let mut tensor = vec![f32::NAN; spec.len()];
    let mut sampler = Sampler::new(frame.shape(), spec, excluded);
    frame.with(|view| sampler.sample(view, &mut tensor)).unwrap();
    tensor
}

#[test]
fn every_format_gives_the_same_picture_whatever_its_stride_and_oddness() {
    for size in [PictureSize::new(97, 61), PictureSize::new(300, 201), PictureSize::new(20, 14)] {
        let input = spec(32, 24, Resize::Stretch, ChannelOrder::Rgb);
        let truth = sampled(&Frame::scene(PixelFormat::Rgb, size, 0), input, &[]);
        for format in PixelFormat::ALL {
            for slack in [0, 13] {
                let found = sampled(&Frame::scene(format, size, slack), input, &[]);
                let area = 32 * 24;
                for i in 0..3 * area {
                    let [r, g, b] = [0, 1, 2].map(|plane| truth[plane * area + i % area]);
                    let grey = 0.299 * r + 0.587 * g + 0.114 * b;
                    let wanted = if format == PixelFormat::Gray8 { grey } else { truth[i] };
                    assert!((found[i] - wanted).abs() < 12.0, "{} {size:?} at {i}: {} {wanted}", format.name(), found[i]);
                }
            }
        }
    }
}

#[test]
fn shrinking_by_a_whole_number_is_the_mean() {
    let frame = Frame::new(PixelFormat::Gray8, PictureSize::new(40, 40), 3, |_, _, x, y| ((x * 37 + y * 91) % 251) as u8);
    let shape = FrameShape { colorimetry: Colorimetry { range: Range::Full, ..Colorimetry::default() }, ..frame.shape() };
    let mut tensor = vec![0.0; 3 * 100];
    let mut sampler = Sampler::new(shape, spec(10, 10, Resize::Stretch, ChannelOrder::Rgb), &[]);
    frame.with(|view| sampler.sample(view, &mut tensor)).unwrap();
    for j in 0..10 {
        for i in 0..10 {
            let block = (0..16).map(|k| ((4 * i + k % 4) * 37 + (4 * j + k / 4) * 91) % 251);
            let mean = block.sum::<usize>() as f32 / 16.0;
            assert!((tensor[j * 10 + i] - mean).abs() < 0.01, "{i},{j}");
        }
    }
}

#[test]
fn the_same_size_is_a_copy_in_the_wanted_order() {
    let frame = Frame::new(PixelFormat::Bgrx, PictureSize::new(5, 4), 1, |_, byte, x, y| (byte * 60 + x * 5 + y) as u8);
    let tensor = sampled(&frame, spec(5, 4, Resize::Stretch, ChannelOrder::Bgr), &[]);
    for plane in 0..3 {
        for i in 0..20 {
            assert!((tensor[plane * 20 + i] - (plane * 60 + i % 5 * 5 + i / 5) as f32).abs() < 1e-3);
        }
    }
}

#[test]
fn letterboxes_are_padded_where_the_picture_is_not() {
    let frame = Frame::new(PixelFormat::Rgb, PictureSize::new(40, 20), 0, |_, _, _, _| 200);
    for (resize, padded) in [(Resize::LetterboxTopLeft, 8..16), (Resize::LetterboxCentred, 0..4)] {
        let tensor = sampled(&frame, spec(16, 16, resize, ChannelOrder::Rgb), &[]);
        for row in padded {
            assert!(tensor[row * 16..row * 16 + 16].iter().all(|v| *v == 114.0), "{resize:?} {row}");
        }
        assert_eq!(tensor.iter().filter(|v| (**v - 200.0).abs() < 0.01).count(), 3 * 8 * 16);
    }
}

#[test]
fn normalisation_reaches_picture_and_padding() {
    let frame = Frame::new(PixelFormat::Rgb, PictureSize::new(4, 2), 0, |_, byte, _, _| 10 * (byte as u8 + 1));
    let normalisation = Normalisation { scale: 0.1, mean: [1.0, 2.0, 3.0], std: [1.0, 2.0, 4.0] };
    let input = InputSpec { normalisation, pad: 50.0, ..spec(4, 4, Resize::LetterboxTopLeft, ChannelOrder::Bgr) };
    let tensor = sampled(&frame, input, &[]);
    let expect = |plane: usize, v: f32| (v * 0.1 - [1.0, 2.0, 3.0][plane]) / [1.0, 2.0, 4.0][plane];
    for plane in 0..3 {
        assert!((tensor[plane * 16] - expect(plane, [30.0, 20.0, 10.0][plane])).abs() < 1e-4);
        assert!((tensor[plane * 16 + 15] - expect(plane, 50.0)).abs() < 1e-4);
    }
}

#[test]
fn another_frame_is_refused_and_named() {
    let frame = Frame::scene(PixelFormat::I420, PictureSize::new(8, 8), 0);
    let mut sampler = Sampler::new(frame.shape(), spec(8, 8, Resize::Stretch, ChannelOrder::Rgb), &[]);
    let other = Frame::scene(PixelFormat::Nv12, PictureSize::new(8, 8), 0);
    let error = other.with(|view| sampler.sample(view, &mut [0.0; 192])).unwrap_err();
    assert!(error.to_string().contains("NV12"), "{error}");
    assert!(frame.with(|view| sampler.sample(view, &mut [0.0; 10])).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_excluded_pixel_reaches_the_tensor(
        format in 0usize..11, width in 6u32..90, height in 6u32..70, resize in 0usize..3,
        corners in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64), 3..6), net in 8u32..40,
    ) {
        let format = PixelFormat::ALL[format];
        let size = PictureSize::new(width, height);
        let resize = [Resize::Stretch, Resize::LetterboxTopLeft, Resize::LetterboxCentred][resize];
        let polygon = Polygon::new(corners.iter().map(|&(x, y)| Point::new(x, y)).collect());
        let inside = polygon.to_px(size);
        // Whatever is excluded changes wildly; the rest stays.
        let frame = |noise: u8| Frame::new(format, size, 0, |plane, byte, x, y| {
            let shape = format.planes()[plane];
            let covers = (0..1usize << shape.x_shift).flat_map(|dx| (0..1usize << shape.y_shift).map(move |dy| (dx, dy)))
                .any(|(dx, dy)| inside.contains(Point::new(
                    ((x << shape.x_shift) + dx) as f64 + 0.5, ((y << shape.y_shift) + dy) as f64 + 0.5)));
            let base = (x * 7 + y * 13 + byte * 31 + plane * 57) as u8;
            if covers { base.wrapping_mul(3) ^ noise } else { base }
        });
        let input = spec(net, net, resize, ChannelOrder::Bgr);
        let excluded = [polygon];
        prop_assert_eq!(sampled(&frame(0), input, &excluded), sampled(&frame(0xA5), input, &excluded));
    }
}
