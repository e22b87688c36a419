package dev.proa.embedded;

import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of an API server. They are made on the side at once, or when they are first asked for: a server that does not listen
 * needs none before it calls a webhook. Thread-safe.
 */
final class EventLoops implements AutoCloseable {
    private @Nullable CompletableFuture<Vertx> vertx;
    private boolean closed;

    /** @param now whether they are needed soon */
    EventLoops(boolean now) {
        if (now) {
            vertx = EmbeddedApiServer.side(EventLoops::make);
        }
    }

    /** @throws IllegalStateException when the server was closed */
    Vertx get() {
        CompletableFuture<Vertx> made;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the API server was closed");
            }
            if (vertx == null) {
                vertx = CompletableFuture.completedFuture(make());
            }
            made = vertx;
        }
        return Blocking.join(made);
    }

    private static Vertx make() {
        // Channel ids need not be globally unique; without this Netty searches the network interfaces for a MAC
        // address.
        System.setProperty("io.netty.machineId", "00:00:00:00:00:00:00:01");
        // Kubelets and pods are called by address; Vert.x' DNS resolver would keep a port open to everybody.
        System.setProperty("vertx.disableDnsResolver", "true");
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
                .setUseDaemonThread(true)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return ConnectionGuard.vertx(options, ConnectionLimits.ofProcess());
    }

    @Override
    public void close() {
        CompletableFuture<Vertx> made;
        synchronized (this) {
            closed = true;
            made = vertx;
        }
        if (made != null) {
            EmbeddedApiServer.close(made, loops -> Blocking.await(loops.close()));
        }
    }
}
