//! Numbers of 16 bits (IEEE 754 binary16), as they travel.

/// The number that the bits stand for; every one of them has a place in 32 bits.
pub(super) fn decode(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f32::from(bits & 0x3ff);
    sign * match (bits >> 10) & 0x1f {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1024.0 + fraction) * 2_f32.powi(i32::from(exponent) - 25),
    }
}

/// The bits of a number that 16 bits hold; of another one, those of its neighbour towards zero.
pub(super) fn encode(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    // The exponent's bias is 127 there and 15 here.
    let exponent = i32::from((bits >> 23) as u8) - 112;
    let fraction = bits & 0x7f_ffff;
    let magnitude = match exponent {
        143 => 0x7c00 | u16::from(fraction != 0) << 9,
        31.. => 0x7bff,
        1..=30 => (exponent.cast_unsigned() as u16) << 10 | (fraction >> 13) as u16,
        // The leading one is written out, and moved behind the point.
        -10..=0 => ((fraction | 0x80_0000) >> (14 - exponent)) as u16,
        _ => 0,
    };
    sign | magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bits_are_decoded_and_encoded_again() {
        for bits in 0..=u16::MAX {
            let value = decode(bits);
            if value.is_nan() {
                assert!(decode(encode(value)).is_nan());
            } else {
                assert_eq!(encode(value), bits, "{value}");
            }
        }
    }

    #[test]
    fn some_numbers_are_what_the_standard_says() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (1, 5.960_464_5e-8), (0x0400, 6.103_515_6e-5)]
        {
            assert_eq!(decode(bits).to_bits(), f32::to_bits(value));
        }
    }
}
