package dev.proa.control.scheduler.extender;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.Extender;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Victims;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks an extender by HTTP. Names of fields are written as Go does it for types without tags, in capitals, and read whatever their case.
 */
public final class HttpExtender implements Extender, AutoCloseable {
    /** Most bytes of a response; those of some thousand whole nodes are fewer. */
    private static final long MAX_BODY = 256L << 20;

    private final ExtenderConfig config;
    private final HttpClient http;

    /** @throws dev.proa.client.Transport.TransportException when its certificates cannot be used */
    public HttpExtender(ExtenderConfig config) {
        this.config = config;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(config.timeout())
                .version(HttpClient.Version.HTTP_1_1)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (config.connection().server().getScheme().equals("https")) {
            builder.sslContext(config.connection().tls());
        }
        this.http = builder.build();
    }

    @Override
    public String name() {
        return config.connection().server().toString();
    }

    @Override
    public boolean isIgnorable() {
        return config.isIgnorable();
    }

    @Override
    public boolean isInterested(PodInfo pod) {
        Set<String> managed = config.managedResources();
        return managed.isEmpty()
                || asks(pod.pod().spec().containers(), managed)
                || asks(pod.pod().spec().initContainers(), managed);
    }

    private static boolean asks(List<Container> containers, Set<String> resources) {
        return containers.stream()
                .anyMatch(container -> container.resources().requests().keySet().stream()
                                .anyMatch(resources::contains)
                        || container.resources().limits().keySet().stream().anyMatch(resources::contains));
    }

    @Override
    public boolean filters() {
        return !config.filterVerb().isEmpty();
    }

    @Override
    public boolean prioritizes() {
        return !config.prioritizeVerb().isEmpty();
    }

    @Override
    public boolean preempts() {
        return !config.preemptVerb().isEmpty();
    }

    @Override
    public boolean binds() {
        return !config.bindVerb().isEmpty();
    }

    @Override
    public Filtered filter(PodInfo pod, List<NodeInfo> nodes) {
        Answer answer = answer(config.filterVerb(), about(pod, nodes));
        answer.failIfError();
        Map<String, NodeInfo> byName = new HashMap<>();
        nodes.forEach(node -> byName.put(node.name(), node));
        List<NodeInfo> left = new ArrayList<>();
        for (String name : names(answer)) {
            NodeInfo node = byName.get(name);
            if (node == null) {
                throw new ExtenderException("extender \"" + name() + "\" claims a filtered node \"" + name
                        + "\" which is not found in the input node list");
            }
            left.add(node);
        }
        return new Filtered(left, answer.texts("FailedNodes"), answer.texts("FailedAndUnresolvableNodes"));
    }

    private List<String> names(Answer answer) {
        List<String> names = new ArrayList<>();
        if (config.isNodeCacheCapable() && answer.get("NodeNames") instanceof ListValue list) {
            list.forEach(name -> names.add(String.valueOf(name)));
        } else if (answer.get("Nodes") instanceof MapValue nodes) {
            ListValue items = nodes.list("items");
            for (int i = 0; i < items.size(); i++) {
                names.add(items.map(i).map("metadata").string("name"));
            }
        }
        return names;
    }

    @Override
    public Map<String, Long> prioritize(PodInfo pod, List<NodeInfo> nodes) {
        if (!(ask(config.prioritizeVerb(), about(pod, nodes)) instanceof ListValue scores)) {
            throw new ExtenderException("extender \"" + name() + "\" has answered with no list of scores");
        }
        Map<String, Long> byNode = new HashMap<>();
        for (int i = 0; i < scores.size(); i++) {
            Answer score = new Answer(scores.map(i));
            if (score.get("Host") instanceof String host && score.get("Score") instanceof Long points) {
                byNode.merge(host, points * config.weight(), Long::sum);
            }
        }
        return byNode;
    }

    private MapValue about(PodInfo pod, List<NodeInfo> nodes) {
        ListValue names = null;
        MapValue list = null;
        if (config.isNodeCacheCapable()) {
            names = ListValue.copyOf(nodes.stream().map(NodeInfo::name).toList());
        } else {
            list = MapValue.of(
                    "metadata",
                    MapValue.EMPTY,
                    "items",
                    ListValue.copyOf(
                            nodes.stream().map(node -> node.node().value()).toList()));
        }
        return MapValue.of("Pod", pod.pod().value(), "Nodes", list, "NodeNames", names);
    }

    @Override
    public Map<String, Victims> preempt(PodInfo pod, Map<String, Victims> candidates, Snapshot snapshot) {
        MapValue.Builder byNode = MapValue.builder(candidates.size());
        candidates.forEach((node, victims) -> byNode.put(node, victims(victims)));
        boolean meta = config.isNodeCacheCapable();
        MapValue.Builder body = MapValue.builder(3).put("Pod", pod.pod().value());
        body.put("NodeNameToVictims", meta ? null : byNode.build());
        body.put("NodeNameToMetaVictims", meta ? byNode.build() : null);
        Answer answer = answer(config.preemptVerb(), body.build());
        Map<String, Victims> agreed = new LinkedHashMap<>();
        if (answer.get("NodeNameToMetaVictims") instanceof MapValue nodes) {
            for (Map.Entry<String, @Nullable Object> entry : nodes) {
                NodeInfo node = snapshot.get(entry.getKey());
                if (node == null) {
                    throw new ExtenderException("nodeinfo not found for node name \"" + entry.getKey() + "\"");
                }
                agreed.put(entry.getKey(), victims(new Answer(nodes.map(entry.getKey())), node));
            }
        }
        return agreed;
    }

    private MapValue victims(Victims victims) {
        List<MapValue> pods = victims.pods().stream()
                .map(pod -> config.isNodeCacheCapable()
                        ? MapValue.of("UID", pod.uid())
                        : pod.pod().value())
                .toList();
        return MapValue.of("Pods", ListValue.copyOf(pods), "NumPDBViolations", victims.violations());
    }

    private Victims victims(Answer answer, NodeInfo node) {
        List<PodInfo> pods = new ArrayList<>();
        if (answer.get("Pods") instanceof ListValue list) {
            for (int i = 0; i < list.size(); i++) {
                Object uid = new Answer(list.map(i)).get("UID");
                pods.add(node.pods().stream()
                        .filter(pod -> pod.uid().equals(uid))
                        .findFirst()
                        .orElseThrow(() -> new ExtenderException("extender: " + name() + " claims to preempt pod (UID: "
                                + uid + ") on node: " + node.name() + ", but the pod is not found on that node")));
            }
        }
        return new Victims(pods, answer.get("NumPDBViolations") instanceof Long number ? number : 0);
    }

    @Override
    public void bind(PodInfo info, String node) {
        Pod pod = info.pod();
        answer(
                        config.bindVerb(),
                        MapValue.of(
                                "PodName",
                                pod.name(),
                                "PodNamespace",
                                pod.namespace(),
                                "PodUID",
                                pod.uid(),
                                "Node",
                                node))
                .failIfError();
    }

    private Answer answer(String verb, MapValue body) {
        return new Answer(ask(verb, body) instanceof MapValue map ? map : MapValue.EMPTY);
    }

    private @Nullable Object ask(String verb, MapValue body) {
        String url = config.url() + "/" + verb;
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.encode(body)))
                .build();
        try {
            HttpResponse<byte[]> response = send(request);
            if (response.statusCode() != 200) {
                throw new ExtenderException(
                        "failed " + verb + " with extender at URL " + url + ", code " + response.statusCode());
            }
            return Json.decode(response.body());
        } catch (IOException | DecodeException e) {
            throw new ExtenderException("Post \"" + url + "\": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExtenderException("Post \"" + url + "\": interrupted", e);
        }
    }

    /** The timeout is for the whole exchange: that of a request ends with the head of the response. */
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY));
        try {
            return response.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("request timed out");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            response.cancel(true); // closes the connection of an exchange that has not ended
        }
    }

    @Override
    public void close() {
        http.close();
    }

    /** An object whose names may have any case. */
    private record Answer(MapValue value) {
        @Nullable
        Object get(String name) {
            for (Map.Entry<String, @Nullable Object> entry : value) {
                if (entry.getKey().equalsIgnoreCase(name)) {
                    return entry.getValue();
                }
            }
            return null;
        }

        Map<String, String> texts(String name) {
            Map<String, String> texts = new HashMap<>();
            if (get(name) instanceof MapValue map) {
                map.forEach(entry -> texts.put(entry.getKey(), String.valueOf(entry.getValue())));
            }
            return texts;
        }

        void failIfError() {
            if (get("Error") instanceof String error && !error.isEmpty()) {
                throw new ExtenderException(error);
            }
        }
    }
}
