package dev.proa.server.flowcontrol;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * After how many seconds those who were refused should come again: longer as long as many are refused, and shorter again when few are. For one
 * priority level. Thread-safe.
 */
final class RetryAfter {
    private static final int LONGEST = 32;

    private record Second(long at, long refused) {}

    private final Deque<Second> history = new ArrayDeque<>();
    private long current = Long.MIN_VALUE;
    private long refused;
    private int seconds = 1;
    private long raised = Long.MIN_VALUE / 2;

    /**
     * Counts one who is refused.
     *
     * @param now in seconds
     * @return after how many seconds to come again
     */
    synchronized int refuse(long now) {
        if (now == current) {
            refused++;
            return seconds;
        }
        if (refused > 0) {
            history.add(new Second(current, refused));
        }
        int kept = Math.min(2 * seconds, LONGEST);
        while (!history.isEmpty() && now - history.getFirst().at() > kept) {
            history.removeFirst();
        }
        current = now;
        refused = 1;
        adjust(now);
        return seconds;
    }

    private void adjust(long now) {
        long lately = 0;
        for (Second second : history) {
            if (now - second.at() <= seconds) {
                lately += second.refused();
            }
        }
        if (now - raised >= seconds && lately >= 3L * seconds) {
            seconds = Math.min(2 * seconds, LONGEST);
            raised = now;
        } else if (lately < seconds && seconds > 1) {
            seconds--;
        }
    }
}
