package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import org.jspecify.annotations.Nullable;

/** Makes the pods of Jobs from their templates. Pure. */
final class JobPodTemplate {
    private static final String INDEX_VARIABLE = "JOB_COMPLETION_INDEX";
    /** Longest prefix of a generated name. */
    private static final int PREFIX = 58;

    private JobPodTemplate() {}

    /**
     * A pod of {@code job}.
     *
     * @param index its completion index; {@link JobPods#NO_INDEX} when the Job has none
     * @param replaced the pod that failed before it; null when there was none, or its count of failures does not go on
     */
    static Pod pod(Job job, int index, @Nullable Pod replaced) {
        MapValue template = job.spec()
                .template()
                .value()
                .withMap(
                        "metadata",
                        metadata -> metadata.list("finalizers").contains(JobPods.FINALIZER)
                                ? metadata
                                : metadata.with(
                                        "finalizers",
                                        metadata.list("finalizers").plus(JobPods.FINALIZER)));
        String prefix = job.name();
        if (index != JobPods.NO_INDEX) {
            template = indexed(job, template, index, replaced);
            prefix = prefix(job.name(), index);
        }
        return Pods.fromTemplate(
                new PodTemplateSpec(template), job.namespace(), prefix, Owners.controllerReference(Job.KIND, job));
    }

    private static MapValue indexed(Job job, MapValue template, int index, @Nullable Pod replaced) {
        return template.withMap(
                        "metadata",
                        metadata -> metadata.withMap("annotations", annotations -> {
                                    MapValue with = annotations.with(JobPods.INDEX, Integer.toString(index));
                                    return JobState.hasLimitPerIndex(job) ? withFailures(job, with, replaced) : with;
                                })
                                .withMap("labels", labels -> labels.with(JobPods.INDEX, Integer.toString(index))))
                .withMap(
                        "spec",
                        spec -> withVariable(
                                withVariable(spec.with("hostname", job.name() + "-" + index), "initContainers"),
                                "containers"));
    }

    private static MapValue withFailures(Job job, MapValue annotations, @Nullable Pod replaced) {
        int failures = 0;
        int ignored = 0;
        if (replaced != null) {
            boolean counts = FailurePolicy.match(job, replaced).counts();
            failures = JobPods.failures(replaced) + (counts ? 1 : 0);
            ignored = JobPods.ignoredFailures(replaced) + (counts ? 0 : 1);
        }
        MapValue with = annotations.with(JobPods.FAILURES, Integer.toString(failures));
        return ignored == 0 ? with : with.with(JobPods.IGNORED_FAILURES, Integer.toString(ignored));
    }

    /** The pod spec with the variable in each container of {@code list} that has none of its name. */
    private static MapValue withVariable(MapValue spec, String list) {
        ListValue containers = spec.list(list);
        for (int i = 0; i < containers.size(); i++) {
            containers = containers.with(i, withVariable(containers.map(i)));
        }
        return containers.isEmpty() ? spec : spec.with(list, containers);
    }

    private static MapValue withVariable(MapValue container) {
        ListValue variables = container.list("env");
        for (int i = 0; i < variables.size(); i++) {
            if (variables.map(i).string("name").equals(INDEX_VARIABLE)) {
                return container;
            }
        }
        MapValue field = MapValue.of("fieldPath", "metadata.labels['" + JobPods.INDEX + "']");
        return container.with(
                "env",
                variables.plus(MapValue.of("name", INDEX_VARIABLE, "valueFrom", MapValue.of("fieldRef", field))));
    }

    /** What the name of a pod begins with: that of the Job, as much as there is room for, and the index. */
    private static String prefix(String job, int index) {
        String end = "-" + index;
        int room = PREFIX - end.length() - 1;
        return (job.length() > room ? job.substring(0, room) : job) + end;
    }
}
