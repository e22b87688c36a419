package dev.proa.image.solver;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.proa.image.ImageFailure;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.store.Layers;
import dev.proa.image.store.Whiteouts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddArchiveTest {
    @TempDir
    Path root;

    /** A context with one file. */
    private record OneFile(byte[] content) implements FileSource {
        @Override
        public List<String> match(String pattern) {
            return List.of("file");
        }

        @Override
        public Item item(String path) {
            return new Item(path, Type.FILE, 0644, 0, 0, content.length, 0, "");
        }

        @Override
        public List<Item> below(Item directory) {
            return List.of();
        }

        @Override
        public InputStream open(Item file) {
            return new ByteArrayInputStream(content);
        }

        @Override
        public Map<String, byte[]> attributes(Item item) {
            return Map.of();
        }
    }

    /** How a format is written. */
    private interface Format {
        OutputStream over(OutputStream out) throws IOException;
    }

    private static byte[] packed(byte[] content, Format format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = format.over(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private boolean unpack(byte[] content, String to) throws IOException {
        OneFile source = new OneFile(content);
        CopyFiles copy = new CopyFiles(root, null, null, Whiteouts.deleting());
        return AddArchive.unpack(
                new Selected(source, source.item("file"), "file", List.of()), copy, to, null, Whiteouts.deleting());
    }

    private static byte[] tar() {
        return new Layers()
                .file("a", "content of a")
                .directory("d", 0755)
                .file("d/b", "b")
                .toTar();
    }

    @Test
    void unpacksWhatBuildKitUnpacks() throws IOException {
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 'x'};
        byte[] zstd = Zstd.compress(tar());
        Map<String, byte[]> archives = Map.of(
                "tar", tar(),
                "gzip", Layers.gzip(tar()),
                "bzip2", packed(tar(), BZip2CompressorOutputStream::new),
                "xz", packed(tar(), XZCompressorOutputStream::new),
                "zstd", zstd,
                "zstd-skippable",
                        packed(zstd, out -> {
                            out.write(skippable);
                            return out;
                        }));
        for (Map.Entry<String, byte[]> archive : archives.entrySet()) {
            assertThat(unpack(archive.getValue(), "/" + archive.getKey()))
                    .as(archive.getKey())
                    .isTrue();
            assertThat(root.resolve(archive.getKey()).resolve("a")).hasContent("content of a");
            assertThat(root.resolve(archive.getKey()).resolve("d/b")).hasContent("b");
        }
    }

    @Test
    void unpacksArchivesFromBeforePosix() throws IOException {
        byte[] old = tar();
        Arrays.fill(old, 257, 265, (byte) 0);
        rewriteChecksum(old);
        assertThat(unpack(old, "/old")).isTrue();
        assertThat(root.resolve("old/a")).hasContent("content of a");
    }

    private static void rewriteChecksum(byte[] tar) {
        int sum = 0;
        for (int at = 0; at < 512; at++) {
            sum += at >= 148 && at < 156 ? ' ' : tar[at] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, 148, digits.length);
    }

    @Test
    void leavesEverythingElseAsItIs() throws IOException {
        Random random = new Random(4);
        byte[] noise = new byte[4000];
        random.nextBytes(noise);
        List<byte[]> others = List.of(
                new byte[0],
                new byte[1024],
                noise,
                Zstd.compress(noise),
                Layers.gzip(Layers.gzip(tar())),
                Arrays.copyOf(Zstd.compress(tar()), 9),
                new byte[] {'B', 'Z', 'h', '9', 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3},
                new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 1, 2, 3, 4, 5},
                new byte[] {0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0x70});
        for (byte[] other : others) {
            assertThat(unpack(other, "/x")).isFalse();
        }
        List<byte[]> archives = List.of(
                Zstd.compress(tar()),
                packed(tar(), BZip2CompressorOutputStream::new),
                packed(tar(), XZCompressorOutputStream::new));
        for (int i = 0; i < 90; i++) {
            byte[] damaged = archives.get(i % 3).clone();
            for (int j = 0; j < 3; j++) {
                damaged[6 + random.nextInt(damaged.length - 6)] = (byte) random.nextInt(256);
            }
            try {
                unpack(damaged, "/damaged" + i);
            } catch (ImageFailure expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
        assertThat(root.resolve("x")).doesNotExist();
        assertThat(Files.exists(root.resolveSibling("a"))).isFalse();
    }
}
