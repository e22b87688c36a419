package dev.proa.cli;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.client.Client;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import java.util.HashMap;
import java.util.Map;

/** The images that objects of a running cluster name: pods, and what makes pods, old revisions included. */
final class ImagesInUse {
    private final Map<Reference, String> users = new HashMap<>();

    private ImagesInUse() {}

    /** Reads them from the API of a cluster that runs. */
    static ImagesInUse of(ClusterHome home) {
        ImagesInUse used = new ImagesInUse();
        try (Client client = new Client(Administrator.transport(home))) {
            client.resource(Pod.KIND)
                    .list()
                    .forEach(pod -> used.add("pod " + pod.namespace() + "/" + pod.name(), pod.spec()));
            client.resource(ReplicaSet.KIND)
                    .list()
                    .forEach(set -> used.add(
                            "replicaset " + set.namespace() + "/" + set.name(),
                            set.spec().template().spec()));
            client.resource(Deployment.KIND)
                    .list()
                    .forEach(deployment -> used.add(
                            "deployment " + deployment.namespace() + "/" + deployment.name(),
                            deployment.spec().template().spec()));
            client.resource(StatefulSet.KIND)
                    .list()
                    .forEach(set -> used.add(
                            "statefulset " + set.namespace() + "/" + set.name(),
                            set.spec().template().spec()));
            client.resource(DaemonSet.KIND)
                    .list()
                    .forEach(set -> used.add(
                            "daemonset " + set.namespace() + "/" + set.name(),
                            set.spec().template().spec()));
            client.resource(Job.KIND)
                    .list()
                    .forEach(job -> used.add(
                            "job " + job.namespace() + "/" + job.name(),
                            job.spec().template().spec()));
            client.resource(CronJob.KIND)
                    .list()
                    .forEach(job -> used.add(
                            "cronjob " + job.namespace() + "/" + job.name(),
                            job.spec().jobTemplate().spec().template().spec()));
        }
        return used;
    }

    private void add(String user, PodSpec spec) {
        spec.initContainers().forEach(container -> add(user, container.image()));
        spec.containers().forEach(container -> add(user, container.image()));
        spec.ephemeralContainers().forEach(container -> add(user, container.image()));
        spec.volumes().forEach(volume -> {
            if (volume.hasImage()) {
                add(user, volume.image().reference());
            }
        });
    }

    private void add(String user, String image) {
        try {
            users.putIfAbsent(Reference.parse(image).canonical(), user);
        } catch (ImageFailure e) {
            // A pod may name anything; what is no name is no image of the store.
        }
    }

    /** An object that names the image so; empty for none. */
    String user(Reference name) {
        return users.getOrDefault(name.canonical(), "");
    }
}
