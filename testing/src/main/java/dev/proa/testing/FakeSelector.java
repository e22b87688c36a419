package dev.proa.testing;

import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A label or field selector made of {@code =} and {@code !=} terms. */
record FakeSelector(List<Term> terms) {

    static FakeSelector of(Map<String, String> query) {
        List<Term> terms = new ArrayList<>();
        parse(query.getOrDefault("labelSelector", ""), true, terms);
        parse(query.getOrDefault("fieldSelector", ""), false, terms);
        return new FakeSelector(terms);
    }

    boolean matches(@Nullable MapValue object) {
        return object != null && terms.stream().allMatch(term -> term.matches(object));
    }

    private static void parse(String text, boolean label, List<Term> into) {
        for (String part : text.split(",")) {
            if (part.isEmpty()) {
                continue;
            }
            boolean negated = part.contains("!=");
            String[] sides = part.split(negated ? "!=" : "==?", 2);
            into.add(new Term(label, sides[0], sides.length == 2 ? sides[1] : "", negated));
        }
    }

    record Term(boolean label, String name, String value, boolean negated) {
        boolean matches(MapValue object) {
            Object actual = label ? object.map("metadata").map("labels").get(name) : object.at(name.split("\\."));
            return negated != value.equals(actual == null ? "" : actual.toString());
        }
    }
}
