package dev.proa.delivery;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.api.view.Views;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is rolled out: a Deployment, a StatefulSet, a DaemonSet or a Rollout; or runs to its end: a Job. */
sealed interface Workload {
    /** The kinds that {@link #find} knows. */
    Set<String> KINDS = Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout", "Job");

    String REVISION_HASH = "controller-revision-hash";

    KubeObject object();

    Kind<?> kind();

    RolloutStatus status();

    /** Whether pods of an old revision exist. */
    boolean hasOldPods();

    /** The value of the label by which pods of the current template are known; empty when it is not known yet. */
    String currentHash(Client client);

    /** The label that has {@link #currentHash}. */
    String hashLabel();

    /** The pods' spec in the template. */
    default PodSpec podSpec() {
        return new PodSpec(object().value().map("spec").map("template").map("spec"));
    }

    /** The label selector of the pods. */
    default String selector() {
        MapValue labels = object().value().map("spec").map("selector").map("matchLabels");
        return FirstAnswer.labels(Views.strings(labels));
    }

    /** As kubectl takes it: {@code deployment}. */
    default String type() {
        return kind().kind().toLowerCase(Locale.ROOT);
    }

    /** Whether it is to come to its end, and counts itself how often its pods may fail before. */
    default boolean runsToItsEnd() {
        return false;
    }

    /** The pods of the current pod template. */
    default List<Pod> pods(Client client) {
        String hash = currentHash(client);
        return client.resource(Pod.KIND).in(object().namespace()).list(ListOptions.labels(selector())).items().stream()
                .filter(pod -> !pod.isDeleting())
                .filter(pod -> hash.equals(pod.labels().get(hashLabel())))
                .toList();
    }

    /** The workload of a kind of {@link #KINDS}; null when there is none of that name. */
    static @Nullable Workload find(Client client, String kind, String namespace, String name) {
        return switch (kind) {
            case "StatefulSet" -> {
                StatefulSet set =
                        client.resource(StatefulSet.KIND).in(namespace).find(name);
                yield set == null ? null : new OfStatefulSet(set);
            }
            case "DaemonSet" -> {
                DaemonSet set = client.resource(DaemonSet.KIND).in(namespace).find(name);
                yield set == null ? null : new OfDaemonSet(set);
            }
            case "Rollout" -> {
                Rollout rollout = client.resource(Rollout.KIND).in(namespace).find(name);
                yield rollout == null ? null : new OfRollout(rollout);
            }
            case "Job" -> {
                Job job = client.resource(Job.KIND).in(namespace).find(name);
                yield job == null ? null : new OfJob(job);
            }
            default -> {
                Deployment deployment =
                        client.resource(Deployment.KIND).in(namespace).find(name);
                yield deployment == null ? null : new OfDeployment(deployment);
            }
        };
    }

    /** A Deployment, whose current pods are those of the ReplicaSet with its revision. */
    record OfDeployment(Deployment object) implements Workload {
        @Override
        public Kind<?> kind() {
            return Deployment.KIND;
        }

        @Override
        public RolloutStatus status() {
            return RolloutStatus.of(object);
        }

        @Override
        public boolean hasOldPods() {
            return RolloutStatus.hasOldPods(object);
        }

        @Override
        public String hashLabel() {
            return "pod-template-hash";
        }

        @Override
        public String currentHash(Client client) {
            return client
                    .resource(ReplicaSet.KIND)
                    .in(object.namespace())
                    .list(ListOptions.labels(selector()))
                    .items()
                    .stream()
                    .filter(set -> set.metadata().ownerReferences().stream()
                            .anyMatch(owner -> owner.uid().equals(object.uid())))
                    .filter(set -> revision(set).equals(revision(object)))
                    .map(set -> set.labels().getOrDefault(hashLabel(), ""))
                    .findFirst()
                    .orElse("");
        }

        private static String revision(KubeObject object) {
            return object.annotations().getOrDefault(Rollback.REVISION, "");
        }
    }

    /** A StatefulSet, whose pods name their revision. */
    record OfStatefulSet(StatefulSet object) implements Workload {
        @Override
        public Kind<?> kind() {
            return StatefulSet.KIND;
        }

        @Override
        public RolloutStatus status() {
            return RolloutStatus.of(object);
        }

        @Override
        public boolean hasOldPods() {
            return object.status().replicas() > object.status().updatedReplicas();
        }

        @Override
        public String hashLabel() {
            return REVISION_HASH;
        }

        @Override
        public String currentHash(Client client) {
            return object.status().updateRevision();
        }
    }

    /** A DaemonSet, whose pods have the hash of their revision; its latest revision is the current one. */
    record OfDaemonSet(DaemonSet object) implements Workload {
        @Override
        public Kind<?> kind() {
            return DaemonSet.KIND;
        }

        @Override
        public RolloutStatus status() {
            return RolloutStatus.of(object);
        }

        @Override
        public boolean hasOldPods() {
            return object.status().currentNumberScheduled() > object.status().updatedNumberScheduled();
        }

        @Override
        public String hashLabel() {
            return REVISION_HASH;
        }

        @Override
        public String currentHash(Client client) {
            return client
                    .resource(ControllerRevision.KIND)
                    .in(object.namespace())
                    .list(ListOptions.labels(selector()))
                    .items()
                    .stream()
                    .filter(revision -> revision.metadata().ownerReferences().stream()
                            .anyMatch(owner -> owner.uid().equals(object.uid())))
                    .max(Comparator.comparingLong(ControllerRevision::revision))
                    .map(revision -> revision.labels().getOrDefault(REVISION_HASH, ""))
                    .orElse("");
        }
    }

    /** A Rollout, whose status tells the hash of its current pods. */
    record OfRollout(Rollout object) implements Workload {
        @Override
        public Kind<?> kind() {
            return Rollout.KIND;
        }

        @Override
        public RolloutStatus status() {
            return RolloutStatus.of(object);
        }

        @Override
        public boolean hasOldPods() {
            return object.status().replicas() > object.status().updatedReplicas();
        }

        @Override
        public String hashLabel() {
            return Argo.POD_TEMPLATE_HASH;
        }

        @Override
        public String currentHash(Client client) {
            return object.status().currentPodHash();
        }
    }

    /** A Job, whose pods are all of one template, which never changes. */
    record OfJob(Job object) implements Workload {
        @Override
        public Kind<?> kind() {
            return Job.KIND;
        }

        @Override
        public RolloutStatus status() {
            return RolloutStatus.of(object);
        }

        @Override
        public boolean hasOldPods() {
            return false;
        }

        @Override
        public boolean runsToItsEnd() {
            return true;
        }

        @Override
        public String hashLabel() {
            return "batch.kubernetes.io/controller-uid";
        }

        @Override
        public String currentHash(Client client) {
            return object.uid();
        }
    }
}
