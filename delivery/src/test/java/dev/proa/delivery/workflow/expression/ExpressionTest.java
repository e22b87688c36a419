package dev.proa.delivery.workflow.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
    private static final Object CONTEXTS = Values.fromJson("""
            {"github": {"ref": "refs/heads/main", "event": {"labels": [{"name": "a"}, {"name": "B"}, {"other": "c"}],
              "groups": {"x": [{"n": 1}, {"n": 2}], "y": [{"n": 3}]}}},
             "env": {"A": "1", "MIXED-case": "v", "E": ""},
             "matrix": {"n": 3, "list": ["x", "Y", 2], "t": true}}
            """);

    static final Scope SCOPE = new Scope() {
        @Override
        public @Nullable Object context(String name) {
            return ((java.util.Map<?, ?>) CONTEXTS).get(name);
        }

        @Override
        public String hashFiles(List<String> patterns) {
            return "hash of " + patterns;
        }

        @Override
        public boolean status(Expression.Function function) {
            return function == Expression.Function.SUCCESS || function == Expression.Function.ALWAYS;
        }
    };

    private static String json(String expression) {
        return Values.toJson(Evaluation.plain(Expression.parse(expression).evaluate(SCOPE)))
                .replaceAll("\\s*\\n\\s*", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "null ~ null",
                "true ~ true",
                "711 ~ 711",
                "-9.2 ~ -9.2",
                "0xff ~ 255",
                "0o17 ~ 15",
                "-2.99e-2 ~ -0.0299",
                "'It''s open source!' ~ \"It's open source!\"",
                ".5 ~ 0.5",
                "1e3 ~ 1000",
                "Infinity ~ Infinity",
                "'A' == 'a' ~ true",
                "null == 0 ~ true",
                "null == '' ~ true",
                "'' == 0 ~ true",
                "'x' == 0 ~ false",
                "true == '1' ~ true",
                "true == 'true' ~ false",
                "NaN == NaN ~ false",
                "'0x10' == 16 ~ true",
                "' 7 ' == 7 ~ true",
                "github == github ~ true",
                "github.event.labels == github.event.labels ~ true",
                "fromJSON('[]') == fromJSON('[]') ~ false",
                "github.event == 'Object' ~ false",
                "'a' < 'B' ~ true",
                "'b' > 'A' ~ true",
                "1 <= 1 ~ true",
                "'x' >= 1 ~ false",
                "null < 1 ~ true",
                "false < true ~ true",
                "1 < 2 == true ~ true",
                "!true || true ~ true",
                "!'' ~ true",
                "!!'a' ~ true",
                "'' || 'b' ~ \"b\"",
                "'a' && 'b' ~ \"b\"",
                "0 && 'b' ~ 0",
                "true || false && false ~ true",
                "(true || false) && false ~ false",
                "1 == 1 && 2 != 3 ~ true",
                "github.REF ~ \"refs/heads/main\"",
                "github['ref'] ~ \"refs/heads/main\"",
                "env.mixed-CASE ~ \"v\"",
                "github.none.at.all ~ null",
                "matrix.list[1] ~ \"Y\"",
                "matrix.list['1'] ~ \"Y\"",
                "matrix.list[1.9] ~ \"Y\"",
                "matrix.list[-1] ~ null",
                "matrix.list[9] ~ null",
                "github.event.labels.*.name ~ [\"a\",\"B\"]",
                "github.event.labels[*].name ~ [\"a\",\"B\"]",
                "github.event.groups.*.*.n ~ [1,2,3]",
                "github.event.groups.*[0].n ~ [1,3]",
                "matrix.* ~ [3,[\"x\",\"Y\",2],true]",
                "github.ref.* ~ []",
                "contains(github.event.labels.*.name, 'b') ~ true",
                "contains('Hello world', 'LLO') ~ true",
                "contains(matrix.list, '2') ~ true",
                "contains(matrix, 'n') ~ false",
                "contains(null, '') ~ true",
                "startsWith('Hello', 'hE') ~ true",
                "endsWith(123, 3) ~ true",
                "STARTSWITH(matrix.list, 'a') ~ false",
                "format('Hello {0} {1} {0}', 'Mona', 1) ~ \"Hello Mona 1 Mona\"",
                "format('{{Hello {0}!}}', 'Mona') ~ \"{Hello Mona!}\"",
                "join(matrix.list) ~ \"x,Y,2\"",
                "join(matrix.list, ' - ') ~ \"x - Y - 2\"",
                "join('one', 'x') ~ \"one\"",
                "join(matrix) ~ \"\"",
                "join(github.event.labels) ~ \"Object,Object,Object\"",
                "toJSON(fromJSON('{\"b\": 1, \"a\": []}')) ~ \"{\\n  \\\"b\\\": 1,\\n  \\\"a\\\": []\\n}\"",
                "fromJSON('[1, {\"z\": 1, \"a\": null}]') ~ [1,{\"z\": 1,\"a\": null}]",
                "case(false, 1, true, 2, 3) ~ 2",
                "case(1 == 2, 'a', 'b') ~ \"b\"",
                "hashFiles('**/pom.xml', '!x') ~ \"hash of [**/pom.xml, !x]\"",
                "success() && !failure() && !cancelled() && always() ~ true",
                "1e15 ~ 1E+15",
                "123456789012345678 ~ 1.23456789012346E+17",
                "0.00001 ~ 1E-05",
                "0.1 ~ 0.1",
                "format('{0}', 3.0) ~ \"3\"",
                "format('{0}{1}', true, null) ~ \"true\"",
            })
    void evaluates(String expression, String value) {
        assertThat(json(expression)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "1 + 2 ~ Unexpected symbol: '+'. Located at position 3 within expression: 1 + 2",
                "foo.bar ~ Unrecognized named-value: 'foo'. Located at position 1 within expression: foo.bar",
                "true && nope(1) ~ Unrecognized function: 'nope'. Located at position 9 within expression: true && nope(1)",
                "contains('a') ~ Too few parameters supplied: 'contains'. Located at position 1 within expression: contains('a')",
                "always(1) ~ Too many parameters supplied: 'always'. Located at position 1 within expression: always(1)",
                "'open ~ Unexpected symbol: ''open'. Located at position 1 within expression: 'open",
                "github.ref == ~ Unexpected end of expression. Located at position 13 within expression: github.ref ==",
                "\"double\" ~ Unexpected symbol: '\"'. Located at position 1 within expression: \"double\"",
                "(1 ~ Unexpected end of expression. Located at position 2 within expression: (1",
                "1x ~ Unexpected symbol: '1x'. Located at position 1 within expression: 1x",
                "github ref ~ Unexpected symbol: 'ref'. Located at position 8 within expression: github ref",
                "github.ref = 'x' ~ Unexpected symbol: '='. Located at position 12 within expression: github.ref = 'x'",
                "fromJSON('{') ~ Error reading JSON",
                "format('{0') ~ The following format string is invalid: {0",
                "format('{1}', 1) ~ The following format string references more arguments than were supplied: {1}",
                "case('x', 1, 2) ~ case: the condition 1 is not a boolean",
                "case(true, 1, false, 2) ~ Even number of parameters supplied",
            })
    void saysWhatIsWrong(String expression, String message) {
        assertThatThrownBy(() -> Expression.parse(expression).evaluate(SCOPE))
                .isInstanceOf(ExpressionException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void operandsAreOnlyEvaluatedWhenNeeded() {
        assertThat(json("true || fromJSON('{')")).isEqualTo("true");
        assertThat(json("case(true, 1, fromJSON('{'))")).isEqualTo("1");
    }

    @Test
    void deepExpressionsAreRefusedInsteadOfOverflowing() {
        assertThatThrownBy(() -> Expression.parse("(".repeat(10_000) + "1" + ")".repeat(10_000)))
                .hasMessageContaining("max expression depth");
        assertThatThrownBy(() -> Expression.parse("!".repeat(10_000) + "1"))
                .hasMessageContaining("max expression depth");
    }

    @Test
    void textsHaveExpressionsInThem() {
        assertThat(Template.parse("a ${{ 1 }}-${{ 'b }} c' }}!").text(SCOPE)).isEqualTo("a 1-b }} c!");
        assertThat(Template.parse("${{ matrix.list }}").value(SCOPE)).isInstanceOf(List.class);
        assertThat(Template.parse("${{ null }}").value(SCOPE)).isNull();
        assertThat(Template.parse("plain $ { {{ }}").text(SCOPE)).isEqualTo("plain $ { {{ }}");
        assertThat(Template.parse("").value(SCOPE)).isEqualTo("");
        assertThatThrownBy(() -> Template.parse("a ${{ 1 }")).hasMessageContaining("not closed");
    }

    @Test
    void conditionsHoldAfterSuccessUnlessTheyAskForStatus() {
        Scope failed = new Scope() {
            @Override
            public @Nullable Object context(String name) {
                return SCOPE.context(name);
            }

            @Override
            public String hashFiles(List<String> patterns) {
                return "";
            }

            @Override
            public boolean status(Expression.Function function) {
                return function == Expression.Function.FAILURE || function == Expression.Function.ALWAYS;
            }
        };
        assertThat(Template.condition("true").holds(SCOPE)).isTrue();
        assertThat(Template.condition("true").holds(failed)).isFalse();
        assertThat(Template.condition("failure() && github.ref == 'refs/heads/main'")
                        .holds(failed))
                .isTrue();
        assertThat(Template.condition("${{ always() }}").holds(failed)).isTrue();
        assertThat(Template.condition("!cancelled()").holds(failed)).isTrue();
        assertThat(Template.condition("${{ false }}").holds(SCOPE)).isFalse();
        // Text beside the braces makes a text of it, which is never empty.
        assertThat(Template.condition("${{ false }} && false").holds(SCOPE)).isTrue();
    }

    @Test
    void jsonSurvivesBothWays() {
        long seed = System.nanoTime();
        RandomGenerator random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Object value = random(random, 4);
            String text = Values.toJson(value);
            assertThat(Values.toJson(Values.fromJson(text))).as("seed %d", seed).isEqualTo(text);
        }
    }

    @Test
    void equalityIsSymmetricAndOrdersExclude() {
        long seed = System.nanoTime();
        RandomGenerator random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Object left = random(random, 1);
            Object right = random(random, 1);
            assertThat(Values.equal(left, right))
                    .as("seed %d: %s, %s", seed, left, right)
                    .isEqualTo(Values.equal(right, left));
            assertThat(Values.less(left, right) && Values.less(right, left))
                    .as("seed %d", seed)
                    .isFalse();
        }
    }

    private static @Nullable Object random(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> (double) random.nextInt(-5, 5);
            case 3 -> random.nextInt(-100_000, 100_000) / 8.0;
            case 4 ->
                List.of("", "a", "A", "0", "1", "-3", "true", "\"\\\n\u00e9\ud83d\ude00")
                        .get(random.nextInt(8));
            case 5 -> String.valueOf(random.nextInt(-5, 5));
            case 6 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(random(random, depth - 1));
                }
                yield list;
            }
            default -> {
                java.util.Map<String, Object> map = new java.util.LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put("k" + random.nextInt(100), random(random, depth - 1));
                }
                yield map;
            }
        };
    }
}
