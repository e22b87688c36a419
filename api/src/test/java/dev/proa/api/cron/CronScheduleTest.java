package dev.proa.api.cron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CronScheduleTest {
    /** What robfig/cron made of the same schedules; {@code src/test/facts/cron} records it. */
    @Test
    void agreesWithWhatKubernetesUses() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("schedules.txt")), StandardCharsets.UTF_8))) {
            List<String> different = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fact = line.split("\\|", 4);
                String own = answer(fact[0], ZoneId.of(fact[1]), Instant.ofEpochSecond(Long.parseLong(fact[2])));
                if (!own.equals(fact[3])) {
                    different.add(line + " but here " + own);
                }
            }
            assertThat(different).isEmpty();
        }
    }

    private static String answer(String spec, ZoneId zone, Instant from) {
        CronSchedule schedule;
        try {
            schedule = CronSchedule.parse(spec, zone);
        } catch (IllegalArgumentException e) {
            return "error " + e.getMessage();
        }
        List<String> times = new ArrayList<>();
        Instant at = from;
        for (int i = 0; i < 3; i++) {
            at = schedule.next(at);
            if (at == null) {
                times.add("never");
                break;
            }
            times.add(Long.toString(at.getEpochSecond()));
        }
        return String.join(" ", times);
    }

    /** Each minute of two years is asked whether it is due, by its local time alone. */
    @TestFactory
    Stream<DynamicTest> findsEveryMinuteThatIsDue() {
        return Stream.of("Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Beirut")
                .map(zone -> DynamicTest.dynamicTest(zone, () -> findsEveryMinute(ZoneId.of(zone))));
    }

    private static void findsEveryMinute(ZoneId zone) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Instant start = Instant.parse("2025-01-01T00:00:00Z");
        Instant end = start.plus(Duration.ofDays(730));
        for (int i = 0; i < 4; i++) {
            List<Integer> minutes = some(random, 0, 59);
            List<Integer> hours = some(random, 0, 23);
            List<Integer> weekdays = some(random, 0, 6);
            String spec = text(minutes) + " " + text(hours) + " * * " + text(weekdays);
            List<Instant> due = new ArrayList<>();
            CronSchedule schedule = CronSchedule.parse(spec, zone);
            for (Instant at = schedule.next(start); at != null && at.isBefore(end); at = schedule.next(at)) {
                due.add(at);
            }
            List<Instant> expected = new ArrayList<>();
            for (Instant at = start.plusSeconds(60); at.isBefore(end); at = at.plusSeconds(60)) {
                ZonedDateTime local = at.atZone(zone);
                if (minutes.contains(local.getMinute())
                        && hours.contains(local.getHour())
                        && weekdays.contains(local.getDayOfWeek().getValue() % 7)) {
                    expected.add(at);
                }
            }
            assertThat(due).as("%s in %s, seed %d", spec, zone, seed).isEqualTo(expected);
        }
    }

    private static List<Integer> some(Random random, int min, int max) {
        int count = 1 + random.nextInt(3);
        return IntStream.range(0, count)
                .map(i -> min + random.nextInt(max - min + 1))
                .distinct()
                .boxed()
                .toList();
    }

    private static String text(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
