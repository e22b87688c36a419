package dev.proa.cli.ldap;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoDuration;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads {@link LdapSettings} from YAML. Fields that are not known, or twice there, are errors; relative paths begin in the file's directory. */
public final class SettingsReader {
    private static final int USUAL_PORT = 8_443;
    private static final int LARGEST_PORT = 65_535;

    private final Path file;
    private final String path;
    private final MapValue value;
    private final Set<String> read = new HashSet<>();

    private SettingsReader(Path file, String path, MapValue value) {
        this.file = file;
        this.path = path;
        this.value = value;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException when it has not the form it should have; the message names the file and the field
     * @throws IOException when it cannot be read
     */
    public static LdapSettings read(Path file) throws IOException {
        List<String> twice = new ArrayList<>();
        Object decoded;
        try {
            decoded = Yaml.decode(Files.readAllBytes(file), twice::add);
        } catch (DecodeException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
        if (!twice.isEmpty() || !(decoded instanceof MapValue root)) {
            throw new IllegalArgumentException(
                    file + ": " + (twice.isEmpty() ? "must be an object" : twice.getFirst()));
        }
        SettingsReader reader = new SettingsReader(file.toAbsolutePath(), "", root);
        SettingsReader listen = reader.object("listen");
        SettingsReader tokens = reader.object("tokens");
        SettingsReader directory = reader.object("directory");
        SettingsReader users = reader.object("users");
        SettingsReader groups = reader.object("groups");
        reader.end();
        return new LdapSettings(
                listen.made(() -> listener(listen)),
                tokens.made(
                        () -> new LdapSettings.Tokens(tokens.required("keyFile"), tokens.duration("lifetime", "8h"))),
                directory.made(() -> server(directory)),
                users.made(() -> new LdapSettings.Users(
                        users.text("baseDN"),
                        users.text("filter", "(uid=" + LdapSettings.USERNAME + ")"),
                        users.text("nameAttribute", "uid"),
                        users.text("idAttribute", "entryUUID"),
                        users.text("prefix", ""))),
                groups.made(() -> new LdapSettings.Groups(
                        groups.text("memberOfAttribute", ""),
                        groups.text("baseDN", ""),
                        groups.text("filter", ""),
                        groups.text("nameAttribute", "cn"),
                        groups.text("prefix", ""))));
    }

    private static LdapSettings.Listener listener(SettingsReader listen) {
        Object port = listen.field("port");
        if (!(port == null || port instanceof Long number && number >= 0 && number <= LARGEST_PORT)) {
            throw new IllegalArgumentException("port must be a number from 0 to 65535");
        }
        return new LdapSettings.Listener(
                listen.text("address", "127.0.0.1"),
                port == null ? USUAL_PORT : ((Long) port).intValue(),
                listen.required("certificateFile"),
                listen.required("keyFile"));
    }

    private static LdapSettings.Server server(SettingsReader directory) {
        List<URI> urls = new ArrayList<>();
        Object given = directory.field("urls");
        for (Object url : given instanceof ListValue list ? list : ListValue.EMPTY) {
            urls.add(URI.create(String.valueOf(url)));
        }
        Object startTls = directory.field("startTLS");
        if (startTls != null && !(startTls instanceof Boolean)) {
            throw new IllegalArgumentException("startTLS must be true or false");
        }
        return new LdapSettings.Server(
                urls,
                Boolean.TRUE.equals(startTls),
                directory.path("certificateAuthorityFile"),
                directory.text("bindDN", ""),
                directory.path("bindPasswordFile"),
                directory.duration("timeout", "5s"));
    }

    private SettingsReader object(String name) {
        Object given = field(name);
        if (given != null && !(given instanceof MapValue)) {
            throw new IllegalArgumentException(file + ": " + name + " must be an object");
        }
        return new SettingsReader(file, name, given instanceof MapValue map ? map : MapValue.EMPTY);
    }

    private <T> T made(Supplier<T> maker) {
        try {
            T made = maker.get();
            end();
            return made;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + path + ": " + e.getMessage(), e);
        }
    }

    private void end() {
        for (int i = 0; i < value.size(); i++) {
            if (!read.contains(value.nameAt(i))) {
                throw new IllegalArgumentException("unknown field " + GoText.quote(value.nameAt(i)));
            }
        }
    }

    private @Nullable Object field(String name) {
        read.add(name);
        return value.get(name);
    }

    private String text(String name) {
        String text = text(name, "");
        if (text.isEmpty()) {
            throw new IllegalArgumentException(name + " is required");
        }
        return text;
    }

    private String text(String name, String usual) {
        Object given = field(name);
        if (given != null && !(given instanceof String)) {
            throw new IllegalArgumentException(name + " must be a string");
        }
        return given instanceof String text ? text : usual;
    }

    private @Nullable Path path(String name) {
        String text = text(name, "");
        return text.isEmpty() ? null : file.resolveSibling(text);
    }

    private Path required(String name) {
        return file.resolveSibling(text(name));
    }

    private Duration duration(String name, String usual) {
        return GoDuration.parse(text(name, usual))
                .orElseThrow(() -> new IllegalArgumentException(name + " must be a duration, as 5s or 8h"));
    }
}
