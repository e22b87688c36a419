package dev.proa.api.codec;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a pod takes to be decoded, encoded and read, and what it holds in memory. Not a test; run it with
 *
 * <pre>java -Xmx2g -XX:+UseSerialGC -cp api/target/classes:api/target/test-classes:JACKSON dev.proa.api.codec.JsonTiming</pre>
 */
public final class JsonTiming {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private JsonTiming() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException {
        byte[] json;
        try (InputStream in = JsonTiming.class.getResourceAsStream("/dev/proa/api/pod.json")) {
            json = in.readAllBytes();
        }
        MapValue pod = Json.decodeMap(json);
        System.out.printf(Locale.ROOT, "pod of %,d bytes%n", json.length);
        measure("decode", () -> Json.decodeMap(json).size());
        measure("decode strictly", () -> ((MapValue) Json.decode(json, path -> {})).size());
        measure("encode", () -> Json.encode(pod).length);
        Pod view = new Pod(pod);
        measure("read a view", () -> read(view));
        measure(
                "change a view",
                () -> view.withStatus(s -> s.withPhase("Running")).value().size());
        memory(json);
    }

    private static int read(Pod pod) {
        int sum = pod.metadata().name().length()
                + pod.spec().nodeName().length()
                + pod.status().phase().length();
        for (Container container : pod.spec().containers()) {
            sum += container.image().length() + container.ports().size();
        }
        return sum;
    }

    private interface Work {
        int run();
    }

    private static void measure(String name, Work work) {
        int sum = 0;
        long best = Long.MAX_VALUE;
        long allocated = 0;
        for (int round = 0; round < 12; round++) {
            int times = 10_000;
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                sum += work.run();
            }
            best = Math.min(best, (System.nanoTime() - start) / times);
            allocated = (THREADS.getCurrentThreadAllocatedBytes() - bytes) / times;
        }
        System.out.printf(Locale.ROOT, "%-14s %,8d ns, %,8d bytes allocated (%d)%n", name, best, allocated, sum & 1);
    }

    private static void memory(byte[] json) {
        List<MapValue> pods = new ArrayList<>();
        long before = used();
        for (int i = 0; i < 12_000; i++) {
            pods.add(Json.decodeMap(json));
        }
        long after = used();
        System.out.printf(
                Locale.ROOT,
                "%,d pods hold %,d MB, %,d bytes each%n",
                pods.size(),
                (after - before) >> 20,
                (after - before) / pods.size());
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
