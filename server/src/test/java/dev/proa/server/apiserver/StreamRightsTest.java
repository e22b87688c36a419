package dev.proa.server.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proa.api.status.StatusException;
import dev.proa.server.auth.UserInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets open streams by GET: who may only read runs no commands by them. */
class StreamRightsTest {
    private static final String POD = "/api/v1/namespaces/default/pods/p/";
    private static final UserInfo READER = UserInfo.of("reader");

    private final InProcess api = new InProcess();

    @BeforeEach
    void make() {
        api.create("/api/v1/nodes", "{metadata: {name: node-a}}");
        api.create(
                "/api/v1/namespaces/default/pods",
                "{metadata: {name: p}, spec: {nodeName: node-a, containers: [{name: c, image: i}]}}");
        grant("reader", "get");
    }

    private void grant(String user, String verb) {
        String group = "/apis/rbac.authorization.k8s.io/v1/";
        api.create(
                group + "clusterroles",
                "{metadata: {name: " + user + "}, rules: [{verbs: [" + verb + "], apiGroups: [''], resources:"
                        + " [pods/exec, pods/attach, pods/portforward, nodes/proxy]}]}");
        api.create(
                group + "clusterrolebindings",
                "{metadata: {name: " + user + "}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole,"
                        + " name: " + user + "}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "
                        + user + "}]}");
    }

    @AfterEach
    void close() {
        api.close();
    }

    private StatusException refusal(String path) {
        return catchThrowableOfType(StatusException.class, () -> api.ask(READER, "get", path, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec?command=ls&stdout=1", "attach?stdout=1", "portforward?ports=80"})
    void ofPods(String stream) {
        StatusException refused = refusal(POD + stream);

        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused).hasMessage("pods \"p\" is forbidden: ");
    }

    @Test
    void creatingAloneDoes() {
        grant("creator", "create");

        // A node without an address: so far a request comes that is allowed.
        StatusException noAddress = catchThrowableOfType(
                StatusException.class,
                () -> api.ask(UserInfo.of("creator"), "create", POD + "exec?command=ls&stdout=1", null, null));
        assertThat(noAddress).hasMessageContaining("no preferred addresses found for node node-a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec/default/p/c?command=ls",
                "%65xec/default/p/c?command=ls",
                "x/../exec/default/p/c",
                "./attach/default/p/c",
                "portForward/default/p",
                "run/default/p/c"
            })
    void ofKubelets(String path) {
        assertThat(refusal("/api/v1/nodes/node-a/proxy/" + path).code()).isEqualTo(403);
        assertThat(refusal("/api/v1/nodes/node-a/proxy/pods")).hasMessageContaining("no preferred addresses found");
    }
}
