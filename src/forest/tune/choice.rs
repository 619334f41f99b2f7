//! Which of the settings that are left is chosen.

use crate::forest::losses::standard_error;

/// What settings came to.
pub(super) struct Finalist {
    /// Of each row that was compared.
    pub(super) losses: Vec<f64>,
    pub(super) nodes: u64,
}

impl Finalist {
    pub(super) fn loss(&self) -> f64 {
        mean(&self.losses)
    }

    /// The standard error of the mean difference between the losses of two.
    fn standard_error(&self, other: &Self) -> f64 {
        standard_error(&self.losses, &other.losses)
    }
}

pub(super) fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len().max(1) as f64
}

/// The smallest of those whose loss is within a standard error of the lowest, but the first, the settings as they were given, unless
/// the loss of the other is lower.
pub(super) fn choose(finalists: &[Finalist]) -> usize {
    let losses: Vec<f64> = finalists.iter().map(Finalist::loss).collect();
    let by_loss = |&a: &usize, &b: &usize| losses[a].total_cmp(&losses[b]);
    let Some(best) = (0..finalists.len()).min_by(by_loss) else { return 0 };
    let is_tied =
        |&at: &usize| losses[at] - losses[best] <= finalists[at].standard_error(&finalists[best]);
    let tied = (0..finalists.len()).filter(is_tied);
    let size = |at: &usize| finalists[*at].nodes;
    let chosen = tied.min_by(|a, b| size(a).cmp(&size(b)).then(by_loss(a, b))).unwrap_or(best);
    if losses[chosen] < losses[0] { chosen } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finalist(losses: [f64; 4], nodes: u64) -> Finalist {
        Finalist { losses: losses.to_vec(), nodes }
    }

    #[test]
    fn the_standard_error_is_that_of_paired_differences() {
        // Differences 1, −1, 3, 1: mean 1, variance (0 + 4 + 4 + 0)/4 = 2, √2/√4.
        let a = finalist([2.0, 1.0, 5.0, 3.0], 1);
        let b = finalist([1.0, 2.0, 2.0, 2.0], 1);
        assert!((a.standard_error(&b) - 0.5_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn of_those_within_a_standard_error_of_the_best_the_smallest_is_chosen() {
        let given = finalist([1.0, 1.0, 1.0, 1.0], 50);
        let best = finalist([0.4, 0.6, 0.4, 0.6], 90);
        // Worse than the best by 0.05 on average, and by 0.1, 0, 0.1, 0: a standard error of 0.025.
        let near = finalist([0.5, 0.6, 0.5, 0.6], 10);
        // By 0.05, too, and by 0.4, −0.2, 0.2, −0.2: √(0.28/4 − 0.05²)/2 = 0.13.
        let tied = finalist([0.8, 0.4, 0.6, 0.4], 40);
        assert_eq!(choose(&[given, best, near, tied]), 3);
    }

    #[test]
    fn what_is_not_better_than_what_was_given_is_not_chosen() {
        let given = || finalist([0.5, 0.5, 0.5, 0.5], 50);
        assert_eq!(choose(&[given(), finalist([0.5, 0.5, 0.5, 0.5], 1)]), 0);
        // The best is larger than what was given, which is as good: within √(0.36 − 0.01)/2 = 0.3 of it.
        assert_eq!(choose(&[given(), finalist([1.0, -0.2, 1.0, -0.2], 90)]), 0);
        assert_eq!(choose(&[given(), finalist([0.4, 0.4, 0.4, 0.4], 90)]), 1);
        assert_eq!(choose(&[given()]), 0);
    }
}
