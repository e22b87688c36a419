package dev.proa.image.war;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.LifecycleException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs Tomcat, which takes seconds to load. */
@Tag("extensions")
class WarServerTest {
    /** The test's side of a request that is in progress; its class is not that of the web application. */
    private static final String STARTED = "proa.test.started";

    private static final String GO_ON = "proa.test.go.on";

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Path application;
    private WarServer server;

    /** Answers when the test lets it, or fails. */
    @WebServlet({"/slow", "/broken"})
    public static class SlowServlet extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getServletPath().equals("/broken")) {
                throw new IllegalStateException("secret");
            }
            ((CountDownLatch) System.getProperties().get(STARTED)).countDown();
            try {
                if (((CountDownLatch) System.getProperties().get(GO_ON)).await(10, TimeUnit.SECONDS)) {
                    response.getWriter().print("done");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void write() throws IOException {
        application = Files.createDirectories(directory.resolve("web"));
        Files.writeString(application.resolve("index.html"), "welcome");
        String file = SlowServlet.class.getName().replace('.', '/') + ".class";
        Path type = application.resolve("WEB-INF/classes").resolve(file);
        Files.createDirectories(type.getParent());
        try (InputStream in = SlowServlet.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(in, type);
        }
        server = new WarServer(application, Files.createDirectories(directory.resolve("work")), 0);
    }

    @AfterEach
    void forget() {
        System.getProperties().remove(STARTED);
        System.getProperties().remove(GO_ON);
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    @Test
    void servesFilesAndServletsAndCompletesWhatHasBegun() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        System.getProperties().put(STARTED, started);
        System.getProperties().put(GO_ON, goOn);
        assertThat(server.start()).isTrue();
        assertThat(client.send(get("/"), HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("welcome");
        HttpResponse<String> broken = client.send(get("/broken"), HttpResponse.BodyHandlers.ofString());
        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).doesNotContain("secret", "Tomcat");

        CompletableFuture<HttpResponse<String>> slow =
                client.sendAsync(get("/slow"), HttpResponse.BodyHandlers.ofString());
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
            try {
                server.stop();
            } catch (LifecycleException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(stopped).isNotDone();
        goOn.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
        stopped.get(10, TimeUnit.SECONDS);
    }

    @Test
    void saysWhenTheApplicationDoesNotStart() throws Exception {
        Files.writeString(
                application.resolve("WEB-INF/web.xml"),
                "<web-app><listener><listener-class>no.such.Listener</listener-class></listener></web-app>");
        assertThat(server.start()).isFalse();
        server.stop();
    }
}
