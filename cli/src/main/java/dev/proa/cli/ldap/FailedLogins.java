package dev.proa.cli.ldap;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts failed logins, so that passwords cannot be guessed quickly: five for a user in a minute. A login counts as failed from its beginning, so that
 * guesses at the same time count each. Safe for any thread.
 */
final class FailedLogins {
    private static final int MOST = 5;
    private static final int MOST_USERS = 10_000;
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    private record Failures(int count, Instant since) {}

    FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Counts a login.
     *
     * @param user what names the user, always written in the same way
     * @throws LoginException when the user's have failed too often
     */
    synchronized void begin(String user) throws LoginException {
        Instant now = clock.instant();
        Failures before = failures.remove(user);
        if (before == null || !now.isBefore(before.since().plus(WINDOW))) {
            before = new Failures(0, now);
        }
        failures.put(user, new Failures(Math.min(before.count() + 1, MOST), before.since()));
        if (failures.size() > MOST_USERS) {
            failures.remove(failures.keySet().iterator().next());
        }
        if (before.count() == MOST) {
            throw new LoginException(LoginException.Kind.TOO_MANY, "too many logins failed; try again in a minute");
        }
    }

    /** Takes back that a login counts, because nobody could say whether the password is right. */
    synchronized void undecided(String user) {
        failures.computeIfPresent(user, (name, some) -> new Failures(Math.max(0, some.count() - 1), some.since()));
    }

    synchronized void succeeded(String user) {
        failures.remove(user);
    }
}
