use super::Real;

/// What is done to scores last: `post_transform` of ONNX, with the arithmetic of ONNX Runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transform {
    /// Nothing.
    None,
    /// The logistic function of each.
    Logistic,
    /// Exponentials, scaled to add up to one.
    Softmax,
    /// The same, but a zero stays a zero.
    SoftmaxZero,
    /// The inverse of the normal distribution function of each.
    Probit,
}

impl Transform {
    /// The transform of this name; the empty name is `NONE`.
    ///
    /// # Errors
    /// What the names are.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        match name {
            "" | "NONE" => Ok(Self::None),
            "LOGISTIC" => Ok(Self::Logistic),
            "SOFTMAX" => Ok(Self::Softmax),
            "SOFTMAX_ZERO" => Ok(Self::SoftmaxZero),
            "PROBIT" => Ok(Self::Probit),
            other => {
                Err(format!("post_transform is `{other}`; known are NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO and PROBIT"))
            }
        }
    }

    /// The scores of two classes from the one that there is, as ONNX Runtime makes them of weights that are all
    /// positive; not for [`Transform::Probit`], of which it leaves one score unset.
    pub(crate) fn of_one<T: Real>(self, score: T) -> [T; 2] {
        if self == Self::Logistic { [logistic(-score), logistic(score)] } else { [T::ONE - score, score] }
    }

    /// Transforms the scores of one row, which are two or more.
    pub(crate) fn apply<T: Real>(self, scores: &mut [T]) {
        match self {
            Self::None => {}
            Self::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            Self::Probit => scores.iter_mut().for_each(|score| *score = probit(*score)),
            Self::Softmax => softmax(scores),
            Self::SoftmaxZero => softmax_zero(scores),
        }
    }
}

/// `1 / (1 + exp(-score))`, in single precision, so that neither tail overflows.
pub(crate) fn logistic<T: Real>(score: T) -> T {
    let score = score.to_f32();
    let above = 1.0 / (1.0 + (-score.abs()).exp());
    T::from_f32(if score < 0.0 { 1.0 - above } else { above })
}

/// The point below which the standard normal distribution has this share, by the approximation that ONNX Runtime has
/// (Winitzki's, good to three digits).
pub(crate) fn probit<T: Real>(share: T) -> T {
    T::from_f32(std::f32::consts::SQRT_2 * inverse_error_function(2.0 * share.to_f32() - 1.0))
}

fn inverse_error_function(x: f32) -> f32 {
    let sign = if x < 0.0 { -1.0 } else { 1.0 };
    let log = ((1.0 - x) * (1.0 + x)).ln();
    #[allow(clippy::approx_constant, reason = "the digits that ONNX Runtime has")]
    let v = 2.0 / (3.141_59 * 0.147) + 0.5 * log;
    let squared = 1.0 / 0.147 * log;
    sign * (-v + (v * v - squared).sqrt()).sqrt()
}

fn softmax<T: Real>(scores: &mut [T]) {
    let highest = highest(scores);
    let mut sum = T::default();
    for score in &mut *scores {
        *score = (*score - highest).exp();
        sum = sum + *score;
    }
    for score in scores {
        *score = *score / sum;
    }
}

fn softmax_zero<T: Real>(scores: &mut [T]) {
    let tiny = T::from_f32(0.000_000_1);
    let highest = highest(scores);
    let factor = (-highest).exp();
    let mut sum = T::default();
    for score in &mut *scores {
        if *score > tiny || *score < -tiny {
            *score = (*score - highest).exp();
            sum = sum + *score;
        } else {
            *score = *score * factor;
        }
    }
    for score in scores {
        *score = *score / sum;
    }
}

fn highest<T: Real>(scores: &[T]) -> T {
    scores.iter().fold(T::LOWEST, |highest, score| if *score > highest { *score } else { highest })
}
