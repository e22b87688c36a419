package dev.proa.server.cel;

import dev.proa.api.value.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Amounts of resources; comparisons are shared with versions. */
final class Quantities {
    private static final CelType TYPE = CelType.QUANTITY;
    /** What would need much memory to be computed with. */
    private static final Pattern HUGE = Pattern.compile(".*[eE][+-]?0*[1-9][0-9]{2,}");

    private Quantities() {}

    record Amount(Quantity quantity) implements Opaque, Comparable<Amount> {
        @Override
        public CelType type() {
            return TYPE;
        }

        @Override
        public int compareTo(Amount other) {
            return quantity.compareTo(other.quantity);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Amount amount && compareTo(amount) == 0;
        }

        @Override
        public int hashCode() {
            return quantity.amount().stripTrailingZeros().hashCode();
        }
    }

    static @Nullable Function find(String name) {
        return switch (name) {
            case "quantity" -> args -> parsed(Strings.text(args[0]));
            case "isQuantity" -> args -> isQuantity(Strings.text(args[0]));
            case "sign" -> args -> (long) quantity(args[0]).signum();
            case "isGreaterThan" -> args -> compare(args) > 0;
            case "isLessThan" -> args -> compare(args) < 0;
            case "compareTo" -> args -> (long) Integer.signum(compare(args));
            case "asApproximateFloat" -> args -> quantity(args[0]).amount().doubleValue();
            case "asInteger" ->
                args -> {
                    BigInteger whole = whole(quantity(args[0]));
                    if (whole == null) {
                        throw new EvaluationException("cannot convert value to integer");
                    }
                    return whole.longValueExact();
                };
            case "isInteger" -> args -> whole(quantity(args[0])) != null;
            case "add" -> args -> new Amount(quantity(args[0]).plus(operand(args[1])));
            case "sub" -> args -> new Amount(quantity(args[0]).minus(operand(args[1])));
            default -> null;
        };
    }

    private static Quantity quantity(@Nullable Object value) {
        if (value instanceof Amount amount) {
            return amount.quantity();
        }
        throw EvaluationException.noSuchOverload();
    }

    private static Quantity operand(@Nullable Object value) {
        return value instanceof Long number ? Quantity.of(number) : quantity(value);
    }

    private static int compare(@Nullable Object[] args) {
        return switch (args[0]) {
            case Amount one when args[1] instanceof Amount two -> one.compareTo(two);
            case Semver one when args[1] instanceof Semver two -> one.compareTo(two);
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }

    private static Amount parsed(String text) {
        try {
            if (!HUGE.matcher(text).matches()) {
                return new Amount(Quantity.parse(text));
            }
        } catch (IllegalArgumentException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()));
        }
        throw new EvaluationException("unable to parse numeric part of quantity");
    }

    private static boolean isQuantity(String text) {
        try {
            return parsed(text).type() == TYPE;
        } catch (EvaluationException e) {
            return false;
        }
    }

    /** The amount as an integer of 64 bits; null when it is none. */
    private static @Nullable BigInteger whole(Quantity quantity) {
        BigDecimal amount = quantity.amount().stripTrailingZeros();
        if (amount.scale() > 0 || amount.precision() - amount.scale() > 19) {
            return null;
        }
        BigInteger whole = amount.toBigIntegerExact();
        return whole.bitLength() < 64 ? whole : null;
    }
}
