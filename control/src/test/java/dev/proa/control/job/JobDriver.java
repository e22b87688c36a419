package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.Recording;
import dev.proa.control.shared.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Does the steps of a history of a Job and says what came of them, alike on Proa's controller and on the real one: times, UIDs and the random parts of
 * names are left out.
 *
 * <pre>
 *   {"create": {...}}                  a Job called job with this spec; its template is made, but for restartPolicy
 *   {"set": {...}}                     changes the spec
 *   {"end": "Failed", "index": 1, "code": 42, "condition": "DisruptionTarget"}
 *                                      a pod that has not ended, one that is being deleted first; without index any
 *   {"ready": true}                    all pods that run; {"restarts": 3} of one of them
 *   {"delete": 1}                      the pod with the index, or any (-1)
 *   {"hold": true}                     keeps all pods when they are deleted, until {"free": true}
 *   {"wait": 3}                        seconds go by
 * </pre>
 */
final class JobDriver implements Recording.Driver {
    private static final String HOLD = "example.com/hold";

    private final World world;
    private final ResourceClient<Job> jobs;
    private final ResourceClient<Pod> pods;
    private final ResourceClient<Event> events;

    JobDriver(World world) {
        this.world = world;
        this.jobs = world.client().resource(Job.KIND).in(world.namespace());
        this.pods = world.client().resource(Pod.KIND).in(world.namespace());
        this.events = world.client().resource(Event.KIND).in(world.namespace());
    }

    /** Does one thing. */
    @Override
    public void act(MapValue action) throws InterruptedException {
        if (action.has("create")) {
            jobs.create(job(action.map("create")));
        } else if (action.has("set")) {
            jobs.patch("job", Patch.merge(MapValue.of("spec", action.map("set"))));
        } else if (action.has("end")) {
            end(action);
        } else if (action.has("ready")) {
            active(-1)
                    .forEach(pod -> status(pod, MapValue.of("phase", "Running", "conditions", ListValue.of(ready()))));
        } else if (action.has("restarts")) {
            MapValue container = container("running", MapValue.EMPTY, action.integer("restarts", 0));
            status(
                    active(-1).getFirst(),
                    MapValue.of("phase", "Running", "containerStatuses", ListValue.of(container)));
        } else if (action.has("delete")) {
            pods.delete(active((int) action.integer("delete", -1)).getFirst().name());
        } else if (action.has("hold")) {
            pods.list()
                    .forEach(pod -> finalizers(
                            pod, pod.value().map("metadata").list("finalizers").plus(HOLD)));
        } else if (action.has("free")) {
            pods.list()
                    .forEach(pod -> finalizers(
                            pod,
                            ListValue.copyOf(pod.metadata().finalizers().stream()
                                    .filter(finalizer -> !finalizer.equals(HOLD))
                                    .toList())));
        } else if (action.has("wait")) {
            world.pass(Duration.ofSeconds(action.integer("wait", 0)));
        } else {
            throw new IllegalArgumentException(action.toString());
        }
    }

    /** The pods are on a node that is none, so that nobody deletes them before the step is over. */
    private Job job(MapValue settings) {
        String restartPolicy = settings.string("restartPolicy");
        MapValue pod = MapValue.of(
                "containers",
                ListValue.of(MapValue.of("name", "main", "image", "web:1")),
                "nodeName",
                world.namespace(),
                "restartPolicy",
                restartPolicy.isEmpty() ? "Never" : restartPolicy,
                "terminationGracePeriodSeconds",
                0L);
        return new Job(MapValue.of(
                "apiVersion",
                "batch/v1",
                "kind",
                "Job",
                "metadata",
                MapValue.of("name", "job", "namespace", world.namespace()),
                "spec",
                settings.without("restartPolicy").with("template", MapValue.of("spec", pod))));
    }

    private List<Pod> active(int index) {
        return find(index, Pods::isActive);
    }

    private List<Pod> find(int index, Predicate<Pod> wanted) {
        return pods.list().stream()
                .filter(wanted.and(pod -> index < 0 || JobPods.index(pod) == index))
                .sorted(Comparator.comparing((Pod pod) -> !pod.isDeleting()).thenComparing(Pod::name))
                .toList();
    }

    private void end(MapValue action) {
        String phase = action.string("end");
        Pod pod = find((int) action.integer("index", -1), candidate -> !Pods.isFinished(candidate))
                .getFirst();
        MapValue terminated = MapValue.of(
                "exitCode",
                action.integer("code", phase.equals("Failed") ? 1 : 0),
                "finishedAt",
                Times.format(world.clock().instant()));
        MapValue status =
                MapValue.of("phase", phase, "containerStatuses", ListValue.of(container("terminated", terminated, 0)));
        if (action.has("condition")) {
            MapValue condition = MapValue.of("type", action.string("condition"), "status", "True");
            status = status.with("conditions", ListValue.of(condition));
        }
        status(pod, status);
    }

    private MapValue ready() {
        return MapValue.of(
                "type",
                "Ready",
                "status",
                "True",
                "lastTransitionTime",
                Times.format(world.clock().instant()));
    }

    private static MapValue container(String state, MapValue details, long restarts) {
        return MapValue.of(
                "name",
                "main",
                "restartCount",
                restarts,
                "ready",
                false,
                "image",
                "web:1",
                "imageID",
                "",
                "state",
                MapValue.of(state, details));
    }

    private void status(Pod pod, MapValue status) {
        pods.patchStatus(pod.name(), Patch.merge(MapValue.of("status", status)));
    }

    private void finalizers(Pod pod, ListValue finalizers) {
        pods.patch(pod.name(), Patch.merge(MapValue.of("metadata", MapValue.of("finalizers", finalizers))));
    }

    /** How everything is now. */
    @Override
    public MapValue look() {
        List<String> states = new ArrayList<>();
        pods.list().forEach(pod -> states.add(state(pod)));
        states.sort(Comparator.naturalOrder());
        return MapValue.of(
                "status",
                status(jobs.get("job").value().map("status")),
                "pods",
                ListValue.copyOf(states),
                "events",
                told());
    }

    private static MapValue status(MapValue status) {
        MapValue.Builder shown = MapValue.builder();
        for (int i = 0; i < status.size(); i++) {
            Object value = status.valueAt(i);
            shown.put(
                    status.nameAt(i),
                    switch (status.nameAt(i)) {
                        case "startTime", "completionTime" -> "set";
                        case "conditions" ->
                            ListValue.copyOf(status.list("conditions").stream()
                                    .map(condition -> text((MapValue) condition))
                                    .toList());
                        case "uncountedTerminatedPods" ->
                            status.map("uncountedTerminatedPods").isEmpty() ? "none" : "some";
                        default -> value;
                    });
        }
        return shown.build();
    }

    private static String text(MapValue condition) {
        return condition.string("type") + "=" + condition.string("status") + " " + condition.string("reason") + ": "
                + plain(condition.string("message"));
    }

    /** A text without what differs from time to time. */
    private static String plain(String text) {
        return text.replaceAll("job-(\\d+-)?[a-z0-9]{5}\\b", "job-$1*")
                .replaceAll("pod [^ /]+/", "pod NS/")
                .replaceAll("Pod [^ /]+/", "Pod NS/");
    }

    private static String state(Pod pod) {
        Map<String, String> annotations = pod.annotations();
        return (JobPods.index(pod) == JobPods.NO_INDEX ? "" : JobPods.index(pod) + " ")
                + Pods.phase(pod)
                + (pod.isDeleting() ? " terminating" : "")
                + (JobPods.isTracked(pod) ? " tracked" : "")
                + (annotations.containsKey(JobPods.FAILURES) ? " after " + annotations.get(JobPods.FAILURES) : "")
                + (annotations.containsKey(JobPods.IGNORED_FAILURES)
                        ? " ignored " + annotations.get(JobPods.IGNORED_FAILURES)
                        : "")
                + (pod.spec().hostname().isEmpty() ? "" : " " + pod.spec().hostname());
    }

    /** How often each event has been told. */
    private MapValue told() {
        Map<String, Long> counted = new TreeMap<>();
        for (Event event : events.list()) {
            if (event.involvedObject().kind().equals("Job")) {
                String text = event.type() + " " + event.reason() + ": " + plain(event.message());
                counted.merge(text, Math.max(1L, event.count()), Long::sum);
            }
        }
        return MapValue.copyOf(new TreeMap<String, Object>(counted));
    }
}
