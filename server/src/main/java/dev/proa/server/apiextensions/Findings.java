package dev.proa.server.apiextensions;

import dev.proa.api.status.FieldError;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a value, and how many checks it passed: of several alternatives, the errors of the one that fits best are shown. For one
 * thread.
 */
final class Findings {
    private List<Finding> errors = List.of();
    private int matches;

    /** An error, and the text by which it is told from others. */
    record Finding(String text, FieldError error) {}

    void add(String text, FieldError error) {
        add(new Finding(text, error));
    }

    private void add(Finding finding) {
        for (Finding other : errors) {
            if (other.text.equals(finding.text)) {
                return;
            }
        }
        if (errors.isEmpty()) {
            errors = new ArrayList<>(2);
        }
        errors.add(finding);
    }

    void merge(Findings other) {
        other.errors.forEach(this::add);
        matches += other.matches;
    }

    void matched() {
        matches++;
    }

    int matches() {
        return matches;
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    /** Drops the errors, not what matched. */
    void forgive() {
        errors = List.of();
    }

    List<FieldError> errors() {
        return errors.stream().map(Finding::error).toList();
    }
}
