/// The two precisions in which an ensemble is walked and added up.
pub(crate) trait Real:
    Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + std::fmt::Debug
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
    + 'static
{
    /// Whether this is single precision.
    const IS_SINGLE: bool;
    const NAN: Self;
    const ONE: Self;
    const HALF: Self;
    const LOWEST: Self;

    fn from_f64(value: f64) -> Self;
    fn to_f32(self) -> f32;
    #[cfg(test)]
    fn to_f64(self) -> f64;
    fn from_f32(value: f32) -> Self;
    fn next_up(self) -> Self;
    fn next_down(self) -> Self;
    fn is_nan(self) -> bool;
    fn exp(self) -> Self;
}

macro_rules! real {
    ($($float:ident)*) => {$(
        #[allow(clippy::cast_lossless, trivial_numeric_casts, reason = "one of the two precisions is the other's source")]
        impl Real for $float {
            const IS_SINGLE: bool = size_of::<Self>() == 4;
            const NAN: Self = $float::NAN;
            const ONE: Self = 1.0;
            const HALF: Self = 0.5;
            const LOWEST: Self = $float::MIN;

            fn from_f64(value: f64) -> Self {
                value as $float
            }

            fn to_f32(self) -> f32 {
                self as f32
            }

            #[cfg(test)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            fn from_f32(value: f32) -> Self {
                value as $float
            }

            fn next_up(self) -> Self {
                self.next_up()
            }

            fn next_down(self) -> Self {
                self.next_down()
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn exp(self) -> Self {
                self.exp()
            }
        }
    )*};
}

real!(f32 f64);
