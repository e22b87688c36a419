package dev.proa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class UnauthenticatedConnectionsTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    private final UnauthenticatedConnections<String> strangers =
            new UnauthenticatedConnections<>(8, 8, connection -> connection.startsWith("silent"));

    @Test
    void theOldestGivesWayToTheNewest() {
        for (int i = 0; i < 8; i++) {
            assertThat(strangers.add(HERE, "c" + i)).isNull();
        }
        assertThat(strangers.add(HERE, "c8")).isEqualTo("c0");
        assertThat(strangers.add(HERE, "c9")).isEqualTo("c1");
        assertThat(strangers.count()).isEqualTo(8);
    }

    @Test
    void whoHasSaidNothingGivesWayBeforeWhoHas() {
        for (int i = 0; i < 7; i++) {
            strangers.add(HERE, "c" + i);
        }
        strangers.add(HERE, "silent");
        assertThat(strangers.add(HERE, "silent too")).isEqualTo("silent");
        assertThat(strangers.add(HERE, "c8")).isEqualTo("silent too");
        assertThat(strangers.add(HERE, "silent, but new")).isEqualTo("c0");
    }

    @Test
    void whoHasTheMostGivesWayToOthers() {
        for (int i = 0; i < 4; i++) {
            strangers.add(HERE, "c" + i);
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(strangers.add(InetAddress.ofLiteral("10.0.0." + i), "other"))
                    .isNull();
        }
        assertThat(strangers.add(InetAddress.ofLiteral("10.0.0.5"), "other")).isEqualTo("c0");
    }

    @Test
    void anAddressHasItsShareOnly() {
        InetAddress other = InetAddress.ofLiteral("10.0.0.2");
        UnauthenticatedConnections<String> few = new UnauthenticatedConnections<>(4, 3, connection -> false);
        assertThat(few.add(HERE, "a")).isNull();
        assertThat(few.add(HERE, "b")).isNull();
        assertThat(few.add(other, "x")).isNull();
        assertThat(few.add(HERE, "c")).isNull();
        assertThat(few.add(HERE, "d")).isEqualTo("a");
        assertThat(few.add(other, "y")).isEqualTo("b");
        few.remove(HERE, "c");
        few.remove(HERE, "c");
        assertThat(few.add(other, "z")).isNull();
        assertThat(few.add(other, "w")).isEqualTo("x");
    }

    @Test
    void theNewestGetsInEvenWhenAllHaveOneEach() {
        for (int i = 0; i < 100; i++) {
            String newest = "c" + i;
            assertThat(strangers.add(InetAddress.ofLiteral("10.0.0." + i), newest))
                    .isNotEqualTo(newest);
        }
        assertThat(strangers.count()).isEqualTo(8);
    }

    @Test
    void whoHasLeftDoesNotCount() {
        strangers.add(HERE, "a");
        strangers.remove(HERE, "a");
        strangers.remove(HERE, "a");
        assertThat(strangers.count()).isZero();
    }
}
