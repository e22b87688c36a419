package dev.proa.delivery.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every source of manifests does: its own test prepares a folder for an application that listens on a port. */
public abstract class ManifestSourceContract {
    protected static final Setting SETTING = new Setting("shop", "team", 3000, false);

    @TempDir
    protected Path directory;

    protected Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectory(directory.resolve("project"));
    }

    /** A source with a Deployment and a Service named shop, the image shop, and the container port 3000. */
    protected abstract ManifestSource shop() throws IOException;

    /** A source whose folder is broken, and the file that a message about it names; null when it can be none. */
    protected abstract Broken broken() throws IOException;

    /**
     * A broken folder.
     *
     * @param named what a message names
     */
    public record Broken(ManifestSource source, String named) {}

    protected void file(String name, String content) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void rendersObjectsThatCanBeApplied() throws IOException {
        Rendered rendered = shop().render(SETTING);
        assertThat(rendered.objects().stream().map(Kinds::describe))
                .containsExactlyInAnyOrder("deployment.apps/shop", "service/shop");
        for (MapValue object : rendered.objects()) {
            assertThat(Kinds.of(object).namespaced()).isTrue();
            assertThat(object.has("status")).isFalse();
        }
        MapValue container = rendered.objects().stream()
                .map(Templates::pod)
                .filter(pod -> !pod.isEmpty())
                .findFirst()
                .orElseThrow()
                .list("containers")
                .map(0);
        assertThat(container.string("image")).matches("shop(:.*)?");
        assertThat(container.list("ports").map(0).integer("containerPort", 0)).isEqualTo(3000);
    }

    @Test
    void rendersTheSameTwiceAndChangesNothing() throws IOException {
        ManifestSource source = shop();
        List<String> before = files();
        Rendered first = source.render(SETTING);
        assertThat(source.render(SETTING)).isEqualTo(first);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void saysWhatItIs() throws IOException {
        assertThat(shop().description()).isNotBlank().doesNotContain("\n");
    }

    @Test
    void namesWhatIsBroken() throws IOException {
        Broken broken = broken();
        if (broken.source().generated()) {
            return; // there is nothing that its user could break
        }
        assertThatThrownBy(() -> broken.source().render(SETTING))
                .isInstanceOfAny(DeliveryFailure.class, ImageFailure.class)
                .hasMessageContaining(broken.named());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(project)) {
            return all.map(Path::toString).sorted().toList();
        }
    }
}
