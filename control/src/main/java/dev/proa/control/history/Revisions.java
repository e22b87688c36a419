package dev.proa.control.history;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.SafeHash;
import dev.proa.control.shared.Templates;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Makes and compares ControllerRevisions. Their data is a strategic merge patch that replaces the pod template of their owner, which
 * is how {@code kubectl rollout undo} uses it. Pure.
 */
public final class Revisions {
    /** The label of a ControllerRevision with the hash of its data. */
    public static final String HASH_LABEL = "controller.kubernetes.io/hash";

    /** The label of a pod with what it was made of: of a StatefulSet the name of the revision, of a DaemonSet its hash. */
    public static final String POD_LABEL = "controller-revision-hash";

    /** The older first; of one number the one that was created first. */
    public static final Comparator<ControllerRevision> ORDER = Comparator.comparingLong(ControllerRevision::revision)
            .thenComparing(Revisions::created)
            .thenComparing(ControllerRevision::name);

    private static final String DIRECTIVE = "$patch";
    private static final int LONGEST_PREFIX = 223;

    private Revisions() {}

    private static Instant created(ControllerRevision revision) {
        return Objects.requireNonNullElse(revision.metadata().creationTimestamp(), Instant.MIN);
    }

    /** The data of a revision that stands for {@code template}. */
    public static MapValue data(PodTemplateSpec template) {
        return MapValue.of("spec", MapValue.of("template", template.value().with(DIRECTIVE, "replace")));
    }

    /** The pod template that {@code revision} stands for. */
    public static PodTemplateSpec template(ControllerRevision revision) {
        return new PodTemplateSpec(data(revision).map("spec").map("template").without(DIRECTIVE));
    }

    private static MapValue data(ControllerRevision revision) {
        return revision.data() instanceof MapValue data ? data : MapValue.EMPTY;
    }

    /**
     * A revision of the template of {@code owner}, with the template's labels and the owner's annotations.
     *
     * @param number of the revision
     * @param collisions how often another template had the same name
     */
    public static ControllerRevision of(
            Kind<?> kind, KubeObject owner, PodTemplateSpec template, long number, int collisions) {
        String hash = hash(data(template), collisions);
        return of(kind, owner, template, number, HASH_LABEL, hash);
    }

    /** As above, named after a {@code hash} that the caller has computed and that goes into the label {@code hashLabel}. */
    public static ControllerRevision of(
            Kind<?> kind, KubeObject owner, PodTemplateSpec template, long number, String hashLabel, String hash) {
        MapValue.Builder metadata = MapValue.builder(6)
                .put("name", name(owner.name(), hash))
                .put("namespace", owner.namespace())
                .put("labels", template.value().map("metadata").map("labels").with(hashLabel, hash))
                .put(
                        "ownerReferences",
                        ListValue.of(Owners.controllerReference(kind, owner).value()))
                .putIfPresent("annotations", owner.value().map("metadata").get("annotations"));
        return new ControllerRevision(MapValue.of(
                "apiVersion",
                ControllerRevision.KIND.apiVersion(),
                "kind",
                ControllerRevision.KIND.kind(),
                "metadata",
                metadata.build(),
                "data",
                data(template),
                "revision",
                number));
    }

    /** The name of a revision, of at most 253 characters. */
    public static String name(String owner, String hash) {
        return owner.substring(0, Math.min(owner.length(), LONGEST_PREFIX)) + "-" + hash;
    }

    /**
     * The hash of {@code data} (FNV-1 of its JSON as Go writes it), in letters that are safe in names. kube-controller-manager computes the same.
     *
     * @param collisions how often other data had the same one
     */
    public static String hash(MapValue data, int collisions) {
        int hash = SafeHash.fnv1(SafeHash.EMPTY, goJson(data));
        return SafeHash.text(SafeHash.fnv1(hash, Integer.toString(collisions).getBytes(StandardCharsets.US_ASCII)));
    }

    /** Go writes the characters that mean something in HTML as escapes, which can only stand in strings. */
    private static byte[] goJson(MapValue data) {
        byte[] json = Json.encode(data);
        ByteArrayOutputStream escaped = new ByteArrayOutputStream(json.length + 16);
        for (byte b : json) {
            switch (b) {
                case '<' -> escaped.writeBytes("\\u003c".getBytes(StandardCharsets.US_ASCII));
                case '>' -> escaped.writeBytes("\\u003e".getBytes(StandardCharsets.US_ASCII));
                case '&' -> escaped.writeBytes("\\u0026".getBytes(StandardCharsets.US_ASCII));
                default -> escaped.write(b);
            }
        }
        return escaped.toByteArray();
    }

    /** Whether {@code revision} has just these {@code data}. */
    public static boolean isOf(ControllerRevision revision, MapValue data) {
        return data(revision).equals(data);
    }

    /**
     * Whether {@code revision} means the same as {@code data}: empty beside absent makes no difference, so that a newer version of Kubernetes that
     * writes a template in other words does not start an update.
     */
    public static boolean isLike(ControllerRevision revision, MapValue data) {
        return Templates.alike(data(revision), data);
    }

    /** The number after those of {@code revisions}. */
    public static long next(List<ControllerRevision> revisions) {
        return revisions.stream().mapToLong(ControllerRevision::revision).max().orElse(0) + 1;
    }

    /**
     * The revisions to delete: the oldest that are not {@code live}.
     *
     * @param excess how many at most; zero or less means none
     */
    public static List<ControllerRevision> expired(
            List<ControllerRevision> revisions, Predicate<ControllerRevision> live, int excess) {
        return revisions.stream()
                .filter(live.negate())
                .sorted(ORDER)
                .limit(Math.max(excess, 0))
                .toList();
    }
}
