package dev.proa.image.sbom;

import dev.proa.image.Digest;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Writes software bills of materials (CycloneDX 1.6, JSON). The same scan of the same image gives the same bytes. */
public final class CycloneDx {
    public static final String MEDIA_TYPE = "application/vnd.cyclonedx+json";

    private static final String SPEC_VERSION = "1.6";
    private static final int MAX_OCCURRENCES = 100;
    private static final int MAX_LICENSE = 200;

    private CycloneDx() {}

    /**
     * Writes what is in an image.
     *
     * @param name of the image, for people
     * @param manifest the digest that identifies it
     */
    public static byte[] write(Reference name, Digest manifest, ImageScan scan) {
        String image =
                "pkg:oci/" + name.repository().substring(name.repository().lastIndexOf('/') + 1) + "@"
                        + manifest.algorithm() + "%3A" + manifest.hex();
        List<Map<String, Object>> components = new ArrayList<>();
        if (!scan.os().id().isEmpty()) {
            components.add(os(scan.os()));
        }
        scan.components().forEach((component, files) -> components.add(component(component, files)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("bomFormat", "CycloneDX");
        document.put("specVersion", SPEC_VERSION);
        document.put("serialNumber", "urn:uuid:" + UUID.nameUUIDFromBytes(image.getBytes(StandardCharsets.UTF_8)));
        document.put("version", 1);
        document.put("metadata", metadata(name, image, manifest, scan));
        document.put("components", components);
        document.put(
                "dependencies",
                List.of(Map.of(
                        "ref",
                        image,
                        "dependsOn",
                        components.stream()
                                .map(component -> component.get("bom-ref"))
                                .toList())));
        return JsonDocument.write(document);
    }

    private static Map<String, Object> metadata(Reference name, String image, Digest manifest, ImageScan scan) {
        Map<String, Object> subject = new LinkedHashMap<>();
        subject.put("type", "container");
        subject.put("bom-ref", image);
        subject.put("name", name.name());
        subject.put("version", manifest.toString());
        subject.put("purl", image);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("tools", Map.of("components", List.of(Map.of("type", "application", "name", "proa"))));
        metadata.put("component", subject);
        if (!scan.unread().isEmpty()) {
            metadata.put(
                    "properties",
                    scan.unread().stream()
                            .map(file -> property("proa:unread", file))
                            .toList());
        }
        return metadata;
    }

    private static Map<String, Object> property(String name, String value) {
        return new TreeMap<>(Map.of("name", name, "value", value));
    }

    private static Map<String, Object> os(OsRelease os) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "operating-system");
        json.put("bom-ref", "os:" + os.id() + "@" + os.version());
        json.put("name", os.id());
        json.put("version", os.version());
        json.put("description", os.name());
        return json;
    }

    private static Map<String, Object> component(Component component, Set<String> files) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "library");
        json.put("bom-ref", component.purl());
        if (!component.group().isEmpty()) {
            json.put("group", component.group());
        }
        json.put("name", component.name());
        json.put("version", component.version());
        if (!component.license().isEmpty() && component.license().length() <= MAX_LICENSE) {
            json.put("licenses", List.of(Map.of("license", Map.of("name", component.license()))));
        }
        json.put("purl", component.purl());
        json.put(
                "evidence",
                Map.of(
                        "occurrences",
                        files.stream()
                                .limit(MAX_OCCURRENCES)
                                .map(file -> Map.of("location", file))
                                .toList()));
        return json;
    }
}
