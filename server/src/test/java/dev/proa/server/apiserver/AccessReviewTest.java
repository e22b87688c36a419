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
