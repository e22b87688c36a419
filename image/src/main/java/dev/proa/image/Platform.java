package dev.proa.image;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The platform of an image.
 *
 * @param os {@code linux}
 * @param architecture in Go's words: {@code amd64}, {@code arm64}
 * @param variant of the processor ({@code v8}), or empty
 */
public record Platform(String os, String architecture, String variant) {

    public Platform(String os, String architecture) {
        this(os, architecture, "");
    }

    /** Reads {@code os/architecture[/variant]}. */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || text.startsWith("/") || text.endsWith("/")) {
            throw ImageFailure.invalid("\"" + text + "\" is not a platform such as linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
    }

    /** Linux on this machine's processor. */
    public static Platform host() {
        String arch = System.getProperty("os.arch", "");
        return new Platform(
                "linux",
                switch (arch) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    case "i386", "x86" -> "386";
                    default -> arch;
                });
    }

    /** Whether an image for {@code offered} runs here: same system and processor, and the same variant if both name one. */
    public boolean accepts(Platform offered) {
        return os.equals(offered.os)
                && architecture.equals(offered.architecture)
                && (variant.isEmpty() || offered.variant.isEmpty() || variant.equals(offered.variant));
    }

    static Platform read(JsonDocument json) {
        return new Platform(json.string("os", ""), json.string("architecture", ""), json.string("variant", ""));
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architecture", architecture);
        json.put("os", os);
        if (!variant.isEmpty()) {
            json.put("variant", variant);
        }
        return json;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
