package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.history.Revisions;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Recording;
import dev.proa.control.shared.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Does the steps of a history of a StatefulSet and says what came of them, alike on Proa's controller and on the real one: revisions go by the image
 * of their template, and times and versions are left out.
 *
 * <pre>
 *   {"create": {...}}                  a set called web: replicas, image, partition, ... (see {@link #configured})
 *   {"set": {...}}                     some of these differently
 *   {"ready": "web-0"}                 the pod runs and becomes ready; {"unready": "web-0"} is not any more
 *   {"phase": "Failed", "pod": "web-0"}
 *   {"delete": "web-0"}                the pod; {"hold": "web-0"} keeps it terminating until {"free": "web-0"}
 *   {"label": "web-0", "app": "other"} so that the selector matches it no longer, or again
 *   {"orphan": "web-3"}                makes a pod without owner
 *   {"own": "data-web-0"}              gives a claim another owner
 *   {"wait": 3}                        seconds go by
 * </pre>
 */
final class SetDriver implements Recording.Driver {
    private static final String NAME = "web";

    private final World world;
    private final ResourceClient<StatefulSet> sets;
    private final ResourceClient<ControllerRevision> revisions;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<PersistentVolumeClaim> claims;
    private final ResourceClient<Event> events;
    private final Map<String, String> images = new HashMap<>();

    SetDriver(World world) {
        Client client = world.client();
        String namespace = world.namespace();
        this.world = world;
        this.sets = client.resource(StatefulSet.KIND).in(namespace);
        this.revisions = client.resource(ControllerRevision.KIND).in(namespace);
        this.pods = client.resource(Pod.KIND).in(namespace);
        this.claims = client.resource(PersistentVolumeClaim.KIND).in(namespace);
        this.events = client.resource(Event.KIND).in(namespace);
    }

    /** Does one thing. */
    @Override
    public void act(MapValue action) throws InterruptedException {
        String what = action.has("phase") ? "phase" : action.has("label") ? "label" : action.nameAt(0);
        String target = action.string(what);
        switch (what) {
            case "create" -> sets.create(set(action.map(what)));
            case "set" ->
                Retry.onConflict(
                        Clock.system(),
                        () -> sets.update(
                                new StatefulSet(configured(sets.get(NAME).value(), action.map(what)))));
            case "ready" -> mark(target, true);
            case "unready" -> mark(target, false);
            case "phase" -> status(action.string("pod"), MapValue.of("phase", target));
            case "delete" -> pods.delete(target);
            case "hold" -> metadata(target, MapValue.of("finalizers", ListValue.of("example.com/hold")));
            case "free" -> metadata(target, MapValue.of("finalizers", ListValue.EMPTY));
            case "label" -> metadata(target, MapValue.of("labels", MapValue.of("app", action.string("app"))));
            case "orphan" -> pods.create(orphan(target));
            case "own" ->
                claims.patch(
                        target,
                        Patch.merge(MapValue.of("metadata", MapValue.of("ownerReferences", ListValue.of(stranger())))));
            case "wait" -> world.pass(java.time.Duration.ofSeconds(action.integer(what, 0)));
            default -> throw new IllegalArgumentException(action.toString());
        }
    }

    private MapValue stranger() {
        ConfigMap stranger =
                world.client().resource(ConfigMap.KIND).create(ConfigMap.of(world.namespace(), "stranger"));
        return Owners.controllerReference(ConfigMap.KIND, stranger).value();
    }

    private void metadata(String pod, MapValue changes) {
        pods.patch(pod, Patch.merge(MapValue.of("metadata", changes)));
    }

    private void status(String pod, MapValue status) {
        pods.patchStatus(pod, Patch.merge(MapValue.of("status", status)));
    }

    private void mark(String pod, boolean ready) {
        MapValue condition = MapValue.of(
                "type",
                "Ready",
                "status",
                ready ? "True" : "False",
                "lastTransitionTime",
                Times.format(world.clock().instant()));
        status(pod, MapValue.of("phase", "Running", "conditions", ListValue.of(condition)));
    }

    private Pod orphan(String name) {
        return new Pod(MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                MapValue.of("name", name, "namespace", world.namespace(), "labels", MapValue.of("app", NAME)),
                "spec",
                podSpec("v1")));
    }

    /** The pods are on a node that is none, so that nobody deletes them before the step is over. */
    private MapValue podSpec(Object image) {
        return MapValue.of(
                "containers",
                ListValue.of(MapValue.of("name", "main", "image", image)),
                "nodeName",
                world.namespace(),
                "terminationGracePeriodSeconds",
                0L);
    }

    private StatefulSet set(MapValue settings) {
        MapValue labels = MapValue.of("app", NAME);
        MapValue spec = MapValue.of(
                "serviceName",
                NAME,
                "selector",
                MapValue.of("matchLabels", labels),
                "template",
                MapValue.of("metadata", MapValue.of("labels", labels), "spec", podSpec("v1")));
        MapValue metadata = MapValue.of("name", NAME, "namespace", world.namespace());
        MapValue plain =
                MapValue.of("apiVersion", "apps/v1", "kind", "StatefulSet", "metadata", metadata, "spec", spec);
        return new StatefulSet(configured(plain, settings));
    }

    private MapValue configured(MapValue set, MapValue settings) {
        MapValue spec = set.map("spec");
        for (int i = 0; i < settings.size(); i++) {
            String name = settings.nameAt(i);
            Object value = settings.valueAt(i);
            spec = switch (name) {
                case "image" -> spec.withMap("template", template -> template.with("spec", podSpec(value)));
                case "parallel" -> spec.with("podManagementPolicy", "Parallel");
                case "onDelete" -> spec.with("updateStrategy", MapValue.of("type", "OnDelete"));
                case "start" -> spec.with("ordinals", MapValue.of("start", value));
                case "partition" ->
                    spec.with(
                            "updateStrategy",
                            MapValue.of("type", "RollingUpdate", "rollingUpdate", MapValue.of("partition", value)));
                case "whenDeleted", "whenScaled" ->
                    spec.withMap("persistentVolumeClaimRetentionPolicy", policy -> policy.with(name, value));
                case "claim" -> spec.with("volumeClaimTemplates", ListValue.of(claim((String) value)));
                default -> spec.with(name, value);
            };
        }
        return set.with("spec", spec);
    }

    private static MapValue claim(String name) {
        return MapValue.of(
                "metadata",
                MapValue.of("name", name, "labels", MapValue.of("of", "template")),
                "spec",
                MapValue.of(
                        "accessModes",
                        ListValue.of("ReadWriteOnce"),
                        "storageClassName",
                        "none",
                        "resources",
                        MapValue.of("requests", MapValue.of("storage", "1Gi"))));
    }

    /** How everything is now. */
    @Override
    public MapValue look() {
        List<ControllerRevision> all =
                revisions.list().stream().sorted(Revisions.ORDER).toList();
        List<String> history = new ArrayList<>();
        for (ControllerRevision revision : all) {
            String image = image(Revisions.template(revision).value().map("spec"));
            images.put(revision.name(), image);
            history.add(revision.revision() + " " + image);
        }
        MapValue status = sets.get(NAME).value().map("status");
        Map<String, Object> states = new TreeMap<>();
        pods.list().forEach(pod -> states.put(pod.name(), state(pod)));
        Map<String, Object> owned = new TreeMap<>();
        claims.list().forEach(claim -> owned.put(claim.name(), owners(claim) + labels(claim)));
        return MapValue.of(
                "status",
                status(status),
                "pods",
                MapValue.copyOf(states),
                "claims",
                MapValue.copyOf(owned),
                "history",
                ListValue.copyOf(history),
                "events",
                told());
    }

    private String status(MapValue status) {
        List<String> counts = new ArrayList<>();
        for (String name :
                List.of("replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas")) {
            counts.add(status.has(name) ? Long.toString(status.integer(name, 0)) : "-");
        }
        boolean observed = status.integer("observedGeneration", 0)
                == sets.get(NAME).metadata().generation();
        return String.join("/", counts) + " of " + images.get(status.string("currentRevision")) + " to "
                + images.get(status.string("updateRevision")) + (observed ? "" : " not observed");
    }

    private String state(Pod pod) {
        return image(pod.value().map("spec"))
                + " " + images.getOrDefault(Identity.revision(pod), "-")
                + " " + Pods.phase(pod)
                + (Pods.isReady(pod) ? " ready" : "")
                + (pod.isDeleting() ? " terminating" : "")
                + " " + owners(pod)
                + " " + pod.labels().getOrDefault("apps.kubernetes.io/pod-index", "-")
                + " " + pod.spec().hostname() + "." + pod.spec().subdomain();
    }

    private static String owners(KubeObject object) {
        return object.metadata().ownerReferences().stream()
                .map(owner -> owner.kind() + "/" + owner.name() + (owner.controller() ? "!" : ""))
                .sorted()
                .toList()
                .toString();
    }

    private static String labels(KubeObject object) {
        return new TreeMap<>(object.labels()).toString();
    }

    private static String image(MapValue podSpec) {
        return podSpec.list("containers").map(0).string("image");
    }

    /** How often each event has been told. */
    private MapValue told() {
        Map<String, Long> counted = new TreeMap<>();
        for (Event event : events.list()) {
            if (event.involvedObject().kind().equals("StatefulSet")) {
                String message = event.message().replace("(combined from similar events): ", "");
                String text = event.type() + " " + event.reason() + ": " + message;
                counted.merge(text, Math.max(1L, event.count()), Long::sum);
            }
        }
        return MapValue.copyOf(new TreeMap<String, Object>(counted));
    }
}
