package dev.proa.node.stats;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes samples that were measured elsewhere in the text format of Prometheus. For one thread. */
final class Exposition {
    private final StringBuilder text = new StringBuilder(1 << 12);

    /** Begins a family of samples. */
    Family family(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return new Family(name);
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Samples of one name. */
    final class Family {
        private final String name;

        private Family(String name) {
            this.name = name;
        }

        /**
         * Adds a sample.
         *
         * @param time when it was measured; null for when it is read
         * @param labels names and values in turn
         */
        void sample(double value, @Nullable Instant time, String... labels) {
            text.append(name);
            for (int i = 0; i < labels.length; i += 2) {
                text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
                escape(labels[i + 1]);
                text.append('"');
            }
            text.append(labels.length > 0 ? "} " : " ");
            if (value == Math.rint(value) && Math.abs(value) < 1e15) {
                text.append((long) value);
            } else {
                text.append(value);
            }
            if (time != null) {
                text.append(' ').append(time.toEpochMilli());
            }
            text.append('\n');
        }
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }
}
