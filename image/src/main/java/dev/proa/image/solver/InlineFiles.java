package dev.proa.image.solver;

import dev.proa.image.dockerfile.Heredoc;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files that a Dockerfile has itself, as heredocs. */
final class InlineFiles implements FileSource {
    private static final int MODE = 0644;

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    InlineFiles(List<Heredoc> heredocs) {
        heredocs.forEach(each -> files.put(each.name(), each.text().getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public List<String> match(String pattern) {
        return files.containsKey(pattern) ? List.of(pattern) : List.of();
    }

    @Override
    public Item item(String path) throws NoSuchFileException {
        byte[] content = files.get(path);
        if (content == null) {
            throw new NoSuchFileException(path);
        }
        return new Item(path, Type.FILE, MODE, 0, 0, content.length, 0, "");
    }

    @Override
    public List<Item> below(Item directory) {
        return List.of();
    }

    @Override
    public InputStream open(Item file) throws NoSuchFileException {
        byte[] content = files.get(file.path());
        if (content == null) {
            throw new NoSuchFileException(file.path());
        }
        return new ByteArrayInputStream(content);
    }

    @Override
    public Map<String, byte[]> attributes(Item item) {
        return Map.of();
    }
}
