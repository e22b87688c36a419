package dev.proa.embedded;

import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.embedded.ApiServerOptions.Form;
import dev.proa.server.encryption.Encryption;
import dev.proa.server.encryption.EncryptionMetrics;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.SqliteJournal;
import dev.proa.server.store.Store;
import dev.proa.server.store.ValueTransformer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The store of an API server, and its encryption as the flags {@code --encryption-provider-config*} of kube-apiserver say. */
final class AtRest implements AutoCloseable {
    private static final String CONFIG = "encryption-provider-config";
    private static final String RELOAD = "encryption-provider-config-automatic-reload";
    static final Map<String, Form> KNOWN = Map.of(CONFIG, Form.FILE, RELOAD, Form.BOOLEAN);

    private static final Duration RELOAD_EACH = Duration.ofMinutes(1);

    private static final Duration PROBE_EACH = Duration.ofSeconds(10);

    private final EncryptionMetrics metrics = new EncryptionMetrics();
    private final @Nullable Encryption encryption;
    private final boolean reloads;
    private final Store store;

    /**
     * Opens the store.
     *
     * @throws RuntimeException when its file or the configuration cannot be used; the message says why
     */
    AtRest(ApiServerConfig config) {
        reloads = config.options().bool(RELOAD, false);
        encryption = config.options()
                .file(CONFIG)
                .map(file -> new Encryption(file, metrics, new SecureRandom(), config.clock()))
                .orElse(null);
        if (encryption == null && reloads) {
            throw new IllegalArgumentException("\"--" + RELOAD + "\" flag was set without \"--" + CONFIG + "\"");
        }
        if (!config.durable()) {
            store = MemoryStore.inMemory();
            return;
        }
        ValueTransformer.Selector transformers = encryption == null ? ValueTransformer.Selector.IDENTITY : encryption;
        try {
            MemoryStore opened = MemoryStore.open(SqliteJournal.open(config.file("state.db"), transformers));
            if (encryption != null) {
                encryption.onChange(opened::rewrite);
            }
            store = opened;
        } catch (RuntimeException e) {
            if (encryption != null) {
                encryption.close();
            }
            throw e;
        }
    }

    Store store() {
        return store;
    }

    /** Shows the metrics, and reads the configuration again from time to time if that is wanted. */
    void start(PrometheusRegistry registry, Supervisor supervisor) {
        metrics.register(registry);
        if (encryption == null) {
            return;
        }
        LoopGroup loops = supervisor.group("encryption");
        loops.every(PROBE_EACH, "kms-probe", self -> encryption.probe());
        if (reloads) {
            loops.every(RELOAD_EACH, "encryption-config-reload", self -> encryption.reload());
        }
    }

    /** The health checks with that of the key services, if there are any or could be. */
    Map<String, String> checks(Map<String, String> others) {
        if (encryption == null || !encryption.hasServices() && !reloads) {
            return others;
        }
        Map<String, String> all = new LinkedHashMap<>(others);
        all.put("kms-providers", encryption.problem());
        return all;
    }

    @Override
    public void close() {
        store.close();
        if (encryption != null) {
            encryption.close();
        }
    }
}
