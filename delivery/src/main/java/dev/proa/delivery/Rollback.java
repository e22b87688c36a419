package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.Kinds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code proa rollback}: rolls an application back to an earlier revision, as {@code kubectl rollout undo} does, and
 * follows the rollout. It works in each state: what is paused goes on, a Rollout in the middle of an update or after an aborted one goes back to
 * its stable version, and a Rollout that goes back further does so without its steps.
 */
public final class Rollback {
    static final String REVISION = Revisions.ANNOTATION;
    private final Client client;
    private final PodLogs logs;
    private final String host;
    private final Clock clock;
    private final Progress progress;
    private final Changes.Watcher changes;

    /**
     * @param host the address of node ports as seen from here; empty when they cannot be reached, and then no URL is
     *     asked
     */
    public Rollback(Client client, PodLogs logs, String host, Clock clock, Progress progress) {
        this(client, logs, host, clock, progress, Changes.watching(client));
    }

    Rollback(Client client, PodLogs logs, String host, Clock clock, Progress progress, Changes.Watcher changes) {
        this.client = client;
        this.logs = logs;
        this.host = host;
        this.clock = clock;
        this.progress = progress;
        this.changes = changes;
    }

    /**
     * Rolls back to a revision and follows the rollout until the URL answers or it has failed.
     *
     * @param revision its number; 0 for the previous one
     * @throws IllegalArgumentException when there is no such application or revision; the message lists those that
     *     exist
     */
    public DeployOutcome back(String namespace, String app, long revision, Duration timeout)
            throws InterruptedException {
        Application application = Application.find(client, namespace, app);
        Revisions revisions = Revisions.find(client, application, app);
        KubeObject workload = revisions.workload();
        Revisions.Revision target = revisions.target(client, revision);
        try {
            progress.step("Rolling " + workload.name() + " back to revision " + target.number());
            List<String> changed = new ArrayList<>();
            if (target.template().equals(Revisions.template(workload.value())) && !isPaused(workload)) {
                progress.detail("skipped rollback (current template already matches revision " + target.number() + ")");
            } else {
                new TemplateChange(client, clock, progress).back(revisions, target);
                changed.add(Kinds.describe(workload.value()) + " rolled back");
                progress.detail(changed.getFirst());
            }
            Instant end = clock.instant().plus(timeout);
            new RolloutFollower(client, logs, clock, progress, Advice.general(), changes)
                    .follow(revisions.kind().kind(), workload.namespace(), workload.name(), timeout, end);
            List<String> warnings = new ArrayList<>();
            String url = new FirstAnswer(client, host, clock, progress).of(application.services(), end, warnings);
            return new DeployOutcome.Running(app, target.image(), url, changed, warnings);
        } catch (StatusException e) {
            return new DeployOutcome.Failed("the cluster's API did not go along: " + e.getMessage());
        } catch (TransportException e) {
            return new DeployOutcome.Failed("lost the cluster meanwhile: " + e.getMessage());
        } catch (DeliveryFailure e) {
            return new DeployOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isPaused(KubeObject workload) {
        return workload.value().map("spec").bool("paused");
    }

    /** The pod template without the label that has its hash. */
    static MapValue template(MapValue object) {
        return Revisions.template(object);
    }
}
