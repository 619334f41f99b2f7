//! Objects of a class with their attributes.

use super::values::{Id, PyValue, PyValues};
use crate::message::shorten;
use crate::{Error, Result};

/// Estimators have some thirty attributes. More are not looked through.
const MAX_ATTRIBUTES: usize = 1000;

/// An object of a class.
pub(super) struct Instance<'v> {
    values: &'v PyValues<'v>,
    pub(super) module: &'v str,
    pub(super) class: &'v str,
    attributes: &'v [(Id, Id)],
}

impl<'v> Instance<'v> {
    /// The object, if it is one of a class, and made without the constructor.
    pub(super) fn new(values: &'v PyValues<'v>, id: Id) -> Option<Self> {
        let object = values.object(id)?;
        let class = match values.global(object.callee)? {
            // Protocols 0 and 1.
            ("copyreg" | "copy_reg", "_reconstructor") => {
                *values.tuple(object.arguments)?.first()?
            }
            _ if object.is_new => object.callee,
            _ => return None,
        };
        let (module, class) = values.global(class)?;
        let attributes = match object.state.map(|state| values.get(state)) {
            Some(PyValue::Dict(attributes)) if attributes.len() <= MAX_ATTRIBUTES => attributes,
            _ => &[][..],
        };
        Some(Self { values, module, class, attributes })
    }

    /// Module and class.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", shorten(self.module), shorten(self.class))
    }

    /// An attribute, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<Id> {
        get(self.values, self.attributes, name)
    }

    /// An attribute.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn need(&self, name: &str) -> Result<Id> {
        let class = shorten(self.class);
        self.get(name).ok_or_else(|| Error::model(format!("the {class} has no '{name}'")))
    }

    /// An attribute that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&'v str> {
        self.get(name).and_then(|id| self.values.text(id))
    }

    /// The names of the attributes and their values, in their order.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'v str, Id)> {
        let values = self.values;
        self.attributes.iter().filter_map(move |&(key, value)| Some((values.text(key)?, value)))
    }
}

/// The entry of a dict under a text; the last of equal ones.
pub(super) fn get(values: &PyValues, entries: &[(Id, Id)], name: &str) -> Option<Id> {
    let found = entries.iter().rev().find(|(key, _)| values.text(*key) == Some(name));
    found.map(|&(_, value)| value)
}
