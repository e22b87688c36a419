package dev.proa.server.encoding;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code application/yaml}, for objects and lists. It has no frames, as with Kubernetes: nobody can watch in YAML. */
public final class YamlEncoding implements Encoding {
    /** The only one. */
    public static final YamlEncoding INSTANCE = new YamlEncoding();

    private YamlEncoding() {}

    @Override
    public String mediaType() {
        return "application/yaml";
    }

    @Override
    public String watchMediaType() {
        throw new IllegalStateException("YAML has no frames of a watch");
    }

    @Override
    public byte[] object(MapValue value) {
        return Yaml.encode(value);
    }

    @Override
    public byte[] object(StoredObject object) {
        return Yaml.encode(object.value());
    }

    @Override
    public Content list(String apiVersion, String kind, MapValue metadata, List<StoredObject> items) {
        ListValue values =
                ListValue.copyOf(items.stream().map(StoredObject::value).toList());
        byte[] list =
                Yaml.encode(MapValue.of("apiVersion", apiVersion, "items", values, "kind", kind, "metadata", metadata));
        return new Content() {
            @Override
            public long length() {
                return list.length;
            }

            @Override
            public void writeTo(Sink sink) {
                sink.write(list);
            }
        };
    }

    @Override
    public byte[] frameHead(String type, byte[] object) {
        throw new IllegalStateException("YAML has no frames of a watch");
    }

    @Override
    public byte[] frameTail() {
        throw new IllegalStateException("YAML has no frames of a watch");
    }

    @Override
    public int frameDelimiter() {
        throw new IllegalStateException("YAML has no frames of a watch");
    }

    @Override
    public @Nullable Object decode(
            byte[] bytes, String apiVersion, String kind, @Nullable Consumer<String> duplicates) {
        try {
            return Yaml.decode(bytes, duplicates);
        } catch (DecodeException e) {
            // Which step failed is what kubectl says first, and the server does not.
            throw new DecodeException(e.problem(), e);
        }
    }
}
