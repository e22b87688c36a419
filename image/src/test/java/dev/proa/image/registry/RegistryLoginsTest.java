package dev.proa.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryLoginsTest {
    @TempDir
    Path home;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void clean() {
        environment.put("HOME", home.toString());
        environment.put("PATH", home.resolve("bin") + ":/usr/bin:/bin");
    }

    private static String pair(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private void file(String path, String json) throws IOException {
        Path file = home.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json);
    }

    private void helper(String name, String script) throws IOException {
        Path file = home.resolve("bin/docker-credential-" + name);
        file("bin/docker-credential-" + name, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private @Nullable RegistryCredentials find(String name) {
        return RegistryLogins.of(environment).find(Reference.parse(name));
    }

    @Test
    void readsWhatDockerLoginLeaves() throws IOException {
        file(
                ".docker/config.json",
                "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" + pair("me:p:w") + "\"},"
                        + "\"reg.example:5000\":{\"auth\":\"" + pair("you:pw") + "\"},"
                        + "\"token.example\":{\"auth\":\"" + pair("00000000:") + "\",\"identitytoken\":\"abc\"},"
                        + "\"plain.example\":{\"username\":\"u\",\"password\":\"p\"},"
                        + "\"empty.example\":{}}}");

        assertThat(find("nginx")).isEqualTo(new RegistryCredentials("me", "p:w"));
        assertThat(find("reg.example:5000/a/b")).isEqualTo(new RegistryCredentials("you", "pw"));
        assertThat(find("token.example/a")).isEqualTo(new RegistryCredentials("00000000", "", "abc"));
        assertThat(find("plain.example/a")).isEqualTo(new RegistryCredentials("u", "p"));
        assertThat(find("empty.example/a")).isNull();
        assertThat(find("reg.example/a")).isNull();
    }

    @Test
    void prefersPodmansFilesAndTheMostSpecificName() throws IOException {
        environment.put("XDG_RUNTIME_DIR", home.resolve("run").toString());
        file(
                "run/containers/auth.json",
                "{\"auths\":{\"reg.example/team\":{\"auth\":\"" + pair("team:1") + "\"},\"reg.example\":{\"auth\":\""
                        + pair("all:2") + "\"}}}");
        file(".docker/config.json", "{\"auths\":{\"reg.example\":{\"auth\":\"" + pair("docker:3") + "\"}}}");

        assertThat(find("reg.example/team/app")).isEqualTo(new RegistryCredentials("team", "1"));
        assertThat(find("reg.example/teamwork/app")).isEqualTo(new RegistryCredentials("all", "2"));
        environment.put(
                "REGISTRY_AUTH_FILE", home.resolve(".docker/config.json").toString());
        assertThat(find("reg.example/team/app")).isEqualTo(new RegistryCredentials("docker", "3"));
        environment.remove("REGISTRY_AUTH_FILE");
        environment.remove("XDG_RUNTIME_DIR");
        environment.put("DOCKER_CONFIG", home.resolve("elsewhere").toString());
        assertThat(find("reg.example/team/app")).isNull();
    }

    @Test
    void asksHelpers() throws IOException {
        file(
                ".docker/config.json",
                "{\"credsStore\":\"all\",\"credHelpers\":{\"cloud.example\":\"cloud\"},"
                        + "\"auths\":{\"old.example\":{\"auth\":\"" + pair("file:1") + "\"}}}");
        helper(
                "all",
                "read server; [ \"$1\" = get ] || exit 9\n"
                        + "case $server in old.example) echo 'credentials not found in native keychain'; exit 1;; esac\n"
                        + "echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"s\\\"}\"");
        helper("cloud", "echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'");

        assertThat(find("nginx")).isEqualTo(new RegistryCredentials("https://index.docker.io/v1/", "s"));
        assertThat(find("reg.example/app")).isEqualTo(new RegistryCredentials("reg.example", "s"));
        assertThat(find("cloud.example/app")).isEqualTo(new RegistryCredentials("", "", "t"));
        assertThat(find("old.example/app")).isEqualTo(new RegistryCredentials("file", "1"));
    }

    @Test
    void reportsHelpersThatFailWithoutTheirSecrets() throws IOException {
        file(".docker/config.json", "{\"credsStore\":\"bad\"}");
        assertThatThrownBy(() -> find("a/b")).hasMessageContaining("there is no docker-credential-bad on the PATH");
        helper("bad", "echo hidden; exit 3");
        assertThatThrownBy(() -> find("a/b"))
                .hasMessageContaining("ended with 3")
                .hasMessageNotContaining("hidden");
        helper("bad", "echo '{\"Secret\":\"hidden'");
        assertThatThrownBy(() -> find("a/b"))
                .hasMessageContaining("gave no valid JSON")
                .hasMessageNotContaining("hidden");
        file(".docker/config.json", "{\"credsStore\":\"../bin/x\"}");
        assertThatThrownBy(() -> find("a/b")).hasMessageContaining("on the PATH");
    }

    @Test
    void doesNotWaitForAHelperForever() throws IOException {
        helper("slow", "sleep 600 & wait");
        CredentialHelper helper = new CredentialHelper(environment, Duration.ofMillis(300));

        assertThatThrownBy(() -> helper.get("slow", "x")).hasMessageContaining("did not answer");
    }

    @Test
    void reportsFilesThatAreBroken() throws IOException {
        file(".docker/config.json", "{\"auths\":{\"reg.example\":{\"auth\":\"c2VjcmV0\"}}}");
        assertThatThrownBy(() -> find("reg.example/a"))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("log in again")
                .hasMessageNotContaining("c2Vj");
        file(".docker/config.json", "{\"auths\":hidden");
        assertThatThrownBy(() -> find("reg.example/a"))
                .hasMessageContaining("is not valid JSON")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void hidesSecretsInTexts() {
        assertThat(new RegistryCredentials("u", "hidden", "hidden")).asString().doesNotContain("hidden");
        assertThat(new CredentialHelper.Login("u", "hidden")).asString().doesNotContain("hidden");
    }
}
