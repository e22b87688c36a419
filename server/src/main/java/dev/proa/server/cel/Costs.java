package dev.proa.server.cel;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What calls cost when they are evaluated, in the units of Kubernetes, whose figures are part of its API. */
final class Costs {
    static final long LIST = 10;
    static final long MAP = 30;
    static final long STRUCT = 40;
    /** The cost of each character of a string that is gone through. */
    static final double CHARACTER = 0.1;
    /** The cost of each character of a regular expression, for each unit of cost of the text. */
    static final double PATTERN = 0.25;
    /** The cost of a question to the authorizer. */
    static final long CHECK = 350_000;

    private Costs() {}

    /**
     * The cost of a call without that of its arguments.
     *
     * @param overload the only one that is meant; empty when there may be several
     */
    static long call(String function, String overload, @Nullable Object[] args, @Nullable Object result) {
        return switch (function) {
            case "check" -> CHECK;
            case "fieldSelector", "labelSelector" -> {
                long length = size(args[1]);
                yield LIST + characters(length, 1) + up(Math.ceil(length * 0.5) * (LIST + STRUCT));
            }
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversal(args[0]);
            case "url",
                    "lowerAscii",
                    "upperAscii",
                    "substring",
                    "trim",
                    "jsonpatch.escapeKey",
                    "cidr",
                    "isIP",
                    "isCIDR",
                    "quantity",
                    "isQuantity",
                    "semver",
                    "isSemver" -> characters(size(args[0]), 1);
            case "ip" -> args[0] instanceof String ? characters(size(args[0]), 1) : 1;
            case "replace", "split", "ip.isCanonical" -> characters(size(args[0]), 2);
            case "join" -> characters(size(result), 2);
            case "find", "findAll" -> regex(args[0], size(args[1]));
            case "containsIP" ->
                characters(2 * size(args[0]), 1) + (args[1] instanceof String ? characters(size(args[1]), 1) : 0);
            case "containsCIDR" ->
                characters(2 * size(args[0]), 1)
                        + characters(size(args[0]), 1)
                        + 1
                        + (args[1] instanceof String ? characters(size(args[1]), 1) : 0);
            case "validate" -> args[0] instanceof NamedFormat format ? regex(args[1], format.longestPattern()) : 1;
            case "_==_" -> args[0] instanceof Opaque ? 1 : comparison(args);
            case "_!=_" -> comparison(args);
            default -> overload.isEmpty() ? 1 : byOverload(overload, args, result);
        };
    }

    private static long byOverload(String overload, @Nullable Object[] args, @Nullable Object result) {
        return switch (overload) {
            case "starts_with_string",
                    "ends_with_string",
                    "string_to_bytes",
                    "bytes_to_string",
                    "strings_quote",
                    "string_format" -> characters(size(args[0]), 1);
            case "in_list" -> size(args[1]);
            case "less_string",
                    "greater_string",
                    "less_equals_string",
                    "greater_equals_string",
                    "less_bytes",
                    "greater_bytes",
                    "less_equals_bytes",
                    "greater_equals_bytes" -> comparison(args);
            case "add_string", "add_bytes" -> characters(size(args[0]) + size(args[1]), 1);
            case "matches_string" -> regex(args[0], size(args[1]));
            case "contains_string" -> characters(size(args[0]), 1) * characters(size(args[1]), 1);
            case "list_slice", "lists_range", "list_reverse" -> allocating(1, size(result));
            case "list_flatten" -> allocating(1, size(args[0]));
            case "list_flatten_int" -> allocating(args[1] instanceof Long depth ? depth : 1, size(args[0]));
            case "list_distinct" -> pairs(args[0]);
            case "list_sets_contains_list", "list_sets_intersects_list" -> 1 + size(args[0]) * size(args[1]);
            case "list_sets_equivalent_list" -> 1 + 2 * size(args[0]) * size(args[1]);
            default ->
                overload.endsWith("_sort")
                        ? pairs(args[0])
                        : overload.endsWith("_sortByAssociatedKeys") ? pairs(args[1]) : 1;
        };
    }

    private static long allocating(double factor, long size) {
        return up(Math.floor(size * factor)) + 1 + LIST;
    }

    private static long pairs(@Nullable Object list) {
        long size = size(list);
        boolean text = list instanceof List<?> items
                && size > 0
                && (items.get(0) instanceof String || items.get(0) instanceof Bytes);
        return allocating(text ? 2 + CHARACTER : 2, size * size);
    }

    private static long comparison(@Nullable Object[] args) {
        return characters(Math.min(size(args[0]), size(args[1])), 1);
    }

    private static long regex(@Nullable Object text, long patternLength) {
        return up(Math.ceil((1.0 + size(text)) * CHARACTER)) * up(Math.ceil(patternLength * PATTERN));
    }

    private static long characters(long count, int times) {
        return up(Math.ceil(count * (times * CHARACTER)));
    }

    private static long up(double number) {
        return (long) number;
    }

    private static long size(@Nullable Object value) {
        if (value instanceof Optional optional && optional.present()) {
            return size(optional.value());
        }
        if (value instanceof Addresses.Cidr cidr) {
            return (cidr.bits() + 7) / 8;
        }
        if (value instanceof Addresses.Ip ip) {
            return ip.bytes().length;
        }
        long size = Values.size(value);
        return size < 0 ? 1 : size;
    }

    /** The cost to go through a value as a whole. */
    private static long traversal(@Nullable Object value) {
        return switch (value) {
            case String text -> (long) (text.getBytes(StandardCharsets.UTF_8).length * CHARACTER);
            case Bytes bytes -> (long) (bytes.array().length * CHARACTER);
            case List<?> list -> {
                long cost = 0;
                for (Object item : list) {
                    cost += traversal(item);
                }
                yield cost;
            }
            case CelMap map -> {
                long cost = 0;
                for (Object key : map.keys()) {
                    cost += traversal(key) + traversal(map.find(key));
                }
                yield cost;
            }
            case null, default -> 1;
        };
    }
}
