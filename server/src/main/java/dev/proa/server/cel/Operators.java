package dev.proa.server.cel;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arithmetic, order, equality and membership. */
final class Operators {
    private static final String OVERFLOW = "integer overflow";
    private static final String UNSIGNED_OVERFLOW = "unsigned integer overflow";

    private Operators() {}

    static @Nullable Function find(String name) {
        return switch (name) {
            case "_+_" -> args -> plus(args[0], args[1]);
            case "_-_" -> args -> minus(args[0], args[1]);
            case "_*_" -> args -> times(args[0], args[1]);
            case "_/_" -> args -> divided(args[0], args[1]);
            case "_%_" -> args -> modulo(args[0], args[1]);
            case "-_" -> args -> negated(args[0]);
            case "!_" -> args -> !bool(args[0]);
            case "_==_" -> args -> Values.equal(args[0], args[1]);
            case "_!=_" -> args -> !Values.equal(args[0], args[1]);
            case "_<_" -> args -> Values.compare(args[0], args[1]) < 0;
            case "_<=_" -> args -> Values.compare(args[0], args[1]) <= 0;
            case "_>_" -> args -> Values.compare(args[0], args[1]) > 0;
            case "_>=_" -> args -> Values.compare(args[0], args[1]) >= 0;
            case "@in" -> args -> isIn(args[0], args[1]);
            case "size" -> args -> size(args[0]);
            default -> null;
        };
    }

    private static boolean bool(@Nullable Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static long size(@Nullable Object value) {
        long size = Values.size(value);
        if (size < 0) {
            throw EvaluationException.noSuchOverload();
        }
        return size;
    }

    private static boolean isIn(@Nullable Object value, @Nullable Object container) {
        return switch (container) {
            case List<?> list -> {
                for (Object item : list) {
                    if (Values.equal(item, value)) {
                        yield true;
                    }
                }
                yield false;
            }
            case CelMap map -> map.find(value) != CelMap.ABSENT;
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }

    static Object plus(@Nullable Object first, @Nullable Object second) {
        try {
            return switch (first) {
                case Long one when second instanceof Long two -> Math.addExact(one, two);
                case Double one when second instanceof Double two -> one + two;
                case UInt one when second instanceof UInt two -> unsignedSum(one.bits(), two.bits());
                case String one
                when second instanceof String two ->
                    Strings.limited((long) one.length() + two.length(), () -> one + two);
                case Bytes one when second instanceof Bytes two -> concatenated(one, two);
                case CelList one when second instanceof List<?> two -> one.plus(two);
                case List<?> one when second instanceof List<?> two -> CelList.concatenated(one, two);
                case Duration one when second instanceof Duration two -> Times.checked(one.plus(two));
                case Duration one when second instanceof Instant two -> Times.checked(two.plus(one));
                case Instant one when second instanceof Duration two -> Times.checked(one.plus(two));
                case null, default -> throw EvaluationException.noSuchOverload();
            };
        } catch (DateTimeException e) {
            throw new EvaluationException("timestamp overflow");
        } catch (ArithmeticException e) {
            throw new EvaluationException(OVERFLOW);
        }
    }

    private static UInt unsignedSum(long first, long second) {
        if (Long.compareUnsigned(first + second, first) < 0) {
            throw new EvaluationException(UNSIGNED_OVERFLOW);
        }
        return new UInt(first + second);
    }

    private static Bytes concatenated(Bytes first, Bytes second) {
        byte[] both = Arrays.copyOf(first.array(), Math.addExact(first.array().length, second.array().length));
        System.arraycopy(second.array(), 0, both, first.array().length, second.array().length);
        return new Bytes(both);
    }

    private static Object minus(@Nullable Object first, @Nullable Object second) {
        try {
            return switch (first) {
                case Long one when second instanceof Long two -> Math.subtractExact(one, two);
                case Double one when second instanceof Double two -> one - two;
                case UInt one
                when second instanceof UInt two -> {
                    if (one.compareTo(two) < 0) {
                        throw new EvaluationException(UNSIGNED_OVERFLOW);
                    }
                    yield new UInt(one.bits() - two.bits());
                }
                case Duration one when second instanceof Duration two -> Times.checked(one.minus(two));
                case Instant one when second instanceof Duration two -> Times.checked(one.minus(two));
                case Instant one when second instanceof Instant two -> Times.checked(Duration.between(two, one));
                case null, default -> throw EvaluationException.noSuchOverload();
            };
        } catch (DateTimeException e) {
            throw new EvaluationException("timestamp overflow");
        } catch (ArithmeticException e) {
            throw new EvaluationException(OVERFLOW);
        }
    }

    private static Object times(@Nullable Object first, @Nullable Object second) {
        try {
            return switch (first) {
                case Long one when second instanceof Long two -> Math.multiplyExact(one, two);
                case Double one when second instanceof Double two -> one * two;
                case UInt one
                when second instanceof UInt two -> {
                    if (Math.unsignedMultiplyHigh(one.bits(), two.bits()) != 0) {
                        throw new EvaluationException(UNSIGNED_OVERFLOW);
                    }
                    yield new UInt(one.bits() * two.bits());
                }
                case null, default -> throw EvaluationException.noSuchOverload();
            };
        } catch (ArithmeticException e) {
            throw new EvaluationException(OVERFLOW);
        }
    }

    private static Object divided(@Nullable Object first, @Nullable Object second) {
        return switch (first) {
            case Double one when second instanceof Double two -> one / two;
            case Long one
            when second instanceof Long two -> {
                notZero(two, "division by zero");
                if (one == Long.MIN_VALUE && two == -1) {
                    throw new EvaluationException(OVERFLOW);
                }
                yield one / two;
            }
            case UInt one
            when second instanceof UInt two -> {
                notZero(two.bits(), "division by zero");
                yield new UInt(Long.divideUnsigned(one.bits(), two.bits()));
            }
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }

    private static Object modulo(@Nullable Object first, @Nullable Object second) {
        return switch (first) {
            case Long one
            when second instanceof Long two -> {
                notZero(two, "modulus by zero");
                if (one == Long.MIN_VALUE && two == -1) {
                    throw new EvaluationException(OVERFLOW);
                }
                yield one % two;
            }
            case UInt one
            when second instanceof UInt two -> {
                notZero(two.bits(), "modulus by zero");
                yield new UInt(Long.remainderUnsigned(one.bits(), two.bits()));
            }
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }

    private static void notZero(long divisor, String error) {
        if (divisor == 0) {
            throw new EvaluationException(error);
        }
    }

    private static Object negated(@Nullable Object value) {
        return switch (value) {
            case Double number -> -number;
            case Long number when number != Long.MIN_VALUE -> -number;
            case Long number -> throw new EvaluationException(OVERFLOW);
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }
}
