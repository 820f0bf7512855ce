//! The functions that layers of neural networks end with.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{FLOATS, NEWEST, NUMBERS, Operator, operator};

use super::elementwise::{fits, join, map, over, relu};
use super::functions::setting;
use super::types::{Number, with_float, with_number};

const ALPHA: &[&str] = &["alpha"];

pub(super) const OPERATORS: &[Operator] = &[
    operator("Relu", (6, 13), FLOATS, &[], (1, 1), rectified),
    operator("Relu", (14, NEWEST), NUMBERS, &[], (1, 1), rectified),
    operator("LeakyRelu", (6, NEWEST), FLOATS, ALPHA, (1, 1), leaky),
    operator("PRelu", (7, 8), FLOATS, &[], (2, 2), sloped),
    operator("PRelu", (9, NEWEST), NUMBERS, &[], (2, 2), sloped),
    operator("ThresholdedRelu", (10, NEWEST), FLOATS, ALPHA, (1, 1), thresholded),
    operator("Elu", (6, NEWEST), FLOATS, ALPHA, (1, 1), elu),
    operator("Celu", (12, NEWEST), FLOATS, ALPHA, (1, 1), celu),
    operator("Selu", (6, NEWEST), FLOATS, &["alpha", "gamma"], (1, 1), selu),
    operator("Sigmoid", (6, NEWEST), FLOATS, &[], (1, 1), sigmoid),
    operator("HardSigmoid", (6, NEWEST), FLOATS, &["alpha", "beta"], (1, 1), hard_sigmoid),
    operator("HardSwish", (14, NEWEST), FLOATS, &[], (1, 1), hard_swish),
    operator("Swish", (24, NEWEST), FLOATS, ALPHA, (1, 1), swish),
    operator("Tanh", (6, NEWEST), FLOATS, &[], (1, 1), tanh),
    operator("Softplus", (1, NEWEST), FLOATS, &[], (1, 1), softplus),
    operator("Softsign", (1, NEWEST), FLOATS, &[], (1, 1), softsign),
    operator("Mish", (18, NEWEST), FLOATS, &[], (1, 1), mish),
    operator("Gelu", (20, NEWEST), FLOATS, &["approximate"], (1, 1), gelu),
];

fn rectified(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => map::<T>(spec, relu))
}

fn leaky(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let alpha = setting(spec, "alpha", 0.01)?;
    with_float!(spec.input(0)?.element, T => {
        let alpha = T::from_float(alpha);
        map::<T>(spec, move |x| if x < 0.0 { alpha * x } else { x })
    })
}

fn thresholded(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let alpha = setting(spec, "alpha", 1.0)?;
    with_float!(spec.input(0)?.element, T => {
        let alpha = T::from_float(alpha);
        map::<T>(spec, move |x| if x > alpha { x } else { 0.0 })
    })
}

fn elu(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let alpha = setting(spec, "alpha", 1.0)?;
    with_float!(spec.input(0)?.element, T => {
        let alpha = T::from_float(alpha);
        map::<T>(spec, move |x| if x < 0.0 { alpha * x.exp_m1() } else { x })
    })
}

fn celu(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let alpha = setting(spec, "alpha", 1.0)?;
    with_float!(spec.input(0)?.element, T => {
        let alpha = T::from_float(alpha);
        map::<T>(spec, move |x| if x > 0.0 { x } else { alpha * (x / alpha).exp_m1() })
    })
}

fn selu(spec: &Spec<'_>) -> Result<Built, Refusal> {
    // The defaults are those of the format, which rounds them to 32 bits.
    let alpha = setting(spec, "alpha", f64::from(1.673_263_2_f32))?;
    let gamma = setting(spec, "gamma", f64::from(1.050_701_f32))?;
    with_float!(spec.input(0)?.element, T => {
        let (alpha, gamma) = (T::from_float(alpha), T::from_float(gamma));
        map::<T>(spec, move |x| if x > 0.0 { gamma * x } else { gamma * alpha * x.exp_m1() })
    })
}

fn sigmoid(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => map::<T>(spec, |x| 1.0 / (1.0 + (-x).exp())))
}

fn hard_sigmoid(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (alpha, beta) = (setting(spec, "alpha", f64::from(0.2_f32))?, setting(spec, "beta", 0.5)?);
    with_float!(spec.input(0)?.element, T => {
        let (alpha, beta) = (T::from_float(alpha), T::from_float(beta));
        map::<T>(spec, move |x| (alpha * x + beta).clamp(0.0, 1.0))
    })
}

fn hard_swish(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => map::<T>(spec, |x| x * (x / 6.0 + 0.5).clamp(0.0, 1.0)))
}

fn swish(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let alpha = setting(spec, "alpha", 1.0)?;
    with_float!(spec.input(0)?.element, T => {
        let alpha = T::from_float(alpha);
        map::<T>(spec, move |x| x / (1.0 + (-alpha * x).exp()))
    })
}

fn tanh(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => map::<T>(spec, T::tanh))
}

fn softplus(spec: &Spec<'_>) -> Result<Built, Refusal> {
    // The logarithm of 1 + e^x, in a form that does not overflow.
    with_float!(spec.input(0)?.element, T => map::<T>(spec, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()))
}

fn softsign(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => map::<T>(spec, |x| x / (1.0 + x.abs())))
}

fn mish(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => {
        map::<T>(spec, |x| x * (x.max(0.0) + (-x.abs()).exp().ln_1p()).tanh())
    })
}

fn gelu(spec: &Spec<'_>) -> Result<Built, Refusal> {
    match spec.text("approximate")?.unwrap_or("none") {
        "none" => with_float!(spec.input(0)?.element, T => {
            map::<T>(spec, |x| {
                let x = x.float();
                T::from_float(0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2)))
            })
        }),
        "tanh" => with_float!(spec.input(0)?.element, T => {
            let factor = T::from_float((2.0 / std::f64::consts::PI).sqrt());
            map::<T>(spec, move |x| 0.5 * x * (1.0 + (factor * (x + 0.044_715 * x * x * x)).tanh()))
        }),
        other => unsupported(format!("attribute approximate is {other:?}, known are \"none\" and \"tanh\"")),
    }
}

/// Elements below zero are multiplied by those of a second tensor.
struct Sloped<T>(std::marker::PhantomData<T>);

fn sloped(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (input, slope) = (spec.input(0)?, spec.input(1)?);
    if let (Some(axes), Some(others)) = (input.axes(), slope.axes())
        && others > axes
    {
        return invalid(format!("the slope has {others} axes, and the input {axes}"));
    }
    with_number!(spec.common(0)?, T => {
        Ok(Built::one(Sloped::<T>(std::marker::PhantomData), input.element, input.dims.clone()))
    })
}

fn slope<T: Number>(x: T, slope: T) -> T {
    if x < T::ZERO { x.mul(slope) } else { x }
}

impl<T: Number> Kernel for Sloped<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (input, other) = (inputs.slice::<T>(0)?, inputs.slice::<T>(1)?);
        if !fits(other.0, input.0) {
            return Err(Problem::new(format!("the slope of shape {:?} cannot be repeated to {:?}", other.0, input.0)));
        }
        join(input, other, &mut outputs[0], slope::<T>)
    }

    fn overwrites(&self, index: usize, _: &Inputs<'_>) -> bool {
        index == 0
    }

    fn run_over(&self, _: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        over::<T, T>(buffer, inputs.slice(1)?, slope::<T>)
    }
}
