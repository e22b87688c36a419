package dev.proa.server.cel;

import dev.proa.server.apiextensions.StringFormats;
import dev.proa.server.validation.Formats;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A format that strings may have, with a name.
 *
 * @param longestPattern the length of the regular expression that stands for it when cost is counted
 */
record NamedFormat(String name, int longestPattern) implements Opaque {
    private static final CelType TYPE = CelType.parse("kubernetes.NamedFormat");
    private static final String PREFIX = "format.";
    private static final Map<String, NamedFormat> FORMATS = Map.ofEntries(
            entry("dns1123Label", 30),
            entry("dns1123Subdomain", 60),
            entry("dns1035Label", 30),
            entry("qualifiedName", 60),
            entry("dns1123LabelPrefix", 30),
            entry("dns1123SubdomainPrefix", 60),
            entry("dns1035LabelPrefix", 30),
            entry("labelValue", 40),
            entry("uri", 1103),
            entry("uuid", 70),
            entry("byte", 84),
            entry("date", 71),
            entry("datetime", 71));

    private static Map.Entry<String, NamedFormat> entry(String name, int longestPattern) {
        return Map.entry(name, new NamedFormat(name, longestPattern));
    }

    @Override
    public CelType type() {
        return TYPE;
    }

    static @Nullable Function find(String name) {
        if (name.equals("validate")) {
            return args -> {
                if (!(args[0] instanceof NamedFormat format)) {
                    throw EvaluationException.noSuchOverload();
                }
                List<String> wrong = format.wrong(Strings.text(args[1]));
                return wrong.isEmpty() ? Optional.NONE : Optional.of(wrong);
            };
        }
        if (name.equals(PREFIX + "named")) {
            return args -> {
                NamedFormat format = FORMATS.get(Strings.text(args[0]));
                return format == null ? Optional.NONE : Optional.of(format);
            };
        }
        NamedFormat format = name.startsWith(PREFIX) ? FORMATS.get(name.substring(PREFIX.length())) : null;
        return format == null ? null : args -> format;
    }

    /** A name to which something is added may end with a dash. */
    private static String completed(String prefix) {
        return prefix.length() > 1 && prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 1) + "a" : prefix;
    }

    private List<String> wrong(String text) {
        return switch (name) {
            case "dns1123Label" -> Formats.dnsLabel(text);
            case "dns1123LabelPrefix" -> Formats.dnsLabel(completed(text));
            case "dns1123Subdomain" -> Formats.dnsSubdomain(text);
            case "dns1123SubdomainPrefix" -> Formats.dnsSubdomain(completed(text));
            case "dns1035Label" -> Formats.dns1035Label(text);
            case "dns1035LabelPrefix" -> Formats.dns1035Label(completed(text));
            case "qualifiedName" -> Formats.qualifiedName(text);
            case "labelValue" -> Formats.labelValue(text);
            case "uri" -> matched("uri", text, "parse \"" + text + "\": invalid URI for request");
            case "uuid" -> matched("uuid", text, "does not match the UUID format");
            case "byte" -> matched("byte", text, "invalid base64");
            case "date" -> matched("date", text, "invalid date");
            default -> matched("datetime", text, "invalid datetime");
        };
    }

    private static List<String> matched(String format, String text, String error) {
        return StringFormats.matches(format, text) ? List.of() : List.of(error);
    }
}
