//! How often the bootstrap draws the rows of each class, where classes have weights.
//!
//! Where leaves are pure, weights that multiply rows hardly change what trees say; how often rows are drawn
//! does. A row is drawn in proportion to the weight of its class, and those of the class that is drawn most
//! once on average: balanced classes are all drawn as often as the rarest has rows (Chen, Liaw & Breiman,
//! "Using random forest to learn imbalanced data", 2004). So a tree has not seen a row with a probability
//! of 1/e at least, as without weights, and the out-of-bag score is as honest. More draws in proportion
//! would put rows of large weights into all bags.
//!
//! Trees must not starve on a few rows, though:
//! - where a class is far rarer than several others, there are half as many draws as weighted rows tell as
//!   much as (Kish, "Survey Sampling", 1965), which for two classes are never more;
//! - a row is drawn twice on average at most, so that one tree in seven has not seen it;
//! - no weight lowers the share of a class in the draws below a twentieth.
//!
//! What is left of weights by these bounds multiplies rows in splits and leaves.

use std::ops::Range;

use crate::tree::random::TreeRng;

/// The most draws of a row in a tree, on average.
const MAX_DRAWS: f64 = 2.0;

/// To what share of the draws a weight can lower a class.
const MIN_SHARE: f64 = 0.05;

/// The rows that are drawn, by class.
pub(super) struct ClassDraws {
    classes: Vec<DrawnClass>,
    /// Row numbers, class by class.
    rows: Vec<u32>,
}

struct DrawnClass {
    /// How often a tree draws this class and those before it, on average.
    end: f64,
    rows: Range<usize>,
}

impl ClassDraws {
    /// Of the rows of each class, and what one of them weighs. With what is left of the weights.
    pub(super) fn new(rows_by_class: &[Vec<u32>], weights: &[f64]) -> (Self, Vec<f64>) {
        let counts: Vec<f64> = rows_by_class.iter().map(|rows| rows.len() as f64).collect();
        let (draws, left) = plan(&counts, weights);
        let (mut end, mut start) = (0.0, 0);
        let mut classes = Vec::new();
        for (rows, draws) in rows_by_class.iter().zip(draws).filter(|(rows, _)| !rows.is_empty()) {
            end += draws;
            classes.push(DrawnClass { end, rows: start..start + rows.len() });
            start += rows.len();
        }
        (Self { classes, rows: rows_by_class.concat() }, left)
    }

    /// How many draws make a tree.
    pub(super) fn n_draws(&self) -> f64 {
        self.classes.last().map_or(0.0, |class| class.end)
    }

    /// A row by chance.
    pub(super) fn draw(&self, rng: &mut TreeRng) -> usize {
        let at = rng.unit() * self.n_draws();
        // Where rounding leads to the very end, it is the last class.
        let others = self.classes.len() - 1;
        let class = self.classes[..others].partition_point(|class| class.end <= at);
        let rows = &self.rows[self.classes[class].rows.clone()];
        rows[rng.below(rows.len() as u32) as usize] as usize
    }
}

/// For classes of so many rows, a row of which weighs so much: how often a tree draws each class on average,
/// and what is left of its rows' weight, 1 where draws say all of it.
fn plan(counts: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n_rows: f64 = counts.iter().sum();
    let total: f64 = counts.iter().zip(weights).map(|(n, weight)| n * weight).sum();
    let asked = |n: f64, weight: f64| n * weight / total;
    let rows = || counts.iter().copied().zip(weights.iter().copied());
    let raised = |(n, weight)| asked(n, weight).max((n / n_rows).min(MIN_SHARE));
    let sum: f64 = rows().map(raised).sum();
    let share = |class| raised(class) / sum;

    let present = || rows().filter(|&(n, _)| n > 0.0);
    let once = present().map(|class| class.0 / share(class)).fold(f64::INFINITY, f64::min);
    let effective = 1.0 / present().map(|class| share(class) * share(class) / class.0).sum::<f64>();
    let n_draws = once.max(effective / 2.0);
    let of_class = |class: (f64, f64)| {
        let wanted = n_draws * share(class);
        let draws = wanted.min(MAX_DRAWS * class.0);
        let left = if draws > 0.0 {
            asked(class.0, class.1) / raised(class) * (wanted / draws)
        } else {
            1.0
        };
        (draws, left)
    };
    rows().map(of_class).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_plan(counts: &[f64], weights: &[f64], draws: &[f64], left: &[f64]) {
        let found = plan(counts, weights);
        for (found, expected) in [(found.0, draws), (found.1, left)] {
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(expected) {
                assert!(
                    (a - b).abs() <= 1e-12 * b.abs(),
                    "{counts:?}: {found:?}, not {expected:?}"
                );
            }
        }
    }

    #[test]
    fn balanced_classes_are_drawn_as_often_as_the_rarest_has_rows() {
        assert_plan(&[950.0, 50.0], &[1.0, 19.0], &[50.0; 2], &[1.0; 2]);
        // Three classes: effective rows of 9 / (1/60 + 1/30 + 1/10) = 60, half of which are three times 10.
        assert_plan(&[60.0, 30.0, 10.0], &[1.0, 2.0, 6.0], &[10.0; 3], &[1.0; 3]);
    }

    #[test]
    fn rows_of_twice_the_weight_are_drawn_twice_as_often_and_the_heaviest_once() {
        assert_plan(&[10.0, 30.0, 0.0], &[2.0, 1.0, 5.0], &[10.0, 15.0, 0.0], &[1.0; 3]);
        assert_plan(&[10.0, 30.0], &[1.0, 1.0], &[10.0, 30.0], &[1.0; 2]);
    }

    #[test]
    fn a_class_far_rarer_than_several_others_does_not_starve_them() {
        // Six classes of equal weight. Effective rows: 36 / (5/1000 + 1/2) = 36/0.505, half of them 18/0.505
        // = 35.64, and a class has a sixth of these, 5.94. Two rows are drawn four times, and weigh 5.94/4.
        let counts = [1000.0, 1000.0, 1000.0, 1000.0, 1000.0, 2.0];
        let drawn = 3.0 / 0.505;
        let expected = [drawn, drawn, drawn, drawn, drawn, 4.0];
        let left = [1.0, 1.0, 1.0, 1.0, 1.0, drawn / 4.0];
        assert_plan(&counts, &[1.0, 1.0, 1.0, 1.0, 1.0, 500.0], &expected, &left);
    }

    #[test]
    fn no_weight_keeps_a_class_out() {
        // Shares of 1 and 0.05 (of 1.05): rows of the heavy class once, a twentieth as many of the other.
        assert_plan(&[500.0, 500.0], &[1e50, 1.0], &[500.0, 25.0], &[1.0, 1e-50 / 0.05]);
        // A class that is rarer than that keeps its share of the rows, 0.01, beside 1: one row to 100.
        let light = 1e-60 / 99.0;
        assert_plan(&[99.0, 1.0], &[1.0, 1e-60], &[99.0, 0.99], &[1.0, light / 0.01]);
    }

    /// Classes of 60, 30 and 10 rows; a tree makes 30 draws, ten of each class.
    fn balanced() -> ClassDraws {
        let classes = [(0..60).collect(), (60..90).collect(), (90..100).collect::<Vec<_>>()];
        ClassDraws::new(&classes, &[1.0, 2.0, 6.0]).0
    }

    #[test]
    fn a_draw_is_a_position_among_the_classes_and_one_among_their_rows() {
        let draws = balanced();
        let mut seen = [false; 3];
        for tree in 0..20 {
            let mut rng = TreeRng::new(5, tree);
            let row = draws.draw(&mut rng);
            let mut same = TreeRng::new(5, tree);
            // Ends at 10, 20 and 30 of 30.
            let class = (same.unit() * 3.0) as usize;
            let (first, n) = [(0, 60), (60, 30), (90, 10)][class];
            assert_eq!(row, first + same.below(n) as usize);
            assert_eq!(rng.unit(), same.unit());
            seen[class] = true;
        }
        assert_eq!(seen, [true; 3]);
    }

    /// Counts of draws by row, in 3,000 trees of 30 draws.
    fn drawn(draw: impl Fn(&mut TreeRng) -> usize) -> [f64; 100] {
        let mut counts = [0.0; 100];
        for tree in 0..3000 {
            let mut rng = TreeRng::new(1, tree);
            (0..30).for_each(|_| counts[draw(&mut rng)] += 1.0);
        }
        counts
    }

    #[test]
    fn rows_are_drawn_by_the_weights_of_their_classes() {
        // Pearson's chi-square of 99 degrees of freedom: 99 ± 14.
        let draws = balanced();
        let counts = drawn(|rng| draws.draw(rng));
        let rows_of_class = |row| match row {
            0..60 => 60.0,
            60..90 => 30.0,
            _ => 10.0,
        };
        let expected = |row| 30_000.0 / rows_of_class(row);
        let terms =
            counts.iter().enumerate().map(|(row, n)| (n - expected(row)).powi(2) / expected(row));
        let statistic: f64 = terms.sum();
        assert!((50.0..160.0).contains(&statistic), "{statistic}");
    }

    #[test]
    fn whole_weights_draw_like_so_many_rows() {
        // Each row of the classes once, twice and six times, of which one is drawn by chance. That two lots of
        // draws are of one distribution is tested by the chi-square of 99 degrees of freedom.
        let repeated: Vec<usize> = (0..100)
            .flat_map(|row| {
                vec![
                    row;
                    if row < 60 {
                        1
                    } else if row < 90 {
                        2
                    } else {
                        6
                    }
                ]
            })
            .collect();
        let draws = balanced();
        let ours = drawn(|rng| draws.draw(rng));
        let theirs = drawn(|rng| repeated[rng.below(repeated.len() as u32) as usize]);
        let terms = ours.iter().zip(theirs).map(|(a, b)| (a - b).powi(2) / (a + b));
        let statistic: f64 = terms.sum();
        assert!((50.0..160.0).contains(&statistic), "{statistic}");
    }
}
