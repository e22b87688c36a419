package dev.proa.examples.hello.model;

/**
 * What a visitor gets to see.
 *
 * @param message the configured greeting
 * @param host that answered: the pod's name
 * @param served greetings this process has given, this one included
 * @param uptimeSeconds since the process started
 */
public record Greeting(String message, String host, long served, long uptimeSeconds) {

    public String toJson() {
        return "{\"message\":" + Json.quote(message) + ",\"host\":" + Json.quote(host) + ",\"served\":" + served
                + ",\"uptimeSeconds\":" + uptimeSeconds + "}\n";
    }
}
