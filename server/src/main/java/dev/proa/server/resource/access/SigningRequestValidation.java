package dev.proa.server.resource.access;

import dev.proa.api.value.MapValue;
import dev.proa.server.pki.CertificateRequest;
import dev.proa.server.pki.Certificates;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates the spec of a certificate signing request; the strategy validates the conditions. */
final class SigningRequestValidation {
    private static final String[] USAGES = {
        "any",
        "cert sign",
        "client auth",
        "code signing",
        "content commitment",
        "crl sign",
        "data encipherment",
        "decipher only",
        "digital signature",
        "email protection",
        "encipher only",
        "ipsec end system",
        "ipsec tunnel",
        "ipsec user",
        "key agreement",
        "key encipherment",
        "microsoft sgc",
        "netscape sgc",
        "ocsp signing",
        "s/mime",
        "server auth",
        "signing",
        "timestamping"
    };

    private static final String LEGACY = "kubernetes.io/legacy-unknown";
    static final Path CERTIFICATE = Path.of("status").child("certificate");

    private SigningRequestValidation() {}

    static void check(MapValue request, @Nullable MapValue old, Errors errors) {
        if (old != null) {
            return; // the spec does not change
        }
        Fields spec = Fields.of(request, "spec", errors);
        try {
            CertificateRequest.read(text(spec.text("request")));
        } catch (IllegalArgumentException e) {
            spec.invalid("request", String.valueOf(e.getMessage()));
        }
        spec.requiredValue("usages", "");
        Set<String> seen = new HashSet<>();
        spec.eachText("usages", (usage, path) -> {
            errors.oneOf(path, usage, USAGES);
            if (!seen.add(usage)) {
                errors.duplicate(path, usage);
            }
        });
        if (spec.text("signerName").equals(LEGACY)) {
            spec.invalid("signerName", "the legacy signerName is not allowed via this API version");
        } else if (spec.required("signerName")) {
            signer(spec);
        }
        if (spec.has("expirationSeconds") && spec.number("expirationSeconds") < 600) {
            spec.invalid("expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
        }
    }

    private static String text(String base64) {
        return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.ISO_8859_1);
    }

    /** Checks that what a signer writes is certificates. */
    static void certificate(String base64, Errors errors) {
        String problem = base64.isEmpty() ? "" : Certificates.problem(text(base64));
        if (!problem.isEmpty()) {
            errors.invalid(CERTIFICATE, "<certificate data>", problem);
        }
    }

    /** A domain of two labels or more, a slash, and a path of labels. */
    private static void signer(Fields spec) {
        String name = spec.text("signerName");
        String[] parts = name.split("/", -1);
        Path path = spec.at("signerName");
        if (parts.length != 2) {
            spec.invalid(
                    "signerName", "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }
        String[] labels = parts[0].split("\\.", -1);
        for (String label : labels) {
            for (String wrong : Formats.dnsLabel(label)) {
                spec.errors.invalid(path, label, "validating label \"" + label + "\": " + wrong);
            }
        }
        if (labels.length < 2) {
            spec.errors.invalid(path, parts[0], "should be a domain with at least two segments separated by dots");
        }
        for (String label : parts[1].split("\\.", -1)) {
            for (String wrong : Formats.dnsSubdomain(label)) {
                spec.errors.invalid(path, label, "validating label \"" + label + "\": " + wrong);
            }
        }
        if (name.length() > 571) {
            spec.errors.tooLong(path, 571);
        }
    }
}
