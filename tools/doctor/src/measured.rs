// SPDX-License-Identifier: MPL-2.0
//! What was seen, as plain data; nothing here is judged.

use std::path::PathBuf;

use crate::procfs::Throttle;
use crate::timing::Arrival;

/// This machine and what is installed on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// The system's name.
    pub system: Option<String>,
    /// The processor's architecture.
    pub architecture: &'static str,
    /// Processor cores that this process may use.
    pub cores: Option<usize>,
    /// Memory in all, bytes.
    pub memory: Option<u64>,
    /// Memory that is free for use, bytes.
    pub available: Option<u64>,
    /// GStreamer's version: major, minor, micro.
    pub gstreamer: (u32, u32, u32),
    /// Factories that were looked for and are not there.
    pub missing: Vec<&'static str>,
    /// What each of our elements comes from, if it is there.
    pub ours: Vec<(&'static str, Option<Plugin>)>,
    /// ONNX Runtime, or why there is none.
    pub runtime: Result<Runtime, String>,
}

/// The library that an element comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its file.
    pub file: String,
}

/// ONNX Runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// The library.
    pub file: String,
    /// Minor version, of 1.x.
    pub minor: u32,
}

/// A detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its name or file.
    pub name: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// What the file says of its licence.
    pub licence: Option<String>,
    /// Input, head, class, threshold, in words.
    pub card: String,
    /// Mean time of one detection, warm, milliseconds.
    pub detection_ms: f64,
    /// On pictures of this size, pixels.
    pub size: (u32, u32),
}

/// What a name stands for, and whether somebody answers there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The addresses of the name, or the system's words.
    pub resolved: Result<Vec<String>, String>,
    /// The port.
    pub port: Port,
}

/// A TCP port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// Somebody accepts.
    Open,
    /// Somebody says no.
    Refused,
    /// Nobody says anything.
    Silent,
    /// The network's words.
    Unreachable(String),
    /// The name did not resolve.
    NotTried,
}

/// How pictures are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Codec {
    H264,
    H265,
    Jpeg,
    Other(String),
}

impl Codec {
    /// From a name in an RTSP description, or a media type.
    pub fn from_name(name: &str) -> Self {
        match name {
            "H264" | "video/x-h264" => Self::H264,
            "H265" | "video/x-h265" => Self::H265,
            "JPEG" | "image/jpeg" => Self::Jpeg,
            other => Self::Other(other.to_owned()),
        }
    }

    /// As people call it.
    pub fn word(&self) -> &str {
        match self {
            Self::H264 => "H.264",
            Self::H265 => "H.265",
            Self::Jpeg => "JPEG",
            Self::Other(name) => name,
        }
    }
}

/// A decoded picture's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// GStreamer's name of the pixel format.
    pub format: String,
    /// Two half pictures in one.
    pub interlaced: bool,
}

/// What was seen of a camera or a film.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// A camera.
    pub live: bool,
    /// How pictures are encoded.
    pub codec: Codec,
    /// Profile and level, as far as they are known.
    pub profile: Option<String>,
    /// Pictures a second that the stream claims.
    pub stated_rate: Option<f64>,
    /// Encodings of its sound tracks.
    pub sound: Vec<String>,
    /// The last decoded picture.
    pub picture: Picture,
    /// Every picture; of a film only the stamps mean something.
    pub arrivals: Vec<Arrival>,
    /// Pictures that were decoded.
    pub decoded: u64,
    /// Warnings of the decoder.
    pub complaints: u64,
    /// Since the first picture until the camera's first RTCP report, seconds.
    pub rtcp_after_s: Option<f64>,
    /// The camera's clock less this machine's, seconds, by its NTP time.
    pub ntp_offset_s: Option<f64>,
    /// Watched for, seconds.
    pub watched_s: f64,
    /// Why it ended before its time, in words.
    pub ended: Option<String>,
}

/// Why nothing could be seen of a camera or a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It wants a user and a password, or others.
    NotAuthorized,
    /// It knows no such path, or there is no such file.
    NotFound,
    /// It does not send over TCP.
    NoTcp,
    /// Its certificate is not taken.
    Certificate(Distrust),
    /// TLS does not work, here or there.
    Tls(String),
    /// It accepts the connection and then says nothing for so many seconds.
    Silent(u64),
    /// There are no pictures in it.
    NoVideo,
    /// Pictures that no launch line takes.
    Codec(String),
    /// This element is not installed.
    Missing(String),
    /// Pictures come, and none could be decoded.
    Undecodable,
    /// Anything else, in GStreamer's words.
    Other(String),
}

/// Why a camera's certificate is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// No authority that is trusted signed it: not that of this file, or none of the system's.
    Authority(Option<PathBuf>),
    /// It is not made out to this name.
    Name(String),
    /// It holds no longer.
    Expired,
    /// It does not hold yet.
    NotYet,
    /// Anything else, in GLib's words.
    Other(String),
}

/// A soak's sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Soak {
    /// From the first picture on, seconds.
    pub lasted_s: f64,
    /// Pictures a second of the camera, as they were measured before; `None`: they could not be.
    pub camera_per_s: Option<f64>,
    /// Detections a second that were asked for.
    pub asked_per_s: f64,
    /// Pictures that persondetector got, `None`: its `stats` could not be read.
    pub frames: Option<u64>,
    /// Of these looked at.
    pub detected: Option<u64>,
    /// Left out because they came too late.
    pub late: Option<u64>,
    /// On which the network failed.
    pub failed: Option<u64>,
    /// Times that the camera ended or failed and was opened again, with the last reason.
    pub reopened: (u32, Option<String>),
    /// CPU time of the process, seconds.
    pub cpu_s: Option<f64>,
    /// Cores of the machine.
    pub cores: Option<usize>,
    /// Resident memory: (seconds, bytes).
    pub memory: Vec<(f64, u64)>,
    /// Before and after.
    pub throttle: (Option<Throttle>, Option<Throttle>),
    /// The highest temperature's distance is asked for as well; nobody asks at all where this is false.
    pub ask_throttle: bool,
}
