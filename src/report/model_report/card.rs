//! The sections of a model card (Mitchell et al. 2019, *Model cards for model reporting*) that only people can fill in, by
//! the tags that a model was trained with.

use serde::Serialize;

use forest::Model;

/// A section: what it is called, what it is to say, and the names of the tags that say it.
const SECTIONS: [(&str, &str, &[&str]); 6] = [
    (
        "Intended use",
        "what the model is for, and who is to use it",
        &["intended_use", "use", "purpose"],
    ),
    ("Not for", "uses that it was not made for", &["not_for", "out_of_scope"]),
    ("Data", "where the rows come from, and whom they stand for", &["data", "source", "dataset"]),
    (
        "Limits",
        "where it is known to fail, and whom that hurts",
        &["limits", "limitations", "ethics"],
    ),
    ("Contact", "whom to ask", &["contact", "owner", "author"]),
    ("Licence", "who may use it, and how", &["licence", "license"]),
];

/// A section of the card.
#[derive(Serialize)]
pub(crate) struct CardSection {
    pub(crate) title: &'static str,
    /// What it says; `None` if nobody has said it.
    pub(crate) text: Option<String>,
    /// What it is to say.
    #[serde(skip)]
    pub(crate) asks: &'static str,
    /// The tag that says it.
    #[serde(skip)]
    pub(crate) tag: &'static str,
}

/// The sections, and the model's other tags.
pub(super) fn card(model: &Model) -> (Vec<CardSection>, Vec<(String, String)>) {
    let tags = &model.metadata().tags;
    let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
    let is_of = |names: &[&str], name: &str| names.contains(&plain(name).as_str());
    let section = |&(title, asks, names): &(&'static str, &'static str, &[&'static str])| {
        let texts: Vec<&str> = tags
            .iter()
            .filter(|(name, _)| is_of(names, name))
            .map(|(_, text)| text.as_str())
            .collect();
        let text = (!texts.is_empty()).then(|| texts.join(" "));
        CardSection { title, text, asks, tag: names[0] }
    };
    let others = tags.iter().filter(|(name, _)| !SECTIONS.iter().any(|(.., of)| is_of(of, name)));
    let others = others.map(|(name, text)| (name.clone(), text.clone())).collect();
    (SECTIONS.iter().map(section).collect(), others)
}
