package dev.proa.delivery.pipeline;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes lines of bytes that come in pieces. For one thread. */
public final class LineSplitter {
    /** Longer lines are broken. */
    private static final int LONGEST = 1 << 16;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** The lines that end in these bytes, without line feeds and carriage returns. */
    public List<String> read(byte[] bytes, int start, int length) {
        List<String> lines = new ArrayList<>();
        for (int i = start; i < start + length; i++) {
            if (bytes[i] == '\n') {
                lines.add(take());
            } else {
                // Not within a character, which has at most four bytes.
                if (line.size() >= LONGEST + 4 || line.size() >= LONGEST && (bytes[i] & 0xc0) != 0x80) {
                    lines.add(take());
                }
                line.write(bytes[i]);
            }
        }
        return lines;
    }

    /** The last line when it has no end. */
    public List<String> end() {
        return line.size() == 0 ? List.of() : List.of(take());
    }

    private String take() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
