//! What mistakes cost, and the class whose choice costs least.

use crate::message::{list, shorten};
use crate::metrics::Confusion;
use crate::parameter::sentence;
use crate::{Error, Parameter, Result};

pub(super) const COST: Parameter = Parameter("cost");

/// What a mistake costs that nothing is said of.
const DEFAULT: f64 = 1.0;

/// The maximum cost: means over rows stay finite.
const MAX_COST: f64 = 1e100;

/// What taking a row of one class for another costs: nothing where they are the same, and 1 unless
/// something else is said.
///
/// Its size is that of what was said, however many classes there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    n_classes: usize,
    /// Ascending by the class predicted, then by the true one.
    mistakes: Vec<Mistake>,
}

/// A row of one class predicted as another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistake {
    /// The code of the class that it is of.
    pub truth: u32,
    /// The code of the class that it is taken for.
    pub predicted: u32,
    /// What that costs, from 0 to 1e100.
    pub cost: f64,
}

impl Costs {
    /// Of some mistakes between classes of these names, whose codes are their positions.
    ///
    /// # Errors
    /// Fewer than two classes; a code that is none of them, the right class, a cost that is not from
    /// 0 to 1e100, the same mistake twice; all mistakes, none of which costs anything.
    pub fn new<T: AsRef<str>>(
        classes: &[T],
        mistakes: impl IntoIterator<Item = Mistake>,
    ) -> Result<Self> {
        let n_classes = classes.len();
        if n_classes < 2 {
            let found =
                format!(" is about the choice between classes, of which there are {n_classes}");
            return Err(Error::setting(sentence![COST, found]));
        }
        let mut mistakes: Vec<Mistake> = mistakes.into_iter().collect();
        mistakes.sort_by_key(Mistake::place);
        let refuse = |mistake: &Mistake, what: &str| {
            let name = |code: u32| classes.get(code as usize).map_or("?", AsRef::as_ref);
            let [truth, predicted] = [mistake.truth, mistake.predicted].map(name).map(shorten);
            Err(Error::setting(sentence![
                COST,
                format!(" has '{truth}' taken for '{predicted}'{what}")
            ]))
        };
        for mistake in &mistakes {
            let Mistake { truth, predicted, cost } = *mistake;
            if truth.max(predicted) as usize >= n_classes {
                return refuse(mistake, &format!(", which are not both of {n_classes} classes"));
            }
            if truth == predicted {
                return refuse(mistake, ", which is right and costs nothing");
            }
            if !(0.0..=MAX_COST).contains(&cost) {
                let allowed = format!("from 0 to {MAX_COST:e}");
                return refuse(
                    mistake,
                    &format!(" at a cost of {cost:?}, but costs are {allowed}"),
                );
            }
        }
        let is_same = |pair: &&[Mistake]| pair[0].place() == pair[1].place();
        if let Some([twice, ..]) = mistakes.windows(2).find(is_same) {
            return refuse(twice, " twice");
        }
        let is_all = mistakes.len() == n_classes.saturating_mul(n_classes - 1);
        if is_all && mistakes.iter().all(|mistake| mistake.cost == 0.0) {
            return Err(Error::setting(sentence![COST, " says that no mistake costs anything"])
                .with_help("give one of them a cost above 0"));
        }
        Ok(Self { n_classes, mistakes })
    }

    /// Of a text, `TRUE>PREDICTED=COST,…`, that names classes. Of two classes it may say `FP=COST` of
    /// a row of the first that is taken for the second, the positive one, and `FN=COST` of the
    /// reverse. (A name may contain any of the signs, as long as only one reading makes sense.)
    ///
    /// # Errors
    /// As [`new`](Self::new); what is no mistake with its cost, and a class that there is not.
    ///
    /// ```
    /// let costs = forest::Costs::parse("hay>wheat=5,wheat>rye=0.5", &["hay", "rye", "wheat"])?;
    /// assert_eq!([costs.of(0, 2), costs.of(2, 1), costs.of(2, 0), costs.of(2, 2)], [5.0, 0.5, 1.0, 0.0]);
    /// // Hay is expected to cost 0.1 + 0.6, rye 0.3 + 0.6 · 0.5, wheat 0.3 · 5 + 0.1.
    /// assert_eq!(costs.cheapest(&[0.3, 0.1, 0.6]), 1);
    /// # Ok::<(), forest::Error>(())
    /// ```
    pub fn parse<T: AsRef<str>>(text: &str, classes: &[T]) -> Result<Self> {
        let mut mistakes = Vec::new();
        let mut start = 0;
        // A comma without a cost before it belongs to a name.
        for (end, _) in text.match_indices(',').chain([(text.len(), "")]) {
            if text[start..end].contains('=') || end == text.len() {
                mistakes.push(mistake(&text[start..end], classes)?);
                start = end + 1;
            }
        }
        Self::new(classes, mistakes)
    }

    /// What was said of them, by class codes: `0>1=1.0,1>0=5.0`.
    pub(crate) fn to_text(&self) -> String {
        let text = |mistake: &Mistake| {
            let Mistake { truth, predicted, cost } = mistake;
            format!("{truth}>{predicted}={cost:?}")
        };
        self.mistakes.iter().map(text).collect::<Vec<_>>().join(",")
    }

    /// What [`to_text`](Self::to_text) wrote of at most so many mistakes between so many classes; `None` if it
    /// is something else.
    pub(crate) fn from_text(text: &str, n_classes: usize, most: usize) -> Option<Self> {
        let read = |text: &str| {
            let (codes, cost) = text.split_once('=')?;
            let (truth, predicted) = codes.split_once('>')?;
            let (truth, predicted) = (truth.parse().ok()?, predicted.parse().ok()?);
            Some(Mistake { truth, predicted, cost: cost.parse().ok()? })
        };
        let texts = || text.split_terminator(',');
        if texts().count() > most {
            return None;
        }
        let mistakes: Vec<Mistake> = texts().map(read).collect::<Option<_>>()?;
        Self::new(&vec!["?"; n_classes], mistakes).ok()
    }

    /// The number of classes that they are between.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// What was said of them: ascending by the class predicted, then by the true one.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// What it costs to take a row of class `truth` for one of class `predicted`.
    pub fn of(&self, truth: u32, predicted: u32) -> f64 {
        if truth == predicted {
            return 0.0;
        }
        let said = self.mistakes.binary_search_by_key(&(predicted, truth), Mistake::place);
        said.map_or(DEFAULT, |position| self.mistakes[position].cost)
    }

    /// The class of the least expected cost, the lowest code of equals, for a row with these
    /// probabilities, one for each class: the class whose choice costs least in the mean over all
    /// classes that the row may be of.
    pub fn cheapest(&self, proba: &[f64]) -> u32 {
        let total = proba.iter().fold(0.0, |sum, probability| sum + probability);
        let mut best = (0, f64::INFINITY);
        let mut left = &self.mistakes[..];
        for (&probability, predicted) in proba.iter().zip(0..) {
            let n_said = left.iter().take_while(|mistake| mistake.predicted == predicted).count();
            let (said, later) = left.split_at(n_said);
            left = later;
            let others = self.default_beside(n_said);
            let mut cost = others * (total - probability);
            for mistake in said {
                cost += (mistake.cost - others) * proba[mistake.truth as usize];
            }
            if cost < best.1 {
                best = (predicted, cost);
            }
        }
        best.0
    }

    /// What a mistake costs of which nothing is said, where something is of so many other mistakes of the same class
    /// predicted: where all is said the default has no part in it, not even by its rounding.
    pub(crate) fn default_beside(&self, n_said: usize) -> f64 {
        if n_said + 1 == self.n_classes { 0.0 } else { DEFAULT }
    }

    /// What the predictions of rows cost, in the mean over rows by their weights; 0 without rows.
    pub fn mean(&self, confusion: &Confusion) -> f64 {
        confusion.mean(|truth, predicted| self.of(truth, predicted))
    }

    /// Likewise, of predicting the same class for all of these rows.
    pub fn mean_of_always(&self, predicted: u32, confusion: &Confusion) -> f64 {
        confusion.mean(|truth, _| self.of(truth, predicted))
    }
}

impl Mistake {
    /// Where it stands among others.
    fn place(&self) -> (u32, u32) {
        (self.predicted, self.truth)
    }
}

/// Reads a mistake with its cost.
fn mistake<T: AsRef<str>>(text: &str, classes: &[T]) -> Result<Mistake> {
    let refuse = |what: String| {
        let help = match classes {
            [first, second] => {
                let [first, second] = [first, second].map(|name| shorten(name.as_ref()));
                format!(
                    "give FP=1,FN=5: what it costs to take '{first}' for '{second}', the positive \
                     class, and the reverse"
                )
            }
            _ => format!("give TRUE>PREDICTED=COST; the classes are {}", list(classes)),
        };
        Err(Error::setting(sentence![COST, what]).with_help(help))
    };
    let read = text.rsplit_once('=');
    let Some((pair, cost)) = read.and_then(|(pair, cost)| Some((pair, cost.trim().parse().ok()?)))
    else {
        return refuse(format!(" has '{}', which is no mistake with its cost", shorten(text)));
    };
    let position = |name: &str| classes.iter().position(|class| class.as_ref() == name);
    // Spaces belong to a name, or are there to be read well.
    let code = |name: &str| position(name).or_else(|| position(name.trim())).map(|at| at as u32);
    let codes = |(at, _)| Some((code(&pair[..at])?, code(&pair[at + 1..])?));
    let readings: Vec<(u32, u32)> = pair.match_indices('>').filter_map(codes).collect();
    let (truth, predicted) = match (pair.trim(), &readings[..]) {
        (_, [reading]) => *reading,
        (_, [_, _, ..]) => return refuse(format!(" can read '{}' in two ways", shorten(pair))),
        ("FP", []) if classes.len() == 2 => (0, 1),
        ("FN", []) if classes.len() == 2 => (1, 0),
        (rate @ ("FP" | "FN"), []) => {
            let found = classes.len();
            return refuse(format!(" has {rate}, which two classes have, and there are {found}"));
        }
        (_, []) => {
            let names = pair.split_once('>').map(|(truth, predicted)| [truth, predicted]);
            let unknown = names.into_iter().flatten().find(|name| code(name).is_none());
            let unknown = shorten(unknown.unwrap_or(pair));
            return refuse(format!(" names '{unknown}', which is no class"));
        }
    };
    Ok(Mistake { truth, predicted, cost })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: [&str; 3] = ["a", "b", "c"];

    fn refused<T: AsRef<str>>(text: &str, classes: &[T], words: &[&str]) {
        let error = Costs::parse(text, classes).unwrap_err();
        let said =
            format!("{error}; {}", error.help().map(ToString::to_string).unwrap_or_default());
        for word in [&["`cost`"], words].concat() {
            assert!(said.contains(word), "no '{word}' in {said}");
        }
    }

    #[test]
    fn two_classes_have_a_threshold_that_follows_from_their_costs() {
        // Elkan (2001), equation 2: FP / (FP + FN), here 1 / (1 + 3).
        let costs = Costs::parse("FP=1,FN=3", &["no", "yes"]).unwrap();
        let decide = |p: f64| costs.cheapest(&[1.0 - p, p]);
        assert_eq!([0.24, 0.25, 0.26].map(decide), [0, 0, 1]);
        // Only ratios count, to the bit where they are powers of two.
        let tiny = Costs::parse("FN=6e-20, FP=2e-20", &["no", "yes"]).unwrap();
        assert_eq!([0.24, 0.26].map(|p| tiny.cheapest(&[1.0 - p, p])), [0, 1]);
    }

    #[test]
    fn costs_of_one_leave_the_most_probable_class_and_ties_to_the_lowest() {
        for text in ["a>b=1", "a>b=1,c>b=1,b>c=1"] {
            let costs = Costs::parse(text, &ABC).unwrap();
            assert_eq!(costs.cheapest(&[0.25, 0.5, 0.25]), 1);
            assert_eq!(costs.cheapest(&[0.25, 0.375, 0.375]), 1);
            assert_eq!(costs.cheapest(&[0.375, 0.25, 0.375]), 0);
        }
    }

    #[test]
    fn many_classes_need_no_table_of_all_pairs() {
        let names: Vec<String> = (0..65_536).map(|class| format!("c{class}")).collect();
        let costs = Costs::parse("c7>c65535=100", &names).unwrap();
        let mut proba = vec![0.0; names.len()];
        (proba[7], proba[65_535]) = (0.125, 0.875);
        // c65535 is expected to cost 12.5, c7 0.875, all others 1.
        assert_eq!(costs.cheapest(&proba), 7);
        assert_eq!((costs.of(7, 65_535), costs.of(65_535, 7), costs.of(3, 3)), (100.0, 1.0, 0.0));
    }

    #[test]
    fn names_may_have_the_signs_in_them() {
        let costs = Costs::parse("<=50K>>50K=5,>50K><=50K=2", &["<=50K", ">50K"]).unwrap();
        assert_eq!((costs.of(0, 1), costs.of(1, 0)), (5.0, 2.0));
        let costs = Costs::parse("a > b = 5, a>  b=2", &["a", "b", "  b"]).unwrap();
        assert_eq!((costs.of(0, 1), costs.of(0, 2)), (5.0, 2.0));
        let costs = Costs::parse("a,b>FP=3,FP>a,b=4", &["FP", "a,b"]).unwrap();
        assert_eq!((costs.of(1, 0), costs.of(0, 1)), (3.0, 4.0));
        refused("a>b>c=2", &["a", "a>b", "b>c", "c"], &["'a>b>c'", "two ways"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for text in ["", "5", "FP", "FP=", "FP=many", "FP=1,", "FN=2;FP", "a>b:5"] {
            refused(text, &["a", "b"], &["is no mistake with its cost", "give FP=1,FN=5", "'b'"]);
        }
        refused("a>d=2", &ABC, &["'d'", "no class", "TRUE>PREDICTED=COST", "'a', 'b', 'c'"]);
        refused("d>a=2", &ABC, &["'d'", "no class"]);
        refused("TP=2", &ABC, &["'TP'", "no class"]);
        refused("FP=2", &ABC, &["FP", "two classes", "3"]);
        for cost in ["-1", "NaN", "inf", "1e101"] {
            let text = format!("b>c={cost}");
            refused(&text, &ABC, &["'b' taken for 'c'", cost, "from 0 to 1e100"]);
        }
        refused("a>a=2", &ABC, &["'a' taken for 'a'", "right"]);
        refused("a>b=2,a>b=2", &ABC, &["'a' taken for 'b' twice"]);
        refused("FP=2,a>b=2", &["a", "b"], &["'a' taken for 'b' twice"]);
        refused("FP=0,FN=0", &["a", "b"], &["no mistake costs anything"]);
        refused("FP=1", &["a"], &["FP"]);
        let outside = Mistake { truth: 0, predicted: 3, cost: 1.0 };
        assert!(Costs::new(&ABC, [outside]).is_err());
    }

    #[test]
    fn means_are_over_rows_by_their_weights() {
        let costs = Costs::parse("FP=1,FN=5", &["no", "yes"]).unwrap();
        let weights = [1.0, 2.0, 0.5, 4.5];
        let confusion = Confusion::new(&[0, 0, 1, 1], &[0, 1, 0, 1], 2, Some(&weights));
        // (2 · 1 + 0.5 · 5) / 8, and all 'no': 5 · 5 / 8, all 'yes': 3 · 1 / 8.
        assert_eq!(costs.mean(&confusion), 0.5625);
        let always = [0, 1].map(|class| costs.mean_of_always(class, &confusion));
        assert_eq!(always, [3.125, 0.375]);
        let none = Confusion::new(&[], &[], 2, None);
        assert_eq!((costs.mean(&none), costs.mean_of_always(0, &none)), (0.0, 0.0));
    }
}
