package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What users are told of what they may. */
class AccessReviewTest {
    private static final String SELF = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final UserInfo SOMEBODY = UserInfo.of("jane", UserInfo.AUTHENTICATED);

    private final InProcess api = new InProcess();

    @AfterEach
    void stop() {
        api.close();
    }

    private MapValue ask(UserInfo user, String json) {
        ApiResponse response = api.ask(user, "create", SELF, Json.decodeMap(json), null);
        return ((ApiResponse.One) response.body()).value();
    }

    private static String path(String path, String verb) {
        return "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"metadata\":{},"
                + "\"spec\":{\"nonResourceAttributes\":{\"path\":\"" + path + "\",\"verb\":\"" + verb
                + "\"}},\"status\":{\"allowed\":false}}";
    }

    @Test
    void aPathMayBeAskedFor() {
        assertThat(ask(InProcess.MASTER, path("/logs/", "get")).map("status").get("allowed"))
                .isEqualTo(true);
        assertThat(ask(SOMEBODY, path("/healthz", "get")).map("status").get("allowed"))
                .isEqualTo(true);
        assertThat(ask(SOMEBODY, path("/metrics", "get")).map("status").get("allowed"))
                .isEqualTo(false);
    }

    @Test
    void eitherAPathOrAResource() {
        String both =
                "{\"spec\":{\"nonResourceAttributes\":{\"path\":\"/\"},\"resourceAttributes\":{\"verb\":\"get\"}}}";
        assertThat(api.failure("create", SELF, both))
                .hasMessageContaining("cannot be specified in combination with resourceAttributes");
        assertThat(api.failure("create", SELF, "{spec: {}}"))
                .hasMessageContaining("exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }

    private MapValue subject(String attributes) {
        return ask(
                        InProcess.MASTER,
                        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                        "{\"spec\":{\"user\":\"ann\",\"resourceAttributes\":{\"verb\":\"list\",\"resource\":\"pods\","
                                + attributes + "}}}")
                .map("status");
    }

    private MapValue ask(UserInfo user, String path, String json) {
        return ((ApiResponse.One) api.ask(user, "create", path, Json.decodeMap(json), null)
                        .body())
                .value();
    }

    @Test
    void selectorsThatAreNotUnderstoodAreIgnoredAndNamed() {
        assertThat(subject("\"fieldSelector\":{\"rawSelector\":\"spec.nodeName=a\"}")
                        .has("evaluationError"))
                .isFalse();
        assertThat(subject("\"fieldSelector\":{\"rawSelector\":\"a\"},\"labelSelector\":{\"rawSelector\":\"!!\"}")
                        .string("evaluationError"))
                .isEqualTo("spec.resourceAttributes.fieldSelector ignored due to parse error;"
                        + " spec.resourceAttributes.labelSelector ignored due to parse error");
        assertThat(subject("\"labelSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"Exists\"},"
                                + "{\"key\":\"b\",\"operator\":\"Near\"}]}")
                        .string("evaluationError"))
                .isEqualTo("spec.resourceAttributes.labelSelector partially ignored due to parse error");
        assertThat(subject("\"fieldSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"x\","
                                + "\"y\"]}]}")
                        .string("evaluationError"))
                .isEqualTo("spec.resourceAttributes.fieldSelector ignored due to parse error");
    }

    @Test
    void requirementsHaveWhatTheirOperatorNeeds() {
        String review = "{\"spec\":{\"resourceAttributes\":{\"verb\":\"list\",\"resource\":\"pods\",\"labelSelector\":"
                + "{\"requirements\":[%s]}}}}";
        assertThat(api.failure("create", SELF, review.formatted("{\"key\":\"a\",\"operator\":\"In\"}")))
                .hasMessageContaining(
                        "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be"
                                + " specified when `operator` is 'In' or 'NotIn'");
        assertThat(api.failure(
                        "create", SELF, review.formatted("{\"key\":\"a\",\"operator\":\"Exists\",\"values\":[\"b\"]}")))
                .hasMessageContaining("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        assertThat(api.failure("create", SELF, review.formatted("{\"key\":\"-\",\"operator\":\"Exists\"}")))
                .hasMessageContaining("requirements[0].key: Invalid value: \"-\"");
    }

    @Test
    void aReviewHasNoMetadata() {
        assertThat(
                        api.failure(
                                "create",
                                SELF,
                                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"nonResourceAttributes\":{\"path\":\"/\",\"verb\":\"get\"}}}"))
                .hasMessageContaining("must be empty");
        assertThat(ask(
                                InProcess.MASTER,
                                "{\"metadata\":{\"creationTimestamp\":null},\"spec\":{\"nonResourceAttributes\":{\"path\":\"/\","
                                        + "\"verb\":\"get\"}}}")
                        .map("status")
                        .bool("allowed"))
                .isTrue();
    }

    @Test
    void aReviewIsNoTable() {
        String table = "application/json;as=Table;v=v1;g=meta.k8s.io";

        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> accepting(table))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(406))
                .withMessageStartingWith("only the following media types are accepted: application/json");
        assertThat(((ApiResponse.One) accepting(table + ",application/json").body())
                        .value()
                        .string("kind"))
                .isEqualTo("SelfSubjectAccessReview");
    }

    private ApiResponse accepting(String accept) {
        ApiRequest request =
                ApiRequest.of("create", SELF, Query.EMPTY, Json.decodeMap(path("/", "get")), null, InProcess.MASTER);
        return api.server.handle(new ApiRequest(
                request.method(), request.info(), request.query(), request.body(), accept, request.user()));
    }
}
