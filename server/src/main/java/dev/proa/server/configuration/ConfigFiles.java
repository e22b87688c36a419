package dev.proa.server.configuration;

import dev.proa.api.config.ConfigException;
import dev.proa.api.config.ConfigObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads files of configuration in YAML or JSON, of 4 MiB at most. Throws {@link ConfigException} as {@link ConfigObject} does. */
public final class ConfigFiles {
    private static final int LONGEST = 4 << 20;

    private ConfigFiles() {}

    /** @throws UncheckedIOException when it cannot be read */
    public static ConfigObject read(Path file) {
        return ConfigObject.parse(file.toString(), bytes(file));
    }

    /**
     * The same, but duplicate fields are told, and not refused.
     *
     * @param problems takes a message for each
     */
    public static ConfigObject readLeniently(Path file, List<String> problems) {
        return ConfigObject.parseLeniently(file.toString(), bytes(file), problems);
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new ConfigException(file + ": is longer than " + LONGEST + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
