// SPDX-License-Identifier: MPL-2.0
//! ONNX Runtime: the only file that names the crate `ort`.
//!
//! The library is loaded at run time, once a process, from an absolute path that [`crate::runtime`] found. The CPU arena
//! and memory patterns are off: the arena would keep pictures between runs and gains nothing with one input size.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort::environment::Environment;
use ort::ep;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{TensorElementType, TensorRef, ValueType};
use parking_lot::Mutex;
use zeroize::Zeroize;

use crate::network::{Description, Element, Network, Output, Port, RunError};
use crate::runtime::{self, NoRuntime, Surroundings};

/// Why a network can not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no library.
    #[error(transparent)]
    Runtime(#[from] NoRuntime),
    /// The library can not be loaded.
    #[error("the ONNX Runtime library {path:?} could not be loaded: {why}")]
    Library {
        /// The library.
        path: PathBuf,
        /// The system's or the library's words.
        why: String,
    },
    /// The process has another library already.
    #[error(
        "runtime names {wanted:?}, but this process runs {loaded:?} already: name that one everywhere, or use another process"
    )]
    AnotherLoaded {
        /// What was named.
        wanted: PathBuf,
        /// What is loaded.
        loaded: PathBuf,
    },
    /// The model can not be loaded.
    #[error("{model:?} is no model that ONNX Runtime can load: {why}")]
    Model {
        /// The model file.
        model: PathBuf,
        /// The runtime's words.
        why: String,
    },
}

/// ONNX Runtime knows one environment a process; a second one is an error even after the first is gone.
static ENVIRONMENT: OnceLock<(Environment, PathBuf)> = OnceLock::new();
/// Held while the environment is made, so that two elements that start at once do not make two.
static MAKING: Mutex<()> = Mutex::new(());

/// What the user names must be what runs.
fn refuse_another(wanted: &Path, loaded: &Path) -> Result<(), LoadError> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if real(wanted) == real(loaded) {
        return Ok(());
    }
    Err(LoadError::AnotherLoaded { wanted: wanted.to_owned(), loaded: loaded.to_owned() })
}

/// The first line of an error, without the runtime's source positions further down.
fn words(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|s| format!(": {s}")).unwrap_or_default();
    format!("{error}{source}").lines().next().unwrap_or_default().trim().to_owned()
}

/// Loads the library (at the first call in the process) and gives the one environment and the library's path.
fn environment(surroundings: &Surroundings) -> Result<&'static (Environment, PathBuf), LoadError> {
    let _one_at_a_time = MAKING.lock();
    if let Some(made) = ENVIRONMENT.get() {
        if surroundings.named.is_some() {
            refuse_another(&runtime::find(surroundings)?, &made.1)?;
        }
        return Ok(made);
    }
    let path = runtime::find(surroundings)?;
    let library = |why| LoadError::Library { path: path.clone(), why };
    let builder = ort::init_from(&path).map_err(|e| library(words(&e)))?;
    let made = builder.with_name("footfall").with_telemetry(false).build().map_err(|e| library(words(&e)))?;
    made.set_log_level(LogLevel::Error);
    Ok(ENVIRONMENT.get_or_init(|| (made, path.clone())))
}

/// A model in ONNX Runtime, with its own input tensor.
pub struct OnnxNetwork {
    session: Session,
    description: Description,
    input_name: String,
    input_shape: [i64; 4],
    input: Vec<f32>,
    library: &'static Path,
}

impl OnnxNetwork {
    /// Loads a model from its bytes; `name` is for error sentences. `threads`: threads for one run, 1 or more.
    ///
    /// # Errors
    /// When the library or the model can not be loaded.
    pub fn load(model: &[u8], name: &Path, threads: usize, surroundings: &Surroundings) -> Result<Self, LoadError> {
        let (environment, library) = environment(surroundings)?;
        let bad = |error: &dyn std::error::Error| LoadError::Model { model: name.to_owned(), why: words(error) };
        let cpu = ep::CPU::default().with_arena_allocator(false).build();
        let session = Session::builder(environment)
            .map_err(|e| bad(&e))?
            .with_optimization_level(GraphOptimizationLevel::All)
            .map_err(|e| bad(&e))?
            .with_intra_threads(threads.max(1))
            .map_err(|e| bad(&e))?
            .with_inter_threads(1)
            .map_err(|e| bad(&e))?
            .with_intra_op_spinning(false)
            .map_err(|e| bad(&e))?
            .with_memory_pattern(false)
            .map_err(|e| bad(&e))?
            .with_log_level(LogLevel::Error)
            .map_err(|e| bad(&e))?
            .with_execution_providers([cpu])
            .map_err(|e| bad(&e))?
            .commit_from_memory(model)
            .map_err(|e| bad(&e))?;
        let description = describe(&session).map_err(|e| bad(&e))?;
        Ok(Self { session, description, input_name: String::new(), input_shape: [1, 3, 0, 0], input: Vec::new(), library })
    }

    /// The library that is in use in this process.
    pub fn library(&self) -> &Path {
        self.library
    }
}

fn describe(session: &Session) -> ort::Result<Description> {
    let port = |outlet: &ort::value::Outlet| {
        let (element, shape) = match outlet.dtype() {
            ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } => (Element::F32, shape.to_vec()),
            ValueType::Tensor { ty: TensorElementType::Uint8, shape, .. } => (Element::U8, shape.to_vec()),
            ValueType::Tensor { shape, .. } => (Element::Other, shape.to_vec()),
            _ => (Element::Other, Vec::new()),
        };
        Port { name: outlet.name().to_owned(), element, shape }
    };
    let metadata = session.metadata()?;
    let keys = metadata.custom_keys()?;
    Ok(Description {
        inputs: session.inputs().iter().map(port).collect(),
        outputs: session.outputs().iter().map(port).collect(),
        metadata: keys.into_iter().filter_map(|key| metadata.custom(&key).map(|value| (key, value))).collect(),
    })
}

impl Network for OnnxNetwork {
    fn description(&self) -> &Description {
        &self.description
    }

    fn set_input(&mut self, name: &str, width: usize, height: usize) {
        self.input_name = name.to_owned();
        self.input_shape = [1, 3, height as i64, width as i64];
        self.input = vec![0.0; 3 * width * height];
    }

    fn input(&mut self) -> &mut [f32] {
        &mut self.input
    }

    fn run(&mut self, look: &mut dyn FnMut(&[Output<'_>])) -> Result<(), RunError> {
        let Self { session, input, input_shape, input_name, .. } = self;
        let result = run(session, input_name, *input_shape, input, look);
        // A picture does not outlive its run, whether it succeeded or not.
        input.fill(0.0);
        result.map_err(|e| RunError(words(&e)))
    }
}

fn run(
    session: &mut Session,
    name: &str,
    shape: [i64; 4],
    input: &[f32],
    look: &mut dyn FnMut(&[Output<'_>]),
) -> ort::Result<()> {
    let tensor = TensorRef::from_array_view((shape, input))?;
    let outputs = session.run(ort::inputs![name => tensor])?;
    let values: Vec<_> = outputs.values().collect();
    let views: Vec<_> = values
        .iter()
        .map(|value| {
            // An output of another type is no head's: shown empty, so that its place is kept.
            value.try_extract_tensor::<f32>().map_or(Output { shape: &[], data: &[] }, |(shape, data)| Output { shape, data })
        })
        .collect();
    look(&views);
    Ok(())
}

impl Drop for OnnxNetwork {
    fn drop(&mut self) {
        self.input.zeroize();
    }
}
