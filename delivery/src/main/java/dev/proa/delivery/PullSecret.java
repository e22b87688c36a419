package dev.proa.delivery;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.source.Templates;
import dev.proa.image.registry.RegistryCredentials;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The Secret by which nodes pull images from a registry, and its place in the pods that need it.
 *
 * @param registry host and port of the registry
 */
public record PullSecret(String registry, RegistryCredentials credentials) {
    /** Adds the Secret of an application, and names it in the pods with images of the registry. */
    List<MapValue> into(List<MapValue> manifests, String app, String namespace) {
        String name = app + "-pull";
        List<MapValue> all = new ArrayList<>();
        all.add(secret(name, app, namespace));
        for (MapValue manifest : manifests) {
            all.add(Templates.changePods(manifest, pod -> pulls(pod) ? named(pod, name) : pod));
        }
        return all;
    }

    private boolean pulls(MapValue pod) {
        return pod.list("containers").stream()
                .anyMatch(container ->
                        container instanceof MapValue map && map.string("image").startsWith(registry + "/"));
    }

    private static MapValue named(MapValue pod, String name) {
        MapValue reference = MapValue.of("name", name);
        ListValue secrets = pod.list("imagePullSecrets");
        return secrets.contains(reference) ? pod : pod.with("imagePullSecrets", secrets.plus(reference));
    }

    private MapValue secret(String name, String app, String namespace) {
        MapValue login = MapValue.of("username", credentials.user(), "password", credentials.password());
        MapValue config = MapValue.of("auths", MapValue.of(registry, login));
        String encoded =
                Base64.getEncoder().encodeToString(Json.toString(config).getBytes(StandardCharsets.UTF_8));
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                "Secret",
                "metadata",
                MapValue.of("name", name, "namespace", namespace, "labels", MapValue.of("app.kubernetes.io/name", app)),
                "type",
                "kubernetes.io/dockerconfigjson",
                "data",
                MapValue.of(".dockerconfigjson", encoded));
    }
}
