package dev.proa.cli.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.api.codec.Yaml;
import dev.proa.api.rbac.v1.Role;
import dev.proa.api.rbac.v1.RoleBinding;
import dev.proa.client.clock.Clock;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.ApiServerOptions;
import dev.proa.embedded.EmbeddedApiServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a password in a directory to what kubectl may do: {@code proa login}, its credential plugin, the webhook, an API server that asks it, roles. */
class KubectlLoginTest {
    @TempDir
    private Path files;

    private record Ended(int exit, String out) {}

    private Ended run(String input, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", files.toString());
        builder.environment().put("PROA_HOME", files.resolve("proa").toString());
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out);
    }

    private static List<String> proa(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.proa.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    private Ended kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig=" + files.resolve("kubeconfig")));
        command.addAll(List.of(arguments));
        return run("", command);
    }

    @Test
    void aUserOfTheDirectoryMayDoWhatItsGroupMay() throws Exception {
        assumeTrue(isThere("kubectl"), "kubectl is needed");
        Files.writeString(files.resolve("ca.pem"), TestDirectory.PKI.authorityPem());
        Files.writeString(files.resolve("password"), TestDirectory.SEARCHER_PASSWORD);
        try (TestDirectory ldap = new TestDirectory()) {
            LdapSettings settings = SettingsReader.read(
                    Files.writeString(files.resolve("ldap.yaml"), """
                    listen: {port: 0, certificateFile: none, keyFile: none}
                    tokens: {keyFile: token.key}
                    directory: {urls: ["%s"], certificateAuthorityFile: ca.pem, bindDN: "%s", bindPasswordFile: password}
                    users: {baseDN: "dc=example,dc=com"}
                    groups: {filter: "(member={dn})", baseDN: "dc=example,dc=com", prefix: "ldap:"}
                    """.formatted(ldap.ldaps(), TestDirectory.SEARCHER)));
            try (Directory directory = new Directory(settings);
                    LdapWebhook webhook = new LdapWebhook(
                            settings.listener(),
                            TestDirectory.tls(),
                            directory,
                            LoginTokens.open(settings.tokens(), java.time.Clock.systemUTC()),
                            java.time.Clock.systemUTC());
                    EmbeddedApiServer server = server(webhook)) {
                server.client().resource(Role.KIND).create(new Role(Yaml.decodeMap("""
                        metadata: {name: pod-reader, namespace: default}
                        rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
                        """)));
                server.client().resource(RoleBinding.KIND).create(new RoleBinding(Yaml.decodeMap("""
                        metadata: {name: developers, namespace: default}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pod-reader}
                        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "ldap:developers"}]
                        """)));
                logInAndLook(URI.create("https://localhost:" + webhook.port()), server);
            }
        }
    }

    private EmbeddedApiServer server(LdapWebhook webhook) throws IOException {
        Files.writeString(files.resolve("webhook.yaml"), """
                clusters: [{name: ldap, cluster: {server: "https://localhost:%d/token-review", certificate-authority: ca.pem}}]
                contexts: [{name: ldap, context: {cluster: ldap}}]
                current-context: ldap
                """.formatted(webhook.port()));
        List<String> flags = List.of(
                "authentication-token-webhook-config-file=webhook.yaml", "authentication-token-webhook-version=v1");
        return EmbeddedApiServer.start(ApiServerConfig.inMemory(Clock.system())
                .listeningOn("127.0.0.1", 0)
                .with(ApiServerOptions.parse(flags, files)));
    }

    private void logInAndLook(URI url, EmbeddedApiServer server) throws IOException, InterruptedException {
        Files.writeString(files.resolve("server.pem"), server.pki().authorityPem());
        String[] login = {
            "login", "--url=" + url, "--certificate-authority=" + files.resolve("ca.pem"), "--username=ann"
        };
        List<String> plugin =
                proa(Stream.concat(Stream.of(login), Stream.of("--exec")).toArray(String[]::new));
        Files.writeString(files.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: c
                clusters: [{name: c, cluster: {server: "%s", certificate-authority: server.pem}}]
                contexts: [{name: c, context: {cluster: c, user: ann}}]
                users:
                - name: ann
                  user:
                    exec:
                      apiVersion: client.authentication.k8s.io/v1
                      interactiveMode: IfAvailable
                      command: %s
                      args: %s
                """.formatted(
                        server.url(),
                        plugin.getFirst(),
                        dev.proa.api.codec.Json.toString(
                                dev.proa.api.value.ListValue.copyOf(plugin.subList(1, plugin.size())))));
        assertThat(kubectl("get", "pods").out())
                .contains("not logged in: run "
                        + String.join(" ", "proa", String.join(" ", login)).replace("=", " "));
        List<String> withPassword = proa(
                Stream.concat(Stream.of(login), Stream.of("--password-stdin")).toArray(String[]::new));
        Ended wrong = run("guess\n", withPassword);
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.out()).isEqualTo("proa: the user name or the password is wrong\n");
        assertThat(run("secret\n", withPassword).out()).startsWith("Logged in as ann until ");
        assertThat(kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups}")
                        .out())
                .isEqualTo("ann [\"ldap:developers\",\"ldap:system:masters\",\"system:authenticated\"]");
        assertThat(kubectl("get", "pods").out()).contains("No resources found");
        assertThat(kubectl("get", "secrets").out())
                .contains(
                        "User \"ann\" cannot list resource \"secrets\" in API group \"\" in the namespace \"default\"");
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }
}
