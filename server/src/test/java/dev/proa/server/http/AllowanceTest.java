package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceTest {
    @Test
    void givesNoMoreThanThereIs() {
        Allowance allowance = new Allowance(10);

        assertThat(allowance.take(6)).isTrue();
        assertThat(allowance.take(5)).isFalse();
        assertThat(allowance.take(4)).as("what was refused was not taken").isTrue();
        assertThat(allowance.take(1)).isFalse();
        allowance.give(6);
        assertThat(allowance.take(6)).isTrue();
    }
}
