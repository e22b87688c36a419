package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Certificate signing requests: who asked is kept, approval is written by its own subresource, and stays. */
class SigningRequestTest {
    /** Of {@code CN=alice}. */
    private static final String REQUEST =
            "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01ISUNBUUF3RURFT01Bd0dBMVVFQXd3RllXeHBZMlV3V1RB"
                    + "VEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFRRlJ0TnZIRVZHNmVxam1BbHZNbGJnY2VXUCtUK1BkbTcrZTJtdFRWb0FT"
                    + "aTM4ZkkzVnNBTzBzN0F3CkRqaURESXdSUm1tVXZIQXNPREdIVVgrMnpGbTlvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUlnU1Vs"
                    + "cjM3TVgKTHRFeXgzUkRMR01sYk4rWWxJd1VXbzdLSjVLOTRBSnp5cHdDSVFEV2hXMlAzdDlnY0ZkaWZVajNHdGpjcVpaVApQTXpT"
                    + "MFBmTUNabDZEZmhmMnc9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

    private static final String REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private static final MapValue APPROVED =
            MapValue.of("type", "Approved", "status", "True", "reason", "ok", "message", "by a test");

    private final InProcess api = new InProcess();
    private final MapValue created = api.create(
            REQUESTS,
            "{metadata: {name: r}, spec: {request: " + REQUEST
                    + ", signerName: example.com/s, usages: [client auth], username: other}}");

    @AfterEach
    void stop() {
        api.close();
    }

    private static MapValue conditions(MapValue request, MapValue... conditions) {
        return request.with("status", MapValue.of("conditions", ListValue.of((Object[]) conditions)));
    }

    @Test
    void whoAskedIsWhoSentIt() {
        assertThat(created.map("spec").string("username")).isEqualTo("test");
        assertThat(created.map("spec").list("groups")).containsExactly("system:masters", "system:authenticated");
    }

    @Test
    void allThatIsKnownOfWhoAskedIsKept() {
        UserInfo bob = new UserInfo(
                "bob", "uid-7", List.of("system:masters"), Map.of("scopes", List.of("one", "two"), "a", List.of("b")));
        MapValue forged = created.with("metadata", MapValue.of("name", "forged"))
                .withMap("spec", spec -> spec.with("uid", "other").with("extra", MapValue.of("c", ListValue.of("d"))));
        MapValue spec =
                InProcess.value(api.ask(bob, "create", REQUESTS, forged, null)).map("spec");
        assertThat(spec.string("username")).isEqualTo("bob");
        assertThat(spec.string("uid")).isEqualTo("uid-7");
        assertThat(spec.list("groups")).containsExactly("system:masters");
        assertThat(spec.map("extra"))
                .isEqualTo(MapValue.of("scopes", ListValue.of("one", "two"), "a", ListValue.of("b")));
        for (String part : List.of("", "/status", "/approval")) {
            for (String field : List.of("username: eve", "uid: z", "groups: [g]", "extra: {q: [r]}", "extra: null")) {
                MapValue patched = api.patch(REQUESTS + "/forged" + part, "merge-patch", "{spec: {" + field + "}}");
                assertThat(patched.map("spec")).isEqualTo(spec);
            }
        }
    }

    @Test
    void approvalKeepsItsCondition() {
        MapValue approved = api.update(
                REQUESTS + "/r/approval",
                conditions(created, APPROVED).with("spec", created.map("spec").with("signerName", "example.com/o")));

        MapValue condition = approved.map("status").list("conditions").map(0);
        assertThat(condition.string("type")).isEqualTo("Approved");
        assertThat(condition.string("lastUpdateTime")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(condition.string("lastTransitionTime")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(approved.map("spec")).isEqualTo(created.map("spec"));
        assertThat(api.get(REQUESTS + "/r")).isEqualTo(approved);
    }

    @Test
    void approvalSignsNothing() {
        MapValue approved = api.update(
                REQUESTS + "/r/approval",
                conditions(created, APPROVED).withMap("status", s -> s.with("certificate", "Zm9v")));

        assertThat(approved.map("status").has("certificate")).isFalse();
    }

    @Test
    void theStatusCannotApproveNorTakeApprovalBack() {
        assertThat(refusal("status", conditions(created, APPROVED)))
                .contains("status.conditions: Forbidden: updates may not add a condition of type \"Approved\"");

        MapValue approved = api.update(REQUESTS + "/r/approval", conditions(created, APPROVED));
        MapValue kept = api.update(REQUESTS + "/r/status", conditions(approved, APPROVED.with("reason", "other")));
        assertThat(kept.map("status")).isEqualTo(approved.map("status"));
        assertThat(refusal("status", conditions(approved)))
                .contains("status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"");
    }

    @Test
    void approvalIsNotWithdrawnOrMixedWithDenial() {
        MapValue approved = api.update(REQUESTS + "/r/approval", conditions(created, APPROVED));

        assertThat(refusal("approval", approved.without("status")))
                .contains("status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"");
        assertThat(refusal("approval", conditions(approved, APPROVED, APPROVED.with("type", "Denied"))))
                .contains("status.conditions: Invalid value: \"Denied\": Approved and Denied conditions are"
                        + " mutually exclusive");
    }

    private String refusal(String subresource, MapValue request) {
        return assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> api.update(REQUESTS + "/r/" + subresource, request))
                .actual()
                .getMessage();
    }
}
