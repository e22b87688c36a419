package dev.proa.image.sbom;

import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.elf.ElfSections;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.InflaterInputStream;

/**
 * Modules in programs: those that Go records in each (section {@code .go.buildinfo}, inline form of Go 1.18), and those that
 * cargo-auditable records in programs of Rust ({@code .dep-v0}: JSON compressed by zlib).
 */
final class BinaryCataloger implements Cataloger {
    private static final byte[] GO_MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    private static final int GO_HEADER = 32;
    private static final int GO_INLINE = 2;
    /** What encloses the list of modules, on either side. */
    private static final int GO_SENTINEL = 16;

    private static final int MAX_SECTION_BYTES = 8 << 20;
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private final Path scratch;

    /** @param scratch directory for temporary files: a program's sections can be read in any order only */
    BinaryCataloger(Path scratch) {
        this.scratch = scratch;
    }

    @Override
    public boolean wants(String path, boolean executable) {
        return executable;
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        BufferedInputStream in = new BufferedInputStream(content, 1 << 16);
        in.mark(ELF.length);
        boolean elf = Arrays.equals(in.readNBytes(ELF.length), ELF);
        in.reset();
        if (!elf) {
            return List.of();
        }
        Path copy = Files.createTempFile(scratch, "scan-", ".elf");
        try {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            List<Component> found = new ArrayList<>();
            Optional<byte[]> go = ElfSections.read(copy, ".go.buildinfo", MAX_SECTION_BYTES);
            go.ifPresent(section -> found.addAll(goModules(section)));
            Optional<byte[]> rust = ElfSections.read(copy, ".dep-v0", MAX_SECTION_BYTES);
            if (rust.isPresent()) {
                found.addAll(crates(path, rust.get()));
            }
            return found;
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** After a header come the version of Go and the modules, each after its length (a varint). */
    static List<Component> goModules(byte[] section) {
        boolean known = section.length > GO_HEADER
                && Arrays.equals(section, 0, GO_MAGIC.length, GO_MAGIC, 0, GO_MAGIC.length)
                && (section[15] & GO_INLINE) != 0;
        if (!known) {
            return List.of();
        }
        int[] at = {GO_HEADER};
        String version = new String(sized(section, at), StandardCharsets.UTF_8);
        byte[] modules = sized(section, at);
        List<Component> found = new ArrayList<>();
        if (version.startsWith("go")) {
            found.add(new Component("golang", "", "stdlib", version.substring(2).replaceFirst(" .*", "")));
        }
        if (modules.length > 2 * GO_SENTINEL) {
            String text = new String(modules, GO_SENTINEL, modules.length - 2 * GO_SENTINEL, StandardCharsets.UTF_8);
            addModules(text, found);
        }
        return found;
    }

    private static byte[] sized(byte[] section, int[] at) {
        long length = 0;
        for (int shift = 0; at[0] < section.length && shift < 35; shift += 7) {
            byte b = section[at[0]++];
            length |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                break;
            }
        }
        int end = (int) Math.min(section.length, at[0] + length);
        byte[] bytes = Arrays.copyOfRange(section, at[0], end);
        at[0] = end;
        return bytes;
    }

    /** Lines of words divided by tabs: {@code mod} and {@code dep} with path and version, {@code =>} what replaces the line above. */
    private static void addModules(String text, List<Component> found) {
        boolean module = false;
        for (String line : text.split("\n")) {
            String[] words = line.split("\t");
            boolean replacement = words[0].equals("=>");
            if (replacement && module) {
                found.removeLast();
            }
            module = words.length >= 3 && (words[0].equals("mod") || words[0].equals("dep") || replacement && module);
            if (module) {
                int slash = words[1].lastIndexOf('/');
                String version = words[2].equals("(devel)") ? "" : words[2];
                found.add(new Component(
                        "golang",
                        slash < 0 ? "" : words[1].substring(0, slash),
                        words[1].substring(slash + 1),
                        version));
            }
        }
    }

    static List<Component> crates(String path, byte[] section) {
        byte[] json;
        try (InputStream plain = new InflaterInputStream(new ByteArrayInputStream(section))) {
            json = plain.readNBytes(MAX_SECTION_BYTES);
        } catch (IOException e) {
            throw new ImageFailure(ImageFailure.Reason.INVALID, path + " has a damaged list of crates", e);
        }
        List<Component> found = new ArrayList<>();
        for (JsonDocument crate :
                JsonDocument.parse(json, path + ": list of crates").objects("packages")) {
            if (!crate.string("kind", "runtime").equals("build")) {
                found.add(new Component("cargo", "", crate.required("name"), crate.string("version", "")));
            }
        }
        return found;
    }
}
