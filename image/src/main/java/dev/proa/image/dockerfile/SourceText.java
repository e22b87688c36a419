package dev.proa.image.dockerfile;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The lines of a file, for the parser and for messages.
 *
 * @param name the file's name in messages
 * @param notUtf8 the indexes of lines that are not UTF-8; their malformed bytes are replaced
 */
public record SourceText(String name, List<String> lines, BitSet notUtf8) {
    /** The longest line, in bytes; BuildKit has the same. */
    private static final int MAX_LINE = (64 << 10) - 1;

    /** How many lines before and after an error are shown. */
    private static final int CONTEXT = 2;

    /** The width at which shown lines are cut. */
    private static final int MAX_SHOWN = 200;

    /** Each line keeps its line end. The byte order mark is dropped. */
    static SourceText of(byte[] content, String name) {
        List<String> lines = new ArrayList<>();
        BitSet notUtf8 = new BitSet();
        SourceText text = new SourceText(name, lines, notUtf8);
        boolean mark = content.length >= 3
                && content[0] == (byte) 0xEF
                && content[1] == (byte) 0xBB
                && content[2] == (byte) 0xBF;
        int start = mark ? 3 : 0;
        while (start < content.length) {
            int end = start;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            int next = Math.min(end + 1, content.length);
            if (end - start > MAX_LINE) {
                throw text.failure(
                        Location.line(lines.size() + 1), "line is longer than the maximum of " + MAX_LINE + " bytes");
            }
            try {
                lines.add(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(content, start, next - start))
                        .toString());
            } catch (CharacterCodingException e) {
                notUtf8.set(lines.size()); // An error only if the line matters.
                lines.add(new String(content, start, next - start, StandardCharsets.UTF_8));
            }
            start = next;
        }
        return new SourceText(name, List.copyOf(lines), notUtf8);
    }

    DockerfileException failure(Location location, String problem) {
        return new DockerfileException(name, location, problem, excerpt(location));
    }

    /** The lines around a location, those of it marked; of a long one only its first and last lines. */
    private String excerpt(Location location) {
        int first = Math.max(1, location.line() - CONTEXT);
        int last = Math.min(lines.size(), location.endLine() + CONTEXT);
        StringBuilder out = new StringBuilder();
        for (int line = first; line <= last; line++) {
            if (line > location.line() + CONTEXT && line < location.endLine() - CONTEXT) {
                out.append("     | ...\n");
                line = location.endLine() - CONTEXT;
            }
            boolean marked = line >= location.line() && line <= location.endLine();
            out.append("%4d | %s %s%n".formatted(line, marked ? ">>>" : "   ", printable(lines.get(line - 1))));
        }
        return out.toString().stripTrailing();
    }

    private static String printable(String line) {
        String shown = line.length() > MAX_SHOWN ? line.substring(0, MAX_SHOWN) + "..." : line;
        StringBuilder out = new StringBuilder();
        shown.stripTrailing()
                .chars()
                .forEach(c -> out.append(Character.isISOControl(c) && c != '\t' ? '\uFFFD' : (char) c));
        return out.toString();
    }
}
