package dev.proa.examples.hello.config;

import java.time.Duration;
import java.util.Map;

/**
 * The configuration of the application.
 *
 * @param greeting what to greet with
 * @param port to listen on; 0 takes a free one
 * @param drain how long to keep serving after SIGTERM
 * @param accent colour of the page, as CSS has it
 */
public record Settings(String greeting, int port, Duration drain, String accent) {

    public Settings {
        if (greeting.isBlank()) {
            throw new InvalidSettings("greeting is empty");
        }
        if (port < 0 || port > 65535) {
            throw new InvalidSettings("port " + port + " is not between 0 and 65535");
        }
        if (drain.isNegative() || drain.toSeconds() > 600) {
            throw new InvalidSettings("drain.seconds is not between 0 and 600");
        }
        for (int i = 0; i < accent.length(); i++) {
            char c = accent.charAt(i);
            if (!(Character.isLetterOrDigit(c) || c == '#')) {
                throw new InvalidSettings("accent \"" + accent + "\" is not a colour such as #2563eb or teal");
            }
        }
    }

    /** Reads settings by name, with defaults for those not given. */
    static Settings of(Map<String, String> values) {
        return new Settings(
                values.getOrDefault("greeting", "Hello from Proa"),
                number(values, "port", 8080),
                Duration.ofSeconds(number(values, "drain.seconds", 5)),
                values.getOrDefault("accent", "#0f766e"));
    }

    private static int number(Map<String, String> values, String name, int otherwise) {
        String text = values.get(name);
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new InvalidSettings(name + " is \"" + text + "\", which is not a number");
        }
    }
}
