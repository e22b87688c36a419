package dev.proa.bench;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.bench.Line.Figure;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer.Verdict;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authorization.rbac.BootstrapPolicy;
import dev.proa.server.authorization.rbac.RbacAuthorizer;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One decision of the RBAC authorizer among 1,000 role bindings of one namespace, without any server around it. The real one's is
 * measured by {@code bench/authorizer}, in Go, with the same roles, bindings and requests.
 */
final class AuthorizerWork {
    private static final int BINDINGS = 1_000;
    private static final int DECISIONS = 2_000_000;
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final Pattern PRINTED = Pattern.compile("Benchmark(\\w+)-\\d+\\s+\\d+\\s+([\\d.]+) ns/op.*");

    private AuthorizerWork() {}

    /** Both kinds of decision. */
    private enum Asked {
        ALLOWED("allowed", "get", "pods", Verdict.ALLOW),
        NOOPINION("refused", "delete", "secrets", Verdict.NO_OPINION);

        final String text;
        final String verb;
        final String resource;
        final Verdict verdict;

        Asked(String text, String verb, String resource, Verdict verdict) {
            this.text = text;
            this.verb = verb;
            this.resource = resource;
            this.verdict = verdict;
        }
    }

    /** @param comparator the folder of the real one's measurement; null when only Proa is measured */
    static List<Line> run(@Nullable Path comparator) throws IOException, InterruptedException {
        Map<String, Double> real = comparator == null ? Map.of() : real(comparator);
        List<Line> lines = new ArrayList<>();
        try (MemoryStore store = MemoryStore.inMemory()) {
            fill(store);
            RbacAuthorizer authorizer = new RbacAuthorizer(store);
            for (Asked asked : Asked.values()) {
                List<AuthorizationAttributes> requests = requests(asked);
                decide(authorizer, requests, asked.verdict); // compiles it
                double nanos = decide(authorizer, requests, asked.verdict);
                Double its = real.get(asked.name());
                lines.add(new Line(
                        "RBAC among " + BINDINGS + " bindings: " + asked.text + " (limit 2 µs)",
                        micros(nanos),
                        its == null ? null : micros(its)));
            }
        }
        return lines;
    }

    private static double decide(RbacAuthorizer authorizer, List<AuthorizationAttributes> requests, Verdict expected) {
        long start = System.nanoTime();
        for (int i = 0; i < DECISIONS; i++) {
            Verdict verdict =
                    authorizer.authorize(requests.get(i % requests.size())).verdict();
            if (verdict != expected) {
                throw new IllegalStateException(verdict + " instead of " + expected);
            }
        }
        return (double) (System.nanoTime() - start) / DECISIONS;
    }

    private static List<AuthorizationAttributes> requests(Asked asked) {
        List<AuthorizationAttributes> requests = new ArrayList<>();
        for (int i = 0; i < BINDINGS; i++) {
            UserInfo user = new UserInfo("user-" + i, "", List.of("team", "system:authenticated"), Map.of());
            requests.add(
                    new AuthorizationAttributes(user, asked.verb, "", "v1", asked.resource, "", "shared", "web", ""));
        }
        return requests;
    }

    private static void fill(Store store) {
        BootstrapPolicy.objects().forEach(object -> put(store, object));
        for (int i = 0; i < BINDINGS; i++) {
            put(store, object("Role", i, """
                    "rules": [{"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["configmaps", "services"]},
                              {"verbs": ["*"], "apiGroups": ["apps"], "resources": ["deployments"]},
                              {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "pods/log"]}]"""));
            put(store, object("RoleBinding", i, """
                    "roleRef": {"apiGroup": "%s", "kind": "Role", "name": "team-%d"},
                    "subjects": [{"apiGroup": "%1$s", "kind": "User", "name": "user-%2$d"}]""".formatted(GROUP, i)));
        }
    }

    private static MapValue object(String kind, int number, String fields) {
        return Json.decodeMap("""
                {"apiVersion": "%s/v1", "kind": "%s", "metadata": {"namespace": "shared", "name": "team-%d"}, %s}
                """.formatted(GROUP, kind, number, fields));
    }

    private static void put(Store store, MapValue object) {
        MapValue metadata = object.map("metadata");
        String resource = object.string("kind").toLowerCase(Locale.ROOT) + "s." + GROUP;
        store.create(new Key(resource, metadata.string("namespace"), metadata.string("name")), object);
    }

    /** Nanoseconds by what was asked. */
    private static Map<String, Double> real(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("go", "test", "-bench", ".")
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, Double> nanos = new LinkedHashMap<>();
        process.inputReader().lines().forEach(line -> {
            Matcher printed = PRINTED.matcher(line);
            if (printed.matches()) {
                nanos.put(printed.group(1).toUpperCase(Locale.ROOT), Double.valueOf(printed.group(2)));
            }
        });
        if (process.waitFor() != 0) {
            throw new IllegalStateException("go test -bench failed in " + folder);
        }
        return nanos;
    }

    private static Figure micros(double nanos) {
        return Figure.of(String.format(Locale.ROOT, "%.2f µs", nanos / 1e3), nanos / 1e9);
    }
}
