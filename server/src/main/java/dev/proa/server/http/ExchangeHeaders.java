package dev.proa.server.http;

import dev.proa.server.auth.RequestHeaders;
import io.vertx.core.MultiMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The headers of a request that arrived by HTTP. A character of a value is a byte there; together they are UTF-8, as everybody sends it. */
record ExchangeHeaders(MultiMap headers) implements RequestHeaders {
    @Override
    public @Nullable String first(String name) {
        String value = headers.get(name);
        return value == null ? null : text(value);
    }

    @Override
    public List<String> all(String name) {
        return headers.getAll(name).stream().map(ExchangeHeaders::text).toList();
    }

    @Override
    public Set<String> names() {
        return headers.names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** What is no UTF-8 stays as it is. */
    private static String text(String value) {
        if (value.chars().allMatch(c -> c < 0x80)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }
}
