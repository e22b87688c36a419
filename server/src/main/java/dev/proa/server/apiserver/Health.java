package dev.proa.server.apiserver;

import dev.proa.server.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /healthz}, {@code /livez} and {@code /readyz}, each whole, with {@code ?verbose}, and check by check. */
final class Health {
    /** That a key service is away is nothing that a new start would mend: as in Kubernetes, it is no matter of {@code /livez}. */
    private static final String KEY_SERVICES = "kms-providers";

    private final List<Check> live;
    private final List<Check> ready;
    private volatile Supplier<Map<String, String>> others = Map::of;
    private volatile boolean started;
    private volatile boolean stopping;

    /** @param problem what is wrong; empty when the check passes */
    private record Check(String name, Supplier<String> problem) {
        static Check of(String name, BooleanSupplier passes) {
            return new Check(name, () -> passes.getAsBoolean() ? "" : name + " is not ready yet");
        }
    }

    Health(Store store) {
        Check ping = Check.of("ping", () -> true);
        Check storage = Check.of("etcd", () -> store.revision() > 0);
        live = List.of(ping, storage);
        ready = List.of(
                ping,
                storage,
                Check.of("poststarthook/start-system-namespaces-controller", () -> started),
                Check.of("shutdown", () -> !stopping));
    }

    /** The objects that every request relies on exist. */
    void started() {
        started = true;
    }

    /** No new requests should be sent here. */
    void stopping() {
        stopping = true;
    }

    /** Sets the checks of what runs beside the server. */
    void others(Supplier<Map<String, String>> checks) {
        others = checks;
    }

    /** Answers a health request; null for other paths. */
    @Nullable
    ApiResponse answer(String path, Query query) {
        int slash = path.indexOf('/', 1);
        String name = slash < 0 ? path : path.substring(0, slash);
        List<Check> own = switch (name) {
            case "/livez" -> live;
            case "/readyz" -> ready;
            case "/healthz" -> live;
            default -> null;
        };
        if (own == null) {
            return null;
        }
        List<Check> checks = new ArrayList<>(own);
        others.get().forEach((check, problem) -> {
            if (!name.equals("/livez") || !check.equals(KEY_SERVICES)) {
                checks.add(new Check(check, () -> problem));
            }
        });
        return slash < 0 || slash == path.length() - 1
                ? all(name.substring(1), checks, query)
                : one(path.substring(slash + 1), checks);
    }

    private static @Nullable ApiResponse one(String name, List<Check> checks) {
        for (Check check : checks) {
            if (check.name().equals(name)) {
                String problem = check.problem().get();
                return problem.isEmpty()
                        ? NonResourceHandler.text(200, "ok")
                        : NonResourceHandler.text(500, "internal server error: " + problem + "\n");
            }
        }
        return null;
    }

    private static ApiResponse all(String name, List<Check> checks, Query query) {
        StringBuilder report = new StringBuilder();
        boolean passed = true;
        List<String> excluded = query.all("exclude");
        for (Check check : checks) {
            if (excluded.contains(check.name())) {
                report.append("[+]").append(check.name()).append(" excluded: ok\n");
                continue;
            }
            boolean passes = check.problem().get().isEmpty();
            passed &= passes;
            report.append(passes ? "[+]" : "[-]")
                    .append(check.name())
                    .append(passes ? " ok\n" : " failed: reason withheld\n");
        }
        if (passed && !query.flag("verbose")) {
            return NonResourceHandler.text(200, "ok");
        }
        report.append(name).append(passed ? " check passed\n" : " check failed\n");
        return NonResourceHandler.text(passed ? 200 : 500, report.toString());
    }
}
