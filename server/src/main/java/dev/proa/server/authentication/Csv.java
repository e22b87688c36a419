package dev.proa.server.authentication;

import java.util.ArrayList;
import java.util.List;

/** Reads comma-separated values as RFC 4180 has them. */
final class Csv {
    private Csv() {}

    /**
     * The records of a text; empty lines are none.
     *
     * @throws IllegalArgumentException when a quote is where none may be; the message has the line and never what is in it
     */
    static List<List<String>> records(String text) {
        List<List<String>> records = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        int line = 1;
        int i = 0;
        while (i < text.length()) {
            StringBuilder field = new StringBuilder();
            if (text.charAt(i) == '"') {
                int start = line;
                for (i++; ; i++) {
                    if (i >= text.length()) {
                        throw new IllegalArgumentException("a quote that opens in line " + start + " does not close");
                    }
                    char c = text.charAt(i);
                    if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                        i++;
                    } else if (c == '"') {
                        i++;
                        break;
                    }
                    line += c == '\n' ? 1 : 0;
                    field.append(c);
                }
                if (i < text.length() && ",\r\n".indexOf(text.charAt(i)) < 0) {
                    throw new IllegalArgumentException("something follows a quoted field in line " + line);
                }
            } else {
                for (; i < text.length() && ",\r\n".indexOf(text.charAt(i)) < 0; i++) {
                    if (text.charAt(i) == '"') {
                        throw new IllegalArgumentException("a quote in the midst of a field in line " + line);
                    }
                    field.append(text.charAt(i));
                }
            }
            fields.add(field.toString());
            if (i < text.length() && text.charAt(i) == ',') {
                i++;
                if (i < text.length()) {
                    continue;
                }
                fields.add("");
            }
            if (fields.size() > 1 || !fields.getFirst().isEmpty()) {
                records.add(List.copyOf(fields));
            }
            fields.clear();
            i += text.startsWith("\r\n", i) ? 2 : 1;
            line++;
        }
        return records;
    }
}
