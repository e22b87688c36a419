package dev.proa.node.kubelet.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PullSecretsTest {
    private static Secret secret(String type, String key, String content) {
        return new Secret(MapValue.of(
                "metadata",
                MapValue.of("name", "s", "namespace", "n", "uid", "u"),
                "type",
                "kubernetes.io/" + type,
                "data",
                MapValue.of(key, encoded(content))));
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A secret in which each location has itself as user. */
    private static Secret of(String... locations) {
        MapValue.Builder logins = MapValue.builder();
        for (String location : locations) {
            logins.put(location, MapValue.of("username", location, "password", "p"));
        }
        return secret(
                "dockerconfigjson",
                ".dockerconfigjson",
                new String(Json.encode(MapValue.of("auths", logins.build())), StandardCharsets.UTF_8));
    }

    private static List<String> users(String image, Secret... secrets) {
        return new PullSecrets(List.of(secrets))
                .of(ImageNames.repository(image)).stream()
                        .map(each -> each.credentials().user())
                        .toList();
    }

    @Test
    void areForHostsAndPaths() {
        Secret secret = of("r.example", "https://r.example/v1/", "r.example/team", "r.example:5000", "*.other.example");
        assertThat(users("r.example/app:1", secret)).containsExactlyInAnyOrder("r.example", "https://r.example/v1/");
        assertThat(users("r.example/team/app@sha256:" + "a".repeat(64), secret))
                .hasSize(3)
                .startsWith("r.example/team");
        assertThat(users("r.example:5000/team/app", secret)).containsExactly("r.example:5000");
        assertThat(users("eu.other.example/app", secret)).containsExactly("*.other.example");
        for (String none :
                List.of("a.b.other.example/app", "other.example/app", "r.example:1/app", "nginx", "rxexample/a")) {
            assertThat(users(none, secret)).as(none).isEmpty();
        }
    }

    @Test
    void dockerHubHasSeveralNames() {
        for (String location :
                List.of("https://index.docker.io/v1/", "index.docker.io", "docker.io", "https://docker.io")) {
            assertThat(Stream.of("nginx", "library/nginx:1", "docker.io/team/app")
                            .map(image -> users(image, of(location))))
                    .as(location)
                    .containsOnly(List.of(location));
        }
        assertThat(users("r.example/nginx", of("https://index.docker.io/v1/"))).isEmpty();
    }

    @Test
    void areReadFromBothTypes() {
        String login = "{\"r.example\": {\"auth\": \"" + encoded("jane:a:b") + "\"}}";
        for (Secret secret : List.of(
                secret("dockercfg", ".dockercfg", login),
                secret("dockerconfigjson", ".dockerconfigjson", "{\"auths\": " + login + "}"))) {
            PullSecrets.Credential found =
                    new PullSecrets(List.of(secret)).of("r.example/app").getFirst();
            assertThat(found.credentials().user()).isEqualTo("jane");
            assertThat(found.credentials().password()).isEqualTo("a:b");
            assertThat(found.secret()).isEqualTo("u/n/s");
            assertThat(found.hash()).hasSize(64);
            assertThat(found.toString()).doesNotContain("a:b");
        }
        assertThat(users("r.example/app", secret("dockercfg", ".dockerconfigjson", "{}"), secret("tls", "x", "y")))
                .isEmpty();
    }

    @Test
    void thoseThatAreMalformedAreNamed() {
        for (String content :
                List.of("{", "{\"auths\": {\"r\": {\"auth\": \"?\"}}}", "{\"auths\": {\"r\": {\"auth\": \"YWI=\"}}}")) {
            Secret secret = secret("dockerconfigjson", ".dockerconfigjson", content);
            assertThatThrownBy(() -> new PullSecrets(List.of(secret)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("image pull secret s")
                    .hasNoCause();
        }
    }
}
