package dev.proa.api.codec;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Visits the names in a JSON text in their order, which a parsed value does not have. */
public final class JsonNames {
    private final JsonParser parser;
    private final Visitor visitor;

    private JsonNames(JsonParser parser, Visitor visitor) {
        this.parser = parser;
        this.visitor = visitor;
    }

    /** Receives each name. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A name.
         *
         * @param path as in {@code spec.containers[0].image}
         * @param again whether it is a duplicate in its object
         * @return whether to visit its value, too
         */
        boolean visit(String path, boolean again);
    }

    /** Visits a text that {@link Json} has parsed. */
    public static void visit(byte[] text, Visitor visitor) {
        byte[] replaced = Replacements.in(text);
        try (JsonParser parser = Json.parser(replaced == null ? text : replaced)) {
            parser.nextToken();
            new JsonNames(parser, visitor).value(null);
        }
    }

    private void value(@Nullable Place place) {
        switch (parser.currentToken()) {
            case START_OBJECT -> map(place);
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    value(new Place(place, null, i));
                }
            }
            default -> {}
        }
    }

    private void map(@Nullable Place place) {
        Set<String> seen = new HashSet<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            Place inner = new Place(place, name, 0);
            boolean further = visitor.visit(inner.path(""), !seen.add(name));
            parser.nextToken();
            if (further) {
                value(inner);
            } else {
                parser.skipChildren();
            }
        }
    }
}
