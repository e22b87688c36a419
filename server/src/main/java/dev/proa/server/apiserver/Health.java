package dev.proa.server.apiserver;

import dev.proa.server.store.Store;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code /healthz}, {@code /livez} and {@code /readyz}, each whole, with {@code ?verbose}, and check by check. */
final class Health {
    private final List<Check> live;
    private final List<Check> ready;
    private volatile boolean started;
    private volatile boolean stopping;

    private record Check(String name, BooleanSupplier passes) {}

    Health(Store store) {
        Check ping = new Check("ping", () -> true);
        Check storage = new Check("etcd", () -> store.revision() > 0);
        live = List.of(ping, storage);
        ready = List.of(
                ping,
                storage,
                new Check("poststarthook/start-system-namespaces-controller", () -> started),
                new Check("shutdown", () -> !stopping));
    }

    /** What every request may rely on is there now. */
    void started() {
        started = true;
    }

    /** No new requests are to be sent here. */
    void stopping() {
        stopping = true;
    }

    /** Null when the path is not about health. */
    @Nullable
    ApiResponse answer(String path, Query query) {
        int slash = path.indexOf('/', 1);
        String name = slash < 0 ? path : path.substring(0, slash);
        List<Check> checks = switch (name) {
            case "/livez" -> live;
            case "/readyz" -> ready;
            case "/healthz" -> live;
            default -> null;
        };
        if (checks == null) {
            return null;
        }
        return slash < 0 || slash == path.length() - 1
                ? all(name.substring(1), checks, query)
                : one(path.substring(slash + 1), checks);
    }

    private static @Nullable ApiResponse one(String name, List<Check> checks) {
        for (Check check : checks) {
            if (check.name().equals(name)) {
                return check.passes().getAsBoolean()
                        ? NonResourceHandler.text(200, "ok")
                        : NonResourceHandler.text(500, "internal server error: " + name + " is not ready yet\n");
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
            boolean passes = check.passes().getAsBoolean();
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
