//! What comes of an export.

/// A model for another program.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// What users of the file should know: what is left out, or not to the last bit, a sentence each.
    pub notes: Vec<String>,
    /// The greatest difference between the outputs of the file and the model's for its probe rows, where it could be
    /// computed.
    pub difference: Option<f64>,
}
