package dev.proa.node.linux.nftables;

import dev.proa.node.linux.netlink.AttributeWriter;
import org.jspecify.annotations.Nullable;

/**
 * A member of a set, or a key of a map with its value.
 *
 * @param value of a map of values, or null
 * @param verdict of a map of verdicts, or null
 */
@SuppressWarnings("ArrayRecordComponent") // elements are written, not compared
public record SetElement(
        byte[] key, byte @Nullable [] value, @Nullable Verdict verdict) {

    /** A member of a set. */
    public static SetElement member(byte[]... key) {
        return new SetElement(Match.concat(key), null, null);
    }

    /** An entry of a map of values. */
    public static SetElement entry(byte[] key, byte[] value) {
        return new SetElement(key, value, null);
    }

    /** An entry of a map of verdicts. */
    public static SetElement verdict(byte[] key, Verdict verdict) {
        return new SetElement(key, null, verdict);
    }

    /** The same key without a value, to delete it. */
    public SetElement keyOnly() {
        return new SetElement(key, null, null);
    }

    void encode(AttributeWriter out) {
        out.nest(1, element -> {
            element.nest(1, data -> data.bytes(1, key));
            if (value != null) {
                element.nest(2, data -> data.bytes(1, value));
            } else if (verdict != null) {
                element.nest(2, verdict::encode);
            }
        });
    }
}
