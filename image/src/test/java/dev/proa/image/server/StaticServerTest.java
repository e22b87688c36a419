package dev.proa.image.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticServerTest {
    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private StaticServer server;

    @BeforeEach
    void start() throws IOException {
        Path site = Files.createDirectories(directory.resolve("site/docs"));
        Files.writeString(site.resolveSibling("index.html"), "<h1>home</h1>");
        Files.writeString(site.resolve("index.html"), "docs");
        Files.writeString(site.resolve("a.css"), "b{}");
        Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(site.resolve("out"), directory.resolve("secret"));
        server = StaticServer.start(directory.resolve("site"), 0);
    }

    @AfterEach
    void stop() {
        server.shutdown(0);
        client.close();
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void servesFilesAndIndexes() throws Exception {
        assertThat(send("GET", "/").body()).isEqualTo("<h1>home</h1>");
        assertThat(send("GET", "/docs/").body()).isEqualTo("docs");
        assertThat(send("GET", "/docs").headers().firstValue("Location")).contains("/docs/");
        HttpResponse<String> css = send("GET", "/docs/a.css");
        assertThat(css.headers().firstValue("Content-Type")).contains("text/css; charset=utf-8");
        String tag = css.headers().firstValue("ETag").orElseThrow();
        assertThat(send("GET", "/docs/a.css", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        assertThat(send("HEAD", "/docs/a.css").headers().firstValue("Content-Length"))
                .contains("3");
        assertThat(send("POST", "/").statusCode()).isEqualTo(405);
    }

    @Test
    void answersWhatIsNotThereWithThePageForIt() throws Exception {
        assertThat(send("GET", "/none").statusCode()).isEqualTo(404);
        Files.writeString(directory.resolve("site/404.html"), "lost");
        HttpResponse<String> lost = send("GET", "/none");
        assertThat(lost.statusCode()).isEqualTo(404);
        assertThat(lost.body()).isEqualTo("lost");
    }

    @Test
    void servesNothingFromOutside() throws Exception {
        assertThat(send("GET", "/docs/out").statusCode()).isEqualTo(404);
        for (String path : new String[] {"/../secret", "/docs/../../secret", "/%2e%2e/secret", "//../secret", "/%00"}) {
            try (Socket socket = new Socket("localhost", server.port())) {
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .as(path)
                        .doesNotContain("secret\n")
                        .doesNotContain("200 OK");
            }
        }
    }

    /** A machine may have no locale but POSIX, in which most file names cannot be said. */
    @Test
    void answersWhatCannotBeAFileNameAsWhatIsNotThere() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                Path.of(StaticServer.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString(),
                StaticServer.class.getName(),
                directory.resolve("site").toString());
        builder.environment().putAll(Map.of("LC_ALL", "POSIX", "PORT", "0", "DRAIN_SECONDS", "0"));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader output = process.inputReader()) {
            int port = Integer.parseInt(output.readLine().replaceFirst(".* on port ", ""));
            for (int code = 1; code < 256; code++) {
                String path = "/none%" + HexFormat.of().toHexDigits((byte) code);
                assertThat(raw(port, path)).as(path).startsWith("HTTP/1.1 404 ");
            }
            assertThat(raw(port, "/%c3%a4")).startsWith("HTTP/1.1 404 ");
            assertThat(raw(port, "/\u00e4")).startsWith("HTTP/1.1 404 ");
        } finally {
            process.destroy();
            process.onExit().join();
        }
    }

    private static String raw(int port, String path) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void servesWhatIsChangedWhileItRuns() throws Exception {
        Path changes = Files.createDirectory(directory.resolve("changes"));
        StaticServer changing = StaticServer.start(directory.resolve("site"), changes, 0);
        try {
            String before = raw(changing.port(), "/");
            assertThat(before).startsWith("HTTP/1.1 200 ");
            Files.writeString(changes.resolve("index.html"), "changed");
            assertThat(raw(changing.port(), "/")).endsWith("changed");
            String first = etag(changing.port());
            Files.writeString(changes.resolve("index.html"), "Changed");
            assertThat(raw(changing.port(), "/")).endsWith("Changed");
            assertThat(etag(changing.port())).isNotEqualTo(first);
            Files.writeString(changes.resolve("index.html" + StaticServer.DELETED), "1");
            assertThat(raw(changing.port(), "/")).startsWith("HTTP/1.1 404 ");
            assertThat(raw(changing.port(), "/index.html" + StaticServer.DELETED))
                    .startsWith("HTTP/1.1 404 ");
            Files.writeString(changes.resolve("index.html" + StaticServer.DELETED), "");
            assertThat(raw(changing.port(), "/")).endsWith("Changed");
            Files.createDirectory(changes.resolve("new"));
            Files.writeString(changes.resolve("new/a.txt"), "a");
            assertThat(raw(changing.port(), "/new/a.txt")).endsWith("a");
            Files.createSymbolicLink(changes.resolve("leak.txt"), directory.resolve("secret"));
            assertThat(raw(changing.port(), "/leak.txt")).startsWith("HTTP/1.1 404 ");
        } finally {
            changing.shutdown(0);
        }
    }

    private static String etag(int port) throws IOException {
        return raw(port, "/").replaceFirst("(?si).*etag: (\\S+).*", "$1");
    }

    @Test
    void stopsWhenDrained() throws Exception {
        assertThat(send("GET", "/readyz").statusCode()).isEqualTo(200);
        server.shutdown(0);
        assertThatThrownBy(() -> send("GET", "/healthz")).isInstanceOf(IOException.class);
    }
}
