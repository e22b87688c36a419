package dev.proa.node.kubelet.object;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Watches the ConfigMaps and Secrets that the node's pods refer to, each by name while a pod needs it, since a node may
 * read no others. Thread-safe.
 */
public final class ReferencedObjects implements AutoCloseable {
    private final Client client;
    private final LoopGroup loops;
    private final Clock clock;
    private final RandomGenerator random;
    private final Consumer<String> podChanged;
    private final Map<Target, Watched> watched = new HashMap<>();
    private final Map<String, Set<Target>> byPod = new HashMap<>();

    /** @param podChanged called with a pod's uid when an object it refers to has changed */
    public ReferencedObjects(
            Client client, Supervisor supervisor, Clock clock, RandomGenerator random, Consumer<String> podChanged) {
        this.client = client;
        this.loops = supervisor.group("kubelet-references").expecting(ReferencedObjects::isUnrelated);
        this.clock = clock;
        this.random = random;
        this.podChanged = podChanged;
    }

    /** What a pod referred to may be out of the node's reach before the kubelet knows that the pod is gone. */
    private static boolean isUnrelated(Throwable failure) {
        return failure instanceof StatusException status
                && status.code() == 403
                && String.valueOf(status.getMessage()).contains("no relationship found");
    }

    /** Watches exactly what {@code pod} refers to. */
    public synchronized void register(Pod pod) {
        Set<Target> targets = targets(pod);
        Set<Target> before = byPod.getOrDefault(pod.uid(), Set.of());
        if (targets.equals(before)) {
            return;
        }
        byPod.put(pod.uid(), targets);
        for (Target target : targets) {
            watched.computeIfAbsent(target, this::watch).pods.add(pod.uid());
        }
        before.stream().filter(target -> !targets.contains(target)).forEach(target -> release(target, pod.uid()));
    }

    /** The pod is gone. */
    public synchronized void unregister(String podUid) {
        Set<Target> targets = byPod.remove(podUid);
        if (targets != null) {
            targets.forEach(target -> release(target, podUid));
        }
    }

    /** A ConfigMap that a registered pod refers to, or null when there is none; blocks until its first state is known. */
    @Nullable
    public ConfigMap configMap(String namespace, String name) throws InterruptedException {
        return find(ConfigMap.KIND, namespace, name);
    }

    /** A Secret that a registered pod refers to, or null when there is none; blocks until its first state is known. */
    @Nullable
    public Secret secret(String namespace, String name) throws InterruptedException {
        return find(Secret.KIND, namespace, name);
    }

    private <T extends KubeObject> @Nullable T find(Kind<T> kind, String namespace, String name)
            throws InterruptedException {
        Watched found;
        synchronized (this) {
            found = watched.get(new Target(kind, namespace, name));
        }
        if (found == null) {
            return client.resource(kind).in(namespace).find(name);
        }
        found.informer.awaitSync();
        KubeObject object = found.informer.get(namespace, name);
        return object == null ? null : kind.of(object.value());
    }

    private Watched watch(Target target) {
        return watch(target.kind(), target);
    }

    private <T extends KubeObject> Watched watch(Kind<T> kind, Target target) {
        Informer<T> informer = new Informer<>(
                client.resource(kind).in(target.namespace()),
                ListOptions.fields("metadata.name=" + target.name()),
                loops,
                clock,
                random);
        Watched made = new Watched(informer, new HashSet<>());
        informer.addHandler(new EventHandler<T>() {
            @Override
            public void added(T object) {
                changed(made);
            }

            @Override
            public void updated(T before, T after) {
                changed(made);
            }
        });
        informer.start();
        return made;
    }

    private void changed(Watched what) {
        Set<String> pods;
        synchronized (this) {
            pods = Set.copyOf(what.pods);
        }
        pods.forEach(podChanged);
    }

    private void release(Target target, String podUid) {
        Watched what = watched.get(target);
        if (what != null && what.pods.remove(podUid) && what.pods.isEmpty()) {
            watched.remove(target);
            what.informer.close();
        }
    }

    private static Set<Target> targets(Pod pod) {
        Set<Target> targets = new HashSet<>();
        for (Volume volume : pod.spec().volumes()) {
            if (volume.hasConfigMap()) {
                targets.add(configMapTarget(pod, volume.configMap().name()));
            }
            if (volume.hasSecret()) {
                targets.add(secretTarget(pod, volume.secret().secretName()));
            }
            volume.projected().sources().forEach(source -> {
                if (source.hasConfigMap()) {
                    targets.add(configMapTarget(pod, source.configMap().name()));
                }
                if (source.hasSecret()) {
                    targets.add(secretTarget(pod, source.secret().name()));
                }
            });
        }
        PodSpecs.containers(pod).forEach(container -> addTargets(pod, container, targets));
        pod.spec().imagePullSecrets().forEach(secret -> targets.add(secretTarget(pod, secret.name())));
        return targets;
    }

    private static void addTargets(Pod pod, Container container, Set<Target> targets) {
        container.envFrom().forEach(source -> {
            if (source.hasConfigMapRef()) {
                targets.add(configMapTarget(pod, source.configMapRef().name()));
            }
            if (source.hasSecretRef()) {
                targets.add(secretTarget(pod, source.secretRef().name()));
            }
        });
        container.env().forEach(variable -> {
            if (variable.valueFrom().hasConfigMapKeyRef()) {
                targets.add(configMapTarget(
                        pod, variable.valueFrom().configMapKeyRef().name()));
            }
            if (variable.valueFrom().hasSecretKeyRef()) {
                targets.add(
                        secretTarget(pod, variable.valueFrom().secretKeyRef().name()));
            }
        });
    }

    private static Target configMapTarget(Pod pod, String name) {
        return new Target(ConfigMap.KIND, pod.namespace(), name);
    }

    private static Target secretTarget(Pod pod, String name) {
        return new Target(Secret.KIND, pod.namespace(), name);
    }

    @Override
    public synchronized void close() {
        watched.values().forEach(what -> what.informer.close());
        watched.clear();
        byPod.clear();
    }

    private record Target(Kind<?> kind, String namespace, String name) {}

    private record Watched(Informer<? extends KubeObject> informer, Set<String> pods) {}
}
