package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.KeyToPath;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.view.Views;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.pod.ConfigFailure;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files whose contents are the values of a ConfigMap or a Secret.
 *
 * @param files the volume's files by path, to which those of the object are added
 * @param defaultMode of files whose item names none
 */
record ObjectFiles(ReferencedObjects references, Map<String, AtomicWriter.File> files, int defaultMode) {
    /** Adds the keys of a ConfigMap, or those that {@code items} name. */
    void addConfigMap(String namespace, String name, List<KeyToPath> items, boolean optional)
            throws InterruptedException {
        ConfigMap found = references.configMap(namespace, name);
        if (found == null) {
            missing("configmap", name, optional);
            return;
        }
        Map<String, byte[]> data = new LinkedHashMap<>();
        found.data().forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8)));
        for (var entry : found.value().map("binaryData")) {
            data.put(entry.getKey(), Views.bytes(entry.getValue()));
        }
        add(data, items, optional, "configmap");
    }

    /** Adds the keys of a Secret, or those that {@code items} name. */
    void addSecret(String namespace, String name, List<KeyToPath> items, boolean optional) throws InterruptedException {
        Secret found = references.secret(namespace, name);
        if (found == null) {
            missing("secret", name, optional);
            return;
        }
        Map<String, byte[]> data = new LinkedHashMap<>();
        for (var entry : found.value().map("data")) {
            data.put(entry.getKey(), Views.bytes(entry.getValue()));
        }
        add(data, items, optional, "secret");
    }

    private static void missing(String kind, String name, boolean optional) {
        if (!optional) {
            throw new ConfigFailure(kind + " \"" + name + "\" not found");
        }
    }

    private void add(Map<String, byte[]> data, List<KeyToPath> items, boolean optional, String kind) {
        if (items.isEmpty()) {
            data.forEach((key, value) -> files.put(key, new AtomicWriter.File(value, defaultMode)));
            return;
        }
        for (KeyToPath item : items) {
            byte[] value = data.get(item.key());
            if (value != null) {
                files.put(item.path(), new AtomicWriter.File(value, item.hasMode() ? item.mode() : defaultMode));
            } else if (!optional) {
                throw new ConfigFailure(kind + " references non-existent " + kind + " key: " + item.key());
            }
        }
    }
}
