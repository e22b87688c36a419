package dev.proa.delivery.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextArchiveTest {
    @TempDir
    private Path root;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
    private Path folder;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectory(root.resolve("folder"));
    }

    private void add(String name, byte type, String target) {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void link(String name, String target) {
        add(name, TarConstants.LF_SYMLINK, target);
    }

    private void file(String name, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private InputStream archive() throws IOException {
        tar.finish();
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "..", "../../outside", "d/../../outside", "d/up/../outside", "d/up/../.."})
    void linksThatCouldLeadOutsideAreLeftOut(String target) throws IOException {
        file("d/e/file", "text");
        link("d/up", "..");
        link("link", target);

        ContextArchive.unpack(archive(), folder, ContextArchive.Links.INSIDE);

        assertThat(folder.resolve("d/up")).isSymbolicLink();
        assertThat(Files.exists(folder.resolve("link"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void linksWithinTheFolderStay() throws IOException {
        file("d/e/file", "text");
        link("d/e/link", "../../d/e/file");

        ContextArchive.unpack(archive(), folder, ContextArchive.Links.INSIDE);

        assertThat(folder.resolve("d/e/link")).hasContent("text");
    }

    @Test
    void aBuildKeepsLinksAsTheyAre() throws IOException {
        link("etc/service", "/run/service");

        ContextArchive.unpack(archive(), folder, ContextArchive.Links.ALL);

        assertThat(Files.readSymbolicLink(folder.resolve("etc/service"))).isEqualTo(Path.of("/run/service"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "d/../../outside", "link/outside"})
    void filesOutsideAreRefused(String name) throws IOException {
        link("link", "..");
        file(name, "text");

        assertThatThrownBy(() -> ContextArchive.unpack(archive(), folder, ContextArchive.Links.ALL))
                .isInstanceOf(IOException.class);
        assertThat(root.resolve("outside")).doesNotExist();
    }

    @Test
    void aFileReplacesALinkInsteadOfFollowingIt() throws IOException {
        Path outside = Files.writeString(root.resolve("outside"), "mine");
        link("name", outside.toString());
        file("name", "theirs");

        ContextArchive.unpack(archive(), folder, ContextArchive.Links.ALL);

        assertThat(outside).hasContent("mine");
        assertThat(folder.resolve("name")).hasContent("theirs");
    }

    @Test
    void devicesAndPipesAreLeftOut() throws IOException {
        add("pipe", TarConstants.LF_FIFO, "");
        add("device", TarConstants.LF_CHR, "");

        ContextArchive.unpack(archive(), folder, ContextArchive.Links.ALL);

        assertThat(folder).isEmptyDirectory();
    }
}
