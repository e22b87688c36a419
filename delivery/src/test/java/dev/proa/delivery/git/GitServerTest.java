package dev.proa.delivery.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.server.pki.CertificateAndKey;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git of this machine, against git's servers on an API server in memory. */
class GitServerTest {
    @TempDir
    private Path folder;

    private final List<PushListener.Push> pushes = new CopyOnWriteArrayList<>();
    private GitCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new GitCluster(folder, (push, say) -> {
            pushes.add(push);
            say.accept("heard of " + push.updates().size() + " update");
        });
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void pushesAndClonesComeBackTheSame() throws Exception {
        String writer = cluster.account("writer", "get", "update");
        cluster.repository("hello", MapValue.EMPTY);
        Path tree = cluster.workTree("tree", Map.of("a.txt", "one\n", "sub/b.txt", "two\n"));

        GitCluster.Run push = cluster.git(tree, writer, "push", cluster.url("/team/hello.git"), "main")
                .ok();

        assertThat(push.output()).contains("remote: heard of 1 update");
        PushListener.Push heard = pushes.getFirst();
        assertThat(heard.repository()).hasToString("team/hello");
        assertThat(heard.user().name()).isEqualTo("system:serviceaccount:team:writer");
        assertThat(heard.updates().getFirst().ref()).isEqualTo("refs/heads/main");
        assertThat(heard.updates().getFirst().after().name())
                .isEqualTo(
                        cluster.git(tree, "", "rev-parse", "HEAD").ok().output().strip());
        GitCluster.Run clone = cluster.git(
                        folder,
                        List.of("-c", "http.extraHeader=Authorization: Bearer " + writer),
                        Map.of("GIT_TRACE_PACKET", "1"),
                        "clone",
                        "-q",
                        cluster.url("/team/hello.git"),
                        "copy")
                .ok();
        assertThat(clone.output()).contains("version 2");
        assertThat(folder.resolve("copy/sub/b.txt")).hasContent("two\n");
    }

    /** Packed, it is small. */
    @Test
    void whatAClientWantsIsBounded() throws Exception {
        String reader = cluster.account("reader", "get");
        cluster.repository("hello", MapValue.EMPTY);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream packed = new GZIPOutputStream(bytes)) {
            byte[] line = ("0032want " + "0".repeat(39) + "1\n").getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 500_000; i++) {
                packed.write(line);
            }
        }

        HttpResponse<String> answer = cluster.post(
                "/team/hello.git/git-upload-pack",
                bytes.toByteArray(),
                Map.of(
                        "Authorization", "Bearer " + reader,
                        "Content-Type", "application/x-git-upload-pack-request",
                        "Content-Encoding", "gzip"));

        assertThat(answer.body()).contains("larger than 16 MiB");
    }

    @Test
    void tokensAreTakenAsPasswords() throws Exception {
        String reader = cluster.account("reader", "get");
        cluster.repository("hello", MapValue.EMPTY);

        cluster.git(
                        folder,
                        "",
                        "ls-remote",
                        cluster.url("/team/hello.git").replace("https://", "https://x:" + reader + "@"))
                .ok();
    }

    @Test
    void administratorsLogInByCertificate() throws Exception {
        CertificateAndKey pair = cluster.api().pki().administrator();
        Path certificate = Files.writeString(folder.resolve("client.crt"), pair.certificatePem());
        Path key = Files.writeString(folder.resolve("client.key"), pair.keyPem());
        cluster.repository("hello", MapValue.EMPTY);

        cluster.git(
                        folder,
                        List.of("-c", "http.sslCert=" + certificate, "-c", "http.sslKey=" + key),
                        Map.of(),
                        "ls-remote",
                        cluster.url("/team/hello.git"))
                .ok();
    }

    @Test
    void strangersReadersAndForeignersAreRefused() throws Exception {
        String reader = cluster.account("reader", "get");
        String foreigner = cluster.account("foreigner", "list");
        cluster.repository("hello", MapValue.EMPTY);
        Path tree = cluster.workTree("tree", Map.of("a.txt", "one\n"));
        String url = cluster.url("/team/hello.git");

        assertThat(cluster.git(tree, "", "ls-remote", url).output()).contains("could not read Username");
        assertThat(cluster.git(tree, "invented", "ls-remote", url).exit()).isNotZero();
        assertThat(cluster.git(tree, foreigner, "ls-remote", url).output()).contains("not found");
        assertThat(cluster.git(tree, reader, "push", url, "main").output()).contains("403");
        assertThat(pushes).isEmpty();
    }

    @Test
    void aPushMakesTheRepositoryForWhoMayCreateIt() throws Exception {
        String maker = cluster.account("maker", "get", "update", "create");
        String writer = cluster.account("writer", "get", "update");
        Path tree = cluster.workTree("tree", Map.of("a.txt", "one\n"));

        assertThat(cluster.git(tree, writer, "push", cluster.url("/team/new.git"), "main")
                        .output())
                .contains("not found");
        cluster.git(tree, maker, "push", cluster.url("/team/new.git"), "main").ok();

        AnyObject made =
                cluster.client.resource(GitResources.REPOSITORIES).in("team").get("new");
        assertThat(made.value().map("spec").string("description")).contains("team:maker");
    }

    @Test
    void protectedBranchesNeedAStatusAndKeepTheirCommits() throws Exception {
        String writer = cluster.account("writer", "get", "update");
        cluster.repository(
                "hello",
                MapValue.of(
                        "protectedBranches",
                        ListValue.of(MapValue.of("pattern", "main", "requiredStatuses", ListValue.of("ci")))));
        Path tree = cluster.workTree("tree", Map.of("a.txt", "one\n"));
        String url = cluster.url("/team/hello.git");
        String commit = cluster.git(tree, "", "rev-parse", "HEAD").output().strip();

        assertThat(cluster.git(tree, writer, "push", url, "main").output())
                .contains("main is protected: the commit needs the status \"ci\", which is missing");
        cluster.git(tree, writer, "push", url, "main:topic").ok();
        status(commit, "ci", "success");
        cluster.git(tree, writer, "push", url, "main").ok();
        cluster.git(tree, "", "commit", "-q", "--amend", "-m", "other").ok();
        status(cluster.git(tree, "", "rev-parse", "HEAD").output().strip(), "ci", "success");
        assertThat(cluster.git(tree, writer, "push", "--force", url, "main").output())
                .contains("no forced push");
        assertThat(cluster.git(tree, writer, "push", url, ":main").output())
                .contains("the default branch cannot be deleted");
        cluster.git(tree, writer, "push", "--force", url, "main:topic").ok();
    }

    private void status(String commit, String context, String state) {
        cluster.client
                .resource(GitResources.COMMIT_STATUSES)
                .create(new AnyObject(GitResources.COMMIT_STATUSES
                        .of("team", "s-" + commit)
                        .value()
                        .withMap(
                                "metadata",
                                metadata -> metadata.with("labels", MapValue.of(Repositories.COMMIT, commit)))
                        .with(
                                "spec",
                                MapValue.of(
                                        "repository", "hello", "commit", commit, "context", context, "state", state))));
    }

    @Test
    void keysLogInBySsh() throws Exception {
        Path key = folder.resolve("id");
        Process made = new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        cluster.repository("hello", MapValue.EMPTY);
        Path tree = cluster.workTree("tree", Map.of("a.txt", "one\n"));
        try (GitSshServer ssh = cluster.ssh()) {
            Path known = Files.writeString(
                    folder.resolve("known_hosts"), "[127.0.0.1]:" + ssh.port() + " " + ssh.hostKey() + "\n");
            Map<String, String> environment = Map.of(
                    "GIT_SSH_COMMAND",
                    "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=" + known + " -i "
                            + key);
            String url = "ssh://git@127.0.0.1:" + ssh.port() + "/team/hello.git";
            assertThat(cluster.git(tree, List.of(), environment, "push", url, "main")
                            .output())
                    .contains("Permission denied");

            addKey(Files.readString(Path.of(key + ".pub")), "anna", "system:masters");

            assertThat(cluster.git(tree, List.of(), environment, "push", url, "main")
                            .ok()
                            .output())
                    .contains("remote: heard of 1 update");
            cluster.git(folder, List.of(), environment, "clone", "-q", url, "copy")
                    .ok();
        }
        assertThat(folder.resolve("copy/a.txt")).hasContent("one\n");
        assertThat(pushes.getFirst().user().name()).isEqualTo("anna");
    }

    private void addKey(String line, String user, String group) {
        PublicKey key = SshKeys.parse(line);
        cluster.client
                .resource(GitResources.SSH_KEYS)
                .create(new AnyObject(GitResources.SSH_KEYS
                        .of("", SshKeys.name(key))
                        .value()
                        .with(
                                "spec",
                                MapValue.of("user", user, "groups", ListValue.of(group), "publicKey", line.strip()))));
    }

    @Test
    void weakKeysAndOtherTextsAreNoKeys() {
        assertThatThrownBy(() -> SshKeys.parse("hello")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SshKeys.parse("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsDeletedIsKeptAWeek() throws Exception {
        AnyObject object = cluster.repository("hello", MapValue.EMPTY);
        cluster.repositories.open(object).close();
        Path at = folder.resolve("repositories/" + object.uid() + ".git");
        Path aside = folder.resolve("repositories/deleted/" + object.uid() + ".git");
        Instant now = Instant.parse("2026-06-01T00:00:00Z");

        cluster.repositories.clean(now);
        assertThat(at).exists();
        cluster.client.resource(GitResources.REPOSITORIES).in("team").delete("hello");
        cluster.repositories.clean(now);
        assertThat(at).doesNotExist();
        cluster.repositories.clean(now.plus(Duration.ofDays(6)));
        assertThat(aside).exists();
        cluster.repositories.clean(now.plus(Duration.ofDays(8)));
        assertThat(aside).doesNotExist();
    }

    @Test
    void definitionsRefuseWhatMakesNoSense() {
        assertThatThrownBy(() -> status("abc", "ci", "success")).isInstanceOf(StatusException.class);
        assertThatThrownBy(() -> status("0".repeat(40), "ci", "green")).isInstanceOf(StatusException.class);
    }
}
