package dev.proa.image.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.Layers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecompressionTest {
    private static byte[] unpacked(byte[] packed) throws IOException {
        return Decompression.plain(new ByteArrayInputStream(packed)).readAllBytes();
    }

    private static byte[] concatenated(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part);
        }
        return all.toByteArray();
    }

    @Test
    void readsEachKindByItsFirstBytes() throws IOException {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        assertThat(unpacked(content)).isEqualTo(content);
        assertThat(unpacked(Layers.gzip(content))).isEqualTo(content);
        assertThat(unpacked(Zstd.compress(content))).isEqualTo(content);
        assertThat(unpacked(new byte[] {0x1f})).containsExactly(0x1f);
    }

    @Test
    void readsSeveralFramesAndSkippableOnesBetween() throws IOException {
        byte[] a = {'a'};
        byte[] b = {'b'};
        byte[] skippable = {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'x', 'y', 'z'};

        assertThat(unpacked(concatenated(skippable, Zstd.compress(a), skippable, Zstd.compress(b), skippable)))
                .containsExactly('a', 'b');
    }

    @Test
    void readsWhatIsPackedWithALongWindow() throws IOException {
        byte[] content = new byte[20 << 20];
        new Random(1).nextBytes(content);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(packed).setLong(27)) {
            out.write(content);
            out.write(content);
        }
        assertThat(packed.size()).isLessThan(content.length * 3 / 2);
        assertThat(Arrays.copyOf(unpacked(packed.toByteArray()), content.length))
                .isEqualTo(content);
    }

    @Test
    void limitsWhatFewBytesUnpackTo() throws IOException {
        UnpackLimits small = new UnpackLimits(8 << 20, 50, 1 << 20, 100, 64, 64 << 10, 1 << 20, 1);
        byte[] bomb = Zstd.compress(new Layers().raw("zeros", new byte[7 << 20]).toTar());
        assertThatThrownBy(() -> {
                    TarEntries entries = new TarEntries(new ByteArrayInputStream(bomb), null, small);
                    while (entries.next() != null) {
                        // Content is skipped by reading it.
                    }
                })
                .isInstanceOf(ImageFailure.class)
                .hasMessageContaining("50 times larger");
    }

    @Test
    void reportsDataThatIsCutOff() {
        byte[] packed = Zstd.compress(new Layers().file("a", "content").toTar());
        byte[] cut = Arrays.copyOf(packed, packed.length - 5);

        assertThatThrownBy(() -> {
                    TarEntries entries = new TarEntries(new ByteArrayInputStream(cut), null, UnpackLimits.DEFAULT);
                    while (entries.next() != null) {
                        // Until it breaks off.
                    }
                    entries.readToEnd();
                })
                .isInstanceOfAny(ImageFailure.class, IOException.class);
    }
}
