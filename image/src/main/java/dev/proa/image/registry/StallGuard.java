package dev.proa.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Aborts a download that makes no progress, since the HTTP client has no timeout for bodies. */
final class StallGuard implements AutoCloseable {
    private final InputStream body;
    private final Thread watcher;
    private volatile long last = System.nanoTime();

    StallGuard(InputStream body, Duration limit) {
        this.body = body;
        watcher = Thread.ofVirtual().name("download-stall-guard").start(() -> watch(limit));
    }

    /** Records that bytes have arrived. */
    void progress() {
        last = System.nanoTime();
    }

    private void watch(Duration limit) {
        try {
            for (long left = limit.toNanos(); left > 0; left = limit.toNanos() - (System.nanoTime() - last)) {
                Thread.sleep(Duration.ofNanos(left));
            }
            body.close();
        } catch (InterruptedException e) {
            // The download is over.
        } catch (IOException e) {
            // The reader will notice by itself.
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
