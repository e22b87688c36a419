package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageToolTest {
    @TempDir
    private Path folder;

    private final List<String> asked = new ArrayList<>();

    private BaseImages bases() {
        return new ImageTool(
                        ImageStore.open(folder.resolve("images")),
                        folder.resolve("cache"),
                        BuildSandbox.NONE,
                        () -> "localhost:5001",
                        repository -> {
                            asked.add(repository);
                            return false;
                        },
                        repository -> true,
                        "uid")
                .bases();
    }

    @Test
    void imagesOfOtherNamespacesAreNoBases() {
        assertThatThrownBy(() -> bases().resolve(Reference.parse("localhost:5001/other/secret:1"), Platform.host()))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("may not pull it");
        assertThat(asked).containsExactly("other/secret");
    }

    @Test
    void imagesOfOtherRunsAreNoBases() {
        assertThatThrownBy(() -> bases().resolve(Reference.parse("pipeline.proa.dev/other:abc"), Platform.host()))
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("there is no image");
        assertThat(asked).isEmpty();
    }
}
