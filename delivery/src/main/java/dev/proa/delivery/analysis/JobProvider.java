package dev.proa.delivery.analysis;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.JobMetric;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.MetricResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jobs, which are good when they succeed. */
final class JobProvider implements Provider {
    /** The label of Jobs and their pods with the run's UID. */
    static final String UID = "analysisrun.argoproj.io/uid";
    /** The annotation of Jobs with the run's name. */
    static final String RUN = "analysisrun.argoproj.io/name";
    /** The annotation of Jobs with the run's namespace. */
    static final String NAMESPACE = "analysisrun.argoproj.io/namespace";
    /** The annotation of Jobs with the metric's name. */
    static final String METRIC = "analysisrun.argoproj.io/metric-name";

    private static final String JOB_NAME = "job-name";
    private static final String JOB_NAMESPACE = "job-namespace";
    private static final int LONGEST_NAME = 63;
    private static final Set<String> HOPELESS = Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName");

    private final Client client;
    private final Informer<Job> jobs;
    private final InstantSource clock;

    /** @param jobs at least those with the label {@link #UID} */
    JobProvider(Client client, Informer<Job> jobs, InstantSource clock) {
        this.client = client;
        this.jobs = jobs;
        this.clock = clock;
    }

    @Override
    public Measurement run(AnalysisRun run, Metric metric, Measurement begun) throws AnalysisException {
        Job wanted = job(run, metric);
        Job made = create(run, wanted);
        return begun.withPhase(AnalysisPhases.RUNNING)
                .withMetadata(Map.of(JOB_NAME, made.name(), JOB_NAMESPACE, made.namespace()))
                .withResumeAt(clock.instant());
    }

    private Job create(AnalysisRun run, Job wanted) throws AnalysisException {
        try {
            return client.resource(Job.KIND).create(wanted);
        } catch (StatusException e) {
            if (e.code() == 409) { // made before, but the status that says so was not written
                Job existing = client.resource(Job.KIND).in(wanted.namespace()).find(wanted.name());
                if (existing != null && ControllerReference.controls(run, existing)) {
                    return existing;
                }
            }
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
    }

    /** The Job of the next measurement. */
    static Job job(AnalysisRun run, Metric metric) {
        JobMetric configuration = Objects.requireNonNull(metric.provider().job());
        MapValue metadata = configuration.jobMetadata();
        MapValue spec = configuration
                .spec()
                .withMap(
                        "template",
                        template -> template.withMap(
                                "metadata", pod -> pod.withMap("labels", labels -> labels.with(UID, run.uid()))));
        return new Job(MapValue.builder(4)
                .put("apiVersion", Job.KIND.apiVersion())
                .put("kind", Job.KIND.kind())
                .put(
                        "metadata",
                        MapValue.builder(5)
                                .put("name", name(run, metric.name()))
                                .put("namespace", run.namespace())
                                .put("labels", metadata.map("labels").with(UID, run.uid()))
                                .put(
                                        "annotations",
                                        metadata.map("annotations")
                                                .with(RUN, run.name())
                                                .with(NAMESPACE, run.namespace())
                                                .with(METRIC, metric.name()))
                                .put("ownerReferences", ControllerReference.to(AnalysisRun.KIND, run))
                                .build())
                .put("spec", spec)
                .build());
    }

    /** The run's UID, the metric and the number of the measurement, cut to what a label may hold. */
    private static String name(AnalysisRun run, String metric) {
        MetricResult result = Results.find(run.status(), metric);
        String number = "." + (result == null ? 1 : result.count() + result.error() + 1);
        String start = run.uid() + ".";
        int room = Math.max(0, LONGEST_NAME - start.length() - number.length());
        return start + metric.substring(0, Math.min(room, metric.length())) + number;
    }

    private static ObjectKey key(Measurement measurement, AnalysisRun run) throws AnalysisException {
        Map<String, String> metadata = measurement.metadata();
        String name = metadata.getOrDefault(JOB_NAME, "");
        if (name.isEmpty()) {
            throw new AnalysisException("job metadata reference missing");
        }
        return new ObjectKey(metadata.getOrDefault(JOB_NAMESPACE, run.namespace()), name);
    }

    @Override
    public boolean hasEnded(Measurement measurement) {
        Map<String, String> metadata = measurement.metadata();
        Job job = jobs.get(metadata.getOrDefault(JOB_NAMESPACE, ""), metadata.getOrDefault(JOB_NAME, ""));
        return job != null && end(job) != null;
    }

    /** How a Job ended; null while it has not. */
    private static @Nullable String end(Job job) {
        ListValue conditions = job.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            if (condition.string("status").equals("True")) {
                switch (condition.string("type")) {
                    case "Complete":
                        return AnalysisPhases.SUCCESSFUL;
                    case "Failed":
                        return AnalysisPhases.FAILED;
                    default:
                        break;
                }
            }
        }
        return null;
    }

    @Override
    public Measurement resume(AnalysisRun run, Metric metric, Measurement measurement) throws AnalysisException {
        ObjectKey key = key(measurement, run);
        Job job = own(run, key);
        if (job == null) {
            throw new AnalysisException("job.batch \"" + key.name() + "\" not found");
        }
        String end = end(job);
        if (end != null) {
            return measurement.withPhase(end);
        }
        String hopeless = hopeless(key.namespace(), job);
        if (hopeless != null) {
            return measurement.withPhase(AnalysisPhases.INCONCLUSIVE).withMessage(hopeless);
        }
        Instant now = clock.instant();
        Instant started = measurement.startedAt();
        double elapsed =
                started == null ? 0 : Math.max(0, Duration.between(started, now).toMillis() / 1000.0);
        long delay =
                Math.max(1000, Math.round(1000 * Math.sqrt(2 * elapsed))); // grows with the age of the Job, as upstream
        return measurement.withResumeAt(now.plusMillis(delay));
    }

    /** Why a pod of the Job will never run; null when that cannot be said. */
    private @Nullable String hopeless(String namespace, Job job) {
        String uid = job.metadata().labels().getOrDefault(UID, "");
        for (Pod pod : client.resource(Pod.KIND)
                .in(namespace)
                .list(ListOptions.labels(UID + "=" + uid))
                .items()) {
            if (!ControllerReference.controls(job, pod)) {
                continue;
            }
            MapValue status = pod.value().map("status");
            for (ListValue containers :
                    List.of(status.list("initContainerStatuses"), status.list("containerStatuses"))) {
                for (int i = 0; i < containers.size(); i++) {
                    MapValue waiting = containers.map(i).map("state").map("waiting");
                    if (HOPELESS.contains(waiting.string("reason"))) {
                        return "Pod " + pod.name() + ", container "
                                + containers.map(i).string("name")
                                + " has terminal error (" + waiting.string("reason") + "): "
                                + waiting.string("message");
                    }
                }
            }
        }
        return null;
    }

    @Override
    public Measurement terminate(AnalysisRun run, Metric metric, Measurement measurement) throws AnalysisException {
        ObjectKey key = key(measurement, run);
        if (own(run, key) != null) {
            delete(key.namespace(), key.name());
        }
        return measurement.withPhase(AnalysisPhases.INCONCLUSIVE);
    }

    /** A Job that a status names, or null. Whoever may write runs could name any Job there, so one of somebody else is refused. */
    private @Nullable Job own(AnalysisRun run, ObjectKey key) throws AnalysisException {
        boolean here = key.namespace().equals(run.namespace());
        Job job = here ? client.resource(Job.KIND).in(key.namespace()).find(key.name()) : null;
        if (!here || job != null && !ControllerReference.controls(run, job)) {
            throw new AnalysisException("job.batch \"" + key.name() + "\" in namespace \"" + key.namespace()
                    + "\" is not of this analysis run");
        }
        return job;
    }

    private void delete(String namespace, String name) {
        try {
            client.resource(Job.KIND)
                    .in(namespace)
                    .delete(name, new DeleteOptions(MapValue.of("propagationPolicy", "Foreground")));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    @Override
    public void collectGarbage(AnalysisRun run, Metric metric, int kept) {
        List<Job> made = jobs.list(run.namespace()).stream()
                .filter(job -> run.uid().equals(job.metadata().labels().get(UID)))
                .filter(job -> metric.name().equals(job.metadata().annotations().get(METRIC)))
                .filter(job -> end(job) != null)
                .sorted(Comparator.comparing(job -> job.value().map("metadata").string("creationTimestamp")))
                .toList();
        made.stream().limit(Math.max(0, made.size() - kept)).forEach(job -> delete(job.namespace(), job.name()));
    }
}
