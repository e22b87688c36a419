package dev.proa.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.image.Image;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/** A writer is killed at some moment; what it had acknowledged is there, whole, and the store goes on working. */
class ImageStoreCrashTest {
    @TempDir
    Path directory;

    /** Run as a process of its own: writes images, and prints the name of each once it is written. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            ImageStore store = ImageStore.open(Path.of(arguments[0]));
            for (int i = 0; ; i++) {
                byte[] tar = new Layers().file("file", "x".repeat(50_000) + i).toTar();
                Layers.image(store, "app:" + i, tar);
                System.out.println("app:" + i);
            }
        }
    }

    @RepeatedTest(3)
    void nothingAcknowledgedIsLost(RepetitionInfo repetition) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader output = writer.inputReader()) {
            int enough = 5 * repetition.getCurrentRepetition();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                acknowledged.add(line);
                if (acknowledged.size() == enough) {
                    writer.destroyForcibly();
                }
            }
        } catch (IOException e) {
            // The pipe broke with the process.
        } finally {
            writer.destroyForcibly().waitFor();
        }

        ImageStore store = ImageStore.open(directory);
        assertThat(acknowledged).isNotEmpty();
        for (String name : acknowledged) {
            Image image = store.find(name).orElseThrow(() -> new AssertionError(name + " is lost"));
            for (Image.Layer layer : image.layers()) {
                try (InputStream blob = store.read(layer.descriptor().digest())) {
                    assertThat(blob.readAllBytes())
                            .hasSize(Math.toIntExact(layer.descriptor().size()));
                }
            }
        }
        Layers.image(store, "after:1", new Layers().file("a", "b").toTar());
        assertThat(store.list()).hasSizeGreaterThan(acknowledged.size());
    }
}
