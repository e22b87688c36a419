package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Valid requests of every verb and kind, wrong in one or more random places: whatever is wrong is the client's mistake, and is answered so.
 * With {@code -Dproa.requests=1000000} as many as wanted, with {@code -Dproa.seed=N} the same again.
 */
class RandomRequestsTest {
    private static final int REQUESTS = Integer.getInteger("proa.requests", 10_000);
    private static final List<String> PATCHES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml");
    private static final List<String> NAMES = List.of(
            "$patch",
            "$retainKeys",
            "$setElementOrder/containers",
            "$deleteFromPrimitiveList/finalizers",
            "metadata",
            "spec",
            "status",
            "kind",
            "apiVersion",
            "",
            "a/b",
            "x\u0000",
            "ü",
            "constructor",
            "name",
            "labels");
    private static final List<String> QUERIES = List.of(
            "",
            "dryRun=All",
            "dryRun=Some",
            "fieldValidation=Strict",
            "fieldValidation=x",
            "fieldManager=" + "m".repeat(200),
            "force=true",
            "gracePeriodSeconds=-1",
            "gracePeriodSeconds=99999999999999999999",
            "propagationPolicy=Never",
            "resourceVersion=-1",
            "resourceVersion=abc",
            "resourceVersionMatch=Exact",
            "limit=-1",
            "limit=x",
            "continue=%00%ff",
            "labelSelector=a%20in%20(",
            "fieldSelector=spec.x%3Dy",
            "timeoutSeconds=x",
            "orphanDependents=maybe");

    private final long seed = Long.getLong("proa.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<Target> targets = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** An object and where it is; {@code collection} is where it is created. */
    private record Target(ResourceType type, MapValue object, String collection) {
        String path() {
            return collection + "/" + object.map("metadata").string("name");
        }
    }

    private static List<MapValue> validObjects() throws IOException {
        List<MapValue> objects = new ArrayList<>();
        for (String document :
                Files.readString(Path.of("src/test/facts/valid.yaml")).split("(?m)^---$")) {
            objects.add(Yaml.decodeMap(document).without("recording"));
        }
        return objects;
    }

    private void collect(InProcess api) throws IOException {
        for (MapValue object : validObjects()) {
            ResourceType type = ResourceCatalog.builtin().byKind(object.string("apiVersion"), object.string("kind"));
            if (type == null) {
                continue;
            }
            String root = type.group().isEmpty() ? "/api/v1" : "/apis/" + type.group() + "/" + type.version();
            Target target =
                    new Target(type, object, root + (type.namespaced() ? "/namespaces/default/" : "/") + type.plural());
            targets.add(target);
            try {
                api.call("create", target.collection, object);
            } catch (StatusException e) {
                // One that is only asked about, or whose name is another's already.
                assertThat(e.code()).as(e.getMessage()).isBetween(400, 499);
            }
        }
    }

    @Test
    void neverFailTheServer() throws Exception {
        System.out.println("seed " + seed);
        Map<Integer, Integer> codes = new TreeMap<>();
        try (InProcess api = new InProcess()) {
            collect(api);
            for (int i = 0; i < REQUESTS; i++) {
                Target target = targets.get(random.nextInt(targets.size()));
                codes.merge(request(api, target), 1, Integer::sum);
            }
        }
        System.out.println("answers by code: " + codes);
        assertThat(failures).as("seed %d", seed).isEmpty();
        assertThat(codes.keySet()).contains(200, 201, 400, 404, 409, 422);
    }

    private int request(InProcess api, Target target) {
        String verb = pick(
                List.of("create", "create", "update", "update", "patch", "patch", "patch", "delete", "get", "list"));
        String path = verb.equals("create") || verb.equals("list") ? target.collection : target.path();
        List<ResourceType.Subresource> subresources = target.type.subresources();
        if (!subresources.isEmpty() && random.nextInt(4) == 0) {
            path = target.path() + "/"
                    + subresources.get(random.nextInt(subresources.size())).name();
        }
        Object body = verb.equals("patch") && random.nextBoolean() ? operations(target.object) : target.object;
        for (int i = random.nextInt(3); i >= 0; i--) {
            body = mutated(body, 6);
        }
        String type = verb.equals("patch") ? pick(PATCHES) : "application/json";
        String query = pick(QUERIES);
        String text = verb.equals("get") || verb.equals("list") ? "" : Json.toString(body);
        if (random.nextInt(50) == 0 && !text.isEmpty()) {
            text = text.substring(0, random.nextInt(text.length()));
        }
        String request = verb + " " + path + "?" + query + " " + type + " " + text;
        try {
            return api.send(verb, query.isEmpty() ? path : path + "?" + query, text, type)
                    .status();
        } catch (StatusException e) {
            // 503: there is no kubelet, pod or endpoint to pass it on to.
            if (e.code() >= 500 && e.code() != 503) {
                failures.add(e.getMessage() + "\n    " + request);
            }
            return e.code();
        } catch (RuntimeException e) {
            StackTraceElement where = e.getStackTrace().length == 0 ? null : e.getStackTrace()[0];
            failures.add(e + " at " + where + "\n    " + request);
            return 500;
        }
    }

    private ListValue operations(MapValue object) {
        String path = "/"
                + object.nameAt(random.nextInt(object.size()))
                        .replace("~", "~0")
                        .replace("/", "~1");
        return ListValue.of(MapValue.of(
                "op",
                pick(List.of("add", "remove", "replace", "move", "copy", "test", "other")),
                "path",
                random.nextInt(4) == 0 ? path + "/-" : path,
                "from",
                path,
                "value",
                anything(3)));
    }

    /** The value with something else in one place of it. */
    private @Nullable Object mutated(@Nullable Object value, int depth) {
        if (depth > 0 && random.nextInt(8) > 0) {
            if (value instanceof MapValue map && !map.isEmpty()) {
                int i = random.nextInt(map.size());
                return switch (random.nextInt(12)) {
                    case 0 -> map.without(map.nameAt(i));
                    case 1 -> map.with(pick(NAMES), anything(2));
                    default -> map.with(map.nameAt(i), mutated(map.valueAt(i), depth - 1));
                };
            }
            if (value instanceof ListValue list && !list.isEmpty()) {
                int i = random.nextInt(list.size());
                return switch (random.nextInt(8)) {
                    case 0 -> list.without(i);
                    case 1 -> list.plus(anything(2));
                    case 2 -> list.plus(list.get(i));
                    default -> list.with(i, mutated(list.get(i), depth - 1));
                };
            }
        }
        return anything(2);
    }

    private @Nullable Object anything(int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 11)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> (long) random.nextInt(-2, 70_000);
            case 4 -> random.nextDouble() * 1e20;
            case 5 -> "";
            case 6 -> pick(NAMES);
            case 7 -> "x".repeat(random.nextInt(300));
            case 8 ->
                pick(List.of(
                        "1e1000000",
                        "1Ei",
                        "-0",
                        "0.1",
                        "10.0.0.1",
                        "::1",
                        "2026-01-01T00:00:00Z",
                        "delete",
                        "replace"));
            case 9 -> MapValue.EMPTY;
            case 10 -> ListValue.EMPTY;
            case 11 -> MapValue.of(pick(NAMES), anything(depth - 1));
            case 12 -> ListValue.of(anything(depth - 1), anything(depth - 1));
            default ->
                new String(
                        new byte[] {(byte) random.nextInt(128), (byte) random.nextInt(128)}, StandardCharsets.US_ASCII);
        };
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
