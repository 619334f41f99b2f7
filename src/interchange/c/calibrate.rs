//! Calibration, with a logarithm and an exponential whose last bits are those of the `libm` crate: those of the C library
//! may be others.

use super::arrays::array;
use super::literal::double;
use crate::Calibration;

/// Writes the functions that make probabilities of shares.
pub(super) fn write_calibration(c: &mut String, calibration: &Calibration) {
    let Calibration { alpha, gamma, prior } = calibration;
    c.push_str(PRODUCT);
    c.push_str(LOG_AND_EXP);
    c.push_str("\n/* What is added to the share of each class, and the power that the sums are raised to. */\n");
    array(c, "double", "pull", prior.iter().map(|prior| double(alpha * prior)));
    c.push_str(&format!("static const double forest_gamma = {};\n", double(*gamma)));
    c.push_str(CALIBRATE);
}

/// What every product that is added to something has to go through.
pub(super) const PRODUCT: &str = "
/* A product that is rounded before it is added to something, although processors can do both at once. */
static double forest_product(double a, double b)
{
    volatile double product = a * b;

    return product;
}
";

const CALIBRATE: &str = "
/* Makes probabilities of shares. */
static void forest_calibrate(double *proba)
{
    double sum = 0.0;
    int class;

    for (class = 0; class < FOREST_N_CLASSES; class++) {
        const double shifted = proba[class] + forest_pull[class];

        proba[class] =
            shifted > 0.0 ? forest_exp(forest_product(forest_gamma, forest_log(shifted))) : 0.0;
        sum += proba[class];
    }
    for (class = 0; class < FOREST_N_CLASSES; class++)
        proba[class] /= sum;
}
";

/// After `log` and `exp` of the `libm` crate, which has them from musl, and that from FreeBSD.
const LOG_AND_EXP: &str = "
/* The logarithm and the exponential of FreeBSD's library, after its e_log.c and e_exp.c:
 *
 * Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved.
 *
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that
 * this notice is preserved.
 */
static const double forest_ln2_high = 0x1.62e42fee00000p-1;
static const double forest_ln2_low = 0x1.a39ef35793c76p-33;

/* The number 2 to the power n, which is from -1022 to 1023. */
static double forest_power_of_two(int32_t n)
{
    const uint64_t bits = (uint64_t)(n + 1023) << 52;
    double power;

    memcpy(&power, &bits, sizeof power);
    return power;
}

/* Of a number that is positive and finite: 2 to the power k times 1 + f, from the root of 1/2 to that of 2. */
static double forest_log(double x)
{
    uint64_t bits;
    uint32_t high;
    int32_t k = 0;
    double f, half_square, s, z, w, odd, even;

    if (x == 1.0)
        return 0.0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    memcpy(&bits, &x, sizeof bits);
    high = (uint32_t)(bits >> 32) + (0x3ff00000u - 0x3fe6a09eu);
    k += (int32_t)(high >> 20) - 0x3ff;
    high = (high & 0xfffffu) + 0x3fe6a09eu;
    bits = (uint64_t)high << 32 | (bits & 0xffffffffu);
    memcpy(&x, &bits, sizeof x);
    f = x - 1.0;
    half_square = forest_product(forest_product(0.5, f), f);
    s = f / (2.0 + f);
    z = forest_product(s, s);
    w = forest_product(z, z);
    odd = 0x1.c71c51d8e78afp-3 + forest_product(w, 0x1.39a09d078c69fp-3);
    odd = forest_product(w, 0x1.999999997fa04p-2 + forest_product(w, odd));
    even = 0x1.7466496cb03dep-3 + forest_product(w, 0x1.2f112df3e5244p-3);
    even = 0x1.2492494229359p-2 + forest_product(w, even);
    even = forest_product(z, 0x1.5555555555593p-1 + forest_product(w, even));
    return forest_product(s, half_square + (even + odd)) + forest_product(k, forest_ln2_low) -
           half_square + f + forest_product(k, forest_ln2_high);
}

static double forest_exp(double x)
{
    uint64_t bits;
    uint32_t size;
    int32_t k = 0;
    double high = x, low = 0.0, square, c, y;

    if (x > 0x1.62e42fefa39efp9)
        return INFINITY;
    if (x < -0x1.74910d52d3051p9)
        return 0.0;
    memcpy(&bits, &x, sizeof bits);
    size = (uint32_t)(bits >> 32) & 0x7fffffffu;
    if (size > 0x3fd62e42u) {
        k = x < 0.0 ? -1 : 1;
        if (size >= 0x3ff0a2b2u)
            k = (int32_t)(forest_product(0x1.71547652b82fep0, x) + (x < 0.0 ? -0.5 : 0.5));
        high = x - forest_product(k, forest_ln2_high);
        low = forest_product(k, forest_ln2_low);
        x = high - low;
    } else if (size <= 0x3e300000u) {
        return 1.0 + x;
    }
    square = forest_product(x, x);
    c = -0x1.bbd41c5d26bf1p-20 + forest_product(square, 0x1.6376972bea4d0p-25);
    c = 0x1.1566aaf25de2cp-14 + forest_product(square, c);
    c = -0x1.6c16c16bebd93p-9 + forest_product(square, c);
    c = 0x1.555555555553ep-3 + forest_product(square, c);
    c = x - forest_product(square, c);
    y = 1.0 + (forest_product(x, c) / (2.0 - c) - low + high);
    /* In two steps, of which only the second may round. */
    return y * forest_power_of_two(k / 2) * forest_power_of_two(k - k / 2);
}
";
