package dev.proa.delivery.workflow;

import dev.proa.delivery.workflow.expression.Values;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inputs of workflows: those given, checked and of their types, and the defaults of the others. */
final class CallInputs {
    private CallInputs() {}

    /** @throws IllegalArgumentException when one is missing, unknown, or of another type */
    static Map<String, @Nullable Object> typed(
            Map<String, Triggers.Input> inputs, Map<String, @Nullable Object> given, JobScope scope, String path) {
        for (String name : given.keySet()) {
            if (!inputs.containsKey(name)) {
                throw new IllegalArgumentException(path + " has no input " + name);
            }
        }
        Map<String, @Nullable Object> typed = new LinkedHashMap<>();
        inputs.forEach((name, input) -> {
            if (input.required() && !given.containsKey(name) && input.standard().absent()) {
                throw new IllegalArgumentException("the input " + name + " is required by " + path);
            }
            typed.put(
                    name,
                    typed(
                            name,
                            input,
                            given.containsKey(name)
                                    ? given.get(name)
                                    : input.standard().value(scope)));
        });
        return typed;
    }

    private static Object typed(String name, Triggers.Input input, @Nullable Object value) {
        String text = Values.text(value);
        return switch (input.type()) {
            case "boolean" -> {
                input.wrong(name, text.isEmpty() ? "false" : text).ifPresent(wrong -> {
                    throw new IllegalArgumentException(wrong);
                });
                yield text.equals("true");
            }
            case "number" -> {
                input.wrong(name, text).ifPresent(wrong -> {
                    throw new IllegalArgumentException(wrong);
                });
                yield Values.number(value);
            }
            default -> text;
        };
    }
}
