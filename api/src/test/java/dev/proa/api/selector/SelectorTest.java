package dev.proa.api.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
    private static final MapValue LABELS =
            MapValue.of("app", "web", "tier", "", "replica", "7", "example.com/team", "a");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app=web",
                "app==web",
                "app!=db",
                "other!=x",
                "app in (db, web)",
                "app notin (db)",
                "other notin (a)",
                "app,!other",
                "replica>6,replica<8",
                "tier=",
                "tier in ()",
                "tier in (x,)",
                " app = web , tier ",
                "example.com/team=a",
                "app in (in,notin,web)"
            })
    void selects(String selector) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app=db",
                "app!=web",
                "other=web",
                "other",
                "!app",
                "app in (db)",
                "app notin (web)",
                "replica>7",
                "app>1",
                "tier=x",
                "app=web,other"
            })
    void selectsNot(String selector) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isFalse();
    }

    /** Recorded from Kubernetes 1.36.3. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a in      | unable to parse requirement: found '' expected: '('
            a b       | unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt
            =b        | found '=', expected: !, identifier, or 'end of string'
            a=b,      | found '', expected: identifier after ','
            a in (b   | unable to parse requirement: found '', expected: ',' or ')'
            a in b    | unable to parse requirement: found 'b' expected: '('
            a>b       | unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer
            !a=b      | found '=', expected: ',' or 'end of string'
            (a)       | found '(', expected: !, identifier, or 'end of string'
            a in (b)) | found ')', expected: ',' or 'end of string'
            a=b=c     | found '=', expected: ',' or 'end of string'
            a===b     | unable to parse requirement: found '=', expected: identifier
            a!        | unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt
            a=-b      | unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
            -a        | unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            A/B/c=1   | unable to parse requirement: <nil>: Invalid value: "A/B/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')
            """)
    void refusesWithTheMessageOfKubernetes(String selector, String message) {
        assertThatThrownBy(() -> LabelSelector.parse(selector))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void readsTheObjectForm() {
        LabelSelector selector = LabelSelector.of(Json.decodeMap("""
                {"matchLabels": {"app": "web"}, "matchExpressions": [
                  {"key": "tier", "operator": "Exists"}, {"key": "replica", "operator": "In", "values": ["7", "5"]}]}
                """));
        assertThat(selector.matches(LABELS)).isTrue();
        assertThat(selector).hasToString("app=web,replica in (5,7),tier");
        assertThat(LabelSelector.parse(selector.toString()).matches(LABELS)).isTrue();
        assertThat(LabelSelector.of(MapValue.EMPTY).matches(LABELS)).isTrue();
        assertThat(LabelSelector.of((MapValue) null).matches(LABELS)).isFalse();
        assertThat(LabelSelector.ofLabels(Map.of("app", "web")).matches(Map.of("app", "web", "b", "c")))
                .isTrue();
        assertThatThrownBy(() -> LabelSelector.of(Json.decodeMap(
                        "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Gt\",\"values\":[\"1\"]}]}")))
                .hasMessage("\"Gt\" is not a valid label selector operator");
    }

    @Test
    void selectsByFields() {
        FieldSelector selector = FieldSelector.parse("status.phase!=Running,metadata.name=a\\,b");
        assertThat(selector.required("metadata.name")).isEqualTo("a,b");
        assertThat(selector.required("status.phase")).isNull();
        assertThat(selector).hasToString("metadata.name=a\\,b,status.phase!=Running");
        assertThat(selector.matches(field -> field.equals("metadata.name") ? "a,b" : "Failed"))
                .isTrue();
        assertThat(selector.matches(field -> field.equals("metadata.name") ? "a,b" : "Running"))
                .isFalse();
        assertThatThrownBy(() -> FieldSelector.parse("metadata.name=a=b"))
                .hasMessage("invalid field selector: unescaped character in value: 61");
        assertThatThrownBy(() -> FieldSelector.parse("metadata.name"))
                .hasMessage("invalid selector: 'metadata.name'; can't understand 'metadata.name'");
        assertThatThrownBy(() -> FieldSelector.parse("a=\\x"))
                .hasMessage("invalid field selector: invalid escape sequence: \\x");
        assertThatThrownBy(
                        () -> FieldSelector.parse("spec.x=1").allowing(List.of("metadata.name", "metadata.namespace")))
                .hasMessage("\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }
}
