package dev.proa.server.store;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A value that waits for its resource version. The thread that writes encodes its JSON beforehand, with a placeholder for the version;
 * once the revision is known the bytes are put together by copying, which costs the committing thread next to nothing.
 */
final class PendingValue {
    /** Random, so that no object contains it anywhere else. */
    private static final String PLACEHOLDER = placeholder();

    private static final byte[] PLACEHOLDER_BYTES = PLACEHOLDER.getBytes(StandardCharsets.US_ASCII);

    /** Bytes of JSON: the limit of a request's body, with room for defaults. */
    private static final int LARGEST = 4 << 20;

    private final MapValue value;
    private final byte @Nullable [] template;
    private final int at;

    private PendingValue(MapValue value, byte @Nullable [] template, int at) {
        this.value = value;
        this.template = template;
        this.at = at;
    }

    /**
     * A value, encoded now if {@code bytes}: a store that has no journal encodes values when somebody asks for their JSON.
     *
     * @throws Store.ObjectTooLargeException when it is too large: patch after patch, an object could grow for ever
     */
    static PendingValue of(MapValue value, boolean bytes) {
        if (!bytes) {
            return new PendingValue(value, null, 0);
        }
        byte[] template = Json.encode(withVersion(value, PLACEHOLDER));
        if (template.length > LARGEST) {
            throw new Store.ObjectTooLargeException(template.length, LARGEST);
        }
        return new PendingValue(value, template, indexOf(template, PLACEHOLDER_BYTES));
    }

    /** The value with {@code metadata.resourceVersion} set. */
    static MapValue withVersion(MapValue value, String resourceVersion) {
        return value.with("metadata", value.map("metadata").with("resourceVersion", resourceVersion));
    }

    /** The object that the value becomes by being committed at {@code revision}. */
    StoredObject at(Key key, long createRevision, long revision) {
        String resourceVersion = Long.toString(revision);
        return new StoredObject(
                key, withVersion(value, resourceVersion), createRevision, revision, bytes(resourceVersion));
    }

    private byte @Nullable [] bytes(String resourceVersion) {
        if (template == null) {
            return null;
        }
        int digits = resourceVersion.length();
        int rest = at + PLACEHOLDER_BYTES.length;
        byte[] bytes = new byte[template.length - PLACEHOLDER_BYTES.length + digits];
        System.arraycopy(template, 0, bytes, 0, at);
        for (int i = 0; i < digits; i++) {
            bytes[at + i] = (byte) resourceVersion.charAt(i);
        }
        System.arraycopy(template, rest, bytes, at + digits, template.length - rest);
        return bytes;
    }

    private static int indexOf(byte[] bytes, byte[] sought) {
        int last = bytes.length - sought.length;
        for (int i = 0; i <= last; i++) {
            if (bytes[i] == sought[0]
                    && java.util.Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length)) {
                return i;
            }
        }
        throw new IllegalStateException("the encoded object has no resource version");
    }

    private static String placeholder() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "@" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()) + "@";
    }
}
