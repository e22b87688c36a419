package dev.proa.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.config.ConfigException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies of the audit log: which rule matches a request, and which files are none. */
class AuditPolicyTest {
    private static final UserInfo ALICE = UserInfo.of("alice", "team");

    @TempDir
    Path directory;

    private AuditPolicy policy(String rules) {
        try {
            Path file = Files.writeString(
                    directory.resolve("policy.yaml"), "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + rules);
            return AuditPolicyFile.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AuthorizationAttributes resource(
            String verb, String group, String resource, String subresource, String namespace, String name) {
        return new AuthorizationAttributes(ALICE, verb, group, "v1", resource, subresource, namespace, name, "");
    }

    private Level level(String rule, AuthorizationAttributes request) {
        return policy("rules: [" + rule + "]").of(request, true).level();
    }

    @Test
    void aRuleMatchesWhenAllItsFieldsDo() {
        AuthorizationAttributes get = resource("get", "", "pods", "", "default", "p");
        assertThat(level("{level: Metadata}", get)).isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, users: [alice, bob]}", get)).isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, users: [bob]}", get)).isEqualTo(Level.NONE);
        assertThat(level("{level: Request, userGroups: [team], verbs: [get]}", get))
                .isEqualTo(Level.REQUEST);
        assertThat(level("{level: Request, userGroups: [team], verbs: [list]}", get))
                .isEqualTo(Level.NONE);
        assertThat(level("{level: RequestResponse, namespaces: [default]}", get))
                .isEqualTo(Level.REQUEST_RESPONSE);
        assertThat(level("{level: Metadata, namespaces: ['']}", get)).isEqualTo(Level.NONE);
        assertThat(level("{level: Metadata, nonResourceURLs: ['*']}", get)).isEqualTo(Level.NONE);
    }

    @Test
    void resourcesMatchWithSubresourcesAndNames() {
        AuthorizationAttributes pod = resource("get", "", "pods", "", "default", "p");
        AuthorizationAttributes log = resource("get", "", "pods", "log", "default", "p");
        AuthorizationAttributes scale = resource("get", "apps", "deployments", "scale", "default", "d");
        assertThat(level("{level: Metadata, resources: [{resources: [pods]}]}", pod))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{resources: [pods]}]}", log))
                .isEqualTo(Level.NONE);
        assertThat(level("{level: Metadata, resources: [{resources: [pods/log]}]}", log))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{resources: ['pods/*']}]}", log))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{resources: ['*/log']}]}", log))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{}]}", scale)).isEqualTo(Level.NONE);
        assertThat(level("{level: Metadata, resources: [{group: '*'}]}", scale)).isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{group: apps, resources: ['*']}]}", scale))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{resources: [pods], resourceNames: [p]}]}", pod))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, resources: [{resources: [pods], resourceNames: [q]}]}", pod))
                .isEqualTo(Level.NONE);
    }

    @Test
    void pathsMatchByPrefix() {
        AuthorizationAttributes path = AuthorizationAttributes.ofPath(ALICE, "get", "/healthz/ping");
        assertThat(level("{level: Metadata, nonResourceURLs: ['/healthz*']}", path))
                .isEqualTo(Level.METADATA);
        assertThat(level("{level: Metadata, nonResourceURLs: ['/healthz']}", path))
                .isEqualTo(Level.NONE);
        assertThat(level("{level: Metadata, resources: [{group: '*'}]}", path)).isEqualTo(Level.NONE);
    }

    @Test
    void theFirstMatchCountsAndStagesAddUp() {
        AuditPolicy policy = policy("""
            omitStages: [RequestReceived]
            omitManagedFields: true
            rules:
            - {level: None, verbs: [watch]}
            - {level: Request, omitStages: [ResponseStarted], omitManagedFields: false}
            - {level: RequestResponse}
            """);
        assertThat(policy.of(resource("watch", "", "pods", "", "", ""), true).level())
                .isEqualTo(Level.NONE);
        AuditPolicy.Verdict verdict = policy.of(resource("get", "", "pods", "", "", ""), true);
        assertThat(verdict.level()).isEqualTo(Level.REQUEST);
        assertThat(verdict.omitManagedFields()).isFalse();
        assertThat(verdict.omitStages())
                .isEqualTo(Set.of(AuditEvent.Stage.REQUEST_RECEIVED, AuditEvent.Stage.RESPONSE_STARTED));
    }

    @Test
    void nobodyIsInNoGroup() {
        AuthorizationAttributes get = resource("get", "", "pods", "", "default", "p");
        AuditPolicy policy =
                policy("rules: [{level: None, userGroups: [team]}, {level: None, users: [alice]}, {level: Metadata}]");
        assertThat(policy.of(get, true).level()).isEqualTo(Level.NONE);
        assertThat(policy.of(get, false).level()).isEqualTo(Level.METADATA);
    }

    @Test
    void saysWhatIsWrongWithAFile() {
        assertThatThrownBy(() -> policy("rules: []"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("policy.yaml")
                .hasMessageContaining("loaded illegal policy with 0 rules");
        assertThatThrownBy(() -> policy("rules: [{level: Some}]"))
                .hasMessageContaining(
                        "rules[0].level: Unsupported value: \"Some\": supported values: \"None\", \"Metadata\","
                                + " \"Request\", \"RequestResponse\"");
        assertThatThrownBy(() -> policy("rules: [{users: [a]}]"))
                .hasMessageContaining("rules[0].level: Required value");
        assertThatThrownBy(() -> policy("rules: [{level: None, nonResourceURLs: [x, '/*/y']}]"))
                .hasMessageContaining("non-resource URL rules must begin with a '/' character")
                .hasMessageContaining("wildcards '*' must be the final character of the rule");
        assertThatThrownBy(() -> policy("rules: [{level: None, namespaces: [a], nonResourceURLs: [/x]}]"))
                .hasMessageContaining("rules cannot apply to both regular resources and non-resource URLs");
        assertThatThrownBy(() -> policy("rules: [{level: None, resources: [{resourceNames: [a]}]}]"))
                .hasMessageContaining("using resourceNames requires at least one resource");
        assertThatThrownBy(() -> policy("omitStages: [Never]\nrules: [{level: None}]"))
                .hasMessageContaining("allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic");
        assertThatThrownBy(() -> policy("rules: 1")).hasMessageContaining("rules: must be a list");
        // as in Kubernetes, an unknown field is only warned of
        assertThat(policy("rules: [{level: Metadata, name: x}]").rules()).hasSize(1);
    }
}
