package dev.proa.api.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {
    /** As {@code sigs.k8s.io/yaml} has it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a: yes              | {"a":true}
            a: 'yes'            | {"a":"yes"}
            a: n                | {"a":false}
            a: Off              | {"a":false}
            a: 0644             | {"a":420}
            a: 0o644            | {"a":420}
            a: 0x1F             | {"a":31}
            a: 0b11             | {"a":3}
            a: 1_000            | {"a":1000}
            a: 089              | {"a":89}
            a: 1.0              | {"a":1}
            a: 1.5e3            | {"a":1500}
            a: 1.25             | {"a":1.25}
            a: .5               | {"a":0.5}
            a: -12              | {"a":-12}
            a: 1.2.3            | {"a":"1.2.3"}
            a: 12e              | {"a":"12e"}
            a: -                | {"a":[null]}
            a: 10:30            | {"a":"10:30"}
            a: 2026-01-31       | {"a":"2026-01-31"}
            a: ~                | {"a":null}
            a:                  | {"a":null}
            a: Null             | {"a":null}
            a: 9223372036854775807 | {"a":9223372036854775807}
            a: 1e400            | {"a":"1e400"}
            a: 1e18             | {"a":1000000000000000000}
            a: 0x_1             | {"a":1}
            a: -0x1F            | {"a":-31}
            a: 0b2              | {"a":"0b2"}
            a: !!int "12"       | {"a":12}
            y: 1                | {"true":1}
            1: a                | {"1":"a"}
            true: a             | {"true":"a"}
            a: !!str 12         | {"a":"12"}
            a: !!binary aGk=    | {"a":"hi"}
            a: !own 12          | {"a":"12"}
            a: &x {b: 1}        | {"a":{"b":1}}
            {"a": [1, "2"]}     | {"a":[1,"2"]}
            """)
    void means(String yaml, String json) {
        String text = yaml.equals("a: -") ? "a:\n-" : yaml;
        assertThat(Json.toString(Yaml.decode(text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(json);
    }

    @Test
    void followsAnchorsAndMerges() {
        assertThat(Json.toString(Yaml.decodeMap("base: &b {x: 1, z: 2}\nmore: {<<: *b, z: 3}\nsame: *b\n")))
                .isEqualTo("{\"base\":{\"x\":1,\"z\":2},\"more\":{\"x\":1,\"z\":3},\"same\":{\"x\":1,\"z\":2}}");
    }

    @Test
    void refusesDocumentsThatGrowByAliases() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            String alias = "*a" + (i - 1);
            bomb.append(
                    "a" + i + ": &a" + i + " [" + String.join(",", java.util.Collections.nCopies(10, alias)) + "]\n");
        }
        assertThatThrownBy(() -> Yaml.decodeMap(bomb.toString()))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("document contains excessive aliasing");
        assertThatThrownBy(() -> Yaml.decodeMap("a: *nobody"))
                .hasMessageContaining("unknown anchor 'nobody' referenced");
        assertThatThrownBy(() -> Yaml.decodeMap("[".repeat(5_000))).isInstanceOf(DecodeException.class);
    }

    @Test
    void saysWhereItIsWrong() {
        assertThatThrownBy(() -> Yaml.decodeMap("a: 1\nb: c: d\n"))
                .isInstanceOf(DecodeException.class)
                .hasMessageStartingWith("error converting YAML to JSON: yaml: line 2: mapping values are not allowed");
        List<String> duplicates = new ArrayList<>();
        Object value = Yaml.decode(
                "spec:\n  a: 1\n  l:\n  - {b: 1, b: 2}\n  a: 2\n".getBytes(StandardCharsets.UTF_8), duplicates::add);
        assertThat(duplicates)
                .containsExactly("line 4: key \"b\" already set in map", "line 5: key \"a\" already set in map");
        assertThat(((MapValue) value).at("spec", "a")).isEqualTo(2L);
    }

    /** As sigs.k8s.io/yaml makes strings of them. */
    @Test
    void numbersCanBeKeys() {
        assertThat(Yaml.decodeMap(
                                "{1: a, 1.0: b, 1.5: c, 3.0e10: d, 1e19: e, 1e-7: f, 1e39: g, -0.0: h, 123456789.0: i, 1e400: j}")
                        .asMap()
                        .keySet())
                .containsExactlyInAnyOrder(
                        "1", "1.5", "3e+10", "1e+19", "1e-07", "+Inf", "-0", "1.2345679e+08", "1e400");
        assertThatThrownBy(() -> Yaml.decodeMap("18446744073709551615: b"))
                .hasMessageEndingWith("unsupported map key of type: uint64, key: 0xffffffffffffffff, value: \"b\"");
        assertThatThrownBy(() -> Yaml.decodeMap("~: b"))
                .hasMessageEndingWith("unsupported map key of type: %!s(<nil>), key: <nil>, value: \"b\"");
    }

    @Test
    void readsSeveralDocuments() {
        assertThat(Yaml.decodeAll("a: 1\n---\n---\n# nothing\n---\nb: 2\n...\n".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(MapValue.of("a", 1L), MapValue.of("b", 2L));
        assertThat(Yaml.decode(new byte[0])).isNull();
    }

    @Test
    void writesAsKubectlDoes() {
        MapValue object = Json.decodeMap("""
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{}},
                 "data":{"file10":"a\\nb\\n","file9":"yes","port":"80","empty":"","colon":"a: b","dash":"- x","time":"10:30",
                 "star":"*","no-end":"a\\nb","tab":"a\\tb","url":"http://x:80/"},
                 "list":[1,[2,3],{"a":1,"b":[{"c":null}]},[],"s"]}
                """);
        assertThat(Yaml.toString(object)).isEqualTo("""
                        apiVersion: v1
                        data:
                          colon: 'a: b'
                          dash: '- x'
                          empty: ""
                          file9: "yes"
                          file10: |
                            a
                            b
                          no-end: |-
                            a
                            b
                          port: "80"
                          star: '*'
                          tab: 'a\tb'
                          time: "10:30"
                          url: http://x:80/
                        kind: ConfigMap
                        list:
                        - 1
                        - - 2
                          - 3
                        - a: 1
                          b:
                          - c: null
                        - []
                        - s
                        metadata:
                          labels: {}
                          name: x
                        """);
        assertThat(Yaml.decodeMap(Yaml.toString(object))).isEqualTo(object);
    }

    @Test
    void readsWhatItWrote() {
        Tries.run(500, random -> {
            Object value = value(random);
            assertThat(Yaml.decode(Yaml.encode(value))).isEqualTo(value);
        });
    }

    @Test
    void readsJsonAsJsonDoes() {
        Tries.run(200, random -> {
            Object value = value(random);
            assertThat(Json.decode(Json.encode(value))).isEqualTo(value);
        });
    }

    private static Object value(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(random));
                }
                yield ListValue.copyOf(items);
            }
            case 1 -> {
                Map<String, Object> fields = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    fields.put(text(random, PRINTABLE, 6), value(random));
                }
                yield MapValue.copyOf(fields);
            }
            default -> scalar(random);
        };
    }

    private static Object scalar(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> text(random, PRINTABLE, 8);
            case 1 -> text(random, "a -:#'\"\n\t\\{}[]é", 8);
            case 2 ->
                Tries.pick(
                        random,
                        "yes",
                        "1",
                        "0x1",
                        "1e3",
                        "null",
                        "~",
                        "",
                        ".inf",
                        "2026-01-31",
                        "<<",
                        "-",
                        "---",
                        "1:2");
            case 3 -> Tries.number(random, Long.MIN_VALUE, Long.MAX_VALUE);
            case 4 -> random.nextBoolean();
            default -> Tries.pick(random, 0.5, 1.25, -3.75e300);
        };
    }

    private static final String PRINTABLE =
            IntStream.rangeClosed(' ', '~').mapToObj(Character::toString).collect(Collectors.joining());

    private static String text(Random random, String characters, int longest) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.append(characters.charAt(random.nextInt(characters.length())));
        }
        return text.toString();
    }
}
