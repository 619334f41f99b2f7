//! How a model file is told from another without loading it.

use super::Model;
use super::file::MAGIC;

impl Model {
    /// How many bytes of a file say whether it is a model.
    pub const BEGINNING_LEN: usize = MAGIC.len();

    /// Whether a file that begins so is a model, of whatever format, whole or damaged; a file that ends before that
    /// is one if it has what there could be.
    pub fn is_beginning(bytes: &[u8]) -> bool {
        let len = bytes.len().min(Self::BEGINNING_LEN);
        len > 0 && MAGIC.starts_with(&bytes[..len])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrainOptions;
    use crate::data::Table;
    use crate::data::synth::MakeClassification;

    #[test]
    fn a_model_file_is_told_by_its_first_bytes() {
        let table = Table::synthetic(MakeClassification { n_samples: 40, ..Default::default() });
        let model = Model::train(&table.unwrap(), &TrainOptions::default()).unwrap();
        let bytes = model.to_bytes().unwrap();
        assert!(Model::is_beginning(&bytes) && Model::is_beginning(&bytes[..3]));
        for other in [&b""[..], b"species,island\n", b"\x8fPNG\r\n\x1a\n", b"\x80\x04\x95"] {
            assert!(!Model::is_beginning(other), "{other:?}");
        }
    }
}
