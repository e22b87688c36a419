package dev.proa.server.resource.workload;

import dev.proa.api.cron.CronSchedule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PodValidation;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates jobs and cron jobs. */
final class JobValidation {
    private static final int MOST = 100_000;
    private static final String INDEXED_ONLY = "requires indexed completion mode";

    private JobValidation() {}

    static void job(MapValue job, @Nullable MapValue oldJob, Errors errors) {
        Fields spec = Fields.of(job, "spec", errors);
        String name = job.map("metadata").string("name");
        if (oldJob == null && !spec.map.bool("manualSelector")) {
            generatedSelector(job, spec);
        }
        spec(spec);
        if (spec.map.get("selector") instanceof MapValue) {
            int before = errors.size();
            spec.selector("selector");
            if (errors.size() == before) {
                WorkloadValidation.templateMatches(spec.map, errors);
            }
        } else {
            errors.required(spec.at("selector"), "");
            WorkloadValidation.templateMatches(spec.map, errors);
        }
        if (oldJob != null) {
            update(spec, oldJob);
        } else if (isIndexed(spec) && spec.number("completions") > 0) {
            String host = name + "-" + (spec.number("completions") - 1);
            if (!Formats.dnsLabel(host).isEmpty()) {
                errors.invalid(
                        Path.of("metadata").child("name"),
                        name,
                        "will not able to create pod with invalid DNS label: " + host);
            }
        }
    }

    /** What was made for a job selects the pods of this job, which its labels name, and no other's. */
    private static void generatedSelector(MapValue job, Fields spec) {
        if (!(spec.map.get("selector") instanceof MapValue selector)) {
            return;
        }
        String uid = job.map("metadata").string("uid");
        String name = job.map("metadata").string("name");
        MapValue labels = MapValue.of(
                "controller-uid", uid,
                "job-name", name,
                "batch.kubernetes.io/controller-uid", uid,
                "batch.kubernetes.io/job-name", name);
        MapValue present = spec.map.map("template").map("metadata").map("labels");
        Path path = spec.at("template").child("metadata").child("labels");
        for (int i = 0; i < labels.size(); i++) {
            String key = labels.nameAt(i);
            if (!present.has(key)) {
                spec.errors.required(path.key(key), "must be '" + labels.valueAt(i) + "'");
            } else if (!Values.same(present.get(key), labels.valueAt(i))) {
                spec.errors.invalid(path.key(key), present, "must be '" + labels.valueAt(i) + "'");
            }
        }
        if (!WorkloadValidation.matches(selector, labels)) {
            spec.invalid("selector", "`selector` not auto-generated");
        }
    }

    private static void update(Fields spec, MapValue oldJob) {
        MapValue old = oldJob.map("spec");
        if (!isIndexed(spec)) {
            spec.immutable("completions", old);
        } else if (spec.has("completions")
                && !Values.same(spec.map.get("completions"), old.get("completions"))
                && spec.number("completions") != spec.number("parallelism")) {
            spec.invalid("completions", "can only be modified in tandem with spec.parallelism");
        }
        spec.immutable("selector", old);
        MapValue template = spec.map.map("template");
        MapValue before = old.map("template");
        if (isAtRest(oldJob)) {
            spec.errors.immutable(
                    spec.at("template").child("spec"),
                    unchangeable(template.map("spec")),
                    unchangeable(before.map("spec")));
        } else {
            spec.errors.immutable(spec.at("template"), template, before);
        }
        for (String name :
                new String[] {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"
                }) {
            spec.immutable(name, old);
        }
    }

    /** Whether it is suspended, and has no pods any more or never had. */
    private static boolean isAtRest(MapValue job) {
        MapValue status = job.map("status");
        return job.map("spec").bool("suspend")
                && (status.get("startTime") == null || JobStatusValidation.is(status, "Suspended"))
                && status.integer("active", 0) == 0;
    }

    /**
     * A pod spec without what a suspended job may change: the resources of its containers, and where its pods run (KEP-2926, KEP-5440).
     */
    private static MapValue unchangeable(MapValue pod) {
        MapValue rest = Values.withEach(pod, "containers", container -> container.without("resources"));
        rest = Values.withEach(rest, "initContainers", container -> container.without("resources"));
        MapValue affinity = pod.map("affinity").without("nodeAffinity");
        rest = rest.without("nodeSelector").without("tolerations").without("schedulingGates");
        return affinity.isEmpty() ? rest.without("affinity") : rest.with("affinity", affinity);
    }

    private static boolean isIndexed(Fields spec) {
        return spec.text("completionMode").equals("Indexed");
    }

    private static void spec(Fields spec) {
        for (String name : new String[] {
            "parallelism",
            "completions",
            "activeDeadlineSeconds",
            "backoffLimit",
            "ttlSecondsAfterFinished",
            "backoffLimitPerIndex",
            "maxFailedIndexes"
        }) {
            spec.notNegative(name);
        }
        if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex")) {
            spec.errors.required(spec.at("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
        }
        if (spec.has("managedBy")) {
            Formats.domainPrefixedPath(spec.at("managedBy"), spec.text("managedBy"), spec.errors);
            if (spec.text("managedBy").length() > 63) {
                spec.errors.tooLong(spec.at("managedBy"), 63);
            }
        }
        completionMode(spec);
        spec.in("podFailurePolicy", policy -> failurePolicy(spec, policy));
        if (spec.has("successPolicy") && !isIndexed(spec)) {
            spec.invalid("successPolicy", INDEXED_ONLY);
        } else {
            spec.in("successPolicy", policy -> successPolicy(spec, policy));
        }
        if (spec.has("podFailurePolicy")) {
            spec.oneOfIfPresent("podReplacementPolicy", "Failed");
        } else {
            spec.oneOfIfPresent("podReplacementPolicy", "Failed", "TerminatingOrFailed");
        }
        MapValue template = spec.map.map("template");
        PodValidation.template(template, spec.at("template"), spec.errors);
        restartPolicy(spec, template.map("spec").string("restartPolicy"));
    }

    private static void restartPolicy(Fields spec, String policy) {
        Path path = spec.at("template").child("spec").child("restartPolicy");
        if (policy.isEmpty() || policy.equals("Always")) {
            spec.errors.required(path, "valid values: \"OnFailure\", \"Never\"");
        } else if (policy.equals("OnFailure") && spec.has("podFailurePolicy")) {
            spec.errors.invalid(path, policy, "only \"Never\" is supported when podFailurePolicy is specified");
        } else {
            spec.errors.oneOf(path, policy, "OnFailure", "Never");
        }
    }

    private static void completionMode(Fields spec) {
        spec.oneOfIfPresent("completionMode", "NonIndexed", "Indexed");
        long failed = spec.number("maxFailedIndexes");
        long completions = spec.number("completions");
        if (isIndexed(spec)) {
            if (!spec.has("completions")) {
                spec.errors.required(spec.at("completions"), "when completion mode is Indexed");
            }
            if (spec.number("parallelism") > MOST) {
                spec.invalid("parallelism", "must be less than or equal to 100000 when completion mode is Indexed");
            }
            if (spec.has("completions") && spec.has("maxFailedIndexes") && failed > completions) {
                spec.invalid("maxFailedIndexes", "must be less than or equal to completions");
            }
            if (failed > MOST) {
                spec.invalid("maxFailedIndexes", "must be less than or equal to 100000");
            }
            if (completions > MOST && spec.has("backoffLimitPerIndex")) {
                manyCompletions(spec, failed);
            }
        } else if (!spec.has("completionMode") || spec.text("completionMode").equals("NonIndexed")) {
            for (String name : new String[] {"backoffLimitPerIndex", "maxFailedIndexes"}) {
                if (spec.has(name)) {
                    spec.invalid(name, INDEXED_ONLY);
                }
            }
        }
    }

    private static void manyCompletions(Fields spec, long failed) {
        String above = " when completions are above 100000 and used with backoff limit per index";
        if (!spec.has("maxFailedIndexes")) {
            spec.errors.required(spec.at("maxFailedIndexes"), "must be specified when completions is above 100000");
        }
        if (spec.number("parallelism") > 10_000) {
            spec.invalid("parallelism", "must be less than or equal to 10000" + above);
        }
        if (failed > 10_000) {
            spec.invalid("maxFailedIndexes", "must be less than or equal to 10000" + above);
        }
    }

    private static void failurePolicy(Fields spec, Fields policy) {
        Set<String> containers = new HashSet<>();
        for (String list : new String[] {"containers", "initContainers"}) {
            ListValue items = spec.map.map("template").map("spec").list(list);
            for (int i = 0; i < items.size(); i++) {
                containers.add(items.map(i).string("name"));
            }
        }
        atMost(policy, "rules", 20);
        policy.each("rules", rule -> {
            if (rule.text("action").isEmpty()) {
                spec.errors.required(
                        rule.at("action"), "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
            } else if (rule.text("action").equals("FailIndex")) {
                if (!spec.has("backoffLimitPerIndex")) {
                    rule.invalid("action", "requires the backoffLimitPerIndex to be set");
                }
            } else {
                rule.oneOf("action", "Count", "FailIndex", "FailJob", "Ignore");
            }
            rule.in("onExitCodes", codes -> exitCodes(codes, containers));
            atMost(rule, "onPodConditions", 20);
            rule.each("onPodConditions", JobValidation::podCondition);
            boolean conditions = !rule.map.list("onPodConditions").isEmpty();
            if (rule.has("onExitCodes") == conditions) {
                spec.errors.invalidWhole(
                        rule.path,
                        conditions
                                ? "specifying both OnExitCodes and OnPodConditions is not supported"
                                : "specifying one of OnExitCodes and OnPodConditions is required");
            }
        });
    }

    private static void atMost(Fields fields, String list, int most) {
        int size = fields.map.list(list).size();
        if (size > most) {
            fields.errors.tooMany(fields.at(list), size, most);
        }
    }

    private static void podCondition(Fields condition) {
        condition.errors.invalid(
                condition.at("type"), condition.text("type"), Formats.qualifiedName(condition.text("type")));
        if (condition.required("status", "valid values: [\"False\" \"True\" \"Unknown\"]")) {
            condition.oneOf("status", "False", "True", "Unknown");
        }
    }

    private static void exitCodes(Fields codes, Set<String> containers) {
        if (codes.required("operator", "valid values: [\"In\" \"NotIn\"]")) {
            codes.oneOf("operator", "In", "NotIn");
        }
        if (codes.has("containerName") && !containers.contains(codes.text("containerName"))) {
            codes.invalid("containerName", "must be one of the container or initContainer names in the pod template");
        }
        ListValue values = codes.map.list("values");
        if (values.isEmpty()) {
            codes.errors.invalid(codes.at("values"), values, "at least one value is required");
        }
        atMost(codes, "values", 255);
        Set<Object> seen = new HashSet<>();
        long previous = Long.MIN_VALUE;
        boolean ordered = true;
        for (int i = 0; i < values.size(); i++) {
            long value = values.get(i) instanceof Long number ? number : 0;
            if (value == 0 && codes.text("operator").equals("In")) {
                codes.errors.invalid(codes.at("values").index(i), value, "must not be 0 for the In operator");
            }
            if (!seen.add(value)) {
                codes.errors.duplicate(codes.at("values").index(i), value);
            }
            ordered &= previous <= value;
            previous = value;
        }
        if (!ordered) {
            codes.invalid("values", "must be ordered");
        }
    }

    private static void successPolicy(Fields spec, Fields policy) {
        policy.requiredValue("rules", "at least one rules must be specified when the successPolicy is specified");
        atMost(policy, "rules", 20);
        long completions = spec.number("completions");
        policy.each("rules", rule -> {
            if (!rule.has("succeededCount") && !rule.has("succeededIndexes")) {
                rule.errors.required(rule.path, "at least one of succeededCount or succeededIndexes must be specified");
            }
            long indexes = 0;
            if (rule.has("succeededIndexes")) {
                if (rule.text("succeededIndexes").length() > 64 * 1024) {
                    rule.errors.tooLong(rule.at("succeededIndexes"), 64 * 1024);
                }
                try {
                    indexes = JobIndexes.count(rule.text("succeededIndexes"), completions);
                } catch (IllegalArgumentException e) {
                    rule.invalid("succeededIndexes", "error parsing succeededIndexes: " + e.getMessage());
                }
            }
            rule.notNegative("succeededCount");
            succeededCount(rule, completions, indexes);
        });
    }

    private static void succeededCount(Fields rule, long completions, long indexes) {
        if (!rule.has("succeededCount")) {
            return;
        }
        long count = rule.number("succeededCount");
        if (count > completions) {
            rule.invalid(
                    "succeededCount",
                    "must be less than or equal to " + completions + " (the number of specified completions)");
        }
        if (rule.has("succeededIndexes") && count > indexes) {
            rule.invalid(
                    "succeededCount",
                    "must be less than or equal to " + indexes
                            + " (the number of indexes in the specified succeededIndexes field)");
        }
    }

    static void cronJob(MapValue cronJob, @Nullable MapValue old, Errors errors) {
        String name = cronJob.map("metadata").string("name");
        if (old == null && name.length() > 52) {
            errors.invalid(Path.of("metadata").child("name"), name, Formats.maxLength(52));
        }
        Fields spec = Fields.of(cronJob, "spec", errors);
        if (spec.required("schedule")) {
            schedule(spec, old != null && old.map("spec").string("schedule").contains("TZ"));
        }
        if (old == null || !Values.same(old.map("spec").get("timeZone"), spec.map.get("timeZone"))) {
            timeZone(spec);
        }
        spec.notNegative("startingDeadlineSeconds");
        spec.requiredOneOf("concurrencyPolicy", "Allow", "Forbid", "Replace");
        Fields template = spec.in("jobTemplate").in("spec");
        spec(template);
        if (template.has("selector")) {
            template.invalid("selector", "`selector` will be auto-generated");
        }
        if (template.map.bool("manualSelector")) {
            errors.notSupported(template.at("manualSelector"), true, "nil", "false");
        }
        spec.notNegative("successfulJobsHistoryLimit");
        spec.notNegative("failedJobsHistoryLimit");
    }

    /** A zone in the schedule is let in only where one was before Kubernetes refused it. */
    private static void schedule(Fields spec, boolean withZone) {
        String schedule = spec.text("schedule");
        try {
            CronSchedule.parse(schedule, ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            spec.invalid("schedule", String.valueOf(e.getMessage()));
        }
        if (!withZone && schedule.contains("TZ")) {
            spec.invalid("schedule", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        } else if (withZone && schedule.contains("TZ") && spec.has("timeZone")) {
            spec.invalid("schedule", "cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void timeZone(Fields spec) {
        if (!spec.has("timeZone")) {
            return;
        }
        String zone = spec.text("timeZone");
        if (zone.isEmpty()) {
            spec.invalid("timeZone", "timeZone must be nil or non-empty string");
        } else if (zone.equalsIgnoreCase("Local")) {
            spec.invalid(
                    "timeZone", "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        } else if (!CronSchedule.isZone(zone)) {
            spec.invalid("timeZone", "unknown time zone " + zone);
        }
    }
}
