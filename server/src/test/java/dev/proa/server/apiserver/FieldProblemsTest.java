package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of duplicate and unknown fields, as kube-apiserver 1.36 said it of the same bodies. */
class FieldProblemsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String STRICT =
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: ";

    private InProcess cluster;

    @BeforeEach
    void start() {
        cluster = new InProcess();
        cluster.create(MAPS, "{metadata: {name: p}, data: {o: o}}");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static String body(String fields) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," + fields + "}";
    }

    private List<String> warnings(String verb, String path, String body, String mediaType) {
        return cluster.send(verb, path, body, mediaType).warnings();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "metadata":{"name":"f","bar":{"x":1}},"foo":1                       | unknown field "metadata.bar", unknown field "foo"
            "metadata":{"name":"f"},"foo":1,"foo":2,"data":{"a":"b","a":"c"}     | unknown field "foo", duplicate field "data.a"
            "metadata":{"name":"f"},"foo":{"x":1,"x":2}                          | unknown field "foo"
            "metadata":{"name":"f"},"data":{"a":"b","a":"c","a":"d"}             | duplicate field "data.a"
            "metadata":{"Name":"f"},"Data":{"a":"b"}                             | unknown field "metadata.Name", unknown field "Data"
            "metadata":{"name":"f","u":1},"data":{"b":"c"},"data":{"a":"x","a":"y","b":"z"},"metadata":{"foo":1,"foo":2,"name":"f","u":2,"name":"f"} | unknown field "metadata.u", duplicate field "data", duplicate field "data.a", duplicate field "metadata", unknown field "metadata.foo", duplicate field "metadata.name"
            """)
    void ofJsonInTheOrderOfTheText(String fields, String problems) {
        assertThat(cluster.refusal("create", MAPS + "?fieldValidation=Strict", body(fields), "application/json"))
                .isEqualTo(STRICT + problems);
        if (!fields.contains("Name")) {
            assertThat(warnings("create", MAPS + "?dryRun=All", body(fields), "application/json"))
                    .containsExactly(problems.split(", "));
            assertThat(warnings(
                            "create", MAPS + "?dryRun=All&fieldValidation=Ignore", body(fields), "application/json"))
                    .isEmpty();
        }
    }

    @Test
    void theFirstHundredAreTold() {
        StringBuilder fields = new StringBuilder("\"metadata\":{\"name\":\"f\"}");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            fields.append(",\"x").append(i).append("\":1");
            told.add("unknown field \"x" + i + "\"");
        }
        assertThat(cluster.refusal(
                        "create", MAPS + "?fieldValidation=Strict", body(fields.toString()), "application/json"))
                .isEqualTo(STRICT + String.join(", ", told.subList(0, 100)));
    }

    @Test
    void ofYamlWithTheLinesOfDuplicatesFirst() {
        String yaml = """
                apiVersion: v1
                kind: ConfigMap
                foo: 1
                metadata:
                  name: f
                  labels: {a: b, a: b, a: c}
                  name: f
                foo: 2
                """;
        assertThat(cluster.refusal("create", MAPS + "?fieldValidation=Strict", yaml, "application/yaml"))
                .isEqualTo(STRICT + """
                        yaml: unmarshal errors:
                          line 6: key "a" already set in map
                          line 6: key "a" already set in map
                          line 7: key "name" already set in map
                          line 8: key "foo" already set in map, unknown field "foo\"""");
        assertThat(warnings("create", MAPS, yaml, "application/yaml"))
                .containsExactly(
                        "line 6: key \"a\" already set in map",
                        "line 7: key \"name\" already set in map",
                        "line 8: key \"foo\" already set in map",
                        "unknown field \"foo\"");
    }

    @Test
    void ofAnObjectThatIsRefusedAsWell() {
        assertThatThrownBy(
                        () -> cluster.send("create", MAPS, body("\"metadata\":{\"Name\":\"f\"}"), "application/json"))
                .isInstanceOfSatisfying(
                        StatusException.class,
                        e -> assertThat(e.warnings()).containsExactly("unknown field \"metadata.Name\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            merge-patch           | {"foo":1,"foo":2,"data":{"a":"b","a":"c"}}                      | duplicate field "foo", duplicate field "data.a", unknown field "foo"
            strategic-merge-patch | {"foo":1,"foo":2,"data":{"a":"b","a":"c"}}                      | duplicate field "foo", duplicate field "data.a", unknown field "foo"
            merge-patch           | {"metadata":{"bar":1,"annotations":{"k":"1","k":"2"}}}           | duplicate field "metadata.annotations.k", unknown field "metadata.bar"
            json-patch            | [{"op":"add","path":"/foo","value":1},{"op":"add","op":"add","path":"/data","value":{"a":"1"},"x":1}] | json patch duplicate field "[1].op", json patch unknown field "[1].x", unknown field "foo"
            """)
    void ofPatchesBeforeThoseOfWhatTheyMake(String kind, String patch, String problems) {
        String type = "application/" + kind + "+json";
        assertThat(warnings("patch", MAPS + "/p", patch, type)).containsExactly(problems.split(", "));
        assertThat(cluster.refusal("patch", MAPS + "/p?fieldValidation=Strict", patch, type))
                .endsWith(": strict decoding error: " + problems);
        assertThat(warnings("patch", MAPS + "/p?fieldValidation=Ignore", patch, type))
                .isEmpty();
    }
}
