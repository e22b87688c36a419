package dev.proa.image.sbom;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Alpine packages: the database of apk. */
final class ApkCataloger implements Cataloger {
    @Override
    public boolean wants(String path, boolean executable) {
        return path.endsWith("lib/apk/db/installed");
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        List<Component> found = new ArrayList<>();
        for (Map<String, String> fields : Stanzas.of(Cataloger.document(path, content))) {
            String name = fields.getOrDefault("P", "");
            if (!name.isEmpty()) {
                String arch = fields.getOrDefault("A", "");
                found.add(new Component(
                        "apk",
                        "",
                        name,
                        fields.getOrDefault("V", ""),
                        fields.getOrDefault("L", ""),
                        arch.isEmpty() ? Map.of() : Map.of("arch", arch)));
            }
        }
        return found;
    }
}
