package dev.proa.delivery.entry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which requests a header or mirror route of a Rollout is for. Regular expressions are RE2's, so that no request costs more than its length. */
final class RequestMatch {
    private RequestMatch() {}

    /**
     * The requests for which all matches of a header route hold.
     *
     * @param match as in the step {@code setHeaderRoute}
     * @throws IllegalArgumentException when an expression is wrong
     */
    static Predicate<RequestHead> headers(ListValue match) {
        List<Predicate<RequestHead>> all = new ArrayList<>();
        for (int i = 0; i < match.size(); i++) {
            all.add(header(match.map(i).string("headerName"), match.map(i).map("headerValue")));
        }
        return request -> !all.isEmpty() && all.stream().allMatch(each -> each.test(request));
    }

    /**
     * The requests for which any match of a mirror route holds.
     *
     * @param match as in the step {@code setMirrorRoute}; none for all requests
     * @throws IllegalArgumentException when an expression is wrong
     */
    static Predicate<RequestHead> mirror(ListValue match) {
        List<Predicate<RequestHead>> any = new ArrayList<>();
        for (int i = 0; i < match.size(); i++) {
            any.add(whole(match.map(i)));
        }
        return request -> any.isEmpty() || any.stream().anyMatch(each -> each.test(request));
    }

    private static Predicate<RequestHead> whole(MapValue match) {
        List<Predicate<RequestHead>> all = new ArrayList<>();
        if (match.has("method")) {
            Predicate<@Nullable String> method = text(match.map("method"));
            all.add(request -> method.test(request.method()));
        }
        if (match.has("path")) {
            Predicate<@Nullable String> path = text(match.map("path"));
            all.add(request -> path.test(request.path()));
        }
        for (Map.Entry<String, ?> header : match.map("headers").asMap().entrySet()) {
            all.add(header(header.getKey(), match.map("headers").map(header.getKey())));
        }
        return request -> all.stream().allMatch(each -> each.test(request));
    }

    private static Predicate<RequestHead> header(String name, MapValue value) {
        Predicate<@Nullable String> text = text(value);
        return request -> text.test(request.headers().apply(name));
    }

    /** A StringMatch: one of {@code exact}, {@code prefix} and {@code regex}. */
    private static Predicate<@Nullable String> text(MapValue match) {
        String exact = match.string("exact");
        String prefix = match.string("prefix");
        String regex = match.string("regex");
        if (!exact.isEmpty()) {
            return exact::equals;
        }
        if (!prefix.isEmpty()) {
            return text -> text != null && text.startsWith(prefix);
        }
        try {
            Pattern pattern = Pattern.compile(regex);
            return text -> text != null && pattern.matcher(text).matches();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("\"" + regex + "\" is no regular expression: " + e.getMessage(), e);
        }
    }
}
