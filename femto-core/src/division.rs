//! Division of 64 bits: ticks to seconds, numbers to digits. Runs on the *drain*, mostly.

/// Quotient and remainder; `divisor` is not 0.
///
/// Bit by bit where registers have 32 bits and memory is short: the compiler's own routine takes 700 bytes on
/// the smallest processors, and saves little, as most quotients here are short.
#[cfg_attr(all(target_os = "none", target_pointer_width = "32"), inline(never))]
pub(crate) fn divide(dividend: u64, divisor: u64) -> (u64, u64) {
    if cfg!(all(target_os = "none", target_pointer_width = "32")) {
        divide_bitwise(dividend, divisor)
    } else {
        (dividend / divisor, dividend % divisor)
    }
}

#[inline(always)]
const fn divide_bitwise(dividend: u64, divisor: u64) -> (u64, u64) {
    if dividend < divisor {
        return (0, dividend);
    }
    // The dividend leaves its word at the top, the quotient comes in below.
    let (mut word, mut rest, mut left) = (dividend, 0, u64::BITS);
    while left > 0 {
        let is_long = rest >> 63 > 0;
        rest = rest << 1 | word >> 63;
        word <<= 1;
        if is_long || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            word |= 1;
        }
        left -= 1;
    }
    (word, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bit_by_bit_is_as_the_processor_divides(a: u64, b: u64, shifts in (0_u32..64, 0_u32..64)) {
            let (a, b) = (a >> shifts.0, (b >> shifts.1).max(1));
            prop_assert_eq!(divide_bitwise(a, b), (a / b, a % b));
        }
    }

    #[test]
    fn the_edges_are_divided() {
        for (a, b) in [(0, 1), (0, u64::MAX), (u64::MAX, 1), (u64::MAX, u64::MAX), (1, 2), (2, 1)] {
            assert_eq!(divide_bitwise(a, b), (a / b, a % b));
        }
    }
}
