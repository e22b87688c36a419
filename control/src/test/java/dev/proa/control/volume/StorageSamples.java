package dev.proa.control.volume;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.StorageClass;

/** Volumes, claims, classes and pods with claims for tests, from as little YAML as says what is special about them. */
public final class StorageSamples {
    private StorageSamples() {}

    /** @param spec further fields of the spec in YAML, each followed by a comma */
    public static PersistentVolume volume(String name, String size, String spec) {
        return new PersistentVolume(Yaml.decodeMap("{apiVersion: v1, kind: PersistentVolume, metadata: {name: " + name
                + "}, spec: {" + spec + " accessModes: [ReadWriteOnce], capacity: {storage: " + size
                + "}, hostPath: {path: /srv/" + name + "}}, status: {phase: Available}}"));
    }

    /** Restricts a volume to a node, by the label {@code kubernetes.io/hostname}. */
    public static String on(String node) {
        return "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname,"
                + " operator: In, values: [" + node + "]}]}]}},";
    }

    /** @param spec further fields of the spec in YAML, each followed by a comma */
    public static PersistentVolumeClaim claim(String name, String size, String spec) {
        return new PersistentVolumeClaim(
                Yaml.decodeMap("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: "
                        + name + ", namespace: default, uid: uid-of-" + name + "}, spec: {" + spec
                        + " accessModes: [ReadWriteOnce], resources: {requests: {storage: " + size + "}}}}"));
    }

    public static StorageClass delayed(String name, String provisioner) {
        return type(name, provisioner, "WaitForFirstConsumer");
    }

    public static StorageClass immediate(String name, String provisioner) {
        return type(name, provisioner, "Immediate");
    }

    private static StorageClass type(String name, String provisioner, String mode) {
        return new StorageClass(Yaml.decodeMap("{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: "
                + name + "}, provisioner: " + provisioner + ", reclaimPolicy: Delete, volumeBindingMode: " + mode
                + "}"));
    }

    /** A pod with a claim. */
    public static Pod user(String name, String claim) {
        return new Pod(Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: " + name
                + ", namespace: default, uid: uid-of-" + name + "}, spec: {containers: [{name: c, image: i}],"
                + " volumes: [{name: data, persistentVolumeClaim: {claimName: " + claim + "}}]}}"));
    }
}
