// SPDX-License-Identifier: MPL-2.0
//! What the command line asks for.

mod figures;
mod render;
mod stills;

use std::path::PathBuf;

/// How it is used.
pub const USAGE: &str = "\
usage: footage list
       footage render SCENE --out DIR [--size WxH] [--seconds N] [--seed N]
       footage sheet --out PNG [--size WxH] [--seed N]
       footage figures --out PNG [--size WxH] [--seed N]
       footage speed SCENE [--size WxH] [--seconds N] [--seed N]
       footage frames --count N --out DIR [--seed N] [--size WxH]
       footage stills --count N --out DIR [--first N] [--seed N] [--size WxH]

list     the named scenes: level, length, people
render   a scene as SCENE.mp4 (H.264, no B-frames), gt.txt (MOT), frames.jsonl (boxes and pixels), truth.json, scene.json
figures  a sheet of figures in many poses
speed    how long a frame takes without encoding (default: 1920x1080, the whole scene)
sheet    one picture of every scene
frames   N pictures of every scene as JPEG, and labels.json
stills   N pictures for training, each with a room, camera, light and people of its own: JPEG files and labels.json
Exit status: 0; 1 failed; 2 wrong usage.";

/// Why it ended.
pub enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// Something did not work.
    Failed(String),
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::Failed(e.to_string())
    }
}

/// Options in the order of the command line.
#[derive(Default)]
pub struct Options {
    pub names: Vec<String>,
    pub out: Option<PathBuf>,
    pub size: Option<(usize, usize)>,
    pub seconds: Option<f64>,
    pub seed: Option<u64>,
    pub count: Option<u64>,
    pub first: u64,
}

impl Options {
    fn read(words: &[String]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                options.names.push(word.clone());
                continue;
            }
            let value = words.next().ok_or_else(|| Failure::Usage(format!("{word} needs a value")))?;
            let bad = || Failure::Usage(format!("{word} {value}: that is no number"));
            match word.as_str() {
                "--out" => options.out = Some(value.into()),
                "--size" => options.size = Some(size(value)?),
                "--seconds" => options.seconds = Some(value.parse().map_err(|_| bad())?),
                "--seed" => options.seed = Some(value.parse().map_err(|_| bad())?),
                "--count" => options.count = Some(value.parse().map_err(|_| bad())?),
                "--first" => options.first = value.parse().map_err(|_| bad())?,
                _ => return Err(Failure::Usage(format!("unknown option {word}"))),
            }
        }
        Ok(options)
    }

    /// Where results go.
    pub fn out(&self) -> Result<&PathBuf, Failure> {
        self.out.as_ref().ok_or_else(|| Failure::Usage("--out is missing".into()))
    }
}

fn size(text: &str) -> Result<(usize, usize), Failure> {
    let bad = || Failure::Usage(format!("--size {text}: write WIDTHxHEIGHT, even, 64 to 1920"));
    let (w, h) = text.split_once('x').ok_or_else(bad)?;
    let (w, h): (usize, usize) = (w.parse().map_err(|_| bad())?, h.parse().map_err(|_| bad())?);
    let fits = |v: usize| (64..=1920).contains(&v) && v.is_multiple_of(2);
    if fits(w) && fits(h) { Ok((w, h)) } else { Err(bad()) }
}

/// Runs the command.
pub fn run(words: &[String]) -> Result<(), Failure> {
    let (verb, rest) = words.split_first().ok_or_else(|| Failure::Usage("say what to do".into()))?;
    if words.iter().any(|w| w == "--help" || w == "-h") {
        println!("{USAGE}");
        return Ok(());
    }
    let options = Options::read(rest)?;
    match verb.as_str() {
        "list" => render::list(),
        "render" => render::run(&options),
        "figures" => figures::run(&options),
        "sheet" => render::sheet(&options),
        "speed" => render::speed(&options),
        "frames" => stills::frames(&options),
        "stills" => stills::run(&options),
        _ => Err(Failure::Usage(format!("unknown command {verb}"))),
    }
}
