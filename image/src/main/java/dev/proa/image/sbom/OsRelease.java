package dev.proa.image.sbom;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The distribution of an image, by {@code os-release}.
 *
 * @param id such as {@code debian}; empty when there is none
 * @param version such as {@code 12}; empty for rolling releases
 * @param name for people
 */
public record OsRelease(String id, String version, String name) {
    static final OsRelease NONE = new OsRelease("", "", "");

    static OsRelease parse(byte[] text) {
        Map<String, String> values = new HashMap<>();
        for (String line : new String(text, StandardCharsets.UTF_8).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip().replaceAll("^[\"']|[\"']$", ""));
            }
        }
        String id = values.getOrDefault("ID", "");
        return new OsRelease(id, values.getOrDefault("VERSION_ID", ""), values.getOrDefault("PRETTY_NAME", id));
    }
}
