package dev.proa.delivery;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The revisions of a workload that are kept: the ReplicaSets of a Deployment or a Rollout, the ControllerRevisions of a StatefulSet or a
 * DaemonSet. The last is the current one.
 *
 * @param workload a Deployment, a Rollout, a StatefulSet or a DaemonSet
 * @param kept by number
 */
record Revisions(KubeObject workload, NavigableMap<Long, Revision> kept) {
    static final String ANNOTATION = "deployment.kubernetes.io/revision";

    /** Kinds of workloads that keep revisions; of two with one name, the first counts. */
    private static final Map<String, Kind<? extends KubeObject>> KINDS = kinds();

    private static final Set<String> HASHES = Set.of("pod-template-hash", Argo.POD_TEMPLATE_HASH);

    /**
     * A revision.
     *
     * @param template without the labels that have its hash
     * @param created in RFC 3339
     */
    record Revision(long number, MapValue template, Map<String, String> annotations, String created) {
        /** The image of its first container; empty when it has none. */
        String image() {
            var containers = template.map("spec").list("containers");
            return containers.isEmpty() ? "" : containers.map(0).string("image");
        }
    }

    private static Map<String, Kind<? extends KubeObject>> kinds() {
        Map<String, Kind<? extends KubeObject>> kinds = new LinkedHashMap<>();
        for (Kind<? extends KubeObject> kind :
                List.of(Rollout.KIND, Deployment.KIND, StatefulSet.KIND, DaemonSet.KIND)) {
            kinds.put(kind.kind(), kind);
        }
        return kinds;
    }

    /** The kinds of workloads that keep revisions. */
    static Set<String> workloads() {
        return KINDS.keySet();
    }

    /** The kind of the workload. */
    Kind<? extends KubeObject> kind() {
        return kind(workload);
    }

    private static Kind<? extends KubeObject> kind(KubeObject workload) {
        return Objects.requireNonNull(KINDS.get(workload.value().string("kind")));
    }

    /**
     * The revisions of an application's workload: of the only one, or of that with its name.
     *
     * @throws IllegalArgumentException when there is none such; the message says what to do
     */
    static Revisions find(Client client, Application application, String app) {
        List<KubeObject> all = new ArrayList<>();
        KINDS.values().forEach(kind -> all.addAll(application.workloads(kind)));
        List<KubeObject> named = all.stream()
                .filter(one -> all.size() == 1 || one.name().equals(app))
                .toList();
        if (named.isEmpty()) {
            throw new IllegalArgumentException(
                    all.isEmpty()
                            ? "\"" + app
                                    + "\" has no Deployment, StatefulSet, DaemonSet or Rollout, and nothing else keeps earlier versions"
                            : "\"" + app
                                    + "\" has several workloads; say which one with: kubectl rollout undo KIND/NAME "
                                    + "(there is "
                                    + all.stream()
                                            .map(one -> kind(one).kind().toLowerCase(Locale.ROOT) + "/" + one.name())
                                            .collect(Collectors.joining(", "))
                                    + ")");
        }
        return of(client, named.getFirst());
    }

    static Revisions of(Client client, KubeObject workload) {
        NavigableMap<Long, Revision> kept = new TreeMap<>();
        boolean sets = workload instanceof Deployment || workload instanceof Rollout;
        Kind<? extends KubeObject> kind = sets ? ReplicaSet.KIND : ControllerRevision.KIND;
        for (KubeObject each : client.resource(kind).in(workload.namespace()).list()) {
            boolean own = each.metadata().ownerReferences().stream()
                    .anyMatch(owner -> owner.uid().equals(workload.uid()));
            long number = number(workload, each);
            if (own && number > 0) {
                MapValue from = each instanceof ControllerRevision revision && revision.data() instanceof MapValue data
                        ? data
                        : each.value();
                kept.put(
                        number,
                        new Revision(
                                number,
                                template(from),
                                each.annotations(),
                                each.value().map("metadata").string("creationTimestamp")));
            }
        }
        return new Revisions(workload, kept);
    }

    /** The number of a revision; 0 when it has none. */
    private static long number(KubeObject workload, KubeObject kept) {
        if (kept instanceof ControllerRevision revision) {
            return revision.revision();
        }
        String annotation = workload instanceof Rollout ? Argo.REVISION : ANNOTATION;
        String revision = kept.annotations().getOrDefault(annotation, "");
        return revision.matches("[0-9]{1,18}") ? Long.parseLong(revision) : 0;
    }

    /** The pod template of an object without the labels that have its hash, and without the directive of a patch. */
    static MapValue template(MapValue object) {
        return object.map("spec")
                .map("template")
                .without("$patch")
                .withMap(
                        "metadata",
                        metadata -> metadata.withMap("labels", labels -> {
                            MapValue rest = labels;
                            for (String hash : HASHES) {
                                rest = rest.without(hash);
                            }
                            return rest;
                        }));
    }

    /**
     * A revision to go back to.
     *
     * @param number 0 for the one before; of a Rollout that is being updated or has been aborted, the stable one
     * @throws IllegalArgumentException when there is none; the message lists those that there are
     */
    Revision target(Client client, long number) {
        String type = kind().kind().toLowerCase(Locale.ROOT);
        if (number > 0) {
            Revision target = kept.get(number);
            if (target == null) {
                throw new IllegalArgumentException("unable to find specified revision " + number + " in history of \""
                        + workload.name() + "\"; there is "
                        + kept.keySet().stream().map(String::valueOf).collect(Collectors.joining(", ")));
            }
            return target;
        }
        if (workload instanceof Rollout rollout) {
            ReplicaSet stable = new StableVersion(client).find(rollout);
            Revision target = stable == null ? null : kept.get(number(workload, stable));
            if (target != null) {
                return target;
            }
        }
        if (kept.size() < 2) {
            throw new IllegalArgumentException("no rollout history found for " + type + " \"" + workload.name()
                    + "\": there is no version before the present one");
        }
        return kept.lowerEntry(kept.lastKey()).getValue();
    }
}
