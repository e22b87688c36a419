package dev.proa.node.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayWhiteoutsTest {
    @TempDir
    Path directory;

    @Test
    void hidesWhatLowerLayersHaveAndKeepsWhatThisLayerHas() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may make devices");
        Path own = Files.writeString(directory.resolve("own"), "x");
        Path hidden = directory.resolve("hidden");
        OverlayWhiteouts whiteouts = new OverlayWhiteouts();

        whiteouts.whiteout(own);
        whiteouts.whiteout(hidden);
        whiteouts.whiteout(hidden); // a layer may say so twice

        assertThat(own).hasContent("x");
        assertThat((int) Files.getAttribute(hidden, "unix:mode") & 0170000).isEqualTo(0020000);
        assertThat(Files.getAttribute(hidden, "unix:rdev")).isEqualTo(0L);
    }
}
