package dev.proa.delivery.analysis.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares with expr-lang itself, whose answers {@code src/test/oracle/conditions} has recorded. */
class ConditionFactsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void conditionsComeOutAsInExprLang() throws IOException {
        List<String> different = new ArrayList<>();
        for (String line : lines()) {
            String[] parts = line.split("\t", -1);
            @Nullable
            Object expected = parts[2].equals("error")
                    ? "error"
                    : Expression.variable(Json.decode(parts[2].getBytes(StandardCharsets.UTF_8)));
            Object result = Expression.variable(Json.decode(parts[0].getBytes(StandardCharsets.UTF_8)));
            Object answer = answer(result, parts[1]);
            if (!Values.equal(answer, expected)) {
                different.add(line + "\t but here: " + answer);
            }
        }
        assertThat(different).isEmpty();
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(ConditionFactsTest.class.getResourceAsStream("conditions.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static @Nullable Object answer(@Nullable Object result, String condition) {
        try {
            Map<String, @Nullable Object> variables = Collections.singletonMap("result", result);
            return Expression.parse(condition, Set.of("result")).evaluate(variables, CLOCK);
        } catch (ExpressionException e) {
            return "error";
        }
    }

    @Test
    void expressionsThatTakeTooMuchEnd() {
        for (String greedy : List.of(
                "1..100000000",
                "map(1..1000, map(1..1000, map(1..1000, #)))",
                "repeat(\"aaaaaaaaaa\", 1000000000)",
                "len(reduce(1..60, #acc + #acc, \"a\"))",
                "(".repeat(5000) + "1" + ")".repeat(4000),
                "a".repeat(20_000))) {
            assertThatThrownBy(() -> Expression.parse(greedy, Set.of()).evaluate(Map.of(), CLOCK))
                    .as(greedy.substring(0, Math.min(30, greedy.length())))
                    .isInstanceOf(ExpressionException.class);
        }
    }
}
