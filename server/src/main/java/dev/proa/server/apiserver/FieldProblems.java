package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.JsonNames;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reports the duplicate and unknown fields of a body with Kubernetes' messages, in Kubernetes' order: that of the
 * JSON text, else sorted.
 */
final class FieldProblems {
    private static final Set<String> OPERATION = Set.of("op", "path", "from", "value");

    private final Form form;
    private final byte[] text;

    /** For YAML what is said of each; in JSON what there is in whatever order. */
    private final List<String> duplicates = new ArrayList<>(0);

    /** The form of a body. */
    enum Form {
        JSON,
        YAML,
        PATCH,
        JSON_PATCH
    }

    /** Of a body that was never written. */
    static FieldProblems ofValue() {
        return new FieldProblems(Form.YAML, new byte[0]);
    }

    FieldProblems(Form form, byte[] text) {
        this.form = form;
        this.text = text;
    }

    /** For the decoder, which tells it of duplicates. */
    Consumer<String> duplicates() {
        return duplicates::add;
    }

    /**
     * The problems of an object.
     *
     * @param unknown the paths of its unknown fields, sorted
     */
    List<String> with(List<String> unknown) {
        Set<String> problems = new LinkedHashSet<>();
        switch (form) {
            case JSON -> {
                if (!duplicates.isEmpty() || !unknown.isEmpty()) {
                    written(Set.copyOf(unknown), problems);
                }
            }
            case PATCH -> {
                if (!duplicates.isEmpty()) {
                    written(Set.of(), problems);
                }
            }
            case JSON_PATCH -> operations(problems);
            case YAML -> problems.addAll(duplicates);
        }
        unknown.forEach(path -> problems.add(unknown(path)));
        return problems.stream().limit(DecodeException.MOST_PROBLEMS).toList();
    }

    /** What {@link #with} says, as one text: that of the YAML decoder is a list of its own. */
    String strictly(List<String> unknown) {
        List<String> problems = with(unknown);
        if (form != Form.YAML || duplicates.isEmpty()) {
            return String.join(", ", problems);
        }
        List<String> all = new ArrayList<>();
        all.add("yaml: unmarshal errors:\n  " + String.join("\n  ", duplicates));
        problems.stream().filter(problem -> !duplicates.contains(problem)).forEach(all::add);
        return String.join(", ", all);
    }

    private static String unknown(String path) {
        return "unknown field \"" + path + "\"";
    }

    private void written(Set<String> unknown, Set<String> problems) {
        JsonNames.visit(text, (path, again) -> {
            if (unknown.contains(path)) {
                problems.add(unknown(path));
                return false;
            }
            if (again) {
                problems.add("duplicate field \"" + path + "\"");
            }
            return true;
        });
    }

    private void operations(Set<String> problems) {
        JsonNames.visit(text, (path, again) -> {
            int end = path.indexOf("].");
            boolean operation = path.indexOf('.') == end + 1 && path.indexOf('.', end + 2) < 0;
            if (operation && !OPERATION.contains(path.substring(end + 2))) {
                problems.add("json patch " + unknown(path));
                return false;
            }
            if (again) {
                problems.add("json patch duplicate field \"" + path + "\"");
            }
            return true;
        });
    }
}
