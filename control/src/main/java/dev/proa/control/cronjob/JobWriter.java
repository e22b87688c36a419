package dev.proa.control.cronjob;

import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Terminating;
import org.jspecify.annotations.Nullable;

/** Creates and deletes the Jobs of CronJobs, and records an event for each. */
final class JobWriter {
    private final ResourceClient<Job> client;
    private final EventRecorder events;

    JobWriter(ResourceClient<Job> client, EventRecorder events) {
        this.client = client;
        this.events = events;
    }

    /** The Job; null when there is none. */
    @Nullable
    Job find(String namespace, String name) {
        return client.in(namespace).find(name);
    }

    /**
     * Creates a Job.
     *
     * @return the Job, also one that this CronJob has made before; null when somebody else has made one of this name
     * @throws StatusException when it cannot be created
     */
    @Nullable
    Job create(CronJob owner, Job job) {
        Job created;
        try {
            created = client.create(job);
        } catch (StatusException e) {
            if (e.code() == 409) {
                Job existing = client.in(job.namespace()).get(job.name());
                return Owners.isControlledBy(existing, owner) ? existing : null;
            }
            if (!Terminating.isCauseOf(e)) {
                events.warning(owner, "FailedCreate", "Error creating job: " + e.getMessage());
            }
            throw e;
        }
        events.normal(owner, "SuccessfulCreate", "Created job " + created.name());
        return created;
    }

    /** Deletes a Job, whose pods follow; false when that failed. One that is gone already is none. */
    boolean delete(CronJob owner, Job job) {
        try {
            client.in(job.namespace())
                    .delete(
                            job.name(),
                            DeleteOptions.EMPTY
                                    .withPropagationPolicy("Background")
                                    .withPreconditions(p -> p.withUid(job.uid())));
        } catch (StatusException e) {
            if (e.code() != 404) {
                events.warning(owner, "FailedDelete", "Deleted job: " + e.getMessage());
                return false;
            }
        }
        events.normal(owner, "SuccessfulDelete", "Deleted job " + job.name());
        return true;
    }
}
