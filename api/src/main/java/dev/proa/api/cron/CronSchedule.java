package dev.proa.api.cron;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.codec.GoText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as {@code spec.schedule} of a CronJob has it: five fields, or a descriptor such as {@code @daily} or
 * {@code @every 1h30m}. It is read and computed as robfig/cron 3.0.1 does, which Kubernetes uses.
 */
public sealed interface CronSchedule permits Fields, CronSchedule.Every {

    /**
     * The first time after {@code time} at which the schedule is due; null when there is none within five years.
     *
     * <p>By the local time of the zone: what is due in an hour that a change of the clocks leaves out is not due on that day, and what is due
     * in an hour that comes twice is due twice.
     */
    @Nullable
    Instant next(Instant time);

    /**
     * Reads a schedule.
     *
     * @param spec may begin with {@code TZ=ZONE} or {@code CRON_TZ=ZONE}
     * @param zone for a schedule that names none
     * @throws IllegalArgumentException with the message of robfig/cron
     */
    static CronSchedule parse(String spec, ZoneId zone) {
        if (spec.isEmpty()) {
            throw new IllegalArgumentException("empty spec string");
        }
        if (spec.startsWith("TZ=") || spec.startsWith("CRON_TZ=")) {
            int space = spec.indexOf(' ');
            if (space < 0) {
                throw new IllegalArgumentException("invalid schedule format: no fields after the time zone");
            }
            String name = spec.substring(spec.indexOf('=') + 1, space);
            return parseFields(spec.substring(space).strip(), zone(name, zone));
        }
        return parseFields(spec, zone);
    }

    /** Whether {@code name} is a time zone of the IANA's database. */
    static boolean isZone(String name) {
        return ZoneId.getAvailableZoneIds().contains(name);
    }

    private static ZoneId zone(String name, ZoneId local) {
        if (name.equals("Local")) {
            return local;
        }
        if (name.isEmpty()) {
            return ZoneOffset.UTC;
        }
        if (!isZone(name)) {
            throw new IllegalArgumentException("provided bad location " + name + ": unknown time zone " + name);
        }
        return ZoneId.of(name);
    }

    private static CronSchedule parseFields(String spec, ZoneId zone) {
        if (spec.startsWith("@every ")) {
            return Every.parse(spec);
        }
        String fields = spec.startsWith("@") ? described(spec) : spec;
        return Fields.parse(
                Arrays.stream(fields.split("\\s+"))
                        .filter(field -> !field.isEmpty())
                        .toList(),
                zone);
    }

    private static String described(String descriptor) {
        return switch (descriptor) {
            case "@yearly", "@annually" -> "0 0 1 1 *";
            case "@monthly" -> "0 0 1 * *";
            case "@weekly" -> "0 0 * * 0";
            case "@daily", "@midnight" -> "0 0 * * *";
            case "@hourly" -> "0 * * * *";
            default -> throw new IllegalArgumentException("unrecognized descriptor: " + descriptor);
        };
    }

    /** Due at an interval of whole seconds, at least one. */
    record Every(Duration interval) implements CronSchedule {
        private static Every parse(String descriptor) {
            String text = descriptor.substring("@every ".length());
            Duration duration = GoDuration.parse(text)
                    .orElseThrow(() -> new IllegalArgumentException("failed to parse duration " + descriptor
                            + ": time: invalid duration " + GoText.quote(text)));
            return new Every(Duration.ofSeconds(Math.max(1, duration.toSeconds())));
        }

        @Override
        public Instant next(Instant time) {
            return Instant.ofEpochSecond(time.getEpochSecond()).plus(interval);
        }
    }
}
