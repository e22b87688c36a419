package dev.proa.api.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types of objects, by the names and kinds of the OpenAPI document: those that are built into Kubernetes 1.36, and others that are
 * added. Immutable, safe for any thread.
 *
 * <p>Loading the built-in types reads only the lines that name them; the fields of a type are parsed when they are first asked for.
 */
public final class SchemaCatalog {
    private final Map<String, Struct> structs = new LinkedHashMap<>();
    private final Map<String, String> scalars = new LinkedHashMap<>();
    private final Map<String, Struct> kinds = new HashMap<>();

    private SchemaCatalog(String text) {
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            int fields = end + 1;
            at = fields;
            while (at < text.length() && text.charAt(at) == ' ') {
                at = text.indexOf('\n', at) + 1;
            }
            add(text.substring(text.lastIndexOf('\n', end - 1) + 1, end), text, fields, at);
        }
    }

    private SchemaCatalog(SchemaCatalog other) {
        structs.putAll(other.structs);
        scalars.putAll(other.scalars);
        kinds.putAll(other.kinds);
    }

    /** Adds types, which replace those of the same name or kind. */
    public SchemaCatalog with(Collection<Struct> more) {
        if (more.isEmpty()) {
            return this;
        }
        SchemaCatalog all = new SchemaCatalog(this);
        more.forEach(all::add);
        return all;
    }

    private void add(Struct struct) {
        structs.put(struct.name(), struct);
        struct.kinds().forEach(kind -> kinds.put(kind, struct));
    }

    private void add(String line, String text, int from, int to) {
        SchemaLine words = SchemaLine.of(line);
        String is = words.value("is");
        if (!is.isEmpty()) {
            scalars.put(words.name(), is);
            return;
        }
        String kindNames = words.value("kinds");
        List<String> kindList = kindNames.isEmpty() ? List.of() : List.of(kindNames.split(","));
        add(new Struct(
                words.name(), kindList, words.value("map").equals("atomic"), false, () -> fields(text, from, to)));
    }

    private List<Field> fields(String text, int from, int to) {
        List<Field> fields = new ArrayList<>();
        for (int at = from; at < to; ) {
            int end = text.indexOf('\n', at);
            fields.add(SchemaLine.of(text.substring(at + 1, end)).toField(this));
            at = end + 1;
        }
        return fields;
    }

    /** The built-in types. */
    public static SchemaCatalog builtin() {
        return Builtin.CATALOG;
    }

    /** Loaded on first use. */
    private static final class Builtin {
        static final SchemaCatalog CATALOG = new SchemaCatalog(resource("/dev/proa/api/schema.txt"));
    }

    static String resource(String path) {
        try (InputStream in = SchemaCatalog.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not in the jar; build module api");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The struct of a full name, as {@code io.k8s.api.core.v1.Pod}; null when there is none. */
    public @Nullable Struct struct(String name) {
        return structs.get(name);
    }

    /** The struct of a kind of object; null when there is none. {@code apiVersion} as in objects. */
    public @Nullable Struct kind(String apiVersion, String kind) {
        return kinds.get(apiVersion + "/" + kind);
    }

    /** The full names of all structs, sorted within their packages. */
    public Set<String> structNames() {
        return Collections.unmodifiableSet(structs.keySet());
    }

    /**
     * The types of OpenAPI without fields by full name, each with its format or type: {@code string}, {@code date-time},
     * {@code int-or-string}, {@code object} or {@code any}.
     */
    public Map<String, String> scalars() {
        return Collections.unmodifiableMap(scalars);
    }
}
