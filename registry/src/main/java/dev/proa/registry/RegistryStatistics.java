package dev.proa.registry;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a registry has done since it was started. Thread-safe. */
public final class RegistryStatistics {
    private static final java.util.Set<String> METHODS =
            java.util.Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    private final Map<Answer, LongAdder> answers = new ConcurrentHashMap<>();
    private final LongAdder sent = new LongAdder();

    /**
     * A kind of answer.
     *
     * @param method of HTTP, or {@code other}
     * @param status of HTTP; 0 for requests that were not answered
     */
    public record Answer(String method, int status) implements Comparable<Answer> {
        @Override
        public int compareTo(Answer other) {
            int order = method.compareTo(other.method);
            return order != 0 ? order : Integer.compare(status, other.status);
        }
    }

    void answered(String method, int status, long bytes) {
        answers.computeIfAbsent(
                        new Answer(METHODS.contains(method) ? method : "other", status), kind -> new LongAdder())
                .increment();
        sent.add(bytes);
    }

    /** How many answers of each kind there were. */
    public Map<Answer, Long> answers() {
        Map<Answer, Long> counts = new TreeMap<>();
        answers.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }

    /** Bytes of manifests, blobs and lists that were sent. */
    public long sentBytes() {
        return sent.sum();
    }
}
