package dev.proa.server.resource.core;

import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What objects of the core group may contain and yet is probably not meant. */
final class CoreWarnings {
    private CoreWarnings() {}

    /** A certificate that is none. Whether a certificate and its key belong together is not looked at. */
    static List<String> secret(MapValue secret) {
        if (!secret.string("type").equals("kubernetes.io/tls")) {
            return List.of();
        }
        String certificate = secret.map("data").string("tls.crt").replaceAll("\\s", "");
        String text;
        try {
            text = new String(Base64.getDecoder().decode(certificate), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return List.of(); // the decoder of requests has said so
        }
        return text.contains("-----BEGIN ")
                ? List.of()
                : List.of("tls: failed to find any PEM data in certificate input");
    }

    static List<String> node(MapValue node) {
        List<String> warnings = new ArrayList<>(0);
        if (node.map("spec").get("configSource") != null) {
            warnings.add(
                    "spec.configSource: the feature is removed in v1.24; this field is deprecated and is non-functional");
        }
        if (!node.map("spec").string("externalID").isEmpty()) {
            warnings.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
        return warnings;
    }
}
