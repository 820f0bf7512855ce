//! Figures taken by turns, and the ratios that their spread allows.

/// A figure that was taken once in each round.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    rounds: Vec<f64>,
}

/// What two figures say of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ratio {
    /// How many times as good, and half of the range in which the middle half of the rounds lay.
    Known { median: f64, spread: f64 },
    /// Not every round says which is better: `spread` is of the ratio.
    Unknown { spread: f64 },
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    Below(f64),
    Above(f64),
}

/// Whether a figure is what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// Some rounds say so, and some otherwise.
    Unknown,
}

/// Whether more of it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    More,
    Less,
}

impl Target {
    /// Compares a figure as it is, without a spread; where it is no number, nothing is known.
    pub(crate) fn verdict(self, value: f64) -> Verdict {
        let met = match self {
            Self::Below(bound) => value < bound,
            Self::Above(bound) => value > bound,
        };
        match (value.is_nan(), met) {
            (true, _) => Verdict::Unknown,
            (false, true) => Verdict::Met,
            (false, false) => Verdict::Missed,
        }
    }
}

impl Figure {
    pub(crate) fn new(rounds: Vec<f64>) -> Self {
        Self { rounds }
    }

    /// So many times as much in each round.
    pub(crate) fn times(&self, factor: f64) -> Self {
        Self { rounds: self.rounds.iter().map(|value| value * factor).collect() }
    }

    pub(crate) fn median(&self) -> f64 {
        quantile(&self.rounds, 0.5)
    }

    /// How far the rounds lie apart, as a part of the median: half of the range of the middle half.
    pub(crate) fn spread(&self) -> f64 {
        half_range(&self.rounds) / self.median()
    }

    /// How many times as good this one is as `other`, taken in the same rounds.
    pub(crate) fn ratio(&self, other: &Self, better: Better) -> Ratio {
        let ratios = self.ratios(other, better);
        let (median, spread) = (quantile(&ratios, 0.5), half_range(&ratios));
        if agree(&ratios, 1.0) { Ratio::Known { median, spread } } else { Ratio::Unknown { spread } }
    }

    /// Whether this one is at least `target` times as good as `other`.
    pub(crate) fn reaches(&self, other: &Self, better: Better, target: f64) -> Verdict {
        let ratios = self.ratios(other, better);
        if !agree(&ratios, target) {
            Verdict::Unknown
        } else if quantile(&ratios, 0.5) >= target {
            Verdict::Met
        } else {
            Verdict::Missed
        }
    }

    /// Of each round.
    fn ratios(&self, other: &Self, better: Better) -> Vec<f64> {
        let ratios = self.rounds.iter().zip(&other.rounds).map(|(own, others)| match better {
            Better::More => own / others,
            Better::Less => others / own,
        });
        ratios.collect()
    }
}

/// Whether all rounds lie on one side of a ratio: of two figures that are the same, one time in sixteen five do.
fn agree(ratios: &[f64], at: f64) -> bool {
    ratios.iter().all(|ratio| *ratio >= at) || ratios.iter().all(|ratio| *ratio <= at)
}

fn half_range(values: &[f64]) -> f64 {
    (quantile(values, 0.75) - quantile(values, 0.25)) / 2.0
}

/// Between the two nearest values, in proportion; of no values, no number.
fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = part * last as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_the_ratios_of_the_rounds() {
        let (own, other) = (Figure::new(vec![20.0, 40.0, 30.0]), Figure::new(vec![10.0, 20.0, 15.0]));
        assert_eq!(own.ratio(&other, Better::More), Ratio::Known { median: 2.0, spread: 0.0 });
        assert_eq!(own.ratio(&other, Better::Less), Ratio::Known { median: 0.5, spread: 0.0 });
    }

    #[test]
    fn a_ratio_that_the_rounds_do_not_agree_on_is_not_known() {
        let (own, other) = (Figure::new(vec![8.0, 12.0, 10.1]), Figure::new(vec![10.0, 10.0, 10.0]));
        assert!(matches!(own.ratio(&other, Better::More), Ratio::Unknown { .. }));
    }

    #[test]
    fn a_target_is_met_or_missed_where_the_rounds_agree() {
        let other = Figure::new(vec![10.0, 10.0, 10.0]);
        for (rounds, verdict) in [
            ([19.0, 20.0, 21.0], Verdict::Met),
            ([9.0, 9.1, 9.2], Verdict::Missed),
            ([8.0, 9.9, 12.0], Verdict::Unknown),
        ] {
            assert_eq!(Figure::new(rounds.to_vec()).reaches(&other, Better::More, 0.97), verdict);
        }
    }

    #[test]
    fn a_figure_without_a_spread_is_compared_as_it_is() {
        for (target, value, verdict) in [
            (Target::Below(5.0), 4.9, Verdict::Met),
            (Target::Below(5.0), 5.0, Verdict::Missed),
            (Target::Above(1.0), 1.1, Verdict::Met),
            (Target::Above(1.0), 0.9, Verdict::Missed),
            (Target::Above(1.0), f64::NAN, Verdict::Unknown),
        ] {
            assert_eq!(target.verdict(value), verdict, "{target:?} {value}");
        }
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(Figure::new(vec![1.0, 4.0, 2.0, 3.0]).median(), 2.5);
    }
}
