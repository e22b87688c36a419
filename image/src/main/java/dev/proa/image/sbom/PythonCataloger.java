package dev.proa.image.sbom;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Packages of Python: the metadata that installers leave (PEP 376, PEP 566). */
final class PythonCataloger implements Cataloger {
    @Override
    public boolean wants(String path, boolean executable) {
        return path.endsWith(".dist-info/METADATA")
                || path.endsWith(".egg-info/PKG-INFO")
                || path.endsWith(".egg-info");
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        List<Map<String, String>> stanzas = Stanzas.of(Cataloger.document(path, content));
        if (stanzas.isEmpty()) {
            return List.of();
        }
        Map<String, String> fields = stanzas.getFirst();
        // Names are the same whatever joins their words (PEP 503).
        String name = fields.getOrDefault("Name", "").toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
        String license = fields.getOrDefault("License-Expression", fields.getOrDefault("License", ""));
        return name.isEmpty()
                ? List.of()
                : List.of(new Component("pypi", "", name, fields.getOrDefault("Version", ""), license, Map.of()));
    }
}
