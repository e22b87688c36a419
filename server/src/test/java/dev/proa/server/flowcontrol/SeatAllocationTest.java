package dev.proa.server.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proa.server.flowcontrol.SeatAllocation.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How seats are divided, how demand is seen, and how flows are dealt queues. */
class SeatAllocationTest {
    private static List<Double> allocated(int seats, List<Claim> claims) {
        double fraction = SeatAllocation.fraction(seats, claims);
        return claims.stream().map(claim -> claim.at(fraction)).toList();
    }

    @Test
    void allGetTheSameMultipleOfWhatTheyAimAt() {
        assertThat(allocated(90, List.of(new Claim(0, 100, 10), new Claim(0, 100, 20))))
                .satisfiesExactly(
                        a -> assertThat(a).isCloseTo(30, within(1e-6)),
                        b -> assertThat(b).isCloseTo(60, within(1e-6)));
    }

    @Test
    void boundsComeFirst() {
        assertThat(allocated(90, List.of(new Claim(0, 12, 10), new Claim(0, 100, 20), new Claim(35, 100, 35))))
                .satisfiesExactly(
                        a -> assertThat(a).isCloseTo(12, within(1e-6)),
                        b -> assertThat(b).isCloseTo(28.363636, within(1e-6)),
                        c -> assertThat(c).isCloseTo(49.636364, within(1e-6)));
        assertThat(allocated(50, List.of(new Claim(0, 25, 10), new Claim(0, 100, 20), new Claim(30, 100, 30))))
                .satisfiesExactly(
                        a -> assertThat(a).isCloseTo(6.666667, within(1e-6)),
                        b -> assertThat(b).isCloseTo(13.333333, within(1e-6)),
                        c -> assertThat(c).isCloseTo(30, within(1e-6)));
        assertThat(allocated(300, List.of(new Claim(0, 25, 10), new Claim(0, 100, 20))))
                .containsExactly(25.0, 100.0);
    }

    @Test
    void whatIsAllocatedIsWhatThereIs() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            List<Claim> claims = new ArrayList<>();
            double low = 0;
            double high = 0;
            for (int j = 0; j < 1 + random.nextInt(8); j++) {
                double lower = random.nextInt(50);
                double upper = lower + random.nextInt(600);
                claims.add(new Claim(lower, upper, lower + (random.nextBoolean() ? 0 : random.nextInt(100))));
                low += lower;
                high += upper;
            }
            int seats = (int) (low + random.nextInt((int) (high - low) + 1));
            assertThat(allocated(seats, claims).stream()
                            .mapToDouble(seat -> seat)
                            .sum())
                    .as("try %d of %s", i, claims)
                    .isCloseTo(seats, within(1e-3));
        }
    }

    @Test
    void demandIsWeighedByTime() {
        SeatDemand demand = new SeatDemand(0);
        demand.set(4, 0);
        demand.set(8, 5_000_000_000L);
        demand.set(0, 6_000_000_000L);
        SeatDemand.Seen seen = demand.reset(10_000_000_000L);
        assertThat(seen.average()).isCloseTo(2.8, within(1e-9));
        assertThat(seen.deviation()).isCloseTo(Math.sqrt(14.4 - 2.8 * 2.8), within(1e-9));
        assertThat(seen.most()).isEqualTo(8);
        assertThat(seen.smoothed()).isCloseTo(2.8 + Math.sqrt(14.4 - 2.8 * 2.8), within(1e-9));

        SeatDemand.Seen later = demand.reset(20_000_000_000L);
        assertThat(later.average()).isZero();
        assertThat(later.most()).isZero();
        assertThat(later.smoothed()).isCloseTo(seen.smoothed() * 0.977, within(1e-9));
    }

    @Test
    void aHandHasDifferentQueuesAndFlowsHaveDifferentHands() {
        Random random = new Random(3);
        boolean[] dealt = new boolean[64];
        for (int i = 0; i < 1_000; i++) {
            int[] hand = ShuffleSharding.deal(random.nextLong(), 64, 6);
            assertThat(hand).doesNotHaveDuplicates();
            for (int card : hand) {
                dealt[card] = true;
            }
        }
        assertThat(dealt).doesNotContain(false);
        assertThat(ShuffleSharding.deal(-1, 1, 1)).containsExactly(0);
        assertThat(ShuffleSharding.hash(1, "a", "bc")).isNotEqualTo(ShuffleSharding.hash(1, "ab", "c"));
        assertThat(ShuffleSharding.hash(1, "a", "b")).isNotEqualTo(ShuffleSharding.hash(2, "a", "b"));
    }

    @Test
    void thoseWhoAreRefusedOftenComeAgainLater() {
        RetryAfter after = new RetryAfter();
        assertThat(after.refuse(100)).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            after.refuse(100);
        }
        assertThat(after.refuse(101)).isEqualTo(2);
        for (int i = 0; i < 20; i++) {
            after.refuse(102);
        }
        assertThat(after.refuse(103)).isEqualTo(4);
        assertThat(after.refuse(200)).isEqualTo(3);
        assertThat(after.refuse(300)).isEqualTo(2);
        assertThat(after.refuse(400)).isEqualTo(1);
    }
}
