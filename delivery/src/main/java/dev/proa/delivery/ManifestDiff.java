package dev.proa.delivery;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.source.Kinds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The difference between an object and what applying its manifest would make of it, as {@code kubectl diff} shows it. Managed fields
 * and the last applied manifest are left out, and the values of Secrets are masked.
 */
final class ManifestDiff {
    private static final int CONTEXT = 3;

    private ManifestDiff() {}

    /** The lines of a unified diff; none when there is no difference. */
    static List<String> of(Applier.Preview preview) {
        MapValue before = shown(preview.before());
        MapValue after = shown(preview.after());
        if (after.string("kind").equals("Secret")) {
            MapValue plain = before;
            before = masked(before, after, "before");
            after = masked(after, plain, "after");
        }
        List<String> left = lines(before);
        List<String> right = lines(after);
        String name = name(preview.after());
        return UnifiedDiffUtils.generateUnifiedDiff(
                "live/" + name, "merged/" + name, left, DiffUtils.diff(left, right), CONTEXT);
    }

    /** The lines for an object that is deleted. */
    static List<String> deleted(MapValue object) {
        List<String> left = lines(
                object.string("kind").equals("Secret") ? masked(shown(object), MapValue.EMPTY, "") : shown(object));
        return UnifiedDiffUtils.generateUnifiedDiff(
                "live/" + name(object), "/dev/null", left, DiffUtils.diff(left, List.of()), CONTEXT);
    }

    /** As {@code apps.v1.Deployment.default.web}, which is what kubectl shows. */
    private static String name(MapValue object) {
        MapValue metadata = object.map("metadata");
        String namespace = metadata.string("namespace");
        return object.string("apiVersion").replace('/', '.') + "." + object.string("kind") + "."
                + (Kinds.of(object).namespaced() ? namespace + "." : "") + metadata.string("name");
    }

    private static List<String> lines(MapValue object) {
        return object.isEmpty() ? List.of() : Yaml.toString(object).lines().toList();
    }

    private static MapValue shown(MapValue object) {
        if (object.isEmpty()) {
            return object;
        }
        return object.withMap("metadata", metadata -> {
            MapValue annotations = metadata.map("annotations").without(Applier.LAST_APPLIED);
            MapValue plain = metadata.without("managedFields");
            return annotations.isEmpty() ? plain.without("annotations") : plain.with("annotations", annotations);
        });
    }

    /** A Secret whose values only tell whether they differ. */
    private static MapValue masked(MapValue secret, MapValue other, String side) {
        MapValue result = secret;
        for (String field : List.of("data", "stringData")) {
            for (var entry : secret.map(field)) {
                @Nullable Object theirs = other.map(field).get(entry.getKey());
                boolean differs = theirs != null && !theirs.equals(entry.getValue());
                String mask = differs ? "*** (" + side + ")" : "***";
                result = result.withMap(field, data -> data.with(entry.getKey(), mask));
            }
        }
        return result;
    }
}
