//! Parameters by name, and sentences that mention them.

use std::borrow::Cow;
use std::fmt;

/// A parameter of this library by its name, such as `n_trees`: the name of a field, of a setter or of
/// an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameter(pub(crate) &'static str);

impl Parameter {
    /// Of this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// The name in backticks.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

/// Words in which parameters are kept apart, so that a program can give them names of its own:
///
/// ```
/// use forest::ForestParams;
/// use linfa::ParamGuard;
///
/// let error = ForestParams::new().n_trees(0).check().unwrap_err();
/// assert_eq!(error.to_string(), "`n_trees` is 0, but must be from 1 to 500000");
/// let setting = |parameter: forest::Parameter| format!("forest.{}", parameter.name());
/// assert_eq!(error.message().with_names(setting), "forest.n_trees is 0, but must be from 1 to 500000");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Words(Cow<'static, str>),
    Parameter(Parameter),
}

/// A sentence of words and parameters, in their order.
macro_rules! sentence {
    ($($piece:expr),* $(,)?) => {
        $crate::parameter::Sentence::new([$($crate::parameter::Piece::from($piece)),*])
    };
}
pub(crate) use sentence;

impl Sentence {
    pub(crate) fn new(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self(pieces.into_iter().collect())
    }

    /// The parameters that it mentions, in its order.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(_) => None,
            Piece::Parameter(parameter) => Some(*parameter),
        })
    }

    /// The sentence with names of another kind for parameters.
    pub fn with_names(&self, name: impl Fn(Parameter) -> String) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone().into_owned(),
            Piece::Parameter(parameter) => name(*parameter),
        };
        self.0.iter().map(text).collect()
    }
}

/// The sentence with the names that parameters have in this library.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_names(|parameter| parameter.to_string()))
    }
}

impl From<Parameter> for Piece {
    fn from(parameter: Parameter) -> Self {
        Self::Parameter(parameter)
    }
}

impl From<&'static str> for Piece {
    fn from(words: &'static str) -> Self {
        Self::Words(words.into())
    }
}

impl From<String> for Piece {
    fn from(words: String) -> Self {
        Self::Words(words.into())
    }
}

impl From<&'static str> for Sentence {
    fn from(words: &'static str) -> Self {
        sentence![words]
    }
}

impl From<String> for Sentence {
    fn from(words: String) -> Self {
        sentence![words]
    }
}
