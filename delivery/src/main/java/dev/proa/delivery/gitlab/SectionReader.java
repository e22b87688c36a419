package dev.proa.delivery.gitlab;

import dev.proa.delivery.pipeline.LineSplitter;
import dev.proa.delivery.pipeline.Masks;
import dev.proa.delivery.pipeline.OutputReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sections: {@code section_start:TIME:NAME[collapsed=true]}, a carriage return, and the title; {@code section_end:TIME:NAME}. */
final class SectionReader implements OutputReader {
    private static final Pattern SECTION = Pattern.compile(
            "(?:\u001b\\[0K)?section_(start|end):[0-9]+:([^\\[\\r\u001b]+)(\\[[^]]*])?\\r?(?:\u001b\\[0K)?(.*)");

    private final LineSplitter lines = new LineSplitter();
    private final Masks masks;

    SectionReader(Collection<String> masked) {
        masks = new Masks(masked);
    }

    @Override
    public List<Line> read(byte[] bytes, int start, int length) {
        return lines.read(bytes, start, length).stream().map(this::line).toList();
    }

    @Override
    public List<Line> end() {
        return lines.end().stream().map(this::line).toList();
    }

    private Line line(String line) {
        Matcher section = SECTION.matcher(line);
        if (!section.matches()) {
            return new Line.Text(masks.hide(line));
        }
        if (section.group(1).equals("end")) {
            return new Line.GroupEnd();
        }
        String title = section.group(4).isBlank() ? section.group(2) : section.group(4);
        boolean collapsed = section.group(3) != null && section.group(3).contains("collapsed=true");
        return new Line.GroupStart(masks.hide(title), collapsed);
    }

    @Override
    public Map<String, String> outputs() {
        return Map.of();
    }

    @Override
    public Map<String, String> state() {
        return Map.of();
    }

    @Override
    public List<String> masks() {
        return List.of();
    }
}
