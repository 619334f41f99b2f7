//! What a model holds at most of things whose number the user chooses. Training refuses more, and so
//! does loading: a file of a few megabytes must not become many times as much in memory.

/// The most tags.
pub(super) const MAX_TAGS: usize = 1000;

/// The most bytes of a tag's name.
pub(super) const MAX_TAG_NAME: usize = 1000;

/// The most bytes of a tag's value.
pub(super) const MAX_TAG_VALUE: usize = 1 << 16;

/// The most texts that stand for a missing value.
pub(super) const MAX_MISSING: usize = 1000;

/// The most mistakes whose cost is said.
pub(super) const MAX_COSTS: usize = 1 << 16;

/// The most warnings: more than training gives, some of each kind.
pub(super) const MAX_WARNINGS: usize = 1000;

/// What is wrong with tags: too many, too long, without a name, or of one name.
pub(super) fn wrong_tags<'a>(
    tags: &(impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone),
) -> Option<String> {
    if tags.len() > MAX_TAGS {
        return Some(format!("there are {} tags, and at most {MAX_TAGS} are kept", tags.len()));
    }
    for (position, (name, value)) in tags.clone().enumerate() {
        let shown = crate::message::shorten(name);
        if name.is_empty() {
            return Some(format!("tag {} has no name", position + 1));
        }
        if name.len() > MAX_TAG_NAME {
            return Some(format!(
                "the name of the tag '{shown}' has more than {MAX_TAG_NAME} bytes"
            ));
        }
        if value.len() > MAX_TAG_VALUE {
            return Some(format!(
                "the value of the tag '{shown}' has more than {MAX_TAG_VALUE} bytes"
            ));
        }
        if tags.clone().take(position).any(|(other, _)| other == name) {
            return Some(format!("there are two tags '{shown}'"));
        }
    }
    None
}
