//! Our errors for those of the arrow and parquet crates: the operating system's own where one is at
//! the bottom of it.

use std::error::Error as StdError;
use std::io;

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

/// The I/O error inside another error.
///
/// # Errors
/// It holds no I/O error: its message.
pub(crate) fn io_in_parquet(error: ParquetError) -> Result<io::Error, String> {
    match error {
        ParquetError::External(inner) => io_in_any(inner),
        error => Err(cause(&error)),
    }
}

/// The I/O error inside another error.
///
/// # Errors
/// It holds no I/O error: its message.
pub(crate) fn io_in_arrow(error: ArrowError) -> Result<io::Error, String> {
    match error {
        ArrowError::IoError(_, error) => Ok(error),
        ArrowError::ExternalError(inner) => io_in_any(inner),
        error => Err(cause(&error)),
    }
}

/// What an error says, without the words around it that say that it is one.
fn cause(error: &dyn StdError) -> String {
    let text = error.to_string();
    text.rsplit("error: ").next().unwrap_or(&text).to_owned()
}

fn io_in_any(error: Box<dyn StdError + Send + Sync>) -> Result<io::Error, String> {
    match error.downcast::<io::Error>() {
        Ok(error) => Ok(*error),
        Err(error) => match error.downcast::<ArrowError>() {
            Ok(error) => io_in_arrow(*error),
            Err(error) => Err(cause(&*error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_the_innermost_cause() {
        let told = io_in_parquet(ParquetError::General("Parquet error: bad page".to_owned()));
        assert_eq!(told.unwrap_err(), "bad page");
        let inner =
            ArrowError::ExternalError(Box::new(ArrowError::ParseError("no date".to_owned())));
        assert_eq!(io_in_arrow(inner).unwrap_err(), "no date");
    }
}
