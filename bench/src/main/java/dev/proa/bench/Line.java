package dev.proa.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of the comparison.
 *
 * @param work what was done
 * @param proa what Proa needed; null when it was not measured
 * @param real what the real control plane needed; null when it was not measured
 */
record Line(String work, @Nullable Figure proa, @Nullable Figure real) {
    private static final Pattern PRINTED =
            Pattern.compile("(\\S+)\\s+(.*?):\\s+(.*?)(?:\\s+server cpu ([\\d.]+) us/(\\w+))?");
    private static final Pattern RATE = Pattern.compile("([\\d.]+) ?\\w*/s");
    private static final Pattern TIME = Pattern.compile("([\\d.]+) ?(µs|ms|s)\\b");

    /**
     * What one server needed.
     *
     * @param text for people
     * @param cost the headline as a cost: the less, the better; 0 when unknown
     * @param processorMicros processor time for one unit of work, in microseconds; 0 when unknown
     * @param unit of work
     */
    record Figure(String text, double cost, double processorMicros, String unit) {
        static Figure of(String text, double cost) {
            return new Figure(text, cost, 0, "");
        }

        /** Processor time for people. */
        String processor() {
            if (processorMicros == 0) {
                return "";
            }
            String time = processorMicros < 1000
                    ? String.format(Locale.ROOT, "%.0f µs", processorMicros)
                    : String.format(Locale.ROOT, "%.1f ms", processorMicros / 1000);
            return time + "/" + unit;
        }
    }

    /** Reads what the load generator printed, a line for each work and server, into a line for each work. */
    static List<Line> parse(List<String> printed, String proa, String real) {
        Map<String, Map<String, Figure>> works = new LinkedHashMap<>();
        for (String line : printed) {
            Matcher matcher = PRINTED.matcher(line.strip());
            if (matcher.matches()) {
                String work = matcher.group(2).replaceAll("\\s+", " ");
                works.computeIfAbsent(work, key -> new LinkedHashMap<>())
                        .put(matcher.group(1), figure(matcher.group(3), matcher.group(4), matcher.group(5)));
            }
        }
        List<Line> lines = new ArrayList<>();
        works.forEach((work, figures) -> lines.add(new Line(work, figures.get(proa), figures.get(real))));
        return lines;
    }

    private static Figure figure(String text, @Nullable String processor, @Nullable String unit) {
        String shown = text.strip().replaceAll("\\s+", " ").replaceAll(" max \\S+$", "");
        return new Figure(
                shown, cost(shown), processor == null ? 0 : Double.parseDouble(processor), unit == null ? "" : unit);
    }

    /** The first time, in seconds; where that is none, one by the first rate. */
    private static double cost(String text) {
        Matcher rate = RATE.matcher(text);
        Matcher time = TIME.matcher(text);
        boolean timed = time.find();
        if (rate.find() && (!timed || rate.start() < time.start())) {
            return 1 / Double.parseDouble(rate.group(1));
        }
        if (!timed) {
            return 0;
        }
        double number = Double.parseDouble(time.group(1));
        return switch (time.group(2)) {
            case "µs" -> number / 1e6;
            case "ms" -> number / 1e3;
            default -> number;
        };
    }

    /** How many times the real one's cost ours is: 0.25 is a quarter; 0 when one of them is unknown. */
    double ratio() {
        return proa == null || real == null || real.cost() == 0 ? 0 : proa.cost() / real.cost();
    }

    /** The same of processor time. */
    double processorRatio() {
        return proa == null || real == null || real.processorMicros() == 0
                ? 0
                : proa.processorMicros() / real.processorMicros();
    }
}
