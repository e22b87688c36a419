package dev.proa.api.patch;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * JSON patch (RFC 6902): a list of operations, all of which must succeed. As in Kubernetes, an index may be negative to count from
 * the end, and {@code replace} also sets a name that is absent.
 */
public final class JsonPatch {
    /** The maximum number of operations that the API server accepts. */
    public static final int MAX_OPERATIONS = 10_000;

    /** The maximum size that the copies of a patch may add, in bytes of JSON, as in Kubernetes. */
    public static final long MAX_COPIED = 3 << 20;

    /**
     * The maximum number of items and fields that a patch may copy: each operation copies what it changes and all
     * that contains it.
     */
    private static final long MAX_WORK = 100_000_000;

    private static final String MISSING = ": missing value";
    private static final String BAD_INDEX = ": invalid index referenced";

    private final List<Operation> operations;

    private record Operation(
            String op,
            @Nullable String path,
            @Nullable String from,
            @Nullable Object value) {}

    private JsonPatch(List<Operation> operations) {
        this.operations = operations;
    }

    /**
     * Reads a patch.
     *
     * @throws PatchException when it is not a list of objects
     */
    public static JsonPatch of(@Nullable Object patch) {
        if (!(patch instanceof ListValue list)) {
            throw PatchException.malformed("error decoding patch: json: cannot unmarshal " + GoNames.jsonType(patch)
                    + " into Go value of type []handlers.jsonPatchOp");
        }
        List<Operation> operations = new ArrayList<>(list.size());
        for (Object item : list) {
            if (!(item instanceof MapValue map)) {
                throw PatchException.malformed("error decoding patch: json: cannot unmarshal " + GoNames.jsonType(item)
                        + " into Go value of type handlers.jsonPatchOp");
            }
            operations.add(new Operation(
                    map.get("op") instanceof String op ? op : "unknown",
                    map.get("path") instanceof String path ? path : null,
                    map.get("from") instanceof String from ? from : null,
                    map.get("value")));
        }
        return new JsonPatch(operations);
    }

    public int size() {
        return operations.size();
    }

    /**
     * Applies all operations to {@code target}.
     *
     * @throws PatchException when one of them does not fit; {@code target} is as it was, being immutable
     */
    public @Nullable Object apply(MapValue target) {
        Object document = target;
        long work = 0;
        long copied = 0;
        for (Operation operation : operations) {
            Way from = new Way(document, operation.from);
            work += new Way(document, operation.path).passed + from.passed;
            if (work > MAX_WORK) {
                throw PatchException.tooLarge("the patch changes lists and objects that are too long, too often");
            }
            if (operation.op.equals("copy")) {
                copied += bytes(from.value, MAX_COPIED);
                if (copied > MAX_COPIED) {
                    throw PatchException.tooLarge(
                            "Unable to complete the copy, the accumulated size increase of copy is " + copied
                                    + ", exceeding the limit " + MAX_COPIED);
                }
            }
            document = switch (operation.op) {
                case "add" -> add(document, operation);
                case "remove" -> remove(document, operation);
                case "replace" -> replace(document, operation);
                case "move" -> move(document, operation);
                case "copy" -> copy(document, operation);
                case "test" -> test(document, operation);
                default -> throw PatchException.unfit("Unexpected kind: " + operation.op);
            };
        }
        return document;
    }

    /** The path to a value, resolved. */
    private static final class Way {
        /** The number of fields and items of the objects and lists on it. */
        private long passed;

        /** The value at its end; null when there is none. */
        private @Nullable Object value;

        Way(@Nullable Object document, @Nullable String path) {
            int slash = path == null ? -1 : path.indexOf('/');
            if (path == null || slash < 0) {
                return;
            }
            value = document;
            for (String part : path.substring(slash + 1).split("/", -1)) {
                switch (value) {
                    case MapValue map -> {
                        passed += map.size();
                        value = map.get(decoded(part));
                    }
                    case ListValue list -> {
                        passed += list.size();
                        int index = indexOrNone(part, list.size());
                        value = index < 0 ? null : list.get(index);
                    }
                    case null, default -> {
                        value = null;
                        return;
                    }
                }
            }
        }
    }

    /** The approximate size in bytes of JSON, counted up to {@code limit}. */
    private static long bytes(@Nullable Object value, long limit) {
        long count = 2;
        switch (value) {
            case String text -> count += text.length();
            case MapValue map -> {
                for (int i = 0; i < map.size() && count <= limit; i++) {
                    count += map.nameAt(i).length() + 4 + bytes(map.valueAt(i), limit - count);
                }
            }
            case ListValue list -> {
                for (int i = 0; i < list.size() && count <= limit; i++) {
                    count += 1 + bytes(list.get(i), limit - count);
                }
            }
            case null, default -> count += 2;
        }
        return count;
    }

    private static @Nullable Object add(@Nullable Object document, Operation operation) {
        String path = path(operation, "add operation failed to decode path");
        return at(
                document,
                path,
                "add operation does not apply: doc is missing path: \"" + path + "\"",
                (holder, key) -> added(holder, key, operation.value, "error in add for path: '" + path + "': "));
    }

    private static @Nullable Object remove(@Nullable Object document, Operation operation) {
        String path = path(operation, "remove operation failed to decode path");
        return at(
                document,
                path,
                "remove operation does not apply: doc is missing path: \"" + path + "\"",
                (holder, key) -> removed(holder, key, "error in remove for path: '" + path + "': "));
    }

    private static @Nullable Object replace(@Nullable Object document, Operation operation) {
        String path = path(operation, "replace operation failed to decode path: operation missing path field");
        if (path.isEmpty()) {
            if (operation.value instanceof MapValue || operation.value instanceof ListValue) {
                return operation.value;
            }
            throw PatchException.unfit("replace operation value must be object or array");
        }
        return at(document, path, "replace operation does not apply: doc is missing path: " + path, (holder, key) -> {
            if (holder instanceof MapValue map) {
                return map.with(key, operation.value);
            }
            ListValue list = (ListValue) holder;
            try {
                return list.with(index(key, list.size(), list.size() - 1), operation.value);
            } catch (PatchException e) {
                throw PatchException.unfit("replace operation does not apply: doc is missing key: " + path + MISSING);
            }
        });
    }

    private static @Nullable Object move(@Nullable Object document, Operation operation) {
        String from = from(operation, "move operation failed to decode from: operation, missing from field");
        Object[] moved = new Object[1];
        Object without = at(
                document, from, "move operation does not apply: doc is missing from path: " + from, (holder, key) -> {
                    String error = "error in move for path: '" + key + "': ";
                    moved[0] = read(holder, key, error);
                    return removed(holder, key, error);
                });
        String path = path(operation, "move operation failed to decode path: operation missing path field");
        return at(
                without,
                path,
                "move operation does not apply: doc is missing destination path: " + path,
                (holder, key) -> added(holder, key, moved[0], "error in move for path: '" + path + "': "));
    }

    private static @Nullable Object copy(@Nullable Object document, Operation operation) {
        String from = from(operation, "copy operation failed to decode from: operation, missing from field");
        Object copied = get(
                document,
                from,
                "copy operation does not apply: doc is missing from path: " + from,
                "error in copy for from: '" + from + "': ");
        String path = path(operation, "copy operation failed to decode path");
        return at(
                document,
                path,
                "copy operation does not apply: doc is missing destination path: " + path,
                (holder, key) -> added(holder, key, copied, "error while adding value during copy: "));
    }

    private static @Nullable Object test(@Nullable Object document, Operation operation) {
        String path = path(operation, "test operation failed to decode path: operation missing path field");
        Object value = path.isEmpty()
                ? document
                : get(
                        document,
                        path,
                        "test operation does not apply: is missing path: " + path,
                        "error in test for path: '" + path + "': ");
        if (!Objects.equals(value, operation.value)) {
            throw PatchException.unfit("testing value " + path + " failed: test failed");
        }
        return document;
    }

    private static String path(Operation operation, String missing) {
        if (operation.path == null) {
            throw PatchException.unfit(missing + MISSING);
        }
        return operation.path;
    }

    private static String from(Operation operation, String missing) {
        if (operation.from == null) {
            throw PatchException.unfit(missing + MISSING);
        }
        return operation.from;
    }

    /** Changes the object or list that contains the end of a path. */
    private interface Change {
        @Nullable
        Object apply(Object holder, String key);
    }

    private static @Nullable Object at(@Nullable Object document, String path, String missing, Change change) {
        int slash = path.indexOf('/');
        if (slash < 0 || !isHolder(document)) {
            throw PatchException.unfit(missing + MISSING);
        }
        return change(document, path, slash + 1, missing, change);
    }

    private static @Nullable Object change(
            @Nullable Object holder, String path, int from, String missing, Change change) {
        int slash = path.indexOf('/', from);
        if (slash < 0) {
            return change.apply(Objects.requireNonNull(holder), decoded(path.substring(from)));
        }
        String key = decoded(path.substring(from, slash));
        if (holder instanceof MapValue map && isHolder(map.get(key))) {
            return map.with(key, change(map.get(key), path, slash + 1, missing, change));
        }
        if (holder instanceof ListValue list) {
            int index = indexOrNone(key, list.size());
            if (index >= 0 && isHolder(list.get(index))) {
                return list.with(index, change(list.get(index), path, slash + 1, missing, change));
            }
        }
        throw PatchException.unfit(missing + MISSING);
    }

    private static @Nullable Object get(@Nullable Object document, String path, String missing, String error) {
        Object[] found = new Object[1];
        at(document, path, missing, (holder, key) -> {
            found[0] = read(holder, key, error);
            return holder;
        });
        return found[0];
    }

    private static boolean isHolder(@Nullable Object value) {
        return value instanceof MapValue || value instanceof ListValue;
    }

    private static @Nullable Object read(Object holder, String key, String error) {
        if (holder instanceof MapValue map) {
            return map.get(key);
        }
        ListValue list = (ListValue) holder;
        return list.get(indexIn(list, key, list.size() - 1, error));
    }

    private static Object added(Object holder, String key, @Nullable Object value, String error) {
        if (holder instanceof MapValue map) {
            return map.with(key, value);
        }
        ListValue list = (ListValue) holder;
        if (key.equals("-")) {
            return list.plus(value);
        }
        int index;
        try {
            index = index(key, list.size() + 1, list.size());
        } catch (PatchException e) {
            String not = isNumber(key) ? "" : "value was not a proper array index: '" + key + "': ";
            throw PatchException.unfit(error + not + e.getMessage());
        }
        List<@Nullable Object> more = new ArrayList<>(list);
        more.add(index, value);
        return ListValue.copyOf(more);
    }

    private static Object removed(Object holder, String key, String error) {
        if (holder instanceof MapValue map) {
            if (!map.has(key)) {
                throw PatchException.unfit(error + "Unable to remove nonexistent key: " + key + MISSING);
            }
            return map.without(key);
        }
        ListValue list = (ListValue) holder;
        return list.without(indexIn(list, key, list.size() - 1, error));
    }

    private static int indexIn(ListValue list, String key, int last, String error) {
        try {
            return index(key, list.size(), last);
        } catch (PatchException e) {
            throw PatchException.unfit(error + e.getMessage());
        }
    }

    private static int indexOrNone(String key, int size) {
        try {
            return index(key, size, size - 1);
        } catch (PatchException e) {
            return -1;
        }
    }

    /** The index that {@code key} stands for, where a negative one counts from {@code size} down. */
    private static int index(String key, int size, int last) {
        int index;
        try {
            index = Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw PatchException.unfit("strconv.Atoi: parsing " + Json.toString(key) + ": invalid syntax");
        }
        if (index > last || index < -size) {
            throw PatchException.unfit("Unable to access invalid index: " + index + BAD_INDEX);
        }
        return index < 0 ? index + size : index;
    }

    private static boolean isNumber(String key) {
        try {
            Integer.parseInt(key);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** RFC 6901, section 4. */
    private static String decoded(String part) {
        return part.indexOf('~') < 0 ? part : part.replace("~1", "/").replace("~0", "~");
    }
}
