package dev.proa.control;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.supervision.Supervisor;
import dev.proa.control.autoscaling.AutoscalerConfig;
import dev.proa.control.autoscaling.HorizontalPodAutoscalerController;
import dev.proa.control.bootstrap.TokenCleaner;
import dev.proa.control.clusterroles.ClusterRoleAggregationController;
import dev.proa.control.cronjob.CronJobController;
import dev.proa.control.daemonset.DaemonSetController;
import dev.proa.control.deployment.DeploymentController;
import dev.proa.control.disruption.DisruptionController;
import dev.proa.control.endpointslice.EndpointSliceController;
import dev.proa.control.endpointslice.EndpointSliceMirroringController;
import dev.proa.control.endpointslice.EndpointsController;
import dev.proa.control.garbage.GarbageCollector;
import dev.proa.control.job.JobController;
import dev.proa.control.namespace.NamespaceController;
import dev.proa.control.node.NodeLifecycleController;
import dev.proa.control.node.TaintEvictionController;
import dev.proa.control.podgc.PodGarbageCollector;
import dev.proa.control.protection.AttributesClassProtectionController;
import dev.proa.control.protection.VolumeClaimProtectionController;
import dev.proa.control.protection.VolumeProtectionController;
import dev.proa.control.replicaset.ReplicaSetController;
import dev.proa.control.replicaset.ReplicationControllerController;
import dev.proa.control.resourceclaim.ResourceClaimController;
import dev.proa.control.resourcequota.ResourceQuotaController;
import dev.proa.control.serviceaccount.LegacyTokenCleaner;
import dev.proa.control.serviceaccount.RootCaPublisher;
import dev.proa.control.serviceaccount.ServiceAccountController;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.statefulset.StatefulSetController;
import dev.proa.control.ttlafterfinished.TtlAfterFinishedController;
import dev.proa.control.volume.EphemeralVolumeController;
import dev.proa.control.volume.LocalVolumeProvisioner;
import dev.proa.control.volume.PersistentVolumeController;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Runs all controllers on shared informers.
 *
 * <pre>{@code
 * try (var manager = new ControllerManager(client, accounts, supervisor, Clock.system(), RandomGenerator.getDefault(), caPem,
 *         AutoscalerConfig.DEFAULT)) {
 *     manager.start();
 *     ...
 * }
 * }</pre>
 */
public final class ControllerManager implements AutoCloseable {
    private final InformerFactory informers;
    private final ControlContext context;

    /**
     * A manager with informers of its own.
     *
     * @param accounts gives the client of a controller's service account in {@code kube-system}, by its name
     * @param supervisor runs its loops, and shows how they are doing
     * @param authority PEM of the API server's certificate authority, for pods to know it by
     * @param autoscaling how the HorizontalPodAutoscaler controller is configured
     */
    public ControllerManager(
            Client client,
            Function<String, Client> accounts,
            Supervisor supervisor,
            Clock clock,
            RandomGenerator random,
            String authority,
            AutoscalerConfig autoscaling) {
        this.informers = new InformerFactory(client, supervisor, clock, random);
        this.context = new ControlContext(client, accounts, informers, supervisor, clock, random);
        List<Consumer<ControlContext>> controllers = List.of(
                ServiceAccountController::new,
                given -> new RootCaPublisher(given, authority),
                LegacyTokenCleaner::new,
                ClusterRoleAggregationController::new,
                NamespaceController::new,
                ReplicaSetController::new,
                ReplicationControllerController::new,
                DeploymentController::new,
                CronJobController::new,
                DaemonSetController::new,
                DisruptionController::new,
                StatefulSetController::new,
                EndpointSliceController::new,
                EndpointSliceMirroringController::new,
                EndpointsController::new,
                GarbageCollector::new,
                given -> new HorizontalPodAutoscalerController(given, autoscaling),
                JobController::new,
                NodeLifecycleController::new,
                TaintEvictionController::new,
                PodGarbageCollector::new,
                ResourceQuotaController::new,
                VolumeClaimProtectionController::new,
                VolumeProtectionController::new,
                AttributesClassProtectionController::new,
                TtlAfterFinishedController::new,
                PersistentVolumeController::new,
                EphemeralVolumeController::new,
                LocalVolumeProvisioner::new,
                ResourceClaimController::new,
                TokenCleaner::new);
        controllers.forEach(controller -> controller.accept(context));
    }

    /** What the controllers share; further controllers can be made with it before {@link #start}. */
    public ControlContext context() {
        return context;
    }

    /** Starts all controllers; each begins as soon as its informers have synced. Returns at once. */
    public void start() {
        informers.start();
        context.start();
    }

    /** Counters of each controller, by its name. */
    public Map<String, Controller.Stats> stats() {
        Map<String, Controller.Stats> stats = new LinkedHashMap<>();
        for (Controller<?> controller : context.controllers()) {
            stats.put(controller.name(), controller.stats());
        }
        return stats;
    }

    /** Stops all controllers and their informers. Idempotent. */
    @Override
    public void close() {
        context.close();
        informers.close();
    }
}
