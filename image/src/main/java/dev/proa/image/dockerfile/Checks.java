package dev.proa.image.dockerfile;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@code # check=} says about warnings.
 *
 * @param skipped the rules that are off
 * @param all whether all are
 * @param error whether a warning fails the build
 */
record Checks(Set<String> skipped, boolean all, boolean error) {
    Checks {
        skipped = Set.copyOf(skipped);
    }

    /** Options separated by semicolons: {@code skip=NAME,NAME;error=true}. */
    static Checks parse(String text) {
        Set<String> skipped = new HashSet<>();
        boolean all = false;
        boolean error = false;
        for (String option : text.isBlank() ? new String[0] : text.split(";", 3)) {
            int equals = option.indexOf('=');
            String key =
                    equals < 0 ? option.strip() : option.substring(0, equals).strip();
            String value = equals < 0 ? "" : option.substring(equals + 1).strip();
            switch (equals < 0 ? "" : key) {
                case "skip" -> {
                    all |= value.equals("all");
                    List.of(value.split(",")).forEach(rule -> skipped.add(rule.strip()));
                }
                case "experimental" -> {} // Proa has none of these rules.
                case "error" ->
                    error = switch (value) {
                        case "1", "t", "T", "true", "TRUE", "True" -> true;
                        case "0", "f", "F", "false", "FALSE", "False" -> false;
                        default -> throw new SyntaxProblem("failed to parse check option \"" + option + "\"");
                    };
                default -> throw new SyntaxProblem("invalid check option \"" + key + "\"");
            }
        }
        return new Checks(skipped, all, error);
    }

    List<Warning> kept(List<Warning> warnings) {
        return all
                ? List.of()
                : warnings.stream().filter(w -> !skipped.contains(w.rule())).toList();
    }
}
