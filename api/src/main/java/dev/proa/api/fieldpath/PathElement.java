package dev.proa.api.fieldpath;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step of a path into an object: a field of a map, or an item of a list by its keys, its value or its index. */
public sealed interface PathElement extends Comparable<PathElement> {
    /** A field of a struct, or an entry of a map: {@code f:spec}. */
    record Name(String name) implements PathElement {}

    /** The item of a list that has these fields: {@code k:{"name":"web"}}. */
    record Keys(MapValue fields) implements PathElement {}

    /** The item of a set: {@code v:"example.com/finalizer"}. */
    record Item(@Nullable Object value) implements PathElement {}

    /** The item of an atomic list: {@code i:3}. */
    record Index(int index) implements PathElement {}

    /**
     * Reads an element as {@code FieldsV1} has it.
     *
     * @return null when it is of a kind that is not known, such as one of a later version
     * @throws DecodeException when it is not well-formed
     */
    static @Nullable PathElement parse(String text) {
        if (text.length() < 2) {
            throw new DecodeException("key must be 2 characters long:");
        }
        if (text.charAt(1) != ':') {
            throw new DecodeException("missing colon: " + text);
        }
        String rest = text.substring(2);
        return switch (text.charAt(0)) {
            case 'f' -> new Name(rest);
            case 'v' -> new Item(value(rest));
            case 'k' -> {
                if (value(rest) instanceof MapValue fields) {
                    yield new Keys(fields);
                }
                throw new DecodeException("the keys of an item are an object: " + text);
            }
            case 'i' -> {
                try {
                    yield new Index(Integer.parseInt(rest));
                } catch (NumberFormatException e) {
                    throw new DecodeException("strconv.Atoi: parsing " + GoText.quote(rest) + ": invalid syntax");
                }
            }
            default -> null;
        };
    }

    private static @Nullable Object value(String json) {
        return Numeral.plain(Json.decode(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** The element as {@code FieldsV1} has it. */
    default String text() {
        return switch (this) {
            case Name name -> "f:" + name.name();
            case Keys keys -> "k:" + GoText.json(keys.fields());
            case Item item -> "v:" + GoText.json(item.value());
            case Index index -> "i:" + index.index();
        };
    }

    /** The element in messages: {@code .spec}, {@code [name="web"]}, {@code [="x"]}, {@code [3]}. */
    default String shown() {
        return switch (this) {
            case Name name -> "." + name.name();
            case Keys keys -> {
                StringBuilder shown = new StringBuilder();
                for (int i = 0; i < keys.fields().size(); i++) {
                    shown.append(i == 0 ? '[' : ',')
                            .append(keys.fields().nameAt(i))
                            .append('=');
                    shown.append(shown(keys.fields().valueAt(i)));
                }
                yield shown.append(']').toString();
            }
            case Item item -> "[=" + shown(item.value()) + "]";
            case Index index -> "[" + index.index() + "]";
        };
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> GoText.quote(text);
            default -> GoText.printed(value);
        };
    }

    /** A path in messages: {@code .spec.containers[name="web"].image}. */
    static String shown(List<PathElement> path) {
        StringBuilder shown = new StringBuilder();
        path.forEach(element -> shown.append(element.shown()));
        return shown.toString();
    }

    /** Fields first, then items by keys, by value and by index; each in order of their values. */
    @Override
    default int compareTo(PathElement other) {
        int kinds = Integer.compare(kind(this), kind(other));
        if (kinds != 0) {
            return kinds;
        }
        return switch (this) {
            case Name name -> compare(name.name(), ((Name) other).name());
            case Keys keys -> compare(keys.fields(), ((Keys) other).fields());
            case Item item -> compare(item.value(), ((Item) other).value());
            case Index index -> Integer.compare(index.index(), ((Index) other).index());
        };
    }

    private static int kind(PathElement element) {
        return switch (element) {
            case Name name -> 0;
            case Keys keys -> 1;
            case Item item -> 2;
            case Index index -> 3;
        };
    }

    /** Orders values of any types: numbers, strings, booleans, lists, maps, null. */
    private static int compare(@Nullable Object a, @Nullable Object b) {
        int types = Integer.compare(rank(a), rank(b));
        if (types != 0 || a == null || b == null) {
            return types;
        }
        return switch (a) {
            case Long number when b instanceof Long other -> Long.compare(number, other);
            case Number number -> Double.compare(number.doubleValue(), ((Number) b).doubleValue());
            case String text -> java.util.Arrays.compareUnsigned(utf8(text), utf8((String) b));
            case Boolean bool -> Boolean.compare(bool, (Boolean) b);
            case MapValue map -> compare(map, (MapValue) b);
            case ListValue list -> compare(list, (ListValue) b);
            default -> 0;
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int compare(MapValue a, MapValue b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int names = compare((Object) a.nameAt(i), b.nameAt(i));
            int order = names != 0 ? names : compare(a.valueAt(i), b.valueAt(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compare(ListValue a, ListValue b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int rank(@Nullable Object value) {
        return switch (value) {
            case Number number -> 0;
            case String text -> 1;
            case Boolean bool -> 2;
            case ListValue list -> 3;
            case MapValue map -> 4;
            case null, default -> 5;
        };
    }
}
