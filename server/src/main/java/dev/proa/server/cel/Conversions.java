package dev.proa.server.cel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Conversions between types. */
final class Conversions {
    private static final Pattern NUMBER = Pattern.compile(
            "[+-]?(([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?|(?i:inf(inity)?|nan)|0[xX][0-9a-fA-F]*\\.?[0-9a-fA-F]*[pP][+-]?[0-9]+)");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,100}");

    private Conversions() {}

    static @Nullable Function find(String name) {
        return switch (name) {
            case "dyn" -> args -> args[0];
            case "type" -> args -> Values.type(args[0]);
            case "bool" -> args -> args[0] instanceof String text ? bool(text) : only(args[0], Boolean.class, "bool");
            case "bytes" ->
                args -> args[0] instanceof String text
                        ? new Bytes(text.getBytes(StandardCharsets.UTF_8))
                        : only(args[0], Bytes.class, "bytes");
            case "double" -> args -> floating(args[0]);
            case "int" -> args -> integer(args[0]);
            case "uint" -> args -> unsigned(args[0]);
            case "string" -> args -> text(args[0]);
            case "duration" ->
                args -> args[0] instanceof String text
                        ? Times.duration(text)
                        : only(args[0], Duration.class, "google.protobuf.Duration");
            case "timestamp" ->
                args -> switch (args[0]) {
                    case String text -> Times.timestamp(text);
                    case Long seconds -> Times.seconds(seconds);
                    case null, default -> only(args[0], Instant.class, "google.protobuf.Timestamp");
                };
            default -> null;
        };
    }

    private static EvaluationException unconvertible(@Nullable Object value, String type) {
        return new EvaluationException("type conversion error from '" + Values.typeName(value) + "' to '" + type + "'");
    }

    private static <T> T only(@Nullable Object value, Class<T> wanted, String type) {
        if (!wanted.isInstance(value)) {
            throw unconvertible(value, type);
        }
        return wanted.cast(value);
    }

    private static boolean bool(String text) {
        if (List.of("1", "t", "T", "TRUE", "true", "True").contains(text)) {
            return true;
        }
        if (List.of("0", "f", "F", "FALSE", "false", "False").contains(text)) {
            return false;
        }
        throw unconvertible(text, "bool");
    }

    static double floating(@Nullable Object value) {
        return switch (value) {
            case Double number -> number;
            case Long number -> number;
            case UInt number -> number.asDouble();
            case String text -> {
                if (!NUMBER.matcher(text).matches()) {
                    throw unconvertible(text, "double");
                }
                String lower = text.toLowerCase(java.util.Locale.ROOT);
                double number = lower.contains("inf")
                        ? Double.POSITIVE_INFINITY * (lower.startsWith("-") ? -1 : 1)
                        : lower.contains("nan") ? Double.NaN : Double.parseDouble(text);
                if (Double.isInfinite(number) && !lower.contains("inf")) {
                    throw unconvertible(text, "double");
                }
                yield number;
            }
            case null, default -> throw unconvertible(value, "double");
        };
    }

    private static long integer(@Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case UInt number when number.bits() >= 0 -> number.bits();
            case UInt number -> throw new EvaluationException("integer overflow");
            case Double number -> {
                if (number.isNaN() || number <= -0x1p63 || number >= 0x1p63) {
                    throw new EvaluationException("integer overflow");
                }
                yield (long) number.doubleValue();
            }
            case Instant time -> time.getEpochSecond();
            case Duration duration -> duration.toNanos();
            case String text -> {
                try {
                    if (INTEGER.matcher(text).matches()) {
                        yield Long.parseLong(text);
                    }
                } catch (NumberFormatException e) {
                    throw unconvertible(text, "int");
                }
                throw unconvertible(text, "int");
            }
            case null, default -> throw unconvertible(value, "int");
        };
    }

    private static UInt unsigned(@Nullable Object value) {
        return switch (value) {
            case UInt number -> number;
            case Long number when number >= 0 -> new UInt(number);
            case Long number -> throw new EvaluationException("unsigned integer overflow");
            case Double number -> {
                if (number.isNaN() || number < 0 || number >= 0x1p64) {
                    throw new EvaluationException("unsigned integer overflow");
                }
                yield new UInt(
                        number < 0x1p63 ? (long) number.doubleValue() : (long) (number - 0x1p63) ^ Long.MIN_VALUE);
            }
            case String text -> {
                try {
                    if (INTEGER.matcher(text).matches() && Character.isDigit(text.charAt(0))) {
                        yield new UInt(Long.parseUnsignedLong(text));
                    }
                } catch (NumberFormatException e) {
                    throw unconvertible(text, "uint");
                }
                throw unconvertible(text, "uint");
            }
            case null, default -> throw unconvertible(value, "uint");
        };
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case Bytes bytes -> {
                try {
                    yield StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes.array()))
                            .toString();
                } catch (CharacterCodingException e) {
                    throw new EvaluationException("invalid UTF-8 in bytes, cannot convert to string");
                }
            }
            case Addresses.Ip ip -> ip.toString();
            case Addresses.Cidr cidr -> cidr.toString();
            case null -> throw EvaluationException.noSuchOverload();
            case String text -> text;
            case Boolean bool -> Values.shown(bool);
            case Long number -> Values.shown(number);
            case UInt number -> Values.shown(number);
            case Double number -> Values.shown(number);
            case Instant time -> Values.shown(time);
            case Duration duration -> Values.shown(duration);
            default -> throw EvaluationException.noSuchOverload();
        };
    }
}
