package dev.proa.api.selector;

import dev.proa.api.codec.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A field selector, such as {@code metadata.name=web,status.phase!=Running}: all terms must match. The allowed fields
 * depend on the resource. Immutable.
 */
public record FieldSelector(List<Term> terms) {
    /** Selects every object. */
    public static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    /**
     * A requirement of one field.
     *
     * @param field as {@code metadata.name}
     * @param equal whether it must have the value, or must not
     */
    public record Term(String field, boolean equal, String value) {
        @Override
        public String toString() {
            return field
                    + (equal ? "=" : "!=")
                    + value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=");
        }
    }

    public FieldSelector {
        terms = List.copyOf(terms);
    }

    public static FieldSelector ofField(String field, String value) {
        return new FieldSelector(List.of(new Term(field, true, value)));
    }

    /**
     * Reads the text form; {@code \,}, {@code \=} and {@code \\} stand for the characters themselves in values.
     *
     * @throws IllegalArgumentException with the message of Kubernetes
     */
    public static FieldSelector parse(String text) {
        if (text.isEmpty()) {
            return EVERYTHING;
        }
        List<String> parts = split(text);
        parts.sort(null);
        List<Term> terms = new ArrayList<>();
        for (String part : parts) {
            if (!part.isEmpty()) {
                terms.add(term(text, part));
            }
        }
        return new FieldSelector(terms);
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == ',') {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static Term term(String text, String part) {
        for (int i = 0; i < part.length(); i++) {
            if (part.startsWith("!=", i)) {
                return new Term(part.substring(0, i), false, unescaped(part.substring(i + 2)));
            }
            if (part.startsWith("==", i)) {
                return new Term(part.substring(0, i), true, unescaped(part.substring(i + 2)));
            }
            if (part.charAt(i) == '=') {
                return new Term(part.substring(0, i), true, unescaped(part.substring(i + 1)));
            }
        }
        throw new IllegalArgumentException("invalid selector: '" + text + "'; can't understand '" + part + "'");
    }

    private static String unescaped(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' || c == '=') {
                throw new IllegalArgumentException("invalid field selector: unescaped character in value: " + (int) c);
            }
            if (c == '\\') {
                i++;
                if (i == value.length() || "\\,=".indexOf(value.charAt(i)) < 0) {
                    String rest = i == value.length() ? "" : value.substring(i, value.offsetByCodePoints(i, 1));
                    throw new IllegalArgumentException("invalid field selector: invalid escape sequence: \\" + rest);
                }
                c = value.charAt(i);
            }
            out.append(c);
        }
        return out.toString();
    }

    public boolean isEverything() {
        return terms.isEmpty();
    }

    /** The value that the field must have; null when any will do. */
    public @Nullable String required(String field) {
        for (Term term : terms) {
            if (term.equal() && term.field().equals(field)) {
                return term.value();
            }
        }
        return null;
    }

    /**
     * Whether an object is selected.
     *
     * @param read gives the value of a field, {@code ""} when it is absent
     */
    public boolean matches(Function<String, String> read) {
        for (Term term : terms) {
            if (read.apply(term.field()).equals(term.value()) != term.equal()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns this selector if it only has {@code fields}.
     *
     * @throws IllegalArgumentException with the message of Kubernetes when it asks for another
     */
    public FieldSelector allowing(List<String> fields) {
        for (Term term : terms) {
            if (!fields.contains(term.field())) {
                throw new IllegalArgumentException(GoText.quote(term.field()) + " is not a known field selector: only "
                        + fields.stream().map(GoText::quote).collect(Collectors.joining(", ")));
            }
        }
        return this;
    }

    /** The text form. */
    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(","));
    }
}
