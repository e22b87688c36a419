package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Does the steps of a rollout and says what came of them, alike on Proa's controllers and on the real ones: everything that is chance
 * (names, times, versions) is left out, and replica sets go by the image of their template.
 *
 * <pre>
 *   {"create": {...}}                      a deployment: replicas, image, maxSurge, ... (see {@link #deployment})
 *   {"set": {...}}                         some of these differently
 *   {"ready": "v2", "count": 3}            so many pods of an image, which were not, become ready
 *   {"unready": "v2", "count": 1}          ... and these are not any more
 *   {"annotate": {"a": "b"}}               the deployment
 *   {"wait": 3}                            seconds go by
 * </pre>
 */
final class RolloutDriver {
    private static final String NAME = "web";

    private final World world;
    private final ResourceClient<Deployment> deployments;
    private final ResourceClient<ReplicaSet> sets;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<Event> events;
    private final Map<String, String> images = new HashMap<>();

    RolloutDriver(World world) {
        this.world = world;
        this.deployments = world.client().resource(Deployment.KIND).in(world.namespace());
        this.sets = world.client().resource(ReplicaSet.KIND).in(world.namespace());
        this.pods = world.client().resource(Pod.KIND).in(world.namespace());
        this.events = world.client().resource(Event.KIND).in(world.namespace());
    }

    /** Does one thing. */
    void act(MapValue action) throws InterruptedException {
        String what = action.nameAt(action.nameAt(0).equals("count") ? 1 : 0);
        switch (what) {
            case "create" -> deployments.create(deployment(action.map(what)));
            case "set" -> change(web -> new Deployment(configured(web.value(), action.map(what))));
            case "annotate" ->
                deployments.patch(
                        NAME, Patch.merge(MapValue.of("metadata", MapValue.of("annotations", action.map(what)))));
            case "ready" -> mark(action.string(what), (int) action.integer("count", 0), true);
            case "unready" -> mark(action.string(what), (int) action.integer("count", 0), false);
            case "wait" -> world.pass(Duration.ofSeconds(action.integer(what, 0)));
            default -> throw new IllegalArgumentException(action.toString());
        }
    }

    private void change(UnaryOperator<Deployment> change) throws InterruptedException {
        Retry.onConflict(Clock.system(), () -> deployments.update(change.apply(deployments.get(NAME))));
    }

    private Deployment deployment(MapValue settings) {
        MapValue labels = MapValue.of("app", NAME);
        MapValue template = MapValue.of(
                "metadata",
                MapValue.of("labels", labels),
                "spec",
                MapValue.of(
                        "containers",
                        ListValue.of(MapValue.of("name", "main", "image", "v1")),
                        "schedulerName",
                        "nobody"));
        MapValue.Builder spec = MapValue.builder(8)
                .put("replicas", 1L)
                .put("selector", MapValue.of("matchLabels", labels))
                .put("template", template)
                .put("strategy", MapValue.of("type", "RollingUpdate", "rollingUpdate", MapValue.EMPTY))
                .put("revisionHistoryLimit", 10L)
                .put("progressDeadlineSeconds", 600L);
        MapValue metadata = MapValue.of("name", NAME, "namespace", world.namespace());
        MapValue plain =
                MapValue.of("apiVersion", "apps/v1", "kind", "Deployment", "metadata", metadata, "spec", spec.build());
        MapValue limits = MapValue.of("maxSurge", "25%", "maxUnavailable", "25%");
        return new Deployment(configured(configured(plain, limits), settings));
    }

    private static MapValue configured(MapValue deployment, MapValue settings) {
        MapValue spec = deployment.map("spec");
        for (int i = 0; i < settings.size(); i++) {
            String name = settings.nameAt(i);
            Object value = settings.valueAt(i);
            spec = switch (name) {
                case "image" ->
                    spec.withMap(
                            "template",
                            template -> template.withMap(
                                    "spec",
                                    pod -> pod.with(
                                            "containers",
                                            ListValue.of(pod.list("containers")
                                                    .map(0)
                                                    .with("image", value)))));
                case "strategy" -> spec.with("strategy", MapValue.of("type", value));
                case "maxSurge", "maxUnavailable" ->
                    spec.withMap("strategy", strategy -> strategy.withMap("rollingUpdate", r -> r.with(name, value)));
                default -> spec.with(name, value);
            };
        }
        return deployment.with("spec", spec);
    }

    private void mark(String image, int count, boolean ready) {
        List<Pod> some = pods.list().stream()
                .filter(pod ->
                        image(pod.value().map("spec")).equals(image) && !pod.isDeleting() && Pods.isReady(pod) != ready)
                .sorted(Comparator.comparing(Pod::name))
                .limit(count)
                .toList();
        if (some.size() < count) {
            throw new IllegalStateException("only " + some.size() + " pods of " + image + " can become ready=" + ready);
        }
        for (Pod pod : some) {
            MapValue condition = MapValue.of(
                    "type",
                    "Ready",
                    "status",
                    ready ? "True" : "False",
                    "lastTransitionTime",
                    Times.format(world.clock().instant()));
            MapValue status = MapValue.of("phase", "Running", "conditions", ListValue.of(condition));
            pods.patchStatus(pod.name(), Patch.merge(MapValue.of("status", status)));
        }
    }

    private static String image(MapValue podSpec) {
        return podSpec.list("containers").map(0).string("image");
    }

    /** How everything is now. */
    MapValue look() {
        List<ReplicaSet> all = sets.list();
        all.forEach(set -> images.put(
                set.name(), image(set.value().map("spec").map("template").map("spec"))));
        Deployment web = deployments.get(NAME);
        MapValue status = web.value().map("status");
        Map<String, Object> states = new TreeMap<>();
        for (ReplicaSet set : all) {
            states.put(images.getOrDefault(set.name(), ""), state(set));
        }
        return MapValue.of(
                "revision",
                web.annotations().getOrDefault(Revisions.REVISION, ""),
                "observed",
                status.integer("observedGeneration", 0) == web.metadata().generation(),
                "counts",
                counts(
                        status,
                        "replicas",
                        "updatedReplicas",
                        "readyReplicas",
                        "availableReplicas",
                        "unavailableReplicas",
                        "terminatingReplicas"),
                "conditions",
                conditions(status),
                "replicaSets",
                MapValue.copyOf(states),
                "events",
                events());
    }

    private static MapValue state(ReplicaSet set) {
        Map<String, String> annotations = set.annotations();
        MapValue status = set.value().map("status");
        return MapValue.of(
                "wanted",
                (long) set.spec().replicas(),
                "counts",
                counts(
                        status,
                        "replicas",
                        "fullyLabeledReplicas",
                        "readyReplicas",
                        "availableReplicas",
                        "terminatingReplicas"),
                "observed",
                status.integer("observedGeneration", 0) == set.metadata().generation(),
                "annotations",
                MapValue.copyOf(new TreeMap<>(annotations)));
    }

    /** In this order, as {@code 4/2/-/0}: what is absent is a dash. */
    private static String counts(MapValue status, String... names) {
        List<String> counts = new ArrayList<>();
        for (String name : names) {
            counts.add(status.has(name) ? Long.toString(status.integer(name, 0)) : "-");
        }
        return String.join("/", counts);
    }

    private ListValue conditions(MapValue status) {
        List<String> conditions = new ArrayList<>();
        ListValue list = status.list("conditions");
        for (int i = 0; i < list.size(); i++) {
            MapValue condition = list.map(i);
            conditions.add(condition.string("type") + "=" + condition.string("status") + " "
                    + condition.string("reason") + ": " + named(condition.string("message")));
        }
        conditions.sort(null);
        return ListValue.copyOf(conditions);
    }

    /** How often each event has been told; pods go by their replica set. */
    private MapValue events() {
        Map<String, Long> counted = new TreeMap<>();
        for (Event event : events.list()) {
            if (event.involvedObject().kind().equals("Pod")) {
                continue;
            }
            String message = named(event.message().replace("(combined from similar events): ", ""));
            String text = event.involvedObject().kind() + " " + event.type() + " " + event.reason() + ": " + message;
            counted.merge(text, Math.max(1L, event.count()), Long::sum);
        }
        return MapValue.copyOf(new TreeMap<String, Object>(counted));
    }

    private String named(String message) {
        String named = message;
        for (Map.Entry<String, String> set : images.entrySet()) {
            named = named.replaceAll(set.getKey() + "-[a-z0-9]{5}\\b", "{pod of " + set.getValue() + "}")
                    .replace(set.getKey(), "{" + set.getValue() + "}");
        }
        return named;
    }
}
