package dev.proa.delivery.workflow;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files by which steps tell things, as {@code GITHUB_OUTPUT}: lines of {@code name=value}, or {@code name<<DELIMITER}, lines, and {@code DELIMITER}. */
final class FileCommands {
    private FileCommands() {}

    /** @throws IllegalArgumentException when it is broken; the message is for the step's author */
    static Map<String, String> parse(String content) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> lines = content.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty()) {
                continue;
            }
            int equals = line.indexOf('=');
            int heredoc = line.indexOf("<<");
            if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
                values.put(name(line.substring(0, equals), line), line.substring(equals + 1));
            } else if (heredoc >= 0) {
                String delimiter = line.substring(heredoc + 2);
                String name = name(line.substring(0, heredoc), line);
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).equals(delimiter)) {
                    end++;
                }
                if (end == lines.size() || delimiter.isEmpty()) {
                    throw new IllegalArgumentException(
                            "Invalid value. Matching delimiter not found '" + delimiter + "'");
                }
                values.put(name, String.join("\n", lines.subList(i + 1, end)));
                i = end;
            } else {
                throw new IllegalArgumentException("Invalid format '" + line + "'");
            }
        }
        return values;
    }

    private static String name(String name, String line) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("Invalid format '" + line + "'. Name must not be empty");
        }
        return name;
    }
}
