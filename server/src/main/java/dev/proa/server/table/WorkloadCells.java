package dev.proa.server.table;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Cells of the groups of workloads: {@code apps}, {@code batch}, {@code autoscaling}, {@code policy}, {@code scheduling.k8s.io} and
 * {@code node.k8s.io}.
 */
final class WorkloadCells {
    private WorkloadCells() {}

    static TableFormat.@Nullable Cells of(String resource) {
        return switch (resource) {
            case "controllerrevisions" -> WorkloadCells::controllerRevision;
            case "daemonsets" -> WorkloadCells::daemonSet;
            case "deployments" -> WorkloadCells::deployment;
            case "replicasets" -> WorkloadCells::replicaSet;
            case "statefulsets" -> WorkloadCells::statefulSet;
            case "cronjobs" -> WorkloadCells::cronJob;
            case "jobs" -> WorkloadCells::job;
            case "horizontalpodautoscalers" -> WorkloadCells::autoscaler;
            case "poddisruptionbudgets" -> WorkloadCells::disruptionBudget;
            case "priorityclasses" ->
                (object, now) -> ListValue.of(
                        Text.name(object),
                        object.integer("value", 0),
                        object.bool("globalDefault"),
                        Text.age(object, now),
                        object.string("preemptionPolicy"));
            case "runtimeclasses" ->
                (object, now) -> ListValue.of(Text.name(object), object.string("handler"), Text.age(object, now));
            default -> null;
        };
    }

    private static ListValue containers(MapValue template) {
        return template.map("spec").list("containers");
    }

    private static ListValue controllerRevision(MapValue revision, Instant now) {
        String controller = Text.NONE;
        ListValue owners = revision.map("metadata").list("ownerReferences");
        for (int i = 0; i < owners.size(); i++) {
            MapValue owner = owners.map(i);
            if (owner.bool("controller")) {
                String apiVersion = owner.string("apiVersion");
                int slash = apiVersion.indexOf('/');
                String group = slash < 0 ? "" : "." + apiVersion.substring(0, slash);
                controller = (owner.string("kind") + group).toLowerCase(Locale.ROOT) + "/" + owner.string("name");
            }
        }
        return ListValue.of(Text.name(revision), controller, revision.integer("revision", 0), Text.age(revision, now));
    }

    private static ListValue daemonSet(MapValue daemonSet, Instant now) {
        MapValue spec = daemonSet.map("spec");
        MapValue status = daemonSet.map("status");
        MapValue template = spec.map("template");
        return ListValue.of(
                Text.name(daemonSet),
                status.integer("desiredNumberScheduled", 0),
                status.integer("currentNumberScheduled", 0),
                status.integer("numberReady", 0),
                status.integer("updatedNumberScheduled", 0),
                status.integer("numberAvailable", 0),
                Text.labels(template.map("spec").map("nodeSelector")),
                Text.age(daemonSet, now),
                Text.each(containers(template), "name"),
                Text.each(containers(template), "image"),
                Text.selector(spec.get("selector")));
    }

    private static ListValue deployment(MapValue deployment, Instant now) {
        MapValue spec = deployment.map("spec");
        MapValue status = deployment.map("status");
        ListValue containers = containers(spec.map("template"));
        return ListValue.of(
                Text.name(deployment),
                status.integer("readyReplicas", 0) + "/" + spec.integer("replicas", 0),
                status.integer("updatedReplicas", 0),
                status.integer("availableReplicas", 0),
                Text.age(deployment, now),
                Text.each(containers, "name"),
                Text.each(containers, "image"),
                Text.requirements(spec.get("selector")));
    }

    private static ListValue replicaSet(MapValue replicaSet, Instant now) {
        MapValue spec = replicaSet.map("spec");
        MapValue status = replicaSet.map("status");
        ListValue containers = containers(spec.map("template"));
        return ListValue.of(
                Text.name(replicaSet),
                spec.integer("replicas", 0),
                status.integer("replicas", 0),
                status.integer("readyReplicas", 0),
                Text.age(replicaSet, now),
                Text.each(containers, "name"),
                Text.each(containers, "image"),
                Text.selector(spec.get("selector")));
    }

    private static ListValue statefulSet(MapValue statefulSet, Instant now) {
        MapValue spec = statefulSet.map("spec");
        ListValue containers = containers(spec.map("template"));
        return ListValue.of(
                Text.name(statefulSet),
                statefulSet.map("status").integer("readyReplicas", 0) + "/" + spec.integer("replicas", 0),
                Text.age(statefulSet, now),
                Text.each(containers, "name"),
                Text.each(containers, "image"));
    }

    private static ListValue cronJob(MapValue cronJob, Instant now) {
        MapValue spec = cronJob.map("spec");
        MapValue status = cronJob.map("status");
        MapValue job = spec.map("jobTemplate").map("spec");
        Object last = status.get("lastScheduleTime");
        return ListValue.of(
                Text.name(cronJob),
                spec.string("schedule"),
                Text.or(spec.get("timeZone"), Text.NONE),
                Text.bool(spec.get("suspend")),
                (long) status.list("active").size(),
                last == null ? Text.NONE : Text.since(last, now),
                Text.age(cronJob, now),
                Text.each(containers(job.map("template")), "name"),
                Text.each(containers(job.map("template")), "image"),
                Text.selector(job.get("selector")));
    }

    private static ListValue job(MapValue job, Instant now) {
        MapValue spec = job.map("spec");
        MapValue status = job.map("status");
        long succeeded = status.integer("succeeded", 0);
        long parallelism = spec.integer("parallelism", 0);
        String completions = succeeded + "/"
                + (spec.get("completions") != null
                        ? spec.integer("completions", 0)
                        : parallelism > 1 ? "1 of " + parallelism : "1");
        Instant started = Text.time(status.get("startTime"));
        Instant completed = Text.time(status.get("completionTime"));
        String duration =
                started == null ? "" : Text.duration(Duration.between(started, completed == null ? now : completed));
        ListValue containers = containers(spec.map("template"));
        return ListValue.of(
                Text.name(job),
                jobStatus(job),
                completions,
                duration,
                Text.age(job, now),
                Text.each(containers, "name"),
                Text.each(containers, "image"),
                Text.selector(spec.get("selector")));
    }

    private static String jobStatus(MapValue job) {
        ListValue conditions = job.map("status").list("conditions");
        if (isTrue(conditions, "Complete")) {
            return "Complete";
        }
        if (isTrue(conditions, "Failed")) {
            return "Failed";
        }
        if (job.map("metadata").get("deletionTimestamp") != null) {
            return "Terminating";
        }
        for (String type : new String[] {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
            if (isTrue(conditions, type)) {
                return type;
            }
        }
        return "Running";
    }

    private static boolean isTrue(ListValue conditions, String type) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i).string("status").equals("True");
            }
        }
        return false;
    }

    private static ListValue autoscaler(MapValue autoscaler, Instant now) {
        MapValue spec = autoscaler.map("spec");
        MapValue target = spec.map("scaleTargetRef");
        return ListValue.of(
                Text.name(autoscaler),
                target.string("kind") + "/" + target.string("name"),
                metrics(spec.list("metrics"), autoscaler.map("status").list("currentMetrics")),
                Text.or(spec.get("minReplicas"), Text.UNSET),
                spec.integer("maxReplicas", 0),
                autoscaler.map("status").integer("currentReplicas", 0),
                Text.age(autoscaler, now));
    }

    private static String metrics(ListValue specs, ListValue statuses) {
        if (specs.isEmpty()) {
            return Text.NONE;
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            texts.add(metric(specs.map(i), i < statuses.size() ? statuses.map(i) : MapValue.EMPTY));
        }
        String first = String.join(", ", texts.subList(0, Math.min(2, texts.size())));
        return texts.size() > 2 ? first + " + " + (texts.size() - 2) + " more..." : first;
    }

    private static String metric(MapValue spec, MapValue status) {
        String kind = switch (spec.string("type")) {
            case "External" -> "external";
            case "Pods" -> "pods";
            case "Object" -> "object";
            case "Resource" -> "resource";
            case "ContainerResource" -> "containerResource";
            default -> "";
        };
        if (kind.isEmpty()) {
            return "<unknown type>";
        }
        MapValue target = spec.map(kind).map("target");
        MapValue current = status.map(kind).map("current");
        boolean named = kind.equals("resource") || kind.equals("containerResource");
        String name = named ? spec.map(kind).string("name") + ": " : "";
        if (target.get("averageValue") != null) {
            String suffix = named || kind.equals("pods") ? "" : " (avg)";
            return name + Text.or(current.get("averageValue"), Text.UNKNOWN) + "/" + target.get("averageValue")
                    + suffix;
        }
        if (named) {
            Object utilization = current.get("averageUtilization");
            Object wanted = target.get("averageUtilization");
            return name + (utilization == null ? Text.UNKNOWN : utilization + "%") + "/"
                    + (wanted == null ? "<auto>" : wanted + "%");
        }
        return Text.or(current.get("value"), Text.UNKNOWN) + "/" + Text.or(target.get("value"), "0");
    }

    private static ListValue disruptionBudget(MapValue budget, Instant now) {
        MapValue spec = budget.map("spec");
        return ListValue.of(
                Text.name(budget),
                Text.or(spec.get("minAvailable"), "N/A"),
                Text.or(spec.get("maxUnavailable"), "N/A"),
                budget.map("status").integer("disruptionsAllowed", 0),
                Text.age(budget, now));
    }
}
