package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of numbers in bodies, as kube-apiserver 1.36 answered. */
class NumbersTest {
    private static final String REVISIONS = "/apis/apps/v1/namespaces/default/controllerrevisions";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String BIG = "123456789012345678901234567890";
    private static final String FIELD =
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal"
                    + " number %s into Go struct field %s of type %s";

    private InProcess cluster;

    @BeforeEach
    void start() {
        cluster = new InProcess();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static String revision(String data) {
        return "{\"apiVersion\":\"apps/v1\",\"kind\":\"ControllerRevision\",\"metadata\":{\"name\":\"a\"},\"revision\":1,\"data\":{\"x\":"
                + data + "}}";
    }

    private static String deployment(String replicas, String grace) {
        return """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":%s,"selector":{"matchLabels":{"a":"b"}},
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"terminationGracePeriodSeconds":%s,"containers":[{"name":"c","image":"i"}]}}}}""".formatted(replicas, grace);
    }

    private String data(String verb, String path, String body, String mediaType) {
        return Json.toString(
                InProcess.value(cluster.send(verb, path, body, mediaType)).at("data", "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "-9223372036854775809",
                BIG,
                "1.0",
                "1e3",
                "1E2",
                "-0",
                "-0.0",
                "1e21",
                "0.1",
                "10e-1"
            })
    void jsonOfNoTypeStaysAsItWasWritten(String number) {
        assertThat(data("create", REVISIONS, revision(number), "application/json"))
                .isEqualTo(number);
        assertThat(Json.toString(cluster.get(REVISIONS + "/a").at("data", "x"))).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({
        "18446744073709551615, 18446744073709551615",
        "18446744073709551616, 18446744073709552000",
        "-9223372036854775809, -9223372036854776000",
        BIG + ", 1.2345678901234568e+29",
        "1.0, 1",
        "1e3, 1000",
        "1e19, 10000000000000000000",
        "-0.0, -0",
        "-0, 0"
    })
    void yamlOfNoTypeIsWhatGoMakesOfIt(String number, String written) {
        assertThat(data("create", REVISIONS, revision(number), "application/yaml"))
                .isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2147483648", "9223372036854775808", "18446744073709551616", BIG, "1.0", "1e3", "-0.0", "0.1"})
    void whatIsNoIntegerIsNamedAsItWasWritten(String number) {
        assertThat(cluster.refusal("create", DEPLOYMENTS, deployment(number, "1"), "application/json"))
                .isEqualTo(FIELD.formatted(number, "DeploymentSpec.spec.replicas", "int32"));
        if (!number.equals("2147483648")) {
            assertThat(cluster.refusal("create", DEPLOYMENTS, deployment("1", number), "application/json"))
                    .isEqualTo(FIELD.formatted(
                            number, "PodSpec.spec.template.spec.terminationGracePeriodSeconds", "int64"));
        }
    }

    @ParameterizedTest
    @CsvSource({BIG + ", 1.2345678901234568e+29", "18446744073709551616, 18446744073709552000", "1e21, 1e+21"})
    void yamlThatIsNoIntegerIsNamedAsGoWritesIt(String number, String written) {
        assertThat(cluster.refusal("create", DEPLOYMENTS, deployment(number, "1"), "application/yaml"))
                .isEqualTo(FIELD.formatted(written, "DeploymentSpec.spec.replicas", "int32"));
    }

    @Test
    void minusZeroIsAnInteger() {
        assertThat(InProcess.value(cluster.send("create", DEPLOYMENTS, deployment("-0", "-0"), "application/json"))
                        .at("spec", "replicas"))
                .isEqualTo(0L);
    }

    @ParameterizedTest
    @CsvSource({"1e3, 1e3", "1.5e1, 1.5e1", BIG + "," + BIG, "1.0, 1", "1E2, 100"})
    void quantitiesAreReadAsTheyAreWritten(String number, String quantity) {
        String body =
                "{\"apiVersion\":\"v1\",\"kind\":\"ResourceQuota\",\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":{\"cpu\":"
                        + number + "}}}";
        assertThat(InProcess.value(cluster.send(
                                "create", "/api/v1/namespaces/default/resourcequotas", body, "application/json"))
                        .at("spec", "hard", "cpu"))
                .isEqualTo(quantity);
    }

    @Test
    void patchesOfJsonKeepWhatIsWritten() {
        cluster.send("create", REVISIONS, revision(BIG), "application/json");
        String merge = "{\"data\":{\"x\":" + BIG + "},\"revision\":2}";
        assertThat(data("patch", REVISIONS + "/a", merge, "application/merge-patch+json"))
                .isEqualTo(BIG);
        String test =
                "[{\"op\":\"test\",\"path\":\"/data/x\",\"value\":%s},{\"op\":\"replace\",\"path\":\"/data/x\",\"value\":%s}]";
        assertThat(data("patch", REVISIONS + "/a", test.formatted(BIG, BIG), "application/json-patch+json"))
                .isEqualTo(BIG);
        assertThat(cluster.refusal(
                        "patch", REVISIONS + "/a", test.formatted(BIG + "1", BIG), "application/json-patch+json"))
                .isEqualTo("the server rejected our request due to an error in our request");
    }

    /** It passes through Go's values without types, which know int64 and float64 alone and convert as Go does. */
    @ParameterizedTest
    @CsvSource({"1.0, 1", "1e3, 1000", "-2147483649, 2147483647", "9223372036854775808, 0", "1e21, 0", "-0.0, 0"})
    void aStrategicMergePatchConverts(String number, long replicas) {
        cluster.send("create", DEPLOYMENTS, deployment("7", "1"), "application/json");
        assertThat(InProcess.value(strategic("{\"spec\":{\"replicas\":" + number + "}}"))
                        .at("spec", "replicas"))
                .isEqualTo(replicas);
    }

    private ApiResponse strategic(String patch) {
        return cluster.send("patch", DEPLOYMENTS + "/a", patch, "application/strategic-merge-patch+json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"replicas":1.5}                 | map[replicas:1.5]                | cannot convert float64 to int32
            {"replicas":"x"}                 | map[replicas:x]                  | unrecognized type: int32
            {"paused":1}                     | map[paused:1]                    | unrecognized type: bool
            {"template":[]}                  | map[template:[]]                 | cannot restore struct from: slice
            "x"                              | x                                | cannot restore struct from: string
            {"template":{"metadata":{"labels":[]}}}         | map[template:map[metadata:map[labels:[]]]]       | cannot restore map from slice
            {"template":{"metadata":{"labels":{"a":1}}}}    | map[template:map[metadata:map[labels:map[a:1]]]] | cannot convert int64 to string
            {"template":{"metadata":{"labels":{"a":1.5}}}}  | map[template:map[metadata:map[labels:map[a:1.5]]]] | unrecognized type: string
            {"template":{"spec":{"containers":{}}}}         | map[template:map[spec:map[containers:map[]]]]    | cannot restore slice from map
            {"template":{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":1.5}}}]}}} | map[template:map[spec:map[containers:[map[livenessProbe:map[httpGet:map[port:1.5]] name:c]]]]] | json: cannot unmarshal number 1.5 into Go value of type int32
            {"template":{"spec":{"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":1e19}}}]}}} | map[template:map[spec:map[containers:[map[livenessProbe:map[httpGet:map[port:1e+19]] name:c]]]]] | json: cannot unmarshal number 10000000000000000000 into Go value of type int32
            """)
    void aStrategicMergePatchOfAnotherTypeIsRefused(String spec, String shown, String why) {
        cluster.send("create", DEPLOYMENTS, deployment("7", "1"), "application/json");
        assertThat(cluster.refusal(
                        "patch",
                        DEPLOYMENTS + "/a",
                        "{\"spec\":" + spec + "}",
                        "application/strategic-merge-patch+json"))
                .isEqualTo(" \"\" is invalid: patch: Invalid value: \"map[spec:" + shown + "]\": " + why);
    }

    @Test
    void nothingIsAStrategicMergePatchThatChangesNothing() {
        MapValue created =
                InProcess.value(cluster.send("create", DEPLOYMENTS, deployment("7", "1"), "application/json"));
        assertThat(InProcess.value(strategic("null"))).isEqualTo(created);
        assertThat(cluster.refusal("patch", DEPLOYMENTS + "/a", "null", "application/merge-patch+json"))
                .isEqualTo("Invalid JSON Patch");
    }

    @ParameterizedTest
    @CsvSource({
        "merge-patch, error decoding patch: json: cannot unmarshal number 1e400 into Go value of type float64",
        "strategic-merge-patch, json: cannot unmarshal number 1e400 into Go value of type float64",
    })
    void whatNoFloatHoldsIsRefused(String kind, String message) {
        cluster.send("create", DEPLOYMENTS, deployment("7", "1"), "application/json");
        assertThat(cluster.refusal("patch", DEPLOYMENTS + "/a", "{\"spec\":1e400}", "application/" + kind + "+json"))
                .isEqualTo(message);
    }
}
