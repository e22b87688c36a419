package dev.proa.cli.ldap;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Counts failed logins, so that passwords cannot be guessed quickly: five for a name in a minute. Safe for any thread. */
final class FailedLogins {
    private static final int MOST = 5;
    private static final int MOST_NAMES = 10_000;
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    private record Failures(int count, Instant since) {}

    FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** @throws LoginException when the name has failed too often */
    synchronized void check(String login) throws LoginException {
        Failures some = failures.get(key(login));
        if (some != null
                && some.count() >= MOST
                && clock.instant().isBefore(some.since().plus(WINDOW))) {
            throw new LoginException(LoginException.Kind.TOO_MANY, "too many logins failed; try again in a minute");
        }
    }

    synchronized void failed(String login) {
        Instant now = clock.instant();
        Failures before = failures.remove(key(login));
        failures.put(
                key(login),
                before != null && now.isBefore(before.since().plus(WINDOW))
                        ? new Failures(before.count() + 1, before.since())
                        : new Failures(1, now));
        if (failures.size() > MOST_NAMES) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    synchronized void succeeded(String login) {
        failures.remove(key(login));
    }

    private static String key(String login) {
        return login.toLowerCase(Locale.ROOT);
    }
}
