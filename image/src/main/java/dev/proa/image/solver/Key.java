package dev.proa.image.solver;

import dev.proa.image.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;

/** Computes the key of a step from named texts; equal texts in the same order give equal keys. For one thread. */
final class Key {
    /** Part of every key: a changed way of building must not find results of this one. */
    private static final String FORMAT = "1";

    private final MessageDigest digest = Digest.newSha256();

    Key(String kind) {
        add("format", FORMAT).add("kind", kind);
    }

    Key add(String name, String value) {
        text(name);
        text(value);
        return this;
    }

    Key add(String name, Collection<String> values) {
        text(name);
        text(Integer.toString(values.size()));
        values.forEach(this::text);
        return this;
    }

    /** Each text is preceded by its length, so that different texts never give the same bytes. */
    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    Digest finish() {
        return Digest.sha256(digest.digest());
    }
}
