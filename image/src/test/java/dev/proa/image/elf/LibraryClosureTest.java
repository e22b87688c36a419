package dev.proa.image.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.image.ImageFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryClosureTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

    @TempDir
    Path directory;

    @Test
    void findsTheLoaderAndTheLibrariesOfTheJavaLauncher() {
        ElfFile java = ElfFile.read(JAVA).orElseThrow();
        assertThat(java.interpreter()).contains("/ld-");

        LibraryClosure.Result closure = LibraryClosure.of(List.of(JAVA));
        assertThat(closure.files())
                .contains(Path.of(String.valueOf(java.interpreter())))
                .anyMatch(file -> file.getFileName().toString().equals("libjli.so"))
                .anyMatch(file -> file.getFileName().toString().startsWith("libc."))
                .allMatch(Files::exists)
                .doesNotContain(JAVA);
    }

    @Test
    void scriptsNeedNothing() throws Exception {
        Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n" + "echo\n".repeat(20));

        assertThat(ElfFile.read(script)).isEmpty();
        assertThat(LibraryClosure.of(List.of(script)).files()).isEmpty();
    }

    @Test
    void readsNamesAndSearchPathAndFollowsOrigin() throws Exception {
        Path library = directory.resolve("lib/libown.so");
        Files.createDirectories(library.getParent());
        Files.write(library, elf(List.of(), ""));
        Path program = Files.write(directory.resolve("program"), elf(List.of("libown.so"), "/none:$ORIGIN/lib"));

        assertThat(ElfFile.read(program).orElseThrow())
                .isEqualTo(new ElfFile(0x3e, null, List.of("libown.so"), List.of("/none", "$ORIGIN/lib")));
        assertThat(LibraryClosure.of(List.of(program)).files()).containsExactly(library.toRealPath());
    }

    @Test
    void saysWhichLibraryIsMissing() throws Exception {
        Path program = Files.write(directory.resolve("program"), elf(List.of("libnosuch.so.9"), ""));

        assertThatThrownBy(() -> LibraryClosure.of(List.of(program)).requireComplete())
                .isInstanceOf(ImageFailure.class)
                .hasMessage("cannot find the library libnosuch.so.9 that " + program
                        + " needs; install the package it is in");
    }

    @Test
    void refusesADamagedFile() throws Exception {
        byte[] damaged = elf(List.of("libc.so.6"), "");
        ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(32, 1 << 20);
        Path program = Files.write(directory.resolve("program"), damaged);

        assertThatThrownBy(() -> ElfFile.read(program)).hasMessageContaining("damaged");
    }

    @Test
    void readsTheLoadersConfiguration() throws Exception {
        Path conf = Files.createDirectories(directory.resolve("ld.so.conf.d"));
        Files.writeString(conf.resolve("b.conf"), "/opt/b\n");
        Files.writeString(conf.resolve("a.conf"), "# comment\n/opt/a # why\n");
        Files.writeString(conf.resolve("ignored.txt"), "/opt/c\n");
        Path main = Files.writeString(directory.resolve("ld.so.conf"), "include ld.so.conf.d/*.conf\n/opt/d\n");

        assertThat(LibraryClosure.configuredDirectories(main))
                .containsExactly(Path.of("/opt/a"), Path.of("/opt/b"), Path.of("/opt/d"));
    }

    /** A minimal x86-64 file: one loaded segment over everything, and a dynamic section at 0x100 with strings at 0x400. */
    private static byte[] elf(List<String> needed, String runpath) {
        ByteBuffer bytes = ByteBuffer.allocate(0x800).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        bytes.putShort(18, (short) 0x3e)
                .putLong(32, 64)
                .putShort(54, (short) 56)
                .putShort(56, (short) 2);
        segment(bytes, 64, 1, 0, 0x10000, 0x800);
        segment(bytes, 120, 2, 0x100, 0x10100, 0x200);
        int entry = 0x100;
        int string = 0x401;
        for (String name : needed) {
            bytes.putLong(entry, 1).putLong(entry + 8, string - 0x400);
            string = put(bytes, string, name);
            entry += 16;
        }
        if (!runpath.isEmpty()) {
            bytes.putLong(entry, 29).putLong(entry + 8, string - 0x400);
            put(bytes, string, runpath);
            entry += 16;
        }
        bytes.putLong(entry, 5).putLong(entry + 8, 0x10400);
        return bytes.array();
    }

    private static void segment(ByteBuffer bytes, int at, int type, long offset, long address, long size) {
        bytes.putInt(at, type).putLong(at + 8, offset).putLong(at + 16, address).putLong(at + 32, size);
    }

    private static int put(ByteBuffer bytes, int at, String text) {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        bytes.put(at, data);
        return at + data.length + 1;
    }
}
