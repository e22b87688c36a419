package dev.proa.api.jsonpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathTest {
    private static final MapValue OBJECT = Json.decodeMap("""
            {"metadata":{"name":"web","labels":{"app.kubernetes.io/name":"x"}},
             "spec":{"replicas":3,"ratio":0.5,"big":1500000.0,"paused":true,"nothing":null,"html":"<a&b>",
              "list":["a","b","c","d","e"],
              "objects":[{"k":"one","n":1,"deep":{"x":1}},{"k":"two","n":2},{"k":"three","n":3,"deep":{"x":3}}]},
             "status":{"conditions":[{"type":"Synced","status":"False"},{"type":"Ready","status":"True","ok":true}]}}
            """);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{.metadata.name}|web",
                "{$.metadata.name}|web",
                "{@.metadata.name}|web",
                "{ .metadata.name }|web",
                "{.metadata['name']}|web",
                "{['metadata'].name}|web",
                "{.metadata.labels.app\\.kubernetes\\.io/name}|x",
                "{.metadata.labels['app\\.kubernetes\\.io/name']}|x",
                "{.spec.replicas}|3",
                "{.spec.ratio}|0.5",
                "{.spec.big}|1.5e+06",
                "{.spec.paused}|true",
                "{.spec.nothing}|null",
                "{.metadata.labels}|{\"app.kubernetes.io/name\":\"x\"}",
                "{.spec['replicas','ratio']}|3 0.5",
                "{.spec.list}|[\"a\",\"b\",\"c\",\"d\",\"e\"]",
                "{.spec.list[0]}|a",
                "{.spec.list[-1]}|e",
                "{.spec.list[-2]}|d",
                "{.spec.list[1:3]}|b c",
                "{.spec.list[:2]}|a b",
                "{.spec.list[3:]}|d e",
                "{.spec.list[-2:]}|d e",
                "{.spec.list[::2]}|a c e",
                "{.spec.list[0:4:3]}|a d",
                "{.spec.list[*]}|a b c d e",
                "{.spec.list[0,2]}|a c",
                "{.spec.objects[*].k}|one two three",
                "{.spec.objects[*]['k','n']}|one two three 1 2 3",
                "{.spec.objects[?(@.n>1)].k}|two three",
                "{.spec.objects[?(@.n>=2)].k}|two three",
                "{.spec.objects[?(@.n<=1)].k}|one",
                "{.spec.objects[?(@.k!=\"two\")].n}|1 3",
                "{.spec.objects[?(@.k<'p')].n}|1",
                "{.spec.objects[?(@.deep)].k}|one three",
                "{.spec.objects[?(@.deep.x==3)].k}|three",
                "{.status.conditions[?(@.type==\"Ready\")].status}|True",
                "{.status.conditions[?(@.type=='Ready')].status}|True",
                "{.status.conditions[?(@.ok==true)].type}|Ready",
                "{.status.conditions[?(@.type==\"No)ne\")].status}|~~",
                "{..x}|1 3",
                "{.spec..x}|1 3",
                "{..conditions[0].type}|Synced",
                "{.spec.list.none}|~~",
                "{.none.none[0]}|~~",
                "{.spec.*.x}|~~",
                "{.metadata.labels.*}|x",
                "name {.metadata.name}, {.spec.replicas}!|name web, 3!",
                "{\"text\"}|text",
                "{'it\\'s'}|it's",
                "{.spec.html}|<a&b>",
                "plain|plain",
                "{.metadata.name}{'\\n'}|~web\n~",
            })
    void findsWhatKubectlFinds(String template, String printed) {
        assertThat(JsonPath.parse(template).print(OBJECT)).isEqualTo(printed == null ? "" : printed);
    }

    @Test
    void findsNullsButNotWhatIsAbsent() {
        assertThat(JsonPath.parse("{.spec.nothing}").find(OBJECT)).hasSize(1).containsOnlyNulls();
        assertThat(JsonPath.parse("{.spec.absent}").find(OBJECT)).isEmpty();
        assertThat(JsonPath.parse("").find(OBJECT)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{.spec.list[5]}|array index out of bounds: index 5, length 5",
                "{.spec.list[-6]}|array index out of bounds: index -1, length 5",
                "{.spec.list[0:9]}|array index out of bounds: index 8, length 5",
                "{.spec.list[3:1]}|starting index 3 is greater than ending index 1",
                "{.spec.list[0:3:0]}|step must be > 0",
                "{.metadata[0]}|map[string]interface {} is not array or slice",
                "{.metadata.name[0]}|string is not array or slice",
                "{.metadata[?(@.x==1)]}|map[labels:map[app.kubernetes.io/name:x] name:web] is not array or slice and cannot be filtered",
                "{.spec.objects[?(@.n==\"one\")]}|incompatible types for comparison",
                "{.spec.objects[?(@.deep==1)]}|invalid type for comparison",
                "{.spec.objects[?(@.n=1)]}|unrecognized filter operator =",
                "{.spec.objects[?(@.*==1)]}|can only compare one element at a time",
                "{word}|unrecognized identifier word",
            })
    void saysWhatDoesNotFit(String template, String message) {
        assertThatThrownBy(() -> JsonPath.parse(template).print(OBJECT))
                .isInstanceOf(JsonPath.EvaluationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{.a|unclosed action",
                "{.a[0}|unterminated array",
                "{.a[x]}|invalid array index x",
                "{.a[1:2:3:4]}|invalid array index 1:2:3:4",
                "{.a[-]}|array index - is not a number",
                "{.a[?(@.b==1}|unterminated filter",
                "{.a[?(@.b==1)}|unclosed array expect ]",
                "{....a}|invalid multiple recursive descent",
                "{\"a}|unterminated quoted string",
                "{\"\\q\"}|unquote string \"\\q\" error invalid syntax",
                "{(}|unrecognized character in action: U+0028 '('",
                "{1.2.3}|cannot parse number 1.2.3",
            })
    void saysWhatIsMalformed(String template, String message) {
        assertThatThrownBy(() -> JsonPath.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{.spec.list[ 0, 2 ]}", "{.spec.list[0,2]}"})
    void takesSpacesBetweenTheIndexesOfAUnion(String template) {
        assertThat(JsonPath.parse(template).print(OBJECT)).isEqualTo("a c");
    }

    @Test
    void endsForWhateverText() {
        Tries.run(20_000, random -> {
            StringBuilder template = new StringBuilder("{");
            String[] parts = {
                ".a", "..", "[", "]", "?(", "@", ")", "'", "\"", "\\", ":", "*", ",", "1", "-", "=", " ", "}", "x"
            };
            for (int i = random.nextInt(12); i > 0; i--) {
                template.append(Tries.pick(random, parts));
            }
            byte[] before = Json.encode(OBJECT);
            try {
                JsonPath.parse(template.append('}').toString()).print(OBJECT);
            } catch (IllegalArgumentException | JsonPath.EvaluationException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
            assertThat(new String(Json.encode(OBJECT), StandardCharsets.UTF_8))
                    .isEqualTo(new String(before, StandardCharsets.UTF_8));
        });
    }
}
