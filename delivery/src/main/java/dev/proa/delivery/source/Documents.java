package dev.proa.delivery.source;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the objects of YAML documents, those in lists one by one, and checks that each is a manifest. */
public final class Documents {
    private Documents() {}

    /**
     * Reads all objects.
     *
     * @param origin what the documents are, for messages
     * @throws DeliveryFailure when one is no manifest
     */
    public static List<MapValue> read(String origin, byte[] content) {
        List<MapValue> manifests = new ArrayList<>();
        try {
            for (Object document : Yaml.decodeAll(content)) {
                add(origin, document, manifests);
            }
        } catch (DecodeException e) {
            throw new DeliveryFailure("cannot use " + origin + ": " + e.getMessage() + templateAdvice(content));
        } catch (DeliveryFailure e) {
            throw new DeliveryFailure(e.getMessage() + templateAdvice(content));
        }
        return manifests;
    }

    private static void add(String origin, @Nullable Object document, List<MapValue> manifests) {
        if (document == null) {
            return;
        }
        if (!(document instanceof MapValue manifest)) {
            throw new DeliveryFailure("cannot use " + origin + ": a document in it is not an object");
        }
        if (manifest.string("kind").endsWith("List") && manifest.has("items")) {
            manifest.list("items").forEach(item -> add(origin, item, manifests));
            return;
        }
        if (manifest.string("apiVersion").isEmpty()
                || manifest.string("kind").isEmpty()
                || manifest.map("metadata").string("name").isEmpty()) {
            throw new DeliveryFailure("cannot use " + origin + ": apiVersion, kind and metadata.name must be set");
        }
        try {
            Kinds.of(manifest);
        } catch (DeliveryFailure e) {
            throw new DeliveryFailure("cannot use " + origin + ": " + e.getMessage());
        }
        manifests.add(manifest);
    }

    /** Advice for a file that is not YAML but a template of it. */
    private static String templateAdvice(byte[] content) {
        return new String(content, StandardCharsets.UTF_8).contains("{{")
                ? "\nIt has templates in braces, which are not filled in here: make it a Helm chart, with a Chart.yaml, or put what "
                        + "fills them in, into the folder instead"
                : "";
    }
}
