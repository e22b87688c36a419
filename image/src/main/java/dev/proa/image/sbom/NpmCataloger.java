package dev.proa.image.sbom;

import dev.proa.image.JsonDocument;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;

/** Packages of Node: those installed below {@code node_modules}. */
final class NpmCataloger implements Cataloger {
    private static final Pattern INSTALLED = Pattern.compile("(.*/)?node_modules/(@[^/]+/)?[^/@.][^/]*/package\\.json");

    @Override
    public boolean wants(String path, boolean executable) {
        return path.endsWith("/package.json") && INSTALLED.matcher(path).matches();
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        Component component = Component.npm(JsonDocument.parse(Cataloger.document(path, content), path));
        return component.name().isEmpty() || component.version().isEmpty() ? List.of() : List.of(component);
    }
}
