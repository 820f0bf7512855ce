//! Writes one piece of code for each type that elements may have.

/// Runs `$made` with `$type` naming the type of the elements, one of numbers.
macro_rules! with_number {
    ($element:expr, $type:ident => $made:expr) => {
        match $element {
            $crate::tensor::Element::Float32 => {
                type $type = f32;
                $made
            }
            $crate::tensor::Element::Float64 => {
                type $type = f64;
                $made
            }
            $crate::tensor::Element::Int32 => {
                type $type = i32;
                $made
            }
            $crate::tensor::Element::Int64 => {
                type $type = i64;
                $made
            }
            other => $crate::runtime::onnx::spec::unsupported(format!("elements of {other} are not known here")),
        }
    };
}

/// Runs `$made` with `$type` naming the type of the elements, one of numbers with a fraction.
macro_rules! with_float {
    ($element:expr, $type:ident => $made:expr) => {
        match $element {
            $crate::tensor::Element::Float32 => {
                type $type = f32;
                $made
            }
            $crate::tensor::Element::Float64 => {
                type $type = f64;
                $made
            }
            other => $crate::runtime::onnx::spec::unsupported(format!("elements of {other} are not known here")),
        }
    };
}

/// Runs `$made` with `$type` naming the type of the elements, anything but text.
macro_rules! with_scalar {
    ($element:expr, $type:ident => $made:expr, $text:expr) => {
        match $element {
            $crate::tensor::Element::Float32 => {
                type $type = f32;
                $made
            }
            $crate::tensor::Element::Float64 => {
                type $type = f64;
                $made
            }
            $crate::tensor::Element::Int32 => {
                type $type = i32;
                $made
            }
            $crate::tensor::Element::Int64 => {
                type $type = i64;
                $made
            }
            $crate::tensor::Element::Bool => {
                type $type = bool;
                $made
            }
            $crate::tensor::Element::String => $text,
        }
    };
}

pub(super) use {with_float, with_number, with_scalar};

use crate::runtime::onnx::buffer::Scalar;

/// Numbers, with the arithmetic of the format: integers wrap.
pub(super) trait Number: Scalar + PartialOrd {
    const ZERO: Self;
    const ONE: Self;
    const LOWEST: Self;
    const HIGHEST: Self;

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// The quotient, cut towards zero for integers, of which none may be divided by zero.
    fn div(self, other: Self) -> Self;
    /// What is left of a division that is cut towards zero; no integer may be divided by zero.
    fn remainder(self, other: Self) -> Self;
    fn float(self) -> f64;
    /// The nearest number of this type, cut towards zero for integers.
    fn from_float(float: f64) -> Self;
    /// Whether it is no number.
    fn nan(self) -> bool;

    /// The larger one; what is no number wins.
    fn larger(self, other: Self) -> Self {
        if self > other || self.nan() { self } else { other }
    }

    /// The smaller one; what is no number wins.
    fn smaller(self, other: Self) -> Self {
        if self < other || self.nan() { self } else { other }
    }
}

/// Numbers with a fraction.
pub(super) trait Float: Number {
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn abs(self) -> Self;
}

macro_rules! floats {
    ($($type:ident),*) => {$(
        impl Number for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = $type::NEG_INFINITY;
            const HIGHEST: Self = $type::INFINITY;

            fn add(self, other: Self) -> Self {
                self + other
            }
            fn sub(self, other: Self) -> Self {
                self - other
            }
            fn mul(self, other: Self) -> Self {
                self * other
            }
            fn div(self, other: Self) -> Self {
                self / other
            }
            fn remainder(self, other: Self) -> Self {
                self % other
            }
            #[allow(clippy::unnecessary_cast, reason = "it is none for the other type")]
            #[allow(clippy::cast_lossless, reason = "it is none for the other type")]
            fn float(self) -> f64 {
                self as f64
            }
            #[allow(clippy::unnecessary_cast, reason = "it is none for the other type")]
            fn from_float(float: f64) -> Self {
                float as $type
            }
            fn nan(self) -> bool {
                self.is_nan()
            }
        }

        impl Float for $type {
            fn exp(self) -> Self {
                self.exp()
            }
            fn ln(self) -> Self {
                self.ln()
            }
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            fn abs(self) -> Self {
                self.abs()
            }
        }
    )*};
}

macro_rules! integers {
    ($($type:ident),*) => {$(
        impl Number for $type {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const LOWEST: Self = $type::MIN;
            const HIGHEST: Self = $type::MAX;

            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            fn sub(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            fn mul(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            fn div(self, other: Self) -> Self {
                if other == 0 { 0 } else { self.wrapping_div(other) }
            }
            fn remainder(self, other: Self) -> Self {
                if other == 0 { 0 } else { self.wrapping_rem(other) }
            }
            #[allow(clippy::cast_lossless, reason = "it is not for the other type")]
            fn float(self) -> f64 {
                self as f64
            }
            fn from_float(float: f64) -> Self {
                float as $type
            }
            fn nan(self) -> bool {
                false
            }
        }
    )*};
}

floats!(f32, f64);
integers!(i32, i64);
