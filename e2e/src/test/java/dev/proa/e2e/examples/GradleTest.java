package dev.proa.e2e.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proa.e2e.Await;
import dev.proa.image.build.BuildOptions;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.build.ProjectImageBuilder;
import dev.proa.image.store.ImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build of two projects by the Gradle of this machine, however old it is. */
@Tag("extensions")
class GradleTest {
    @TempDir
    Path work;

    @Test
    void applicationWithALibraryOfItsBuildRuns() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "changing the root directory needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gradle")), "needs Gradle");
        write("settings.gradle", "rootProject.name = 'shop'\ninclude 'core', 'web'\n");
        write("core/build.gradle", "apply plugin: 'java'\n");
        write(
                "core/src/main/java/core/Text.java",
                "package core;\npublic class Text { public static String hello() { return \"Hello\"; } }\n");
        write("web/build.gradle", """
                apply plugin: 'java'
                apply plugin: 'application'
                mainClassName = 'web.Main'
                dependencies { compile project(':core') }
                """);
        write("web/src/main/java/web/Main.java", """
                package web;
                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;
                public class Main {
                    public static void main(String[] args) throws Exception {
                        int port = Integer.parseInt(System.getenv("PORT"));
                        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
                        byte[] text = core.Text.hello().getBytes();
                        server.createContext("/", exchange -> {
                            exchange.sendResponseHeaders(200, text.length);
                            exchange.getResponseBody().write(text);
                            exchange.close();
                        });
                        server.start();
                    }
                }
                """);
        ImageStore store = ImageStore.open(work.resolve("store"));
        BuiltImage image = ProjectImageBuilder.build(
                work.resolve("shop"), store, "shop", BuildOptions.local(work.resolve("cache")), event -> {});
        try (RunningImage running =
                RunningImage.start(store, image.image(), Files.createDirectory(work.resolve("run")), Map.of())) {
            assertThat(Await.until(
                            "it answers",
                            Duration.ofSeconds(20),
                            () -> running.get("/").body(),
                            body -> true))
                    .isEqualTo("Hello");
        }
    }

    private void write(String name, String content) throws Exception {
        Path file = work.resolve("shop").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
