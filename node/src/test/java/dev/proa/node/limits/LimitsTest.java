package dev.proa.node.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("10.0.0.2");

    @Test
    void anOwnerHasItsPlacesOnly() {
        ConcurrencyLimit<String> places = new ConcurrencyLimit<>(3, 2);
        assertThat(places.take("a")).isTrue();
        assertThat(places.take("a")).isTrue();
        assertThat(places.take("a")).isFalse();
        assertThat(places.take("b")).isTrue();
        assertThat(places.take("c")).isFalse();
        places.give("a");
        places.give("nobody");
        assertThat(places.take("c")).isTrue();
        assertThat(places.take("b")).isFalse();
    }

    @Test
    void anAddressAsksAsOftenAsItMay() {
        Rates rates = new Rates(10, 2);
        assertThat(rates.take(ONE, 0)).isTrue();
        assertThat(rates.take(ONE, 0)).isTrue();
        assertThat(rates.take(ONE, 0)).isFalse();
        assertThat(rates.take(OTHER, 0)).isTrue();
        assertThat(rates.take(ONE, 100_000_001)).isTrue();
        assertThat(rates.take(ONE, 100_000_002)).isFalse();
    }
}
