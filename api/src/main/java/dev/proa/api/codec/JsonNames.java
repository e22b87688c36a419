package dev.proa.api.codec;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Goes through the names of a JSON text in the order in which they are written, which its value does not tell. */
public final class JsonNames {
    private final JsonParser parser;
    private final Visitor visitor;

    private JsonNames(JsonParser parser, Visitor visitor) {
        this.parser = parser;
        this.visitor = visitor;
    }

    /** Is told of each name. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A name.
         *
         * @param path as in {@code spec.containers[0].image}
         * @param again whether the same object had it before
         * @return whether to go through what is below it
         */
        boolean visit(String path, boolean again);
    }

    /** Goes through a text that {@link Json} could read. */
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
