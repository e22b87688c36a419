package dev.proa.image.sbom;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Debian packages: the database of dpkg, and its pieces in images without dpkg. */
final class DpkgCataloger implements Cataloger {
    @Override
    public boolean wants(String path, boolean executable) {
        return path.equals("var/lib/dpkg/status")
                || path.startsWith("var/lib/dpkg/status.d/") && !path.endsWith(".md5sums");
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        List<Component> found = new ArrayList<>();
        for (Map<String, String> fields : Stanzas.of(Cataloger.document(path, content))) {
            String status = fields.getOrDefault("Status", "install ok installed");
            String name = fields.getOrDefault("Package", "");
            if (name.isEmpty() || !status.endsWith(" installed")) {
                continue;
            }
            Map<String, String> qualifiers = new LinkedHashMap<>();
            put(qualifiers, "arch", fields.getOrDefault("Architecture", ""));
            String source = fields.getOrDefault("Source", "");
            put(qualifiers, "upstream", source.replaceFirst(" .*", ""));
            found.add(new Component("deb", "", name, fields.getOrDefault("Version", ""), "", qualifiers));
        }
        return found;
    }

    private static void put(Map<String, String> qualifiers, String name, String value) {
        if (!value.isEmpty()) {
            qualifiers.put(name, value);
        }
    }
}
