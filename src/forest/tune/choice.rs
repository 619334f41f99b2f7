//! Which of the settings that are left is chosen.

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
        let n = self.losses.len().max(1) as f64;
        let differences = || self.losses.iter().zip(&other.losses).map(|(a, b)| a - b);
        let mean = differences().sum::<f64>() / n;
        let squares: f64 = differences().map(|d| (d - mean) * (d - mean)).sum();
        (squares / n).sqrt() / n.sqrt()
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
