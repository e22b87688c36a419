package dev.proa.api.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An exact amount of a resource, such as {@code 500m} of a CPU or {@code 1Gi} of memory.
 *
 * <p>The string form is the canonical one of Kubernetes: no fraction, the largest suffix that leaves none, and the family
 * of suffixes that the amount was written with. Amounts are rounded up to a billionth when they are read. Equality is that of
 * amount and format; {@link #compareTo} looks at the amount only.
 */
public final class Quantity implements Comparable<Quantity> {
    /** Which suffixes an amount is written with. */
    public enum Format {
        /** {@code n u m k M G T P E}: powers of a thousand. */
        DECIMAL_SI,
        /** {@code Ki Mi Gi Ti Pi Ei}: powers of 1,024. */
        BINARY_SI,
        /** {@code e3}: powers of ten. */
        DECIMAL_EXPONENT
    }

    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Format.DECIMAL_SI, "0");

    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal K = BigDecimal.valueOf(1024);
    private static final BigInteger BINARY_STEP = BigInteger.valueOf(1024);
    private static final String SUFFIXES = "eEinumkKMGTP";
    private static final String DECIMAL = "num kMGTPE";
    private static final String BINARY = "KMGTPE";
    private static final int MAX_DIGITS = 18;

    private final BigDecimal amount;
    private final Format format;
    private @Nullable String text;

    private Quantity(BigDecimal amount, Format format, @Nullable String text) {
        this.amount = amount;
        this.format = format;
        this.text = text;
    }

    /** A whole number without a suffix family of its own, as for a count. */
    public static Quantity of(long number) {
        return new Quantity(BigDecimal.valueOf(number), Format.DECIMAL_SI, null);
    }

    public static Quantity of(BigDecimal amount, Format format) {
        return new Quantity(amount.setScale(Math.min(amount.scale(), 9), RoundingMode.UP), format, null);
    }

    /** {@code thousandths} of one, as for CPU. */
    public static Quantity ofMilli(long thousandths) {
        return new Quantity(BigDecimal.valueOf(thousandths, 3), Format.DECIMAL_SI, null);
    }

    /** A whole number of bytes, written with binary suffixes. */
    public static Quantity ofBytes(long bytes) {
        return new Quantity(BigDecimal.valueOf(bytes), Format.BINARY_SI, null);
    }

    /** From a value of an object, where it is a string or a number; {@link #ZERO} for anything else, or nonsense. */
    public static Quantity from(@Nullable Object value) {
        try {
            return switch (value) {
                case String string -> parse(string);
                case Long number -> of(number);
                case Double number -> parse(BigDecimal.valueOf(number).toPlainString());
                case Numeral number -> parse(number.toString());
                case null, default -> ZERO;
            };
        } catch (IllegalArgumentException e) {
            return ZERO; // a view reads what validation let pass; what it would not have, is nothing
        }
    }

    /**
     * Reads the string form.
     *
     * @throws IllegalArgumentException with the message of Kubernetes
     */
    public static Quantity parse(String text) {
        if (text.equals("0")) {
            return ZERO;
        }
        Parts parts = Parts.of(text);
        Suffix suffix = Suffix.of(parts.suffix);
        BigDecimal amount;
        try {
            amount = new BigDecimal(new BigInteger(parts.digits()), parts.fraction.length());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("unable to parse numeric part of quantity", e);
        }
        amount = suffix.base == 10
                ? amount.scaleByPowerOfTen(suffix.exponent)
                : amount.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(suffix.exponent)));
        if (amount.scale() > 9) {
            amount = amount.setScale(9, RoundingMode.UP);
        }
        Format format = suffix.format;
        boolean small = false;
        if (format == Format.BINARY_SI) {
            amount = amount.min(MAX);
            small = amount.compareTo(BigDecimal.ONE) < 0 && amount.signum() > 0;
        }
        boolean kept = parts.isCanonical(suffix);
        amount = parts.negative ? amount.negate() : amount;
        return new Quantity(amount, small ? Format.DECIMAL_SI : format, kept ? text : null);
    }

    /** The sign, whole part, fraction and suffix of a quantity's string. */
    private record Parts(boolean negative, String whole, String fraction, String suffix) {
        static Parts of(String text) {
            if (text.isEmpty()) {
                throw wrong();
            }
            int at = 0;
            boolean negative = text.charAt(0) == '-';
            if (negative || text.charAt(0) == '+') {
                at++;
            }
            while (at < text.length() && text.charAt(at) == '0') {
                at++;
            }
            int end = digitsEnd(text, at);
            String whole = at == end ? "0" : text.substring(at, end);
            String fraction = "";
            at = end;
            if (at < text.length() && text.charAt(at) == '.') {
                end = digitsEnd(text, at + 1);
                fraction = text.substring(at + 1, end);
                at = end;
            }
            end = at;
            while (end < text.length() && SUFFIXES.indexOf(text.charAt(end)) >= 0) {
                end++;
            }
            if (end < text.length() && (text.charAt(end) == '-' || text.charAt(end) == '+')) {
                end++;
            }
            end = digitsEnd(text, end);
            if (end < text.length()) {
                throw wrong();
            }
            return new Parts(negative, whole, fraction, text.substring(at));
        }

        private static int digitsEnd(String text, int from) {
            int end = from;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            return end;
        }

        private static IllegalArgumentException wrong() {
            return new IllegalArgumentException(
                    "quantities must match the regular expression" + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }

        String digits() {
            return whole + fraction;
        }

        /** Whether Kubernetes gives the string back as it was read, which it decides by a quick look at its digits. */
        boolean isCanonical(Suffix suffix) {
            if (suffix.format == Format.BINARY_SI) {
                int precision = 15 - whole.length() - (int) (suffix.exponent * 3f / 10) - 1;
                return fraction.isEmpty() && suffix.exponent > 0 && precision >= 0 && (Long.parseLong(whole) & 7) != 0;
            }
            String digits = digits();
            int scale = suffix.exponent - fraction.length();
            return digits.length() <= MAX_DIGITS
                    && scale >= -9
                    && scale % 3 == 0
                    && !digits.endsWith("000")
                    && digits.charAt(0) != '0';
        }
    }

    /** What a suffix multiplies with. */
    private record Suffix(int base, int exponent, Format format) {
        static Suffix of(String suffix) {
            if (suffix.isEmpty()) {
                return new Suffix(10, 0, Format.DECIMAL_SI);
            }
            int decimal = suffix.length() == 1 && !suffix.equals(" ") ? DECIMAL.indexOf(suffix) : -1;
            if (decimal >= 0) {
                return new Suffix(10, (decimal - 3) * 3, Format.DECIMAL_SI);
            }
            if (suffix.length() == 2 && suffix.charAt(1) == 'i' && BINARY.indexOf(suffix.charAt(0)) >= 0) {
                return new Suffix(2, (BINARY.indexOf(suffix.charAt(0)) + 1) * 10, Format.BINARY_SI);
            }
            if (suffix.length() > 1 && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E')) {
                try {
                    int exponent = Integer.parseInt(suffix, 1, suffix.length(), 10);
                    if (Math.abs(exponent) <= 1_000) { // further ones only cost memory: the amount is capped or rounded
                        return new Suffix(10, exponent, Format.DECIMAL_EXPONENT);
                    }
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException("unable to parse quantity's suffix", e);
                }
            }
            throw new IllegalArgumentException("unable to parse quantity's suffix");
        }
    }

    public Format format() {
        return format;
    }

    public BigDecimal amount() {
        return amount;
    }

    public boolean isZero() {
        return amount.signum() == 0;
    }

    /** -1, 0 or 1. */
    public int signum() {
        return amount.signum();
    }

    /** The amount rounded up (away from zero) to a whole number, within the range of a long. */
    public long value() {
        return scaled(0);
    }

    /** The amount in thousandths, rounded up, within the range of a long. */
    public long milliValue() {
        return scaled(3);
    }

    /** The amount rounded up (away from zero) to thousandths: the finest that Kubernetes keeps in a list of resources. */
    public Quantity toMilli() {
        return amount.scale() <= 3 ? this : new Quantity(amount.setScale(3, RoundingMode.UP), format, null);
    }

    private long scaled(int digits) {
        BigDecimal rounded = amount.scaleByPowerOfTen(digits).setScale(0, RoundingMode.UP);
        return rounded.max(MAX.negate()).min(MAX).longValueExact();
    }

    /** The sum, in the format of this quantity, or of the other one when this one is zero. */
    public Quantity plus(Quantity other) {
        return new Quantity(amount.add(other.amount), isZero() ? other.format : format, null);
    }

    /** The difference, in the format of this quantity, or of the other one when this one is zero. */
    public Quantity minus(Quantity other) {
        return new Quantity(amount.subtract(other.amount), isZero() ? other.format : format, null);
    }

    public Quantity negated() {
        return new Quantity(amount.negate(), format, null);
    }

    public Quantity times(long factor) {
        return new Quantity(amount.multiply(BigDecimal.valueOf(factor)), format, null);
    }

    public Quantity max(Quantity other) {
        return compareTo(other) >= 0 ? this : other;
    }

    @Override
    public int compareTo(Quantity other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Quantity quantity && compareTo(quantity) == 0 && format == quantity.format;
    }

    @Override
    public int hashCode() {
        return Objects.hash(amount.stripTrailingZeros(), format);
    }

    /** The canonical form. */
    @Override
    public String toString() {
        String known = text;
        if (known == null) {
            known = canonical();
            text = known;
        }
        return known;
    }

    private String canonical() {
        if (isZero()) {
            return "0";
        }
        boolean whole = amount.stripTrailingZeros().scale() <= 0;
        if (format == Format.BINARY_SI && whole && amount.abs().compareTo(K) >= 0) {
            return binary(amount.toBigIntegerExact());
        }
        return decimal(amount.stripTrailingZeros(), format == Format.DECIMAL_EXPONENT);
    }

    private static String binary(BigInteger number) {
        int steps = 0;
        BigInteger rest = number;
        while (steps < BINARY.length() && rest.mod(BINARY_STEP).signum() == 0) {
            rest = rest.divide(BINARY_STEP);
            steps++;
        }
        return steps == 0 ? rest.toString() : rest.toString() + BINARY.charAt(steps - 1) + "i";
    }

    private static String decimal(BigDecimal stripped, boolean exponent) {
        int thousands = Math.floorDiv(-stripped.scale(), 3);
        if (!exponent) {
            thousands = Math.min(thousands, 6);
        }
        String number =
                stripped.scaleByPowerOfTen(-3 * thousands).toBigIntegerExact().toString();
        if (thousands == 0) {
            return number;
        }
        return exponent ? number + "e" + 3 * thousands : number + DECIMAL.charAt(thousands + 3);
    }
}
