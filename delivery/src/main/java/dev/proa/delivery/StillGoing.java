package dev.proa.delivery;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;

/** Reports now and then that a build is still running, since one that downloads silently for minutes looks hung. */
final class StillGoing implements AutoCloseable {
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final Clock clock;
    private final Progress progress;
    private final Instant began;
    private Clock.Timer timer;
    private boolean closed;

    StillGoing(Clock clock, Progress progress) {
        this.clock = clock;
        this.progress = progress;
        this.began = clock.instant();
        this.timer = clock.schedule(SILENCE, this::remind);
    }

    /** Another message was printed. */
    synchronized void said(String message) {
        progress.detail(message);
        again();
    }

    private synchronized void remind() {
        if (!closed) {
            progress.detail("still building, after "
                    + Duration.between(began, clock.instant()).toSeconds() + " s");
            again();
        }
    }

    private void again() {
        timer.cancel();
        timer = clock.schedule(SILENCE, this::remind);
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.cancel();
    }
}
