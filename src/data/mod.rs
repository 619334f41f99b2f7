//! Tables: made by a recipe, and split.

mod digest;
pub mod split;
pub mod synth;

pub use digest::Sha256Digest;
