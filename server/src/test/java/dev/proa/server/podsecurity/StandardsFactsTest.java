package dev.proa.server.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.Facts;
import dev.proa.server.podsecurity.LevelVersion.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Says of upstream's fixture pods and of random ones what Kubernetes' own checks say, at each level and version ({@code facts/podsecurity}). */
class StandardsFactsTest {
    private static final int NEWEST = 36;

    /** Versions in which a check changes, as random pods are looked at in. */
    private static final Set<Integer> CHANGES = Set.of(0, 8, 19, 22, 23, 25, 27, 29, 31, 32, 34, 35, NEWEST);

    private final List<String> differences = new ArrayList<>();
    private int answers;
    private int fixtures;

    @Test
    void answersAsKubernetes() {
        for (MapValue fact : Facts.read("podsecurity.jsonl.gz")) {
            MapValue pod = fact.map("pod");
            Subject subject = new Subject(pod.map("metadata"), pod.map("spec"));
            for (Level level : new Level[] {Level.BASELINE, Level.RESTRICTED}) {
                compare(level, subject, fact.map("answers").list(level.toString()), fact.has("fixtures"));
            }
            fact.map("fixtures").forEach(entry -> fixtures(entry.getKey(), subject, (ListValue) entry.getValue()));
        }

        assertThat(differences).isEmpty();
        assertThat(answers).isGreaterThan(60_000);
        assertThat(fixtures).isGreaterThan(2_500);
    }

    private void compare(Level level, Subject pod, ListValue expected, boolean all) {
        int next = 0;
        for (int minor = 0; minor <= NEWEST; minor++) {
            if (next + 1 < expected.size() && expected.map(next + 1).integer("from", 0) == minor) {
                next++;
            }
            if (!all && !CHANGES.contains(minor)) {
                continue;
            }
            String reasons = expected.map(next).string("reasons");
            String details = expected.map(next).string("details");
            answer(new LevelVersion(level, minor), pod, reasons, details);
            if (minor == NEWEST) {
                answer(new LevelVersion(level, LevelVersion.LATEST), pod, reasons, details);
            }
        }
    }

    private void answer(LevelVersion policy, Subject pod, String reasons, String details) {
        answers++;
        List<Violation> violations = Standards.violations(policy, pod);
        if (!Violation.details(violations).equals(details)
                || !Violation.reasons(violations).equals(reasons)) {
            differences.add(
                    policy + " " + pod + "\n  theirs " + details + "\n  ours   " + Violation.details(violations));
        }
    }

    /** @param where as {@code baseline pass} */
    private void fixtures(String where, Subject pod, ListValue minors) {
        String[] words = where.split(" ");
        Level level = Level.valueOf(words[0].toUpperCase(Locale.ROOT));
        for (Object minor : minors) {
            fixtures++;
            LevelVersion policy = new LevelVersion(level, ((Long) minor).intValue());
            if (Standards.violations(policy, pod).isEmpty() != words[1].equals("pass")) {
                differences.add(policy + " should " + words[1] + ": " + pod);
            }
        }
    }
}
