package dev.proa.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
    private static final String OTHERS = """
            apiVersion: v1
            kind: Config
            current-context: work
            preferences: {colors: true}
            extensions:
            - name: theirs
              extension: {a: 1}
            clusters:
            - name: work
              cluster: {server: "https://work.example:6443", certificate-authority: ca.pem}
            users:
            - name: me
              user: {token: secret}
            contexts:
            - name: work
              context: {cluster: work, user: me, namespace: team}
            """;

    private final Path directory;
    private final Connection ours =
            Connection.withCertificate(URI.create("https://127.0.0.1:6443"), "CA", "CERT", "KEY");

    KubeconfigTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private Path file(String name, String content) throws Exception {
        return Files.writeString(directory.resolve(name), content);
    }

    @Test
    void readsContextsWithPathsRelativeToTheFile() throws Exception {
        file("ca.pem", "THE CA");
        Kubeconfig config = Kubeconfig.load(List.of(file("config", OTHERS)));
        Connection connection = config.connection(null);
        assertThat(connection.server()).isEqualTo(URI.create("https://work.example:6443"));
        assertThat(connection.authority()).isEqualTo("THE CA");
        assertThat(connection.token())
                .isNotNull()
                .satisfies(token -> assertThat(token.get()).isEqualTo("secret"));
        assertThat(config.namespace(null)).isEqualTo("team");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Kubeconfig config = Kubeconfig.load(List.of(file("config", OTHERS)));
        assertThatThrownBy(() -> config.connection("home")).hasMessageContaining("no context \"home\"");
        assertThatThrownBy(() -> config.connection("work")).hasMessageContaining("ca.pem");
        assertThatThrownBy(() -> Kubeconfig.load(List.of(file("bad", "a: [")))).hasMessageContaining("bad");
    }

    @Test
    void honoursListsOfFiles() {
        assertThat(Kubeconfig.files(Map.of("KUBECONFIG", "/a:/b"))).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(Kubeconfig.files(Map.of("HOME", "/home/me"))).containsExactly(Path.of("/home/me/.kube/config"));
    }

    @Test
    void addsItsContextAndLeavesAllElse() throws Exception {
        file("ca.pem", "THE CA");
        Path config = file("config", OTHERS);
        KubeconfigEditor editor = new KubeconfigEditor(List.of(config));
        assertThat(editor.put("proa", ours, "", true)).isEqualTo(config);
        editor.put("proa", ours, "", true);

        Kubeconfig read = Kubeconfig.load(List.of(config));
        assertThat(read.currentContext()).isEqualTo("proa");
        assertThat(read.contexts()).containsExactly("work", "proa");
        assertThat(read.connection("proa").key()).isEqualTo("KEY");
        assertThat(read.connection("work").authority()).isEqualTo("THE CA");
        assertThat(Files.readString(config)).contains("theirs").contains("colors: true");
        assertThat(directory.resolve("config.lock")).doesNotExist();

        editor.remove("proa");
        assertThat(Kubeconfig.load(List.of(config)).contexts()).containsExactly("work");
        assertThat(Kubeconfig.load(List.of(config)).currentContext()).isNull();
    }

    @Test
    void takesOverTheLockOfAProaThatWasKilled() throws Exception {
        Path config = file("config", OTHERS);
        Path lock = file("config.lock", "proa\n");
        new KubeconfigEditor(List.of(config)).put("proa", ours, "", true);
        assertThat(Kubeconfig.load(List.of(config)).contexts()).containsExactly("work", "proa");
        assertThat(lock).doesNotExist();
    }

    @Test
    void waitsForTheLockOfKubectl() throws Exception {
        Path config = file("config", OTHERS);
        Path lock = file("config.lock", "");
        CompletableFuture<Path> written = CompletableFuture.supplyAsync(() -> {
            try {
                return new KubeconfigEditor(List.of(config)).put("proa", ours, "", true);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> written.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        Files.delete(lock);
        assertThat(written.get(10, TimeUnit.SECONDS)).isEqualTo(config);
    }

    @Test
    void editsOfSeveralThreadsAllLast() throws Exception {
        Path config = directory.resolve("config");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                String name = "proa" + i;
                threads.submit(() -> new KubeconfigEditor(List.of(config)).put(name, ours, "", false));
            }
        }
        assertThat(Kubeconfig.load(List.of(config)).contexts()).hasSize(20);
    }

    @Test
    void textIsWhatANewFileHolds() throws Exception {
        Path config = directory.resolve("config");
        new KubeconfigEditor(List.of(config)).put("proa", ours, "team", true);
        assertThat(config).hasContent(KubeconfigEditor.text("proa", ours, "team"));
    }

    @Test
    void createsAFileThatOnlyItsOwnerReads() throws Exception {
        Path config = directory.resolve("new/config");
        new KubeconfigEditor(List.of(config)).put("proa", ours, "team", true);
        assertThat(Files.getPosixFilePermissions(config))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        assertThat(Kubeconfig.load(List.of(config)).namespace(null)).isEqualTo("team");
    }

    @Test
    void writesNewEntriesToTheFirstFileThatExists() throws Exception {
        Path missing = directory.resolve("missing");
        Path there = file("there", OTHERS);
        assertThat(new KubeconfigEditor(List.of(missing, there)).put("proa", ours, "", true))
                .isEqualTo(there);
        assertThat(missing).doesNotExist();
    }
}
