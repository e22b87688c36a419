package dev.proa.image.dockerfile;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads arguments in the form of a JSON array of strings. */
final class JsonForm {
    private JsonForm() {}

    static boolean is(String text) {
        return parse(text) != null;
    }

    /**
     * The strings, or null if the text is not a JSON array; it is then a line for the shell.
     *
     * @throws SyntaxProblem if it is an array of something else
     */
    static @Nullable List<String> parse(String text) {
        if (!Space.trimStart(text).startsWith("[")) {
            return null;
        }
        Object value;
        try {
            value = Json.decode(text.getBytes(StandardCharsets.UTF_8));
        } catch (DecodeException e) {
            return null;
        }
        List<String> strings = new ArrayList<>();
        for (Object element : (ListValue) Objects.requireNonNull(value)) {
            if (!(element instanceof String string)) {
                throw new SyntaxProblem("when using JSON array syntax, arrays must be comprised of strings only");
            }
            strings.add(wellFormed(string));
        }
        return strings;
    }

    /** Replaces halves of surrogate pairs, which escapes can make and no program could get. */
    private static String wellFormed(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> out.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
        return out.toString();
    }
}
