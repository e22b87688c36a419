package dev.proa.server.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.TestAttributes;
import dev.proa.server.apiserver.AdmissionPlugins;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.strategy.Allocation;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.Strategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What strategies make of the objects of {@code objects.yaml} and {@code bad.yaml} is what the real API server made of them. */
class StrategyFactsTest {
    private static final RequestContext CONTEXT = new RequestContext("admin", "", List.of(), Map.of(), Instant.EPOCH);
    /** Values that differ from run to run. */
    private static final Set<String> GIVEN = Set.of(
            "clusterIP", "clusterIPs", "nodePort", "resourceVersion", "lastTransitionTime", "lastPhaseTransitionTime");

    private final MemoryStore store = MemoryStore.inMemory();
    private final AdmissionChain admission = new AdmissionChain(AdmissionPlugins.standard());
    private final Strategies strategies = new Strategies(new ServiceRanges("10.96.0.0/16"));

    StrategyFactsTest() {
        store.create(new Key("namespaces", "", "facts"), MapValue.of("metadata", MapValue.of("name", "facts")));
        for (String name : List.of("default", "builder")) {
            store.create(
                    new Key("serviceaccounts", "facts", name),
                    MapValue.of("metadata", MapValue.of("name", name, "namespace", "facts")));
        }
        // What the real server had given out before the recording.
        MapValue kubernetes = MapValue.of("type", "ClusterIP", "clusterIP", "10.96.0.1");
        Allocation allocation = strategies
                .of("", "v1", "services", true)
                .allocate(null, MapValue.of("spec", kubernetes), store.snapshot(), false);
        allocation.create(store, new Key("services", "default", "kubernetes"), allocation.object());
    }

    @TestFactory
    Stream<DynamicTest> equalsTheRecordedAnswers() {
        return Facts.read("created.jsonl").stream().map(fact -> {
            MapValue request = fact.map("request");
            String name = fact.string("path") + " " + request.map("metadata").string("name") + " " + fact.get("code");
            return DynamicTest.dynamicTest(name + " " + Integer.toHexString(request.hashCode()), () -> compare(fact));
        });
    }

    private void compare(MapValue fact) {
        long code = fact.integer("code", 0);
        String message = fact.map("answer").string("message");
        if (code == 400 || message.contains("PEM block")) {
            return; // refused by the decoder, or by what reads certificates
        }
        boolean update = fact.has("old");
        List<String> parts = new ArrayList<>(List.of(fact.string("path").split("/")));
        if (update) {
            parts.removeLast();
        }
        String group = parts.get(1).equals("api") ? "" : parts.get(2);
        String version = parts.get(group.isEmpty() ? 2 : 3);
        ResourceType type = ResourceCatalog.builtin().byPlural(group, version, parts.getLast());
        assertThat(type).isNotNull();
        Strategy strategy = strategies.of(group, version, type.plural(), type.namespaced());
        MapValue answer = fact.map("answer");
        try {
            MapValue made = update ? updated(strategy, type, fact) : created(strategy, type, fact);
            assertThat(code).as(message).isLessThan(300);
            Map<String, Object> expected = new TreeMap<>();
            Map<String, Object> actual = new TreeMap<>();
            flatten("", answer, expected);
            flatten("", strategy.fromStorage(made), actual);
            expected.keySet().removeIf(StrategyFactsTest::comesLater);
            Map<String, Object> both = new TreeMap<>(expected);
            both.entrySet().retainAll(actual.entrySet());
            expected.entrySet().removeAll(both.entrySet());
            actual.entrySet().removeAll(both.entrySet());
            assertThat(actual).isEqualTo(expected);
        } catch (StatusException e) {
            assertThat(code).as(e.getMessage()).isGreaterThan(300);
            assertThat(causes(e.status())).as(e.getMessage()).containsExactlyInAnyOrderElementsOf(causes(answer));
            assertThat(e.code()).isEqualTo((int) code);
        }
    }

    private MapValue created(Strategy strategy, ResourceType type, MapValue fact) {
        MapValue request = fact.map("request");
        MapValue answered = fact.map("answer").map("metadata");
        MapValue object = request.withMap("metadata", meta -> {
            MapValue.Builder identity = meta.toBuilder();
            if (type.namespaced()) {
                identity.put("namespace", "facts");
            }
            if (meta.has("generateName")) {
                identity.put("name", fact.map("answer").map("details").string("name"));
            }
            identity.putIfPresent("uid", answered.get("uid"));
            identity.putIfPresent("creationTimestamp", answered.get("creationTimestamp"));
            return identity.build();
        });
        object = admission.mutate(TestAttributes.of(
                Operation.CREATE,
                type,
                strategy.toStorage(strategy.defaulted(object)),
                MapValue.EMPTY,
                store.snapshot()));
        Allocation allocation = strategy.allocate(null, object, store.snapshot(), false);
        MapValue prepared = strategy.prepareForCreate(allocation.object(), CONTEXT);
        reject(type, prepared, strategy.validateCreate(prepared));
        return prepared;
    }

    private MapValue updated(Strategy strategy, ResourceType type, MapValue fact) {
        MapValue old = strategy.toStorage(fact.map("old"));
        MapValue merged = merged(fact.map("old"), fact.map("request"));
        MapValue object = admission.mutate(TestAttributes.of(
                Operation.UPDATE, type, strategy.toStorage(strategy.defaulted(merged)), old, store.snapshot()));
        Allocation allocation = strategy.allocate(old, object, store.snapshot(), false);
        MapValue prepared = strategy.prepareForUpdate("", allocation.object(), old);
        reject(type, prepared, strategy.validateUpdate("", prepared, old));
        return prepared;
    }

    private static void reject(ResourceType type, MapValue object, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid(
                    type.kindInErrors(), object.map("metadata").string("name"), errors);
        }
    }

    /** RFC 7386. */
    private static MapValue merged(MapValue target, MapValue patch) {
        MapValue result = target;
        for (Map.Entry<String, @Nullable Object> entry : patch) {
            Object value = entry.getValue();
            if (value == null) {
                result = result.without(entry.getKey());
            } else if (value instanceof MapValue inner) {
                result = result.with(entry.getKey(), merged(result.map(entry.getKey()), inner));
            } else {
                result = result.with(entry.getKey(), value);
            }
        }
        return result;
    }

    /** Reason, field and message of each cause; values that Go shows by its internal structures are left out. */
    private static List<String> causes(MapValue status) {
        List<String> causes = new ArrayList<>();
        ListValue list = status.map("details").list("causes");
        for (int i = 0; i < list.size(); i++) {
            MapValue cause = list.map(i);
            String message = cause.string("message")
                    .replaceAll("(?s)\n.*", "")
                    .replaceAll("value: (\\{.*\\}|null): ", "value: {}: ");
            causes.add(cause.string("reason") + " " + cause.string("field") + " " + message);
        }
        if (causes.isEmpty()) {
            causes.add(status.string("message"));
        }
        return causes;
    }

    /** What the node alone knows. */
    private static boolean comesLater(String path) {
        return path.startsWith(".status.daemonEndpoints");
    }

    /** The leaves of a value by their paths. Empty objects and lists do not count. */
    private static void flatten(String path, @Nullable Object value, Map<String, Object> leaves) {
        switch (value) {
            case MapValue map -> {
                for (Map.Entry<String, @Nullable Object> entry : map) {
                    if (!GIVEN.contains(entry.getKey())) {
                        flatten(path + "." + entry.getKey(), entry.getValue(), leaves);
                    }
                }
            }
            case ListValue list -> {
                for (int i = 0; i < list.size(); i++) {
                    flatten(path + "[" + i + "]", list.get(i), leaves);
                }
            }
            case String text
            when !text.isEmpty() -> leaves.put(path, text.replaceAll("kube-api-access-[a-z0-9]{5}", "kube-api-access"));
            case Long number -> leaves.put(path, number);
            case Double number -> leaves.put(path, number);
            case Boolean bool -> leaves.put(path, bool);
            case null, default -> {}
        }
    }
}
