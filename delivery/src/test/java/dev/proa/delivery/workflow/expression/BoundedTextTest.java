package dev.proa.delivery.workflow.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedTextTest {
    /** An output of a mebibyte, as a step may have. */
    private static final Scope SCOPE = new Scope() {
        @Override
        public Object context(String name) {
            return Map.of("A", "x".repeat(1 << 20), "B", List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
        }

        @Override
        public String hashFiles(List<String> patterns) {
            return "";
        }

        @Override
        public boolean status(Expression.Function function) {
            return true;
        }
    };

    private static String text(String template) {
        return Template.parse(template).text(SCOPE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${{ format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', env.A) }}",
                "${{ join(env.B, env.A) }}",
                "${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}${{env.A}}"
            })
    void textsThatRepeatAnOutputAreBounded(String template) {
        assertThatThrownBy(() -> text(template))
                .isInstanceOf(ExpressionException.class)
                .hasMessageContaining("longer than 10 million characters");
    }

    @Test
    void longTextsAreTaken() {
        assertThat(text("${{ format('{0}{0}', env.A) }}")).hasSize(2 << 20);
    }
}
