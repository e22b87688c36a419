package dev.proa.image.sbom;

import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A package in an image.
 *
 * @param ecosystem type of the package URL: {@code deb}, {@code apk}, {@code maven}, {@code npm}, {@code pypi}, {@code golang}, {@code
 *     cargo}
 * @param group namespace, such as the Maven group or the npm scope; may be empty
 * @param license as the package says it; may be empty
 * @param qualifiers of the package URL, such as {@code arch}
 */
public record Component(
        String ecosystem, String group, String name, String version, String license, Map<String, String> qualifiers)
        implements Comparable<Component> {
    private static final String UNRESERVED = "-._~";

    public Component {
        qualifiers = Map.copyOf(qualifiers);
    }

    /** Without a license and qualifiers. */
    public Component(String ecosystem, String group, String name, String version) {
        this(ecosystem, group, name, version, "", Map.of());
    }

    /** The package URL (purl specification), which identifies it. */
    public String purl() {
        StringBuilder purl = new StringBuilder("pkg:").append(ecosystem).append('/');
        for (String part : group.isEmpty() ? new String[0] : group.split("/")) {
            purl.append(encoded(part)).append('/');
        }
        purl.append(encoded(name));
        if (!version.isEmpty()) {
            purl.append('@').append(encoded(version));
        }
        char separator = '?';
        for (Map.Entry<String, String> qualifier : new TreeMap<>(qualifiers).entrySet()) {
            purl.append(separator).append(qualifier.getKey()).append('=').append(encoded(qualifier.getValue()));
            separator = '&';
        }
        return purl.toString();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || UNRESERVED.indexOf(b) >= 0;
            encoded.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
        }
        return encoded.toString();
    }

    /** A package that a JSON document describes by {@code name}, {@code version} and {@code license}, as npm's do. */
    static Component npm(JsonDocument json) {
        String full = json.string("name", "");
        int slash = full.startsWith("@") ? full.indexOf('/') : -1;
        return new Component(
                "npm",
                slash < 0 ? "" : full.substring(0, slash),
                full.substring(slash + 1),
                json.string("version", ""),
                text(json, "license"),
                Map.of());
    }

    /** Old packages have an object where a string is meant. */
    private static String text(JsonDocument json, String name) {
        try {
            return json.string(name, "");
        } catch (ImageFailure e) {
            return "";
        }
    }

    @Override
    public int compareTo(Component other) {
        return purl().compareTo(other.purl());
    }
}
