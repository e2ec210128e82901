//! Doctor.
fn main() {}
