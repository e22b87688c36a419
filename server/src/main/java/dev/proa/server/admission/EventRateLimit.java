package dev.proa.server.admission;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** Limits how many events come in a time. Kubernetes' admission plugin of this name. */
public final class EventRateLimit implements ValidatingPlugin {
    private static final double NANOS = 1e9;

    private final List<Enforcer> enforcers;

    /** What events share a limit. */
    public enum Type {
        Server,
        Namespace,
        User,
        SourceAndObject
    }

    /**
     * A limit.
     *
     * @param rate events a second
     * @param burst events at once
     * @param buckets how many namespaces, users or objects are remembered
     */
    public record Limit(Type type, long rate, long burst, int buckets) {
        private static final int USUAL_BUCKETS = 4096;

        /**
         * Reads the limits of {@code Configuration} of {@code eventratelimit.admission.k8s.io}.
         *
         * @throws IllegalArgumentException when they are not as they should be; the message says where
         */
        public static List<Limit> of(ConfigObject file) {
            file.require("eventratelimit.admission.k8s.io", Set.of("v1alpha1"), "Configuration");
            List<Limit> limits = new ArrayList<>();
            for (ConfigObject each : file.objects("limits")) {
                limits.add(one(each));
                each.end();
            }
            if (limits.isEmpty()) {
                throw file.problem("limits", "must not be empty");
            }
            return limits;
        }

        private static Limit one(ConfigObject given) {
            Type type;
            try {
                type = Type.valueOf(given.text("type", ""));
            } catch (IllegalArgumentException e) {
                throw given.problem("type", "supported values: Namespace, Server, SourceAndObject, User");
            }
            long burst = given.integer("burst", 0);
            if (burst <= 0) {
                throw given.problem("burst", "must be positive");
            }
            long rate = given.integer("qps", 0);
            if (rate <= 0) {
                throw given.problem("qps", "must be positive");
            }
            long buckets = given.integer("cacheSize", 0);
            if (type != Type.Server && buckets < 0) {
                throw given.problem("cacheSize", "must not be negative");
            }
            return new Limit(
                    type, rate, burst, buckets == 0 ? USUAL_BUCKETS : (int) Math.min(buckets, Integer.MAX_VALUE));
        }
    }

    /** @param nanos a clock that does not go back, as {@link System#nanoTime} */
    public EventRateLimit(List<Limit> limits, LongSupplier nanos) {
        enforcers = limits.stream().map(limit -> new Enforcer(limit, nanos)).toList();
    }

    @Override
    public String name() {
        return "EventRateLimit";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return (operation == Operation.CREATE || operation == Operation.UPDATE)
                && resource.toString().equals("events");
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        if (attributes.dryRun()) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (Enforcer each : enforcers) {
            String key = key(each.limit.type(), attributes);
            if (!each.accepts(key)) {
                problems.add("limit reached on type " + each.limit.type() + " for key " + key);
            }
        }
        if (!problems.isEmpty()) {
            throw StatusException.of(
                    Reason.TooManyRequests,
                    "Too many requests: "
                            + (problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]"),
                    MapValue.EMPTY);
        }
    }

    private static String key(Type type, AdmissionAttributes attributes) {
        return switch (type) {
            case Server -> "";
            case Namespace -> attributes.namespace();
            case User -> attributes.user().name();
            case SourceAndObject -> {
                MapValue source = attributes.object().map("source");
                MapValue object = attributes.object().map("involvedObject");
                yield source.string("component")
                        + source.string("host")
                        + object.string("kind")
                        + object.string("namespace")
                        + object.string("name")
                        + object.string("uid")
                        + object.string("apiVersion");
            }
        };
    }

    /** A bucket of tokens for each key, those that were used last. */
    private static final class Enforcer {
        final Limit limit;
        private final LongSupplier nanos;
        private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > limit.buckets();
            }
        };

        /**
         * @param tokens how many there were
         * @param at when
         */
        private record Bucket(double tokens, long at) {}

        Enforcer(Limit limit, LongSupplier nanos) {
            this.limit = limit;
            this.nanos = nanos;
        }

        synchronized boolean accepts(String key) {
            long now = nanos.getAsLong();
            Bucket before = buckets.getOrDefault(key, new Bucket(limit.burst(), now));
            double tokens = Math.min(limit.burst(), before.tokens() + (now - before.at()) / NANOS * limit.rate());
            boolean accepted = tokens >= 1;
            buckets.put(key, new Bucket(accepted ? tokens - 1 : tokens, now));
            return accepted;
        }
    }
}
