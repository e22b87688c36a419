package dev.proa.control.disruption;

import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport;
import dev.proa.client.clock.Clock;
import dev.proa.control.disruption.ControllerScales.Scale;
import dev.proa.control.disruption.ControllerScales.UnknownScaleException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads the subresource {@code scale} of objects of any kind. What discovery told of a version is remembered for half a minute. Thread-safe. */
final class ScaleSubresources {
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private final Client client;
    private final Clock clock;
    private final Map<String, Resources> versions = new ConcurrentHashMap<>();

    private record Resources(ListValue list, Instant until) {}

    ScaleSubresources(Client client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * The scale of an owner; null when it is gone.
     *
     * @throws UnknownScaleException when its kind is not served, or has no scale, or one that wants more pods than there can be
     */
    @Nullable
    Scale find(String namespace, OwnerReference owner) {
        String apiVersion = owner.apiVersion();
        ListValue resources = resources(apiVersion);
        String plural = plural(resources, owner.kind());
        if (plural == null) {
            throw new UnknownScaleException(
                    "no matches for kind \"" + owner.kind() + "\" in version \"" + apiVersion + "\"");
        }
        if (!hasScale(resources, plural)) {
            String group = apiVersion.contains("/") ? "." + apiVersion.substring(0, apiVersion.indexOf('/')) : "";
            throw new UnknownScaleException(plural + group + " does not implement the scale subresource");
        }
        MapValue scale;
        try {
            scale = get(root(apiVersion) + "/namespaces/" + namespace + "/" + plural + "/" + owner.name() + "/scale");
        } catch (StatusException e) {
            if (e.code() == 404) {
                return null;
            }
            throw e;
        }
        String uid = scale.map("metadata").string("uid");
        return uid.equals(owner.uid()) ? new Scale(uid, replicas(scale, plural + "/" + owner.name())) : null;
    }

    private static int replicas(MapValue scale, String name) {
        long replicas = scale.map("spec").integer("replicas", 0);
        if (replicas != (int) replicas) {
            throw new UnknownScaleException(
                    "the scale of " + name + " has spec.replicas " + replicas + ", which is no 32-bit number");
        }
        return (int) replicas;
    }

    private ListValue resources(String apiVersion) {
        Instant now = clock.instant();
        Resources remembered = versions.get(apiVersion);
        if (remembered != null && now.isBefore(remembered.until)) {
            return remembered.list;
        }
        ListValue list;
        try {
            list = get(root(apiVersion)).list("resources");
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
            list = ListValue.EMPTY;
        }
        versions.put(apiVersion, new Resources(list, now.plus(REMEMBERED)));
        return list;
    }

    private static @Nullable String plural(ListValue resources, String kind) {
        for (int i = 0; i < resources.size(); i++) {
            String name = resources.map(i).string("name");
            if (resources.map(i).string("kind").equals(kind) && name.indexOf('/') < 0) {
                return name;
            }
        }
        return null;
    }

    private static boolean hasScale(ListValue resources, String plural) {
        for (int i = 0; i < resources.size(); i++) {
            MapValue resource = resources.map(i);
            if (resource.string("name").equals(plural + "/scale")) {
                return resource.string("kind").equals("Scale");
            }
        }
        return false;
    }

    private static String root(String apiVersion) {
        return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion;
    }

    private MapValue get(String path) {
        return client.transport().call(new Transport.Request("get", path, Map.of(), null, null));
    }
}
