package dev.proa.cli;

import java.io.Console;
import java.util.Map;

/** Terminal colours; none for files, pipes and when {@code NO_COLOR} is set. */
record Style(boolean coloured) {
    static Style of(Map<String, String> environment) {
        Console console = System.console();
        return new Style(console != null
                && console.isTerminal()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
    }

    String strong(String text) {
        return code("1", text);
    }

    String faint(String text) {
        return code("2", text);
    }

    String good(String text) {
        return code("1;32", text);
    }

    String bad(String text) {
        return code("33", text);
    }

    String added(String text) {
        return code("32", text);
    }

    String removed(String text) {
        return code("31", text);
    }

    /** A text in one of six colours. */
    String numbered(int number, String text) {
        return code(String.valueOf(31 + Math.floorMod(number + 5, 6)), text);
    }

    private String code(String code, String text) {
        return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
