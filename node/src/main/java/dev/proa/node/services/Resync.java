package dev.proa.node.services;

import dev.proa.client.clock.Clock;
import dev.proa.node.linux.netlink.NetlinkException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks packet rules every 30 s on a virtual thread, until it is closed: reloading a firewall may remove the rules of others. kube-proxy
 * does so by its {@code syncPeriod}.
 */
public final class Resync implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resync.class);
    private static final Duration EACH = Duration.ofSeconds(30);

    private final Thread thread;

    private Resync(Thread thread) {
        this.thread = thread;
    }

    /** @param check makes rules again that are gone; may block and throw {@link NetlinkException} */
    public static Resync start(Clock clock, Runnable check) {
        return new Resync(Thread.ofVirtual().name("network-resync").start(() -> run(clock, check)));
    }

    private static void run(Clock clock, Runnable check) {
        try {
            while (true) {
                clock.sleep(EACH);
                try {
                    check.run();
                } catch (NetlinkException e) {
                    LOG.warn("The packet rules are checked again in {} s: {}", EACH.toSeconds(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
