package dev.proa.server.resource.workload;

import org.jspecify.annotations.Nullable;

/** Validates the schedules of cron jobs: five fields, or a descriptor. */
final class CronScheduleValidation {
    private static final String[] MONTHS = {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
    };
    private static final String[] DAYS = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    private static final int[][] BOUNDS = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};

    private CronScheduleValidation() {}

    /** What is wrong with a schedule, or null. */
    static @Nullable String wrong(String schedule) {
        if (schedule.startsWith("@")) {
            return switch (schedule) {
                case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly" -> null;
                default -> schedule.startsWith("@every ") ? null : "unrecognized descriptor: " + schedule;
            };
        }
        if (schedule.contains("TZ")) {
            return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        }
        String[] fields = schedule.strip().split("\\s+");
        if (fields.length != 5) {
            return "expected exactly 5 fields, found " + fields.length + ": [" + String.join(" ", fields) + "]";
        }
        for (int i = 0; i < 5; i++) {
            for (String part : fields[i].split(",")) {
                String wrong = part.isEmpty() ? null : wrongPart(part, i);
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        return null;
    }

    private static @Nullable String wrongPart(String part, int field) {
        String[] rangeAndStep = part.split("/", -1);
        if (rangeAndStep.length > 2) {
            return "too many slashes: " + part;
        }
        String[] ends = rangeAndStep[0].split("-", -1);
        if (ends.length > 2) {
            return "too many hyphens: " + part;
        }
        int low = BOUNDS[field][0];
        int high = BOUNDS[field][1];
        if (!ends[0].equals("*") && !ends[0].equals("?")) {
            low = number(ends[0], field);
            high = ends.length == 2 ? number(ends[1], field) : rangeAndStep.length == 2 ? high : low;
            if (low < 0 || high < 0) {
                String wrong = low < 0 ? ends[0] : ends[1];
                return "failed to parse int from " + wrong + ": strconv.Atoi: parsing \"" + wrong
                        + "\": invalid syntax";
            }
        }
        if (low < BOUNDS[field][0]) {
            return "beginning of range (" + low + ") below minimum (" + BOUNDS[field][0] + "): " + part;
        }
        if (high > BOUNDS[field][1]) {
            return "end of range (" + high + ") above maximum (" + BOUNDS[field][1] + "): " + part;
        }
        if (low > high) {
            return "beginning of range (" + low + ") beyond end of range (" + high + "): " + part;
        }
        if (rangeAndStep.length == 2 && number(rangeAndStep[1], -1) <= 0) {
            return "step of range should be a positive number: " + part;
        }
        return null;
    }

    private static int number(String text, int field) {
        String[] names = field == 3 ? MONTHS : field == 4 ? DAYS : new String[0];
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(text)) {
                return field == 3 ? i + 1 : i;
            }
        }
        if (text.isEmpty() || text.length() > 6 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Integer.parseInt(text);
    }
}
