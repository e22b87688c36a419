package dev.proa.node.linux.nftables;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a set or map.
 *
 * @param key the parts of a key
 * @param value the parts of a value; empty for a set and for a map of verdicts
 * @param verdicts whether values are verdicts
 * @param timeout after which an element that rules added disappears, or null when only transactions change the set
 */
public record SetSpec(
        String name,
        List<Type> key,
        List<Type> value,
        boolean verdicts,
        @Nullable Duration timeout) {
    private static final int MAX_LEARNED = 65_535;

    /** The type of a part: its size in bytes and the number that the nft tool knows it by. */
    public enum Type {
        ADDRESS(7, 4),
        PROTOCOL(12, 1),
        PORT(13, 2),
        LINK_NAME(41, 16),
        NUMBER(4, 4);

        final int number;
        final int bytes;

        Type(int number, int bytes) {
            this.number = number;
            this.bytes = bytes;
        }
    }

    public SetSpec {
        key = List.copyOf(key);
        value = List.copyOf(value);
    }

    /** A set. */
    public static SetSpec set(String name, Type... key) {
        return new SetSpec(name, List.of(key), List.of(), false, null);
    }

    /** A map to verdicts. */
    public static SetSpec verdictMap(String name, Type... key) {
        return new SetSpec(name, List.of(key), List.of(), true, null);
    }

    /** A map to values. */
    public static SetSpec map(String name, List<Type> key, List<Type> value) {
        return new SetSpec(name, key, value, false, null);
    }

    /** The same, updated by rules, with elements that expire. */
    public SetSpec learning(Duration after) {
        return new SetSpec(name, key, value, verdicts, after);
    }

    boolean map() {
        return verdicts || !value.isEmpty();
    }

    int maxLearned() {
        return MAX_LEARNED;
    }

    /** The nft tool's number for a list of types: six bits each. */
    static int typeNumber(List<Type> types) {
        int number = 0;
        for (Type type : types) {
            number = number << 6 | type.number;
        }
        return number;
    }

    /** Several parts are padded to four bytes each; a single one is not. */
    static int bytes(List<Type> types) {
        if (types.size() == 1) {
            return types.getFirst().bytes;
        }
        return types.stream().mapToInt(t -> (t.bytes + 3) & ~3).sum();
    }
}
