package dev.proa.server.configfile;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A file of configuration: one object in YAML or JSON.
 *
 * @param value what was read
 * @param strictErrors a message for each unknown or duplicate field, such as {@code unknown field "rules[0].verb"}
 */
public record ConfigFile<T>(T value, List<String> strictErrors) {
    private static final int LONGEST = 4 << 20;

    public ConfigFile {
        strictErrors = List.copyOf(strictErrors);
    }

    /**
     * Reads a file.
     *
     * @param apiVersions those that the file may have
     * @param reader reads the object's fields but {@code apiVersion} and {@code kind}
     * @throws ConfigException when the file cannot be read, is of another kind, or {@code reader} finds something wrong; the message names the file
     */
    public static <T> ConfigFile<T> read(
            Path file, Set<String> apiVersions, String kind, Function<ConfigFields, T> reader) {
        try {
            return parse(bytes(file), apiVersions, kind, reader);
        } catch (ConfigException e) {
            throw new ConfigException(file + ": " + e.getMessage(), e);
        } catch (DecodeException e) {
            // Without its cause, which quotes the file: there may be keys in it.
            throw new ConfigException(file + ": " + e.getMessage());
        }
    }

    /** Reads what is in such a file. The messages do not name the file. */
    public static <T> ConfigFile<T> parse(
            byte[] content, Set<String> apiVersions, String kind, Function<ConfigFields, T> reader) {
        List<String> problems = new ArrayList<>();
        if (!(Yaml.decode(content, problems::add) instanceof MapValue object)) {
            throw new ConfigException("there is no object of kind " + kind + " in it");
        }
        ConfigFields fields = new ConfigFields(object, "", problems);
        String version = fields.text("apiVersion");
        String actual = fields.text("kind");
        if (!apiVersions.contains(version) || !actual.equals(kind)) {
            throw new ConfigException("it is of kind " + GoText.quote(actual) + " in version " + GoText.quote(version)
                    + ", not of " + kind + " in "
                    + String.join(" or ", apiVersions.stream().sorted().toList()));
        }
        T value = reader.apply(fields);
        fields.end();
        return new ConfigFile<>(value, problems);
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new ConfigException("it is longer than " + LONGEST + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new ConfigException("it cannot be read: " + e, e);
        }
    }

    /** What was read, when there is no unknown and no duplicate field.  @throws ConfigException when there is one */
    public T strictly(Path file) {
        if (!strictErrors.isEmpty()) {
            throw new ConfigException(file + ": strict decoding error: " + String.join(", ", strictErrors));
        }
        return value;
    }
}
